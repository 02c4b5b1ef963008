"""Atom is what RFC 4287 says, and says all we know."""

import calendar
from dataclasses import replace

import feedparser
import pytest
from lxml import etree

from potluck.lib.feedwriter import atom
from potluck.lib.tests.a_feed import ARTICLE, EMPTY, FEED, HERE, NOON, NOTE
from potluck.lib.tests.valid import ATOM, GRAMMAR, wrong_atom

MINIMAL = (
    "<id>urn:a:b</id><title>t</title><updated>2026-03-01T12:00:00Z</updated><author><name>Ada</name></author>"
)
ENTRY = (
    "<entry><id>urn:a:c</id><title>t</title><updated>2026-03-01T12:00:00Z</updated>"
    "<content>said</content></entry>"
)


def document(inside: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{inside}</feed>'.encode()


@pytest.mark.parametrize(
    "inside",
    [
        MINIMAL,
        MINIMAL + ENTRY,
        MINIMAL + '<x:y xmlns:x="urn:x"><x:z a="b">more</x:z></x:y>' + ENTRY,
        MINIMAL + '<link href="/here"/><link rel="self" href="https://a.example/" type="text/html"/>',
        MINIMAL + '<link rel="http://a.example/rel" href="https://a.example/"/>',
        MINIMAL
        + ENTRY.replace("<content>said</content>", '<content type="image/png" src="/a.png"/><summary/>'),
        MINIMAL.replace("12:00:00Z", "12:00:00.25+05:30"),
    ],
)
def test_the_grammar_accepts_what_the_rfc_allows(inside: str) -> None:
    assert wrong_atom(document(inside)) == []


@pytest.mark.parametrize(
    "inside",
    [
        MINIMAL.replace("<id>urn:a:b</id>", ""),
        MINIMAL.replace("<title>t</title>", ""),
        MINIMAL.replace("<updated>2026-03-01T12:00:00Z</updated>", ""),
        MINIMAL + "<id>urn:a:b</id>",
        MINIMAL + "<title>again</title>",
        MINIMAL + "<subtitle>a</subtitle><subtitle>b</subtitle>",
        MINIMAL.replace("urn:a:b", "not an iri"),
        MINIMAL.replace("12:00:00Z", "12:00:00"),
        MINIMAL.replace("T12:00:00Z", ""),
        MINIMAL.replace("-03-01", "-02-30"),
        MINIMAL.replace("<name>Ada</name>", ""),
        MINIMAL.replace("<name>Ada</name>", "<name>Ada</name><name>Eve</name>"),
        MINIMAL.replace("</author>", "<email>nobody</email></author>"),
        MINIMAL + "<link/>",
        MINIMAL + '<link href="a b"/>',
        MINIMAL + '<link rel="two words" href="/"/>',
        MINIMAL + '<link href="/" length="-1"/>',
        MINIMAL + "<category/>",
        MINIMAL + "<novelty/>",
        MINIMAL + '<title type="markdown">t</title>',
        MINIMAL + ENTRY + ENTRY.replace("<id>urn:a:c</id>", ""),
        MINIMAL + ENTRY.replace("</entry>", "<content>twice</content></entry>"),
        MINIMAL + ENTRY.replace("</entry>", "<published>yesterday</published></entry>"),
        MINIMAL + ENTRY.replace("</entry>", "<novelty/></entry>"),
        MINIMAL + ENTRY.replace("<content>", '<content type="html"><b>x</b>'),
        ENTRY + MINIMAL,
    ],
)
def test_the_grammar_rejects_what_the_rfc_forbids(inside: str) -> None:
    assert not GRAMMAR.validate(etree.fromstring(document(inside)))


@pytest.mark.parametrize(
    "inside",
    [
        MINIMAL.replace("<author><name>Ada</name></author>", "") + ENTRY,
        MINIMAL + ENTRY.replace("<content>said</content>", ""),
        MINIMAL + ENTRY + ENTRY,
        MINIMAL + '<link href="/a"/><link href="/b"/>',
        MINIMAL + ENTRY.replace("<content>said</content>", '<content type="image/png" src="/a.png"/>'),
    ],
)
def test_the_rules_reject_what_only_the_prose_forbids(inside: str) -> None:
    assert GRAMMAR.validate(etree.fromstring(document(inside)))
    assert wrong_atom(document(inside))


@pytest.mark.parametrize("feed", [FEED, EMPTY, replace(EMPTY, items=[ARTICLE]), replace(FEED, title="")])
def test_what_we_write_is_valid(feed: object) -> None:
    assert wrong_atom(atom(feed)) == []


def test_a_reader_finds_everything_again() -> None:
    read = feedparser.parse(atom(FEED))
    assert (read.feed.title, read.feed.subtitle) == (FEED.title, FEED.subtitle)
    assert (read.feed.id, read.feed.link, read.feed.icon) == (FEED.id, FEED.home_url, FEED.icon)
    note, article, excerpt = read.entries
    assert [entry.id for entry in read.entries] == [item.id for item in FEED.items]
    assert note.link == NOTE.url
    assert (note.author, note.author_detail.href) == (NOTE.author_name, NOTE.author_url)
    assert [tag.term for tag in note.tags] == ["soil", "worms"]
    assert calendar.timegm(note.published_parsed) == NOON.timestamp()
    assert calendar.timegm(note.updated_parsed) == NOTE.updated.timestamp()
    assert [(file.href, file.type) for file in note.enclosures] == [
        (file.url, file.type) for file in NOTE.enclosures
    ]
    assert note.content[0].value == NOTE.html
    assert article.title == ARTICLE.title
    assert calendar.timegm(article.published_parsed) == ARTICLE.published.timestamp()
    assert article.summary == "Buy a lid."
    assert article.content[0].value.endswith(ARTICLE.html)
    assert not excerpt.get("content") and excerpt.summary == "<p>It began with a smell…</p>"


def test_what_lives_elsewhere_links_home_and_replies_here() -> None:
    entry = etree.fromstring(atom(FEED)).findall(f"{ATOM}entry")[1]
    links = {link.get("rel"): link.get("href") for link in entry.findall(f"{ATOM}link")}
    assert links == {
        "alternate": ARTICLE.external_url,
        "replies": ARTICLE.url,
        "via": ARTICLE.via_url,
    }


def test_a_bookmark_names_what_it_is_about() -> None:
    feed = replace(FEED, items=[replace(NOTE, about_url="https://soil.example/über uns?q=ä")])
    related = etree.fromstring(atom(feed)).find(f".//{ATOM}link[@rel='related']")
    assert related.get("href") == "https://soil.example/%C3%BCber%20uns?q=%C3%A4"


def test_an_answer_names_what_it_answers() -> None:
    reply = etree.fromstring(atom(FEED)).find(".//{http://purl.org/syndication/thread/1.0}in-reply-to")
    assert reply.get("ref") == reply.get("href") == f"{HERE}/posts/1"


def test_the_reason_opens_the_content() -> None:
    content = etree.fromstring(atom(FEED)).findall(f"{ATOM}entry")[1].findtext(f"{ATOM}content")
    assert content == f"<p><small>You follow Ada</small></p>\n{ARTICLE.html}"


@pytest.mark.parametrize(
    ("item", "title"),
    [
        (replace(NOTE, title="Its own"), "Its own"),
        (NOTE, "Worms like coffee grounds & shade, it turns out."),
        (replace(NOTE, html="<p>" + "word " * 40), "word " * 15 + "word…"),
        (replace(NOTE, html="<p>" + "土" * 100), "土" * 79 + "…"),
        (replace(NOTE, summary="a < b > c", html=""), "a < b > c"),
        (replace(NOTE, html='<img src="/a.png" alt="">'), "Ada Łovelace"),
        (replace(NOTE, html="", author_name="\x00"), NOTE.url),
    ],
)
def test_every_entry_has_a_title(item: object, title: str) -> None:
    entry = etree.fromstring(atom(replace(FEED, items=[item]))).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == title


def test_paging_goes_on_where_it_says() -> None:
    following = etree.fromstring(atom(FEED)).find(f"{ATOM}link[@rel='next']")
    assert following.get("href") == FEED.next_url
    assert etree.fromstring(atom(EMPTY)).find(f"{ATOM}link[@rel='next']") is None
