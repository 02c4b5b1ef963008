"""Bookmark files of many makers come in with their tags, notes, dates and privacy."""

import json
from datetime import UTC, datetime

import pytest

from potluck.channels.feeds.importing.bookmarks import read
from potluck.lib.errors import Malformed

HEAD = "<!DOCTYPE NETSCAPE-Bookmark-file-1><META CONTENT='text/html; charset=UTF-8'><H1>Bookmarks</H1>\n"


def netscape(inside: str) -> bytes:
    return f"{HEAD}<DL><p>{inside}</DL><p>".encode()


def test_a_bookmark_keeps_everything_it_says() -> None:
    found = read(
        netscape(
            '<DT><A HREF="https://ada.example/?a=1&amp;b=2" ADD_DATE="1583229600" PRIVATE="1" TAGS="soil,deep worms">'
            "Worms &amp; <b>soil</b></A>\n<DD>First line\n- second &lt;line&gt;\n<DT><A HREF=https://ben.example>Ben</A>"
        )
    )
    first, second = found.items
    assert (first.url, first.title) == ("https://ada.example/?a=1&b=2", "Worms & soil")
    assert (first.tags, first.private) == (("soil", "deep worms"), True)
    assert first.note == "First line\n- second <line>"
    assert first.added == datetime(2020, 3, 3, 10, tzinfo=UTC)
    assert (second.url, second.note, second.added, second.private) == ("https://ben.example", "", None, False)


def test_tags_without_a_comma_are_parted_by_spaces() -> None:
    (one,) = read(netscape('<DT><A HREF="https://a.example" TAGS="soil  worms">a</A>')).items
    assert one.tags == ("soil", "worms")


def test_folders_are_tags_but_not_those_every_browser_has() -> None:
    found = read(
        netscape(
            '<DT><H3 PERSONAL_TOOLBAR_FOLDER="true">My bar</H3><DL><p><DT><A HREF="https://a.example/">a</A></DL><p>'
            "<DT><H3>Other Bookmarks</H3><DD>All the rest<DL><p><DT><H3>Gardens</H3><DL><p><DT><H3>Soil</H3><DL><p>"
            '<DT><A HREF="https://b.example/" TAGS="x">b</A></DL><p></DL><p>'
            '<DT><A HREF="https://c.example/">c</A></DL><p><DT><A HREF="https://d.example/">d</A>'
        )
    )
    assert {one.title: (one.tags, one.folders) for one in found.items} == {
        "a": ((), ()),
        "b": (("x", "Gardens", "Soil"), ("Gardens", "Soil")),
        "c": ((), ()),
        "d": ((), ()),
    }


@pytest.mark.parametrize(
    "written",
    [
        "1583229600",
        "1583229600000",
        "1583229600000000",
        "13227703200000000",
        "2020-03-03T10:00:00Z",
        "03/Mar/2020:12:00:00 +0200",
    ],
    ids=["seconds", "milliseconds", "microseconds", "since 1601", "written out", "as in a log"],
)
def test_dates_are_read_in_whatever_unit_they_are(written: str) -> None:
    (one,) = read(netscape(f'<DT><A HREF="https://a.example" ADD_DATE="{written}">a</A>')).items
    assert one.added == datetime(2020, 3, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("written", ["0", "", "yesterday", "9" * 30, "-5"])
def test_a_senseless_date_is_none(written: str) -> None:
    (one,) = read(netscape(f'<DT><A HREF="https://a.example" ADD_DATE="{written}">a</A>')).items
    assert one.added is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("javascript:alert(1)", "program for the browser"),
        ("place:sort=8", "saved search"),
        ("data:text/html,hi", "inside the bookmark itself"),
        ("file:///home/ada/x.html", "your own computer"),
        ("about:config", "the browser itself"),
        ("?KvNdlQ", "not complete"),
        ("ftp://a.example/x", "Only web addresses"),
    ],
)
def test_what_is_no_web_page_is_left_out_with_the_reason(address: str, reason: str) -> None:
    found = read(netscape(f'<DT><A HREF="{address}">Mine</A>'))
    assert found.items == ()
    assert [one.what for one in found.skipped] == ["Mine"]
    assert reason in found.skipped[0].why and found.skipped[0].why.endswith(".")


def test_a_page_kept_twice_is_one_and_private_if_either_was() -> None:
    found = read(
        netscape(
            '<DT><A HREF="https://a.example" ADD_DATE="1583229600" TAGS="x">a</A>'
            '<DT><A HREF="https://a.example" PRIVATE="1" TAGS="y">a again</A><DD>Note'
        )
    )
    (one,) = found.items
    assert (one.title, one.tags, one.private, one.note) == ("a", ("x", "y"), True, "Note")
    assert len(found.skipped) == 1


def test_links_and_code_in_a_note_are_no_bookmarks_of_their_own() -> None:
    found = read(
        netscape(
            '<DT><A HREF="https://a.example">a</A><DD>if (x < 3 && y > 2) <a href="https://b.example"><img src="x"></a>'
        )
    )
    assert [one.url for one in found.items] == ["https://a.example"]
    assert found.items[0].note == "if (x < 3 && y > 2)"


def test_ends_left_out_and_quotes_out_of_balance_lose_nothing() -> None:
    inside = '<DT><A HREF="https://a.example" TITLE=it\'s>a</A>\n<DT><A HREF="https://b.example">b\n<DT><H3>C</H3><DL>'
    found = read((HEAD + inside + "<DT><A HREF='https://c.example'>c").encode())
    assert [(one.url, one.title) for one in found.items] == [
        ("https://a.example", "a"),
        ("https://b.example", "b"),
        ("https://c.example", "c"),
    ]


def test_a_list_as_reading_services_write_it_is_read() -> None:
    page = (
        "<html><h1>Unread</h1><ul><li><a href='https://a.example' time_added='1583229600' tags='x,y'>a</a></li></ul>"
        "<h1>Gardens</h1><ol><li><a href='https://b.example'>b</a></ol>"
    )
    first, second = read(page.encode()).items
    assert (first.tags, first.added) == (("x", "y"), datetime(2020, 3, 3, 10, tzinfo=UTC))
    assert second.tags == ("Gardens",)


def test_pinboards_json_is_read() -> None:
    post = {
        "href": "https://a.example",
        "description": "A",
        "extended": "Note",
        "tags": "x y",
        "shared": "no",
    }
    (one,) = read(json.dumps([post | {"time": "2020-03-03T10:00:00Z"}, 7, {"href": 5}]).encode()).items
    assert (one.url, one.title, one.note, one.tags, one.private) == (
        "https://a.example",
        "A",
        "Note",
        ("x", "y"),
        True,
    )
    assert one.added == datetime(2020, 3, 3, 10, tzinfo=UTC)


def test_the_xml_of_delicious_is_read() -> None:
    posts = (
        "<?xml version='1.0'?><posts><post href='https://a.example' description='A & B' tag='x y'/></posts>"
    )
    (one,) = read(posts.encode()).items
    assert (one.title, one.tags, one.private) == ("A & B", ("x", "y"), False)


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b"[[[", b"{}", b"<posts/>", b"<html><p>x</html>"])
def test_a_file_without_bookmarks_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(Malformed):
        read(body)
