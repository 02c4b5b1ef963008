"""JSON Feed 1.1, field by field."""

import json
from dataclasses import replace

import pytest

from potluck.lib.feedwriter import json_feed
from potluck.lib.tests.a_feed import ARTICLE, EMPTY, EXCERPT, FEED, NOTE
from potluck.lib.tests.valid import wrong_json_feed

GOOD = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "t",
    "items": [{"id": "1", "content_text": "", "_own": {}}],
}


def test_the_rules_accept_a_plain_feed() -> None:
    assert wrong_json_feed(json.dumps(GOOD).encode()) == []


@pytest.mark.parametrize(
    "broken",
    [
        GOOD | {"version": "https://jsonfeed.org/version/1"},
        GOOD | {"title": None},
        GOOD | {"novelty": 1},
        GOOD | {"feed_url": "/feed"},
        GOOD | {"items": [{"content_text": ""}]},
        GOOD | {"items": [{"id": 1, "content_text": ""}]},
        GOOD | {"items": [{"id": "1"}]},
        GOOD | {"items": GOOD["items"] * 2},
        GOOD | {"items": [{"id": "1", "content_text": "", "date_published": "2026-03-01"}]},
        GOOD | {"items": [{"id": "1", "content_text": "", "attachments": [{"url": "https://a.example/"}]}]},
        GOOD | {"items": [{"id": "1", "content_text": "", "authors": [{}]}]},
        GOOD | {"items": [{"id": "1", "content_text": "", "_own": 3}]},
    ],
)
def test_the_rules_reject_a_broken_feed(broken: dict[str, object]) -> None:
    assert wrong_json_feed(json.dumps(broken).encode())


@pytest.mark.parametrize("feed", [FEED, EMPTY, replace(EMPTY, items=[ARTICLE]), replace(FEED, title="")])
def test_what_we_write_is_valid(feed: object) -> None:
    assert wrong_json_feed(json_feed(feed)) == []


def test_a_reader_finds_everything_again() -> None:
    read = json.loads(json_feed(FEED))
    assert (read["title"], read["description"], read["language"]) == (FEED.title, FEED.subtitle, "en")
    assert (read["home_page_url"], read["feed_url"]) == (FEED.home_url, FEED.self_url)
    assert (read["next_url"], read["icon"]) == (FEED.next_url, FEED.icon)
    note, article, excerpt = read["items"]
    assert note == {
        "id": NOTE.id,
        "url": NOTE.url,
        "content_html": NOTE.html,
        "date_published": "2026-03-01T12:00:00Z",
        "date_modified": "2026-03-01T14:00:00Z",
        "authors": [{"name": "Ada Łovelace", "url": NOTE.author_url}],
        "tags": ["soil", "worms"],
        "attachments": [
            {"url": NOTE.enclosures[0].url, "mime_type": "image/png", "size_in_bytes": 1234},
            {"url": NOTE.enclosures[1].url, "mime_type": "audio/ogg"},
        ],
        "_potluck": {"in_reply_to": NOTE.in_reply_to},
    }
    assert (article["url"], article["external_url"]) == (ARTICLE.url, ARTICLE.external_url)
    assert (article["title"], article["summary"], article["language"]) == (ARTICLE.title, "Buy a lid.", "fr")
    assert article["_potluck"] == {"reason": "You follow Ada"}
    assert article["date_published"] == "2026-02-27T18:00:00Z"
    assert excerpt["content_html"] == EXCERPT.html


def test_a_post_without_html_has_its_words_as_text() -> None:
    read = json.loads(json_feed(replace(EMPTY, items=[replace(NOTE, html="", title="Just this")])))
    assert read["items"][0]["content_text"] == "Just this"
