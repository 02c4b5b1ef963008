"""What comes into a thread is told to all who have its room open: once, in whatever order things were written."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from potluck.channels.live import changes, presence
from potluck.channels.live.models import Change
from potluck.channels.live.post_message import say
from potluck.channels.live.tests.listening import Rooms, until
from potluck.door import admit, amend
from potluck.people.block import block
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.edit import Change as Edit
from potluck.posts.edit import delete, undelete
from potluck.posts.models import Audience, Post


@pytest.fixture
def thread(transactional_db: None, ada: Person) -> Post:
    return admit(Draft(author=ada, text="Who is up?"))


def test_what_is_said_reaches_all_who_are_there_once(
    rooms: Rooms, thread: Post, ada: Person, ben: Person
) -> None:
    pages = [rooms.open(thread, who) for who in (ada, ben, ben, None)]
    post = say("I am, with tea.", to=thread, root=thread, by=ben, once="a")
    for page in pages:
        page.hears("I am, with tea.")
    rooms.settle()
    assert [page.said.count(f'id="post-{post.id}"') for page in pages] == [1, 1, 1, 1]


def test_what_comes_by_any_channel_appears(rooms: Rooms, thread: Post, ben: Person, eve: Person) -> None:
    page = rooms.open(thread, ben)
    admit(Draft(author=eve, text="By letter", html="<p>By letter</p>", reply_to=thread, whence="mail"))
    page.hears("By letter")
    assert "by mail" in page.said and "not a member" in page.said


def test_nothing_is_told_of_other_threads(rooms: Rooms, thread: Post, ben: Person) -> None:
    other = admit(Draft(author=ben, text="Another table"))
    page = rooms.open(thread, ben)
    admit(Draft(author=ben, text="Elsewhere", reply_to=other))
    rooms.settle()
    assert page.said == ""


def test_who_comes_back_is_told_the_rest_and_nothing_twice(rooms: Rooms, thread: Post, ben: Person) -> None:
    page = rooms.open(thread, ben)
    posts = [say("one", to=thread, root=thread, by=ben, once="1")]
    page.hears("one")
    page.leave()
    posts += [say(word, to=thread, root=thread, by=ben, once=word) for word in ("two", "three")]
    back = rooms.open(thread, ben, last_id=page.last_id)
    back.hears("three")
    posts.append(say("four", to=thread, root=thread, by=ben, once="4"))
    back.hears("four")
    again = rooms.open(thread, ben, last_id=back.last_id)
    rooms.settle()
    told = page.said + back.said + again.said
    assert [told.count(f'id="post-{post.id}"') for post in posts] == [1, 1, 1, 1]


def test_what_began_earlier_and_ended_later_is_not_lost(rooms: Rooms, thread: Post, ben: Person) -> None:
    """Its id is smaller than that of what the reader has heard already."""
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            admit(Draft(author=ben, text="Slow to arrive", reply_to=thread))
            begun.set()
            go_on.wait(5)
        connection.close()

    page = rooms.open(thread, ben)
    slow = threading.Thread(target=slowly)
    slow.start()
    begun.wait(5)
    Post.objects.filter(pk=thread.pk).update(
        edited_at=thread.published_at
    )  # a change of another author's line
    admit(Draft(author=thread.author, text="Quick to arrive", reply_to=thread))
    page.hears("Quick to arrive")
    page.leave()
    go_on.set()
    slow.join()
    back = rooms.open(thread, ben, last_id=page.last_id)
    back.hears("Slow to arrive")
    assert "Quick" not in back.said


def test_an_edit_is_followed_and_a_deletion_too(rooms: Rooms, thread: Post, ada: Person, ben: Person) -> None:
    post = admit(Draft(author=ben, text="Two spons", reply_to=thread))
    page = rooms.open(thread, ada)
    amend(post, Edit(text="Two spoons"), by=ben)
    page.hears("Two spoons")
    assert "changed" in page.said
    delete(post, by=ben)
    page.hears(f'<li id="post-{post.id}" data-gone></li>')
    undelete(post, by=ben)
    until(lambda: page.said.count("Two spoons") == 2, "coming back")


def test_what_nobody_saw_is_not_told_to_have_gone(
    rooms: Rooms, thread: Post, ada: Person, ben: Person
) -> None:
    page = rooms.open(thread, ada)
    with transaction.atomic():
        post = admit(Draft(author=ben, text="Held at once", reply_to=thread))
        Post.objects.filter(pk=post.pk).update(held_at=thread.published_at)
    rooms.settle()
    assert page.said == ""


def test_what_is_for_one_alone_leaves_no_trace_with_the_others(
    rooms: Rooms, thread: Post, ada: Person, ben: Person, cleo: Person
) -> None:
    pages = {who: rooms.open(thread, who) for who in (ada, cleo, None)}
    post = admit(Draft(author=ben, text="Between us", reply_to=thread, alone=True))
    pages[ada].hears("Between us")
    amend(post, Edit(text="Between the two of us"), by=ben)
    pages[ada].hears("the two of us")
    delete(post, by=ben)
    pages[ada].hears("data-gone")
    rooms.settle()
    assert pages[cleo].said == pages[None].said == ""


NARROWED: dict[str, Callable[[Post], object]] = {
    "narrowed": lambda thread: Post.objects.filter(pk=thread.pk).update(audience=Audience.ME),
    "deleted": lambda thread: delete(thread, by=thread.author),
    "held": lambda thread: Post.objects.filter(pk=thread.pk).update(held_at=thread.published_at),
}


@pytest.mark.parametrize("how", NARROWED)
def test_readers_of_a_thread_that_is_not_theirs_any_more_are_shown_out(
    rooms: Rooms, thread: Post, ben: Person, how: str
) -> None:
    pages = [rooms.open(thread, who) for who in (ben, None)]
    NARROWED[how](thread)
    for page in pages:
        until(lambda page=page: page.over, "the end of the stream")  # type: ignore[misc]
        assert [name for name, _text in page.told if name != "here"] == ["closed"]


def test_who_is_blocked_hears_nothing_more(rooms: Rooms, thread: Post, ada: Person, ben: Person) -> None:
    pages = {who.handle: rooms.open(thread, who) for who in (ada, ben)}
    block(ben, by=ada)
    say("Not for Ben", to=thread, root=thread, by=ada, once="a")
    pages["ada"].hears("Not for Ben")
    until(lambda: pages["ben"].over, "the end of his stream")
    assert pages["ben"].said == ""


def test_of_two_who_do_not_meet_each_hears_the_others(
    rooms: Rooms, thread: Post, ada: Person, ben: Person, cleo: Person
) -> None:
    block(cleo, by=ben)
    page = rooms.open(thread, cleo)
    first = say("By Ben", to=thread, root=thread, by=ben, once="a")
    say("By Ada, to Ben", to=first, root=thread, by=ada, once="b")
    page.hears("By Ada, to Ben")
    assert "By Ben" not in page.said and "Okafor" not in page.said


def test_a_room_of_members_is_not_for_visitors(rooms: Rooms, ada: Person, ben: Person) -> None:
    thread = admit(Draft(author=ada, text="Among us", audience=Audience.MEMBERS))
    visitor, member = rooms.open(thread, None), rooms.open(thread, ben)
    say("Just between us", to=thread, root=thread, by=ben, once="a")
    member.hears("Just between us")
    until(lambda: visitor.over, "the end of their stream")
    assert visitor.said == ""


def test_who_is_here_is_said_not_noticed(rooms: Rooms, thread: Post, ada: Person, ben: Person) -> None:
    page, his, visitor = rooms.open(thread, ada), rooms.open(thread, ben), rooms.open(thread, None)
    rooms.settle()
    assert "Okafor" not in page.raw
    presence.arrive(thread, by=ben)
    until(lambda: "Ben Okafor" in page.raw, "seeing Ben")
    presence.go(thread, by=ben)
    until(lambda: "Nobody" in page.told[-1][1], "Ben going")
    assert "Okafor" not in visitor.raw and his.told[-1] == page.told[-1]


def test_a_blocked_person_does_not_see_who_is_here(
    rooms: Rooms, ada: Person, ben: Person, cleo: Person
) -> None:
    thread = admit(Draft(author=cleo, text="Hello"))
    block(ben, by=ada)
    pages = {who.handle: rooms.open(thread, who) for who in (ben, cleo)}
    presence.arrive(thread, by=ada)
    until(lambda: "Ada Marsh" in pages["cleo"].raw, "seeing Ada")
    rooms.settle()
    assert "Marsh" not in pages["ben"].raw


def test_a_place_nobody_knows_asks_for_the_page_anew(rooms: Rooms, thread: Post, ben: Person) -> None:
    old, ahead = "1:1:@1", changes.place_now().replace(":", "9999:", 2)
    for since in (
        "",
        "nonsense",
        old,
        ahead,
        "5:3:@9999999999999",
        "9" * 3000,
        "3:9:5,,6@9999999999999",
        "3:9:6,5@9999999999999",
    ):
        page = rooms.open(thread, ben, since=since)
        until(lambda page=page: page.over, "the end of the stream")  # type: ignore[misc]
        assert ("again", "") in page.told


def test_changes_are_noted_only_where_a_room_would_show_them(thread: Post, ben: Person) -> None:
    Change.objects.all().delete()
    admit(Draft(author=ben, text="A thread of its own"))
    Post.objects.filter(pk=thread.pk).update(tags=["soil"])
    assert Change.objects.count() == 0
    reply = admit(Draft(author=ben, text="Hello", reply_to=thread))
    assert list(Change.objects.values_list("thread", "post")) == [(thread.id, reply.id)]
