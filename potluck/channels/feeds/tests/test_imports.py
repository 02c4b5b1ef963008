"""What people bring along in files comes in once, floods nobody, and what is left out is told."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.channels.feeds.importing import import_file
from potluck.channels.feeds.models import Bringing, Subscription
from potluck.channels.feeds.sources import add_source
from potluck.channels.feeds.tests import real
from potluck.commands import import_export
from potluck.deliver.models import Arrival
from potluck.events.models import Event
from potluck.lib.errors import Malformed
from potluck.people.follow import Wish, follow
from potluck.people.models import Follow, Person, Source
from potluck.posts.edit import delete
from potluck.posts.models import Audience, Post

pytestmark = pytest.mark.django_db

KEPT = b"""<!DOCTYPE NETSCAPE-Bookmark-file-1><TITLE>Bookmarks</TITLE><DL><p>
<DT><A HREF="https://slugs.example/" ADD_DATE="1700000000" TAGS="slugs,raised bed">Slugs</A><DD>A ring of bran
<DT><A HREF="https://private.example/" ADD_DATE="1600000000" PRIVATE="1">Mine alone</A>
<DT><A HREF="javascript:void(0)">Button</A></DL>"""
OPML = b"""<opml version="2.0"><body>
<outline text="Eve" xmlUrl="https://eve.example/feed" htmlUrl="https://eve.example/"/>
<outline text="Soil" xmlUrl="https://soil.example/feed"/></body></opml>"""


def bring(kind: str, body: bytes, person: Person, *, mine: bool = False) -> import_file.Brought:
    found, brought = import_file.read(kind, body), import_file.Brought()
    for batch in import_file.batches(found.entries):
        brought.add(import_file.bring(batch, person, mine=mine))
    return brought


def test_bookmarks_keep_title_note_tags_and_date(ada: Person) -> None:
    assert bring("bookmarks", KEPT, ada).new == 2
    post = Post.objects.get(link="https://slugs.example/")
    assert (post.title, post.text, post.tags, post.kind) == (
        "Slugs",
        "A ring of bran",
        ["slugs", "raised-bed"],
        "link",
    )
    assert post.published_at.year == 2023
    assert Post.objects.get(title="Mine alone").audience == Audience.ME


def test_bookmarks_come_to_nobodys_home(ada: Person, ben: Person, work: Callable[[], None]) -> None:
    follow(Wish(who=ada), by=ben)
    work()
    bring("bookmarks", KEPT, ada)
    assert not Event.objects.filter(handled_at=None).exists()
    work()
    assert not Arrival.objects.filter(person=ben).exists()


def test_a_second_import_makes_no_new_post(ada: Person, ben: Person) -> None:
    bring("bookmarks", KEPT, ada)
    delete(Post.objects.get(title="Slugs"), by=ada)
    again = bring("bookmarks", KEPT, ada)
    assert (again.new, again.known) == (0, 2)
    assert Post.objects.count() == 2
    assert bring("bookmarks", KEPT, ben).new == 2


def test_subscriptions_become_people_outside_whom_one_follows(ada: Person) -> None:
    assert bring("opml", OPML, ada).new == 2
    assert set(Follow.objects.filter(by=ada).values_list("who__uri", flat=True)) == {
        "https://eve.example/",
        "https://soil.example/feed",
    }
    assert Subscription.objects.count() == 2
    again = bring("opml", OPML, ada)
    assert (again.new, again.known) == (0, 2)


def test_whom_one_follows_in_the_fediverse_become_people_outside_once_each(ada: Person) -> None:
    table = (
        b"\xef\xbb\xbfAccount address,Show boosts,Notify on new posts,Languages\r\n"
        b"eve@social.example,true,false,\r\n@Dov_1@other.example,true,false,en\r\nEVE@social.example,true,false,\r\n"
        b"no account,true,false,\r\n"
    )
    assert add_source.kind_of(table) == "follows"
    found = bring("follows", table, ada)
    assert (found.new, found.known) == (2, 0)
    assert set(Source.objects.filter(person__followers__by=ada).values_list("url", "home_url")) == {
        ("https://social.example/@eve.rss", "https://social.example/@eve"),
        ("https://other.example/@Dov_1.rss", "https://other.example/@Dov_1"),
    }
    assert [one.what for one in import_file.read("follows", table).skipped] == ["no account"]
    assert bring("follows", table, ada).known == 2


def test_subscriptions_that_are_mine_become_my_sources(ada: Person) -> None:
    assert bring("opml", OPML, ada, mine=True).new == 2
    assert Source.objects.filter(person=ada).count() == 2
    assert not Follow.objects.exists()


def test_whoever_asked_not_to_appear_is_left_out_with_a_sentence(ada: Person, eve: Person) -> None:
    Person.objects.filter(pk=eve.pk).update(removed_at="2026-01-01T00:00Z")
    brought = bring("opml", OPML, ada)
    assert (brought.new, [one.what for one in brought.skipped]) == (1, ["Eve"])
    assert brought.skipped[0].why == "They asked not to appear here."


def test_a_file_stopped_half_way_goes_on_where_it_was(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_file, "BATCH", 1)
    row = import_file.keep_file("bookmarks", KEPT, person=ada)
    import_file.begin(row)
    real_bring, calls = import_file.bring, []

    def dies_once(*args: object, **more: object) -> import_file.Brought:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return real_bring(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(import_file, "bring", dies_once)
    with pytest.raises(RuntimeError):
        import_file.bring_file(row.id)
    import_file.bring_file(row.id)
    row.refresh_from_db()
    assert (row.new, row.known, row.skipped, row.total) == (2, 0, 1, 3)
    assert row.finished_at and not row.body
    assert "small program" in row.notes


def test_what_is_no_list_is_refused_with_a_sentence(ada: Person) -> None:
    for kind in ("opml", "bookmarks", "mbox"):
        with pytest.raises(Malformed, match=r"[.?]$"):
            import_file.keep_file(kind, b"hello", person=ada)
    assert not Bringing.objects.exists()


def test_the_command_ends_with_a_line_that_counts(
    ada: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.html"
    path.write_bytes(KEPT)
    import_export.bring_in(Namespace(kind="bookmarks", file=str(path), person="ada", mine=False))
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "new 2 known 0 skipped 1"
    assert "small program" in said.err


@real.needs("opml")
@pytest.mark.parametrize("path", real.files("opml"), ids=lambda path: path.name[:30])
def test_every_real_subscription_list_comes_in(path: Path, ada: Person) -> None:
    found = import_file.read("opml", path.read_bytes())
    brought = bring("opml", path.read_bytes(), ada)
    assert brought.new + brought.known + len(brought.skipped) == len(found.entries)
    assert all(one.why.endswith(".") for one in [*brought.skipped, *found.skipped])
    assert bring("opml", path.read_bytes(), ada).new == 0


@real.needs("bookmarks")
@pytest.mark.parametrize("path", real.files("bookmarks"), ids=lambda path: path.name[:40])
def test_every_real_bookmark_file_comes_in(path: Path, ada: Person) -> None:
    found = import_file.read("bookmarks", path.read_bytes())
    if len(found.entries) > 1500:
        found = import_file.File(found.entries[:1500], found.skipped)
    brought = import_file.Brought()
    for batch in import_file.batches(found.entries):
        brought.add(import_file.bring(batch, ada))
    assert brought.new + brought.known + len(brought.skipped) == len(found.entries)
    assert brought.new >= 0.98 * len(found.entries)
    assert Post.objects.filter(author=ada).count() == brought.new
