"""JSON Feed, as its page describes it and as people write it."""

import json
from datetime import UTC, datetime

from potluck.channels.feeds.reading.parse import Feed, parse

HERE = "https://ada.example/feed.json"


def read(**feed: object) -> Feed:
    version = {"version": "https://jsonfeed.org/version/1.1"}
    return parse(json.dumps(version | feed).encode(), url=HERE, content_type="application/feed+json")


def test_a_json_feed_keeps_everything_it_says() -> None:
    feed = read(
        title="Soil",
        home_page_url="/",
        description="All on soil",
        language="en",
        feed_url=HERE,
        hubs=[
            {"type": "rssCloud", "url": "https://no.example/"},
            {"type": "WebSub", "url": "https://hub.example/"},
        ],
        authors=[{"name": "Ada"}],
        items=[
            {
                "id": 7,
                "url": "/7",
                "title": "Worms",
                "content_html": "<p>Dig</p>",
                "summary": "Of digging",
                "date_published": "2020-03-03T10:00:00+02:00",
                "tags": ["soil", "Soil", 3],
                "language": "de",
                "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12}],
            }
        ],
    )
    assert (feed.title, feed.home_url, feed.hub) == ("Soil", "https://ada.example/", "https://hub.example/")
    assert (feed.author, feed.language, feed.self_url) == ("Ada", "en", HERE)
    (item,) = feed.items
    assert (item.id, item.url, item.html) == ("7", "https://ada.example/7", "<p>Dig</p>")
    assert (item.summary, item.tags, item.language) == ("Of digging", ("soil",), "de")
    assert item.published == datetime(2020, 3, 3, 8, tzinfo=UTC)
    assert (item.enclosures[0].url, item.enclosures[0].length) == ("https://ada.example/a.mp3", 12)


def test_a_text_without_markup_stays_plain() -> None:
    (item,) = read(items=[{"id": "1", "content_text": "a < b\nand more"}]).items
    assert (item.text, item.html, item.summary) == ("a < b\nand more", "", "")


def test_a_link_post_without_its_own_page_points_to_the_other_one() -> None:
    (item,) = read(items=[{"id": "1", "external_url": "https://ben.example/x"}]).items
    assert item.url == "https://ben.example/x"


def test_values_of_the_wrong_kind_are_passed_over() -> None:
    feed = read(
        title=["x"],
        hubs=5,
        authors="Ada",
        items=[
            None,
            3,
            {"id": None, "title": "kept", "tags": {"a": 1}, "attachments": [1, None, {"url": 7}]},
        ],
    )
    assert [item.title for item in feed.items] == ["kept"]
