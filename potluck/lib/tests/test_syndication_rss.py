"""RSS 2.0 as readers have come to expect it."""

import calendar
from dataclasses import replace

import feedparser
import pytest
from lxml import etree

from potluck.lib.feedwriter import rss
from potluck.lib.tests.a_feed import ARTICLE, EMPTY, EXCERPT, FEED, NOON, NOTE
from potluck.lib.tests.valid import wrong_rss

GOOD = (
    "<title>t</title><link>https://a.example/</link><description>d</description>"
    '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="https://a.example/rss"/>'
)
ITEM = '<item><title>t</title><guid isPermaLink="false">x</guid></item>'


def document(inside: str) -> bytes:
    return f'<rss version="2.0"><channel>{inside}</channel></rss>'.encode()


def test_the_rules_accept_a_plain_feed() -> None:
    assert wrong_rss(document(GOOD + ITEM)) == []


@pytest.mark.parametrize(
    "inside",
    [
        GOOD.replace("<title>t</title>", ""),
        GOOD.replace("<description>d</description>", ""),
        GOOD.replace("https://a.example/<", "/<"),
        GOOD + "<link>https://a.example/</link>",
        GOOD + "<lastBuildDate>2026-03-01T12:00:00Z</lastBuildDate>",
        GOOD + "<lastBuildDate>Mon, 01 Mar 2026 12:00:00 GMT</lastBuildDate>",
        GOOD + ITEM + ITEM,
        GOOD + ITEM.replace("<title>t</title>", ""),
        GOOD + ITEM.replace("false", "true"),
        GOOD + ITEM.replace("</item>", "<author>Ada</author></item>"),
        GOOD + ITEM.replace("</item>", '<enclosure url="https://a.example/" type="a/b"/></item>'),
    ],
)
def test_the_rules_reject_a_broken_feed(inside: str) -> None:
    assert wrong_rss(document(inside))


@pytest.mark.parametrize("feed", [FEED, EMPTY, replace(EMPTY, items=[ARTICLE]), replace(FEED, title="")])
def test_what_we_write_is_valid(feed: object) -> None:
    assert wrong_rss(rss(feed)) == []


def test_a_reader_finds_everything_again() -> None:
    read = feedparser.parse(rss(FEED))
    assert (read.feed.title, read.feed.subtitle, read.feed.link) == (FEED.title, FEED.subtitle, FEED.home_url)
    note, article, excerpt = read.entries
    assert [entry.id for entry in read.entries] == [item.id for item in FEED.items]
    assert [entry.link for entry in read.entries] == [NOTE.url, ARTICLE.external_url, EXCERPT.external_url]
    assert note.author == NOTE.author_name
    assert [tag.term for tag in note.tags] == ["soil", "worms"]
    assert calendar.timegm(note.published_parsed) == NOON.timestamp()
    assert note.content[0].value == NOTE.html
    assert note.summary == "Worms like coffee grounds &amp; shade, it turns out."
    assert "title" not in note
    assert [(file.href, file.length) for file in note.enclosures] == [(NOTE.enclosures[0].url, "1234")]
    assert article.title == ARTICLE.title
    assert article.comments == ARTICLE.url
    assert article.content[0].value == f"<p><small>You follow Ada</small></p>\n{ARTICLE.html}"
    assert not excerpt.get("content") and excerpt.summary == EXCERPT.html


def test_an_edit_keeps_the_date_and_says_when() -> None:
    item = etree.fromstring(rss(FEED)).find("channel/item")
    assert item.findtext("pubDate") == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert item.findtext("{http://www.w3.org/2005/Atom}updated") == "2026-03-01T14:00:00Z"


def test_only_a_page_of_the_same_name_is_a_permalink() -> None:
    guids = etree.fromstring(rss(FEED)).findall("channel/item/guid")
    assert [guid.get("isPermaLink") for guid in guids] == ["true", "false", "true"]


def test_an_item_without_any_words_still_has_some() -> None:
    bare = replace(EMPTY, items=[replace(NOTE, html="", author_name="")])
    assert wrong_rss(rss(bare)) == []
    assert etree.fromstring(rss(bare)).findtext("channel/item/description") == NOTE.url
