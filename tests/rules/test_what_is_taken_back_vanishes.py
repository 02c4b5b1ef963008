"""What reached a feed reader, a home, a search or an open page is gone from all of them once it is taken back."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils import timezone

from potluck.channels.home import stream, stream_ticket
from potluck.door import admit
from potluck.lib.streaming import server
from potluck.lib.streaming import ticket as tickets
from potluck.people.block import block
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.acknowledge import thank, unthank
from potluck.posts.draft import Draft
from potluck.posts.edit import delete, undelete
from potluck.posts.models import Audience, Post
from potluck.posts.saved import keep

As = Callable[[Person | None], Client]
Work = Callable[[], None]
Act = Callable[[Post, Person, Person], object]

ACTS: dict[str, Act] = {
    "deleted": lambda post, ada, ben: delete(post, by=ada),
    "narrowed": lambda post, ada, ben: Post.objects.filter(pk=post.pk).update(audience=Audience.ME),
    "held": lambda post, ada, ben: Post.objects.filter(pk=post.pk).update(held_at=timezone.now()),
    "suspended": lambda post, ada, ben: Person.objects.filter(pk=ada.pk).update(suspended_at=timezone.now()),
    "blocked": lambda post, ada, ben: block(ben, by=ada),
}
LISTS = ("/home", "/archive", "/kept", "/search?q=leafmould", "/tags/soil", "/@cleo", "/home/newer?after=0")
FEEDS = (
    "/fresh.atom",
    "/tags/soil.rss",
    "/search.json?q=leafmould",
    "/@cleo.atom",
    "/@ada.json",
    "/sitemap.xml",
)


@pytest.fixture
def post(ada: Person, ben: Person, cleo: Person, work: Work) -> Post:
    """Something of Ada's that Ben follows, keeps and thanked for, and Cleo passed on."""
    for who in (ada, cleo):
        follow(Wish(who=who), by=ben)
    post = admit(Draft(author=ada, title="Leafmould", text="Leafmould holds water #soil"))
    keep(post, by=ben)
    thank(post, by=ben)
    work()
    admit(Draft(author=cleo, via=post, kind="note"))
    work()
    return post


@pytest.mark.parametrize("how", ACTS)
def test_what_was_open_is_nowhere_any_more(
    post: Post, ada: Person, ben: Person, as_: As, work: Work, how: str
) -> None:
    reader, visitor = as_(ben), as_(None)
    before = [
        path
        for path in LISTS
        if "leafmould" in reader.get(path).content.decode().lower().replace("q=leafmould", "")
    ]
    tags = {path: visitor.get(path).headers.get("ETag", "none") for path in FEEDS}
    assert "/home" in before and "/kept" in before
    ACTS[how](post, ada, ben)
    work()
    for path in LISTS:
        said = reader.get(path).content.decode()
        assert f"/posts/{post.id}" not in said and "holds water" not in said, path
    assert reader.get(f"/posts/{post.id}").status_code == 404
    if how != "blocked":  # what everybody may read stays in the feeds of everybody
        for path, tag in tags.items():
            again = visitor.get(path, headers={"If-None-Match": tag})
            assert again.status_code != 304 and b"holds water" not in again.getvalue(), path


def test_a_reason_does_not_tell_of_what_was_taken_back(
    post: Post, ada: Person, ben: Person, cleo: Person, as_: As, work: Work
) -> None:
    assert "Cleo Marin" in as_(ben).get("/home").content.decode()
    assert "Ben Okafor" in as_(ada).get("/home").content.decode()
    delete(Post.objects.get(via=post), by=cleo)
    unthank(post, by=ben)
    work()
    assert "Cleo Marin" not in as_(ben).get("/home").content.decode()
    assert "Ben Okafor" not in as_(ada).get("/home").content.decode()


def test_a_private_bookmark_of_the_same_page_changes_nothing_for_others(
    ada: Person, ben: Person, as_: As
) -> None:
    link = "https://garden.example/mould"
    mine = admit(Draft(author=ada, title="Not to be known", link=link, audience=Audience.ME))
    theirs = admit(Draft(author=ben, title="Mould", link=link))
    assert mine.thing != theirs.thing
    assert b"Not to be known" not in as_(ben).get("/search?q=mould").content


def test_only_who_took_it_away_brings_it_back(ada: Person, dov: Person, as_: As) -> None:
    mine, theirs = (admit(Draft(author=ada, text=text)) for text in ("by me", "by a moderator"))
    delete(mine, by=ada)
    delete(theirs, by=dov)
    assert as_(dov).post(f"/posts/{mine.id}/deletion", {"undo": "1"}).status_code == 404
    assert as_(ada).post(f"/posts/{theirs.id}/deletion", {"undo": "1"}).status_code == 403
    undelete(mine, by=ada)
    undelete(theirs, by=dov)
    assert Post.objects.public().count() == 2


def test_a_moderator_takes_away_only_what_they_may_see(ada: Person, dov: Person, as_: As) -> None:
    note = admit(Draft(author=ada, text="mine", audience=Audience.ME))
    assert as_(dov).post(f"/posts/{note.id}/deletion").status_code == 404
    assert Post.objects.visible_to(ada).filter(pk=note.pk).exists()


def test_a_ticket_opens_the_stream_of_one_person_for_a_day(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = stream_ticket.address(ada).partition("ticket=")[2]
    assert stream_ticket.person_id(ticket) == ada.id
    forged = (
        ticket[:-1] + "_",
        ticket.swapcase(),
        "",
        str(ada.id),
        signing.dumps(ada.id),
        signing.dumps(ada.id, salt="x"),
    )
    assert [stream_ticket.person_id(one) for one in forged] == [None] * len(forged)
    monkeypatch.setattr(tickets, "HOURS", -1)
    assert stream_ticket.person_id(ticket) is None


def test_the_stream_lets_nobody_in_without_a_ticket(ada: Person) -> None:
    for query in (b"", b"ticket=", b"ticket=forged", b"ticket=%00&ticket=a", b"\xff"):
        assert asyncio.run(_status({"type": "http", "path": "/stream", "query_string": query})) == 403


async def _status(scope: dict[str, Any]) -> int:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    await server.application(scope, receive, send)
    return int(sent[0]["status"])


def test_the_stream_tells_only_those_it_was_brought_to(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    follow(Wish(who=ada), by=ben)
    work()
    note = admit(Draft(author=ada, text="For whoever follows"))
    work()
    events = [row[0] for row in ben.arrivals.values_list("event")]
    with connection.cursor() as cursor:
        cursor.execute(stream.HERE, [[ada.id, ben.id, cleo.id], events])
        assert cursor.fetchall() == [(ben.id,)]
    assert note.id in ben.arrivals.values_list("post_id", flat=True)
