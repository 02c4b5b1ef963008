"""Home can be read in a feed reader, by whoever has its address and by nobody else."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from potluck.deliver.models import Arrival, Place
from potluck.lib.ids import new_id
from potluck.lib.tests.valid import wrong_atom, wrong_json_feed, wrong_rss
from potluck.people.feed_token import feed_token, renew_feed_token
from potluck.people.models import Person
from potluck.posts.models import Audience, Kind, Post

HERE = settings.ORIGIN
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WRONG = {"atom": wrong_atom, "rss": wrong_rss, "json": wrong_json_feed}
Sign = Callable[[Person | None], Client]

pytestmark = pytest.mark.django_db


def post(author: Person, text: str, **more: object) -> Post:
    key = new_id(NOON)
    fields = {"uri": f"{HERE}/posts/{key}", "thing": key, "thread": key, "kind": Kind.NOTE, "text": text}
    fields |= {"html": f"<p>{text}</p>", "excerpt": text, "published_at": NOON, "arrived_at": NOON}
    return Post.objects.create(id=key, author=author, **(fields | more))


def arrive(to: Person, what: Post, at: datetime = NOON, **more: object) -> Arrival:
    reasons = more.pop("reasons", [{"code": "person", "who": what.author_id}])
    return Arrival.objects.create(
        person=to, thing=what.thing, post=what, event=1, at=at, reasons=reasons, **more
    )


def address(person: Person, form: str = "json") -> str:
    return f"/home/{feed_token(person)}.{form}"


def texts(client: Client, person: Person) -> list[str]:
    """The texts of a home, after it was found valid in each format."""
    for form, wrong in WRONG.items():
        response = client.get(address(person, form))
        assert response.status_code == 200
        assert wrong(response.content) == []
    read = json.loads(client.get(address(person)).content)
    return [item["content_html"].split("</small></p>\n")[-1] for item in read["items"]]


def test_home_is_there_with_the_reason_of_each_thing(client: Client, ada: Person, ben: Person) -> None:
    arrive(
        ada,
        post(ben, "On worms."),
        reasons=[{"code": "person", "who": ben.id}, {"code": "tag", "tag": "soil"}],
    )
    assert texts(client, ada) == ["<p>On worms.</p>"]
    [entry] = feedparser.parse(client.get(address(ada, "atom")).content).entries
    assert entry.content[0].value.startswith("<p><small>You follow Ben Okafor; You follow #soil</small></p>")
    read = json.loads(client.get(address(ada)).content)
    assert read["items"][0]["_potluck"] == {"reason": "You follow Ben Okafor; You follow #soil"}
    assert read["title"] == "Ada Marsh’s home at Potluck"


def test_home_shows_what_is_for_its_owner_and_no_more(
    client: Client, ada: Person, ben: Person, cleo: Person
) -> None:
    narrow = post(ben, "For members.", audience=Audience.MEMBERS)
    secret = post(ben, "For Ben.", audience=Audience.ME)
    gone = post(ben, "Gone.", deleted_at=timezone.now())
    held = post(ben, "Held.", held_at=timezone.now())
    for what in (narrow, secret, gone, held):
        arrive(ada, what)
        arrive(cleo, what)
    assert texts(client, ada) == texts(client, cleo) == ["<p>For members.</p>"]


def test_somebody_outside_is_whole_in_a_members_own_home(client: Client, ada: Person, eve: Person) -> None:
    arrive(ada, post(eve, "All of it.", excerpt="All…", url="https://eve.example/1"))
    assert texts(client, ada) == ["<p>All of it.</p>"]


def test_a_day_holds_as_much_as_its_owner_said_best_first(client: Client, ada: Person, ben: Person) -> None:
    Person.objects.filter(pk=ada.pk).update(daily=2)
    for day in range(2):
        for score in range(4):
            arrive(
                ada,
                post(ben, f"Day {day} score {score}."),
                NOON + timedelta(days=day, hours=-score),
                score=score,
            )
    arrive(ada, post(ben, "Waits for an answer."), NOON - timedelta(hours=5), place=Place.WAITING)
    arrive(ada, post(ben, "A gift."), NOON, place=Place.GIFT)
    assert texts(client, ada) == [
        "<p>Day 1 score 2.</p>",
        "<p>Day 1 score 3.</p>",
        "<p>Day 0 score 3.</p>",
        "<p>Waits for an answer.</p>",
    ]


def test_a_long_home_goes_on_page_by_page(client: Client, ada: Person, ben: Person) -> None:
    Person.objects.filter(pk=ada.pk).update(daily=100)
    for minute in range(60):
        arrive(ada, post(ben, f"No. {minute}"), NOON - timedelta(minutes=minute))
    first = json.loads(client.get(address(ada)).content)
    second = json.loads(client.get(first["next_url"].removeprefix(HERE)).content)
    seen = [item["id"] for item in first["items"] + second["items"]]
    assert len(seen) == len(set(seen)) == 60
    assert "next_url" not in second


def test_nothing_new_is_not_sent_again_and_no_cache_shares_it(
    client: Client, ada: Person, ben: Person
) -> None:
    shared = post(ben, "On worms.")
    arrive(ada, shared)
    response = client.get(address(ada))
    assert response["Cache-Control"] == "private, max-age=60"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    known = {"If-None-Match": response["ETag"]}
    assert client.get(address(ada), headers=known).status_code == 304
    Post.objects.filter(pk=shared.pk).update(edited_at=timezone.now())
    assert client.get(address(ada), headers=known).status_code == 200


def test_a_new_address_ends_the_old_one(as_: Sign, ada: Person, ben: Person) -> None:
    old = address(ada)
    assert as_(None).get(old).status_code == 200
    assert as_(ben).post("/you/feeds/renewal").status_code == 302
    assert as_(None).get(old).status_code == 200
    assert as_(ada).post("/you/feeds/renewal").status_code == 302
    assert as_(None).get(old).status_code == 404
    ada.refresh_from_db()
    assert as_(None).get(address(ada)).status_code == 200


def test_a_suspended_person_has_no_feed(client: Client, ada: Person) -> None:
    where = address(ada)
    Person.objects.filter(pk=ada.pk).update(suspended_at=timezone.now())
    assert client.get(where).status_code == 404


def test_the_address_is_long_and_ones_own(ada: Person, ben: Person) -> None:
    assert feed_token(ada) == feed_token(Person.objects.get(pk=ada.pk))
    assert len({feed_token(ada), feed_token(ben), renew_feed_token(ada)}) == 3
    assert len(feed_token(ada)) == 43


@pytest.mark.parametrize("who", ["ada", "ben", "cleo", "dov"])
def test_each_member_finds_their_own_address(who: str, as_: Sign, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    shown = as_(person).get("/you/feeds").content.decode()
    person.refresh_from_db()
    assert f"{HERE}{address(person, 'atom')}" in shown


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    for response in (client.get("/you/feeds"), client.post("/you/feeds/renewal")):
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
    assert client.get("/you/feeds/renewal").status_code == 405


def test_a_guessed_address_shows_nothing(client: Client, ada: Person) -> None:
    assert client.get(f"/home/{'x' * 43}.atom").status_code == 404
    assert client.get("/home/None.atom").status_code == 404
