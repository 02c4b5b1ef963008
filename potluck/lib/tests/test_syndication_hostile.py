"""Whatever people write, the feed stays a feed and nothing legal is lost."""

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from potluck.lib.feedwriter import Enclosure, Subscription, absolute, atom, excerpt, json_feed, opml, rss
from potluck.lib.feedwriter.text import link
from potluck.lib.tests.a_feed import FEED, HERE, NOTE
from potluck.lib.tests.valid import ATOM, wrong_atom, wrong_json_feed, wrong_opml, wrong_rss

NASTY = ["]]>", "<", "&", "&amp;", '"', "'", "<!--", "-->", "<![CDATA[", "</entry>", "{{x}}", "%", "\xa0"]
NASTY += ["\x00", "\x1b", "\x85", "\ud800", "\udfff", "\ufffe", "\r\n", "\r", "\u2028", "e\u0301"]
NASTY += ["שלום", "\u202eright", "🧑\u200d🌾", "𠮷"]
texts = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=5)), max_size=8).map("".join)
addresses = st.one_of(st.just(f"{HERE}/x"), texts.map(lambda text: f"https://a.example/{text}"), texts)
moments = st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (its own zone comes)
items = st.builds(
    replace,
    st.just(NOTE),
    id=addresses,
    published=moments,
    updated=moments,
    title=texts,
    html=texts,
    summary=texts,
    author_name=texts,
    author_url=addresses,
    tags=st.lists(texts, max_size=3),
    language=texts,
    external_url=addresses,
    about_url=addresses,
    via_name=texts,
    via_url=addresses,
    reason=texts,
    in_reply_to=addresses,
    enclosures=st.lists(st.builds(Enclosure, addresses, texts, st.integers()), max_size=2),
    is_excerpt=st.booleans(),
)
feeds = st.builds(
    replace,
    st.just(FEED),
    id=addresses,
    title=texts,
    subtitle=texts,
    language=texts,
    author_name=texts,
    icon=addresses,
    items=st.lists(items, max_size=3),
)


def legal(text: str) -> str:
    """What XML may hold of this, C1 controls left out; lines end as XML ends them."""
    kept = "".join(c for c in text if c in "\t\n\r" or unicodedata.category(c) not in ("Cc", "Cs"))
    return kept.replace("\ufffe", "").replace("\uffff", "").replace("\r\n", "\n").replace("\r", "\n")


def line(text: str) -> str:
    return " ".join(legal(text).split())


@settings(max_examples=60, deadline=None)
@given(feeds)
def test_no_text_breaks_a_feed(feed: object) -> None:
    assert wrong_atom(atom(feed)) == []
    assert wrong_rss(rss(feed)) == []
    assert wrong_json_feed(json_feed(feed)) == []


@settings(max_examples=60, deadline=None)
@given(texts)
@example("a]]>b\x00\ud83d\ude00 \u202eשלום\u202c 𠮷 <script>alert(1)</script> &lt; &#0;")
@example("one\r\ntwo\rthree")
def test_nothing_legal_is_lost_from_the_content(html: str) -> None:
    feed = replace(FEED, items=[replace(NOTE, html=html, summary="", title="t")])
    said = legal(html) if line(html) else ""
    assert (etree.fromstring(atom(feed)).findtext(f".//{ATOM}content") or "") == said
    content = "{http://purl.org/rss/1.0/modules/content/}encoded"
    assert (etree.fromstring(rss(feed)).findtext(f".//{content}") or "") == said
    assert json.loads(json_feed(feed))["items"][0].get("content_html", "") == said


@settings(max_examples=60, deadline=None)
@given(texts)
@example("  <b>two</b>\t\nlines & \x07 bells  ")
def test_nothing_legal_is_lost_from_a_title(title: str) -> None:
    feed = replace(FEED, items=[replace(NOTE, title=title, html="<p>said</p>")])
    said = line(title)
    assert etree.fromstring(atom(feed)).findtext(f"{ATOM}entry/{ATOM}title") == (said or "said")
    assert (etree.fromstring(rss(feed)).findtext("channel/item/title") or "") == said
    assert json.loads(json_feed(feed))["items"][0].get("title", "") == said


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(Subscription, texts, addresses, addresses, texts, st.lists(texts, max_size=2)), max_size=3
    )
)
def test_no_text_breaks_a_list(subscriptions: list[Subscription]) -> None:
    assert wrong_opml(opml("A list", "Cleo", subscriptions)) == []


@pytest.mark.parametrize("write", [atom, rss, json_feed])
def test_the_same_feed_is_the_same_bytes(write: object) -> None:
    assert write(FEED) == write(replace(FEED, items=tuple(FEED.items)))


@pytest.mark.parametrize("write", [atom, rss, json_feed])
def test_the_same_thing_appears_once(write: object) -> None:
    twice = replace(FEED, items=[NOTE, replace(NOTE, title="again")])
    assert write(twice) == write(replace(FEED, items=[NOTE]))


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&e=f#g"),
        ("HTTPS://bücher.example/ä b", "https://xn--bcher-kva.example/%C3%A4%20b"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("https://a.example/%C3%A4", "https://a.example/%C3%A4"),
        ("https://a.example/[x]|{y}#a#b", "https://a.example/%5Bx%5D%7C%7By%7D#a%23b"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//a.example/", None),
        ("/posts/1", None),
        ("https://", None),
        ("https://a b/", None),
        ("http://[::1/", None),
        ("", None),
        (None, None),
    ],
)
def test_only_addresses_of_the_web_become_links(said: str | None, address: str | None) -> None:
    assert link(said) == address


def test_an_excerpt_is_plain_words() -> None:
    assert excerpt("<p>Soil&nbsp;&amp; <b>seed</b></p><p>more</p>") == "Soil & seed more"
    assert excerpt("<p>one two three four</p>", 12) == "one two…"


def test_addresses_from_the_root_are_made_whole() -> None:
    html = '<a href="/tags/soil">soil</a> <img alt="" src="/files/9"> <a href="//a.example/">a</a> href="/x'
    assert absolute(html, HERE) == (
        f'<a href="{HERE}/tags/soil">soil</a> <img alt="" src="{HERE}/files/9"> '
        f'<a href="//a.example/">a</a> href="{HERE}/x'
    )
