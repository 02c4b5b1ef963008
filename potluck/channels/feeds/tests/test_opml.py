"""Subscription lists come in whole, and what does not is told."""

import pytest

from potluck.channels.feeds.importing.opml import read
from potluck.lib.errors import Malformed


def opml(inside: str) -> bytes:
    return f"<?xml version='1.0'?><opml><head><title>x</title></head><body>{inside}</body></opml>".encode()


def test_folders_and_categories_become_tags() -> None:
    found = read(
        opml(
            "<outline text='Gardens'><outline text='Soil'>"
            "<outline type='rss' text='Ada' xmlUrl='https://ada.example/feed' htmlUrl='https://ada.example/'"
            " category='/Worms/Deep,compost'/></outline></outline>"
            "<outline text='Ben' XMLURL='https://ben.example/rss'/>"
        )
    )
    ada, ben = found.entries
    assert (ada.title, ada.url, ada.html_url) == ("Ada", "https://ada.example/feed", "https://ada.example/")
    assert ada.tags == ("Gardens", "Soil", "Worms", "Deep", "compost")
    assert (ben.title, ben.tags, found.skipped) == ("Ben", (), ())


def test_what_a_feed_reader_says_with_its_own_scheme_is_understood() -> None:
    outlines = "<outline xmlUrl='feed://a.example/1'/><outline xmlUrl='feed:https://a.example/2'/>"
    assert [one.url for one in read(opml(outlines)).entries] == ["http://a.example/1", "https://a.example/2"]


def test_a_feed_in_two_folders_is_one_with_both_tags_and_is_told() -> None:
    feed = "<outline text='Ada' xmlUrl='https://ada.example/feed'/>"
    found = read(opml(f"<outline text='A'>{feed}</outline><outline text='B'>{feed}</outline>"))
    assert [one.tags for one in found.entries] == [("A", "B")]
    assert [one.what for one in found.skipped] == ["Ada"]


def test_what_is_left_out_is_told_in_sentences() -> None:
    found = read(
        opml(
            "<outline type='rss' text='No address'/><outline type='include' text='More' url='https://x.example/o'/>"
            "<outline text='Odd' xmlUrl='mailto:ada@ada.example'/><outline text='Just a heading'/>"
        )
    )
    assert [one.what for one in found.skipped] == ["No address", "More", "Odd"]
    assert all(one.why.endswith(".") for one in found.skipped)


def test_a_page_without_its_feed_is_kept_for_looking_up() -> None:
    (one,) = read(opml("<outline type='rss' text='Ada' htmlUrl='https://ada.example/'/>")).entries
    assert one.url == "https://ada.example/"


@pytest.mark.parametrize(
    "inside",
    [
        "<outline text='Salt & pepper' xmlUrl='https://ada.example/?a=1&b=2'/>",
        "<outline text='Salt &amp; pepper' xmlUrl='https://ada.example/?a=1&amp;b=2'>",
        '<outline text="Salt & pepper" description="He said "so" and <a href="x">left</a>"'
        ' xmlUrl="https://ada.example/?a=1&b=2"/>\n  <outline text="other"/>',
        "<outline text='Salt &amp; pepper' xmlUrl='https://ada.example/?a=1&amp;b=2'/></outline></outline>",
        "\x0b<outline text='Salt &amp; pepper' xmlUrl='https://ada.example/?a=1&amp;b=2'/><outline text='cut o",
    ],
)
def test_a_broken_list_gives_what_is_in_it(inside: str) -> None:
    (one,) = read(opml(inside)).entries
    assert (one.title, one.url) == ("Salt & pepper", "https://ada.example/?a=1&b=2")


def test_addresses_in_a_stretch_beyond_repair_are_still_found() -> None:
    found = read(
        b"<opml><body><outline text='a' xmlUrl='https://a.example/'/></opml>< <<outline xmlUrl=\"https://b.example/\">"
    )
    assert [one.url for one in found.entries] == ["https://a.example/", "https://b.example/"]


def test_folders_nested_too_deep_for_the_parser_lose_no_feed() -> None:
    deep = "<outline text='x'>" * 1000 + "<outline text='Ada' xmlUrl='https://ada.example/feed'/>"
    assert [one.url for one in read(opml(deep)).entries] == ["https://ada.example/feed"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_other_encodings_are_read(encoding: str) -> None:
    text = "<opml><body><outline text='Grüße' xmlUrl='https://ada.example/feed'/></body></opml>"
    assert read(text.encode(encoding)).entries[0].title == "Grüße"


def test_files_of_this_machine_are_not_read_into_a_list() -> None:
    bomb = b"<!DOCTYPE o [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    body = bomb + b"<opml><body><outline text='a&x;b' xmlUrl='https://ada.example/feed'/></body></opml>"
    assert "root" not in read(body).entries[0].title


@pytest.mark.parametrize("body", [b"", b"hello", b"<html></html>", b"<opml/>", b"\x1f\x8bx"])
def test_a_file_without_subscriptions_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(Malformed):
        read(body)


def test_characters_that_are_none_are_refused_with_a_sentence() -> None:
    with pytest.raises(Malformed):
        read(b"<outline :='&#xD800;'")
