"""Whatever bytes come: a result or a sentence, never anything else."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from potluck.channels.feeds.importing import bookmarks, opml
from potluck.channels.feeds.reading.parse import parse
from potluck.channels.feeds.sources import discover
from potluck.lib.errors import Malformed

PIECES = [
    *(
        "<rss>",
        "<channel>",
        "<item>",
        "</item>",
        "<title>",
        "</title>",
        "<link>",
        "<guid>7</guid>",
        "</channel></rss>",
    ),
    *(
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "<entry>",
        "<content type='xhtml'>",
        "<link href='http://['/>",
    ),
    *(
        "<content:encoded>",
        "<rdf:RDF>",
        "<pubDate>99 Foo 0000 99:99</pubDate>",
        "<updated>9999-12-31T23:59:59-23:59",
    ),
    *(
        "</entry></feed>",
        "<?xml version='1.0' encoding='x'?>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>",
        "&b;",
        "&nbsp;",
        "&#0;",
    ),
    *(
        "<opml><body>",
        "<outline text='",
        "xmlUrl='http://a/'",
        "'/>",
        "</outline>",
        "feed:",
        "<dl>",
        "<dt>",
        "<dd>",
    ),
    *(
        "<a href='http://a/'",
        " add_date='99999999999999999'",
        " tags=',,'",
        ">",
        "<h3>",
        "</dl>",
        "<posts><post href=''",
    ),
    *(
        '{"items": [',
        '{"id": 1e999, "tags": [[]]}',
        ",",
        "]}",
        "<link rel=alternate type=application/rss+xml href=",
        "\x00",
    ),
    *(
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&",
        "<",
        "\ufeff",
        "é",
        "\ud7ff",
        "&#xD800;",
        "&#99999999;",
        "<base href=x:>",
    ),
]
bodies = st.one_of(
    st.binary(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=25).map(lambda pieces: "".join(pieces).encode()),
    st.lists(st.sampled_from(PIECES), max_size=12).map(lambda pieces: "".join(pieces).encode("utf-16")),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=20).map(
        lambda pieces: "".join(pieces).encode("latin-1", "replace")
    ),
)


def read_feed(body: bytes) -> object:
    return parse(body, url="https://ada.example/feed")


@pytest.mark.parametrize("read", [read_feed, opml.read, bookmarks.read], ids=["feed", "opml", "bookmarks"])
@given(body=bodies)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_read_or_refused_with_a_sentence(read: Callable[[bytes], object], body: bytes) -> None:
    try:
        assert read(body) is not None
    except Malformed as refusal:
        assert str(refusal)[-1] in ".?"


@given(body=bodies)
@settings(max_examples=200, deadline=None)
def test_any_page_is_looked_at_without_complaint(body: bytes) -> None:
    page = discover.look(body, "https://ada.example/")
    assert all(one.url.lower().startswith(("http://", "https://")) for one in page.feeds)


@given(address=st.one_of(st.text(max_size=60), st.text(max_size=30).map(lambda text: f"https://{text}")))
@settings(deadline=None)
def test_any_address_can_be_guessed_from(address: str) -> None:
    assert all(one.startswith(("http://", "https://")) for one in discover.guesses(address))
