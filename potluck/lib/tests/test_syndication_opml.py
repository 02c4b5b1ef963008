"""OPML 2.0 that other readers import."""

import pytest
from lxml import etree

from potluck.lib.feedwriter import Subscription, opml
from potluck.lib.tests.a_feed import NOON
from potluck.lib.tests.valid import wrong_opml

LIST = [
    Subscription(
        "Ada & the <worms>", "https://ada.example/atom", "https://ada.example/", "On soil", ["soil", "a/b"]
    ),
    Subscription("", "https://ben.example/rss"),
    Subscription("Nowhere", "javascript:alert(1)"),
]


def outlines(data: bytes) -> list[dict[str, str]]:
    return [dict(outline.attrib) for outline in etree.fromstring(data).iter("outline")]


def test_every_feed_is_there_and_valid() -> None:
    data = opml("What Cleo follows", "Cleo", LIST, NOON)
    assert wrong_opml(data) == []
    head = etree.fromstring(data).find("head")
    assert (head.findtext("title"), head.findtext("ownerName")) == ("What Cleo follows", "Cleo")
    assert head.findtext("dateModified") == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert outlines(data) == [
        {
            "type": "rss",
            "text": "Ada & the <worms>",
            "title": "Ada & the <worms>",
            "xmlUrl": "https://ada.example/atom",
            "htmlUrl": "https://ada.example/",
            "description": "On soil",
            "category": "soil,a b",
        },
        {
            "type": "rss",
            "text": "https://ben.example/rss",
            "title": "https://ben.example/rss",
            "xmlUrl": "https://ben.example/rss",
        },
    ]


def test_an_empty_list_is_valid_and_follows_nothing() -> None:
    data = opml("What Cleo follows", "Cleo", [])
    assert wrong_opml(data) == []
    assert outlines(data) == [{"text": "What Cleo follows"}]


@pytest.mark.parametrize(
    "broken",
    [
        b'<opml version="1.0"><head/><body><outline text="a"/></body></opml>',
        b'<opml version="2.0"><body><outline text="a"/></body></opml>',
        b'<opml version="2.0"><head/><body/></opml>',
        b'<opml version="2.0"><head/><body><outline/></body></opml>',
        b'<opml version="2.0"><head/><body><outline text="a" title="a" type="rss"/></body></opml>',
        b'<opml version="2.0"><head><dateCreated>now</dateCreated></head><body><outline text="a"/></body></opml>',
    ],
)
def test_the_rules_reject_a_broken_list(broken: bytes) -> None:
    assert wrong_opml(broken)
