"""Feeds that are not quite XML, not quite UTF-8, or not meant well."""

import gzip
import time

import pytest

from potluck.channels.feeds.reading.parse import Item, parse
from potluck.lib.errors import Malformed

HERE = "https://ada.example/feed"


def only(body: bytes, content_type: str = "") -> Item:
    (item,) = parse(body, url=HERE, content_type=content_type).items
    return item


def rss(inside: bytes, before: bytes = b"") -> bytes:
    return before + b"<rss version='2.0'><channel><title>T</title>" + inside + b"</channel></rss>"


def told(inside: bytes, before: bytes = b"", content_type: str = "") -> str:
    item = only(
        rss(b"<item><guid>1</guid><description>" + inside + b"</description></item>", before), content_type
    )
    return item.html + item.text


def test_entities_nobody_declared_do_not_cut_the_text_off() -> None:
    assert told(b"caf&eacute;&hellip; and &nbsp;more") == "café… and \xa0more"


def test_loose_ampersands_do_not_cut_the_text_off() -> None:
    assert told(b"salt & pepper &c at x?a=1&b=2") == "salt & pepper &c at x?a=1&b=2"


def test_what_stands_in_cdata_is_left_as_it_is() -> None:
    assert (
        told(b"<![CDATA[<p>1&nbsp;&amp;&nbsp;2 & 3</p>]]> &amp; &copy;")
        == "<p>1&nbsp;&amp;&nbsp;2 & 3</p> & ©"
    )


def test_control_characters_are_dropped() -> None:
    assert told(b"one\x0btwo<![CDATA[\x00three]]>") == "onetwothree"


@pytest.mark.parametrize(
    ("declared", "written", "header"),
    [
        ("utf-8", "utf-8", ""),
        ("iso-8859-1", "utf-8", ""),
        ("utf-8", "cp1252", ""),
        ("", "cp1252", ""),
        ("windows-1252", "cp1252", ""),
        ("", "utf-16", ""),
        ("utf-16", "utf-8", ""),
        ("nonsense", "utf-8", "text/xml; charset=iso-8859-1"),
    ],
)
def test_the_encoding_is_found_even_if_the_declaration_lies(declared: str, written: str, header: str) -> None:
    encoding = f" encoding='{declared}'" if declared else ""
    body = rss("<item><guid>1</guid><title>Grüße, naïve café</title></item>".encode()).decode()
    assert only(f"<?xml version='1.0'{encoding}?>{body}".encode(written), header).title == "Grüße, naïve café"


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("koi8-r", "Привет, мир"),
        ("shift_jis", "日本語の話"),
        ("iso-2022-jp", "日本語の話"),
        ("gb2312", "中文"),
    ],
)
def test_declared_encodings_of_other_alphabets_are_read(encoding: str, words: str) -> None:
    body = f"<?xml version='1.0' encoding='{encoding}'?>" + rss(b"<item><title>@</title></item>").decode()
    assert only(body.replace("@", words).encode(encoding)).title == words


def test_an_encoding_only_the_server_tells_is_read() -> None:
    body = rss(b"<item><title>@</title></item>").decode().replace("@", "Привет")
    assert only(body.encode("koi8-r"), "application/rss+xml; charset=koi8-r").title == "Привет"


def test_a_truncated_feed_gives_what_arrived() -> None:
    body = rss(b"<item><title>one</title></item><item><title>two</title><description>begun and nev")[:-16]
    assert parse(body, url=HERE).items[0].title == "one"


def test_warnings_printed_around_a_feed_do_not_matter() -> None:
    body = (
        b"\nWarning: foo in bar\n<?xml version='1.0'?>"
        + rss(b"<item><title>a</title></item>")
        + b"<script>x</script>"
    )
    assert only(body).title == "a"


def test_a_packed_body_is_unpacked() -> None:
    assert only(gzip.compress(rss(b"<item><title>a</title></item>"), mtime=0)).title == "a"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "This feed is empty"),
        (b"<!DOCTYPE html><html><body>Hello</body></html>", "This page is not a feed"),
        (b"<html><head><title>x</title>", "This page is not a feed"),
        (b"just words", "This page is not a feed"),
        (b"<opml><body><outline/></body></opml>", "list of feeds"),
        (b"<urlset><url><loc>https://x.example</loc></url></urlset>", "This page is not a feed"),
        (b'{"a": 1}', "This page is not a feed"),
        (b'{"items": [', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (gzip.compress(b"<rss>", mtime=0)[:-9], "This feed"),
        (gzip.compress(b" " * 20_000_000), "16 MB"),
        (b"\x1f\x8bnot gzip at all", "damaged"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(Malformed, match=sentence) as told:
        parse(body, url=HERE)
    assert str(told.value).endswith(".")


def test_files_of_this_machine_are_not_read_into_a_feed() -> None:
    declared = b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY y 'yes]'>]>"
    assert "root" not in told(b"a &x; b &y; c", declared)
    with pytest.raises(Malformed):
        parse(b"/etc/passwd", url=HERE)


LAUGHS = b"<!DOCTYPE r [<!ENTITY a 'ha'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (code + 1, b"&%c;" % code * 20) for code in range(97, 110)
)


@pytest.mark.parametrize(
    "body",
    [
        rss(b"<item><title>&m;</title><description>&k;</description></item>", LAUGHS + b"]>"),
        rss(b"<item><description>" + b"<a>" * 300_000 + b"</a>" * 300_000 + b"</description></item>"),
        rss(b"<item><description>" + b"<a>" * 300_000),
        rss(b"<item><description>" + b"<" * 300_000),
        rss(b"<item><description>" + b"<![CDATA[" * 100_000),
        b"<rss " + b" ".join(b"a%d='b'" % number for number in range(100_000)) + b"/>",
        rss(b"<item><title>" + b"&lt;script&gt;" * 100_000 + b"</title></item>"),
        rss(
            b"<item><description>x</description><content>" + b"&lt;script&gt;" * 50_000 + b"</content></item>"
        ),
        rss(b"<item><pubDate>" + b"1 " * 500_000 + b"</pubDate></item>"),
        b"<!DOCTYPE " * 100_000,
        b"<!--" * 300_000,
    ],
    ids=lambda body: body[-30:].decode("ascii", "replace"),
)
def test_a_feed_built_to_take_forever_does_not(body: bytes) -> None:
    start = time.process_time()
    try:
        parse(body, url=HERE)
    except Malformed as refusal:
        assert str(refusal).endswith(".")
    assert time.process_time() - start < 5
