"""The page of a room, and what can be done there without scripts."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from potluck.channels.live import changes
from potluck.channels.live.models import Change, Here, Said
from potluck.door import admit, admit_quietly
from potluck.people.block import block
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Audience, Post
from potluck.safety.content_filter import MOST_TEXT

As = Callable[[Person | None], Client]
BY_SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def thread(ada: Person) -> Post:
    return admit(Draft(author=ada, title="Mulch", text="What do you lay down?"))


def room(client: Client, thread: Post, query: str = "") -> str:
    return client.get(f"/posts/{thread.id}/live{query}").content.decode()


def keys(page: str) -> list[int]:
    return [int(key) for key in re.findall(r'data-key="(\d+)"', page)]


def said_to(thread: Post, by: Person, *texts: str) -> list[Post]:
    return [admit(Draft(author=by, text=text, reply_to=thread)) for text in texts]


def test_what_was_said_last_stands_last(thread: Post, ben: Person, as_: As) -> None:
    posts = said_to(thread, ben, *(f"line {number}" for number in range(60)))
    page = room(as_(ben), thread)
    assert keys(page) == [post.id for post in posts[-50:]]
    before = re.search(r'href="([^"]+before=[^"]+)"', page)
    assert before
    older = as_(ben).get(before[1]).content.decode()
    assert keys(older) == [post.id for post in posts[:10]] and "data-room" not in older


def test_a_reply_leads_to_the_room_of_its_thread(thread: Post, ben: Person, as_: As) -> None:
    (reply,) = said_to(thread, ben, "Straw")
    answer = as_(ben).get(f"/posts/{reply.id}/live")
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/posts/{thread.id}/live?to={reply.id}#say-text",
    )
    assert "Straw</q>" in as_(ben).get(answer["Location"]).content.decode()


def test_an_empty_room_says_what_it_is_for(thread: Post, ben: Person, as_: As) -> None:
    assert "What you say stays in the thread" in room(as_(ben), thread)


def test_a_visitor_reads_along_and_is_invited_to_sign_in(thread: Post, ben: Person, as_: As) -> None:
    said_to(thread, ben, "Straw")
    Here.objects.create(thread=thread.id, person=ben, until=timezone.now() + timedelta(minutes=1))
    page = room(as_(None), thread)
    assert "Straw" in page and "Sign in to say something" in page and "Here now" not in page


def test_what_is_not_for_one_is_not_in_the_room(thread: Post, ada: Person, ben: Person, as_: As) -> None:
    closed = admit(Draft(author=ada, text="For me", audience=Audience.ME))
    assert as_(ben).get(f"/posts/{closed.id}/live").status_code == 404
    (first,) = said_to(thread, ada, "By Ada")
    said_to(first, ben, "By Ben, to Ada")
    block(ada, by=ben)
    cleos = room(as_(ada), thread)
    assert "By Ben" not in cleos
    delete(thread, by=ada)
    assert as_(None).get(f"/posts/{thread.id}/live").status_code == 404


def test_what_one_says_is_a_reply_like_any_other(thread: Post, ben: Person, as_: As) -> None:
    answer = as_(ben).post(f"/posts/{thread.id}/live/messages", {"text": "Straw, in *May*", "once": "a"})
    post = Post.objects.get(reply_to=thread)
    assert answer["Location"] == f"/posts/{thread.id}/live#post-{post.id}"
    assert (post.whence, post.thread, post.audience) == ("live", thread.id, Audience.PUBLIC)
    assert "<em>May</em>" in as_(None).get(f"/posts/{thread.id}").content.decode()


def test_what_is_sent_twice_is_said_once_and_what_is_said_twice_is_said_twice(
    thread: Post, ben: Person, as_: As
) -> None:
    client, where = as_(ben), f"/posts/{thread.id}/live/messages"
    first, again = (client.post(where, {"text": "yes", "once": "a"}, headers=BY_SCRIPT) for _ in range(2))
    assert first.content == again.content and b"yes" in first.content
    client.post(where, {"text": "yes", "once": "b"})
    assert Post.objects.filter(reply_to=thread).count() == 2
    client.post(where, {"text": "no"})
    client.post(where, {"text": "no"})
    assert Post.objects.filter(reply_to=thread).count() == 3


def test_one_answers_somebody_in_the_thread_and_nobody_outside_it(
    thread: Post, ada: Person, ben: Person, as_: As
) -> None:
    (first,) = said_to(thread, ben, "Straw")
    other = admit(Draft(author=ben, text="Another thread"))
    where = f"/posts/{thread.id}/live/messages"
    as_(ada).post(where, {"text": "When?", "to": str(first.id), "once": "a"})
    as_(ada).post(where, {"text": "And why?", "to": str(other.id), "once": "b"})
    assert dict(Post.objects.filter(author=ada, thread=thread.id).values_list("text", "reply_to")) == {
        "What do you lay down?": None,
        "When?": first.id,
        "And why?": thread.id,
    }
    assert f'to <a href="#post-{first.id}">Ben Okafor</a>' in room(as_(ada), thread)


def test_what_is_refused_is_given_back(thread: Post, ben: Person, as_: As) -> None:
    where = f"/posts/{thread.id}/live/messages"
    long = "a" * (MOST_TEXT + 1)
    page = as_(ben).post(where, {"text": long, "once": "k"})
    assert page.status_code == 422 and long in page.content.decode() and 'value="k"' in page.content.decode()
    by_script = as_(ben).post(where, {"text": long, "once": "k"}, headers=BY_SCRIPT)
    assert by_script.status_code == 422 and by_script["Content-Type"].startswith("text/plain")
    assert not Said.objects.exists()


def test_one_is_here_when_one_says_so(thread: Post, ada: Person, ben: Person, as_: As) -> None:
    where = f"/posts/{thread.id}/live/presence"
    room(as_(ben), thread)
    assert not Here.objects.exists()
    as_(ben).post(where)
    assert "Ben Okafor</a>" in room(as_(ada), thread).partition('role="log"')[0]
    as_(ben).post(where, {"undo": "1"})
    assert "Nobody has said that they are here" in room(as_(ada), thread)


def test_being_here_ends_by_itself(thread: Post, ada: Person, ben: Person, as_: As) -> None:
    as_(ben).post(f"/posts/{thread.id}/live/presence")
    Here.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert "Nobody has said that they are here" in room(as_(ada), thread)


def test_a_letter_is_shown_by_its_beginning_with_its_files(thread: Post, eve: Person, as_: As) -> None:
    html = "<p>" + "A long letter. " * 800 + "</p>"
    admit(Draft(author=eve, text="A long letter. " * 800, html=html, reply_to=thread, whence="mail"))
    page = room(as_(None), thread)
    assert "by mail" in page and "Read all of it" in page and len(page) < 20_000


def test_what_nobody_can_ask_for_any_more_is_forgotten(thread: Post, ben: Person) -> None:
    said_to(thread, ben, "Straw")
    long_ago = timezone.now() - 3 * changes.KEPT
    Change.objects.update(at=long_ago)
    Said.objects.create(person=ben, once="a", at=long_ago)
    assert changes.forget_old() == 2


@pytest.mark.parametrize("query", ["?before=x", "?before=99999999999999999999"])
def test_a_page_that_is_not_there_is_said_to_be(thread: Post, ben: Person, as_: As, query: str) -> None:
    assert as_(ben).get(f"/posts/{thread.id}/live{query}").status_code == 400


@pytest.mark.parametrize("to", ["x", "7", "99999999999999999999", ""])
def test_to_whom_nobody_knows_is_to_all(thread: Post, ben: Person, as_: As, to: str) -> None:
    assert 'id="to" hidden' in room(as_(ben), thread, f"?to={to}")


def test_what_is_asked_quietly_has_no_room(ada: Person, ben: Person, cleo: Person, as_: As) -> None:
    quiet = admit_quietly(Draft(author=ada, text="Whom may I tell this?"), [ben, cleo])
    for who in (ada, ben):
        answer = as_(who).get(f"/posts/{quiet.id}/live")
        assert answer.status_code == 404 and "data-room" not in answer.text
        assert as_(who).post(f"/posts/{quiet.id}/live/presence").status_code == 404
    assert not Here.objects.exists()
