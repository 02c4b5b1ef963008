"""Bookmarks come in from tables, as Pocket, Raindrop and others write them, and from Shaarli with its notes."""

from datetime import UTC, datetime

import pytest

from potluck.channels.feeds.importing import bookmarks
from potluck.channels.feeds.importing.import_file import bring, read
from potluck.channels.feeds.sources.add_source import kind_of
from potluck.people.models import Person
from potluck.posts.models import Post

PAGE = "https://ben.example/beans"
WHEN = datetime(2013, 8, 16, 20, 46, 22, tzinfo=UTC)

TABLES = [
    f"title,url,time_added,tags,status\nBeans,{PAGE},1376685982,garden|peas,unread\n",
    f"title,url,time_added,cursor,tags,status\r\nBeans,{PAGE},1376685982,,garden|peas,archive\r\n",
    "id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite\n"
    f'7,Beans,,,{PAGE},Unsorted bookmarks,"garden, peas",2013-08-16T20:46:22.000Z,,,false\n',
    f'URL,Title,Selection,Folder,Timestamp,Tags\n{PAGE},Beans,,Unread,1376685982,"garden,peas"\n',
    f'"url";"title";"tags";"date_added"\n"{PAGE}";"Beans";"garden peas";"2013-08-16 20:46:22"\n',
    f"\ufeffurl\ttitle\ttags\tcreated\n{PAGE}\tBeans\tgarden peas\tFri, 16 Aug 2013 20:46:22 GMT\n",
]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_bookmarks_is_read(table: str) -> None:
    assert kind_of(table.encode()) == "bookmarks"
    (one,) = bookmarks.read(table.encode()).items
    assert (one.url, one.title, one.tags, one.added) == (PAGE, "Beans", ("garden", "peas"), WHEN)


def test_a_note_of_several_lines_in_a_table_stays_whole() -> None:
    table = f'url,title,note,folder,tags\n{PAGE},Beans,"Sow, then wait.\nWater.",Garden/Beds,\n'
    (one,) = bookmarks.read(table.encode()).items
    assert (one.note, one.tags, one.folders) == (
        "Sow, then wait.\nWater.",
        ("Garden", "Beds"),
        ("Garden", "Beds"),
    )


def test_what_is_hidden_in_a_table_stays_hidden() -> None:
    (one, two) = bookmarks.read(f"url,title,private\n{PAGE},a,true\n{PAGE}2,b,0\n".encode()).items
    assert (one.private, two.private) == (True, False)
    (one,) = bookmarks.read(f"url,title,shared\n{PAGE},a,no\n".encode()).items
    assert one.private


@pytest.mark.parametrize(
    "table", ["name,age\nAda,7\n", "a letter, with commas\nand lines", "url\nhttps://x.example/"]
)
def test_another_table_is_no_list_of_bookmarks(table: str) -> None:
    assert kind_of(table.encode()) == ""


def test_a_damaged_table_says_what_it_can() -> None:
    table = f'url,title\n{PAGE},Beans\njavascript:x,No\n,\n"https://open.example/,never closed'
    found = bookmarks.read(table.encode())
    assert found.items[0].url == PAGE
    assert found.skipped[0].why == "This is a small program for the browser, not a page."


SHAARLI = """<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>
<DT><A HREF="?aB3_x9" ADD_DATE="1376685982" PRIVATE="0" TAGS="garden">Note: beans</A>
<DD>Sow them deep,
then wait.
<DT><A HREF="/shaare/xY7-pq" ADD_DATE="1376685983" PRIVATE="1">Only mine</A><DD>Ask Cleo.
<DT><A HREF="/shaare/empty1" ADD_DATE="1376685984">Nothing said</A>
<DT><A HREF="https://ben.example/beans">Beans</A></DL>"""


@pytest.mark.django_db
def test_notes_among_bookmarks_come_in_as_notes_once(ada: Person) -> None:
    found = read("bookmarks", SHAARLI.encode())
    assert [one.what for one in found.skipped] == ["Nothing said"]
    assert bring(found.entries, ada).new == 3
    note = Post.objects.get(title="Note: beans")
    assert (note.link, note.text, note.tags) == ("", "Sow them deep,\nthen wait.", ["garden"])
    assert Post.objects.get(title="Only mine").audience != note.audience
    again = bring(found.entries, ada)
    assert (again.new, again.known) == (0, 3)
