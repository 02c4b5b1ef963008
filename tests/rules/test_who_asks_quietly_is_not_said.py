"""Whoever is asked quietly reads the question everywhere and the asker's name nowhere, until they have answered.

One rule for every address and every channel: what has a word of the question has no word of who asks it.
"""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from potluck.channels.feeds.publishing.export import export
from potluck.channels.live.models import Device
from potluck.channels.live.outbound import PUSH
from potluck.channels.live.push_texts import notes
from potluck.channels.mail.digest.schedule import write_due
from potluck.channels.mail.outbound.unsubscribe import Stop, off_token
from potluck.channels.mail.tests.carried import html, plain, taken
from potluck.channels.mail.tests.test_digest import evening
from potluck.deliver.models import Arrival, Delivery, Rhythm, Wishes
from potluck.deliver.preferences import set_rhythm
from potluck.door import admit, admit_quietly
from potluck.match.answerers.candidates import Text
from potluck.match.answerers.ranking import rank_answerers
from potluck.match.suggestions.as_you_type import known_for
from potluck.people.feed_token import feed_token
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post, Veil
from potluck.posts.moderation import release
from potluck.questions.anonymous import ask_everybody
from potluck.questions.ask_replies import ask_by_name, take_on
from potluck.questions.feedback import judge
from potluck.search.saved_searches import save_search
from potluck.search.statistics import refresh_statistics
from tests.cast import member
from tests.rules.seen_addresses import address_of, filled, routes
from tests.rules.seen_world import World, build
from tests.rules.test_nobody_sees_what_is_not_theirs import told

As = Callable[[Person | None], Client]
Work = Callable[[], None]
# A word of what is asked, and of who asks it; both together are a leak.
ASKED, ASKER = "zvasked", re.compile("zvname|zvhandle|zvabout", re.I)
WORDS = "How do I tell my head of the compost"


def leaks(said: str) -> bool:
    return ASKED in said.lower() and ASKER.search(said) is not None


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.OUTBOX, settings.MAIL_TAKEN_IN = tmp_path, True
    return build()


@pytest.fixture
def fay(world: World) -> Person:
    """Who is asked; follows who asks, and looks for whatever they share."""
    return world.people["stranger"]


@pytest.fixture
def asker(world: World, fay: Person) -> Person:
    who = world.people["asker"] = member("zvhandle", "zvname", about="zvabout")
    follow(Wish(who=who), by=fay)
    follow(Wish(tag="soil"), by=fay)
    for query in ("from:zvhandle", "in:following"):
        save_search(query, by=fay)
    return who


@pytest.fixture
def asked(world: World, asker: Person, fay: Person, work: Work) -> Post:
    question = admit_quietly(
        Draft(author=asker, text=f"{WORDS}, {ASKED}? #soil"), [fay, world.people["friend"]]
    )
    work()
    admit(Draft(author=asker, text=f"It is for Monday, {ASKED}. @{fay.handle} #soil", reply_to=question))
    gift = world.posts["gift"]
    own = admit(Draft(author=fay, text="What I know of compost and heads."))
    for share in (gift, own):
        judge(question, share, "helps", by=asker)
    work()
    refresh_statistics(anew=True)
    world.posts["asked"] = question
    return question


def test_no_page_says_it_and_no_act_tells(world: World, asked: Post, fay: Person, as_: As) -> None:
    client, wrong, met = as_(fay), [], 0
    signed_in = client.cookies.output().replace("Set-Cookie: ", "")
    for route in routes():
        address = address_of(route)
        if address is None or "token" in route:
            continue
        for path, _post in filled(route, world):
            here = str(asked.id) in path or "zvhandle" in path or "<" not in route
            if address.get and here:
                queries = [*address.queries, "?q=from:zvhandle", f"?q={ASKED}"]
                for query in dict.fromkeys(queries):
                    said = told(client.get(path + query, follow=True))
                    met += ASKED in said
                    wrong += [path + query] if leaks(said) else []
            if address.post and str(asked.id) in path:
                with transaction.atomic():
                    client.cookies = SimpleCookie(signed_in)
                    said = told(client.post(path, dict(address.form), follow=True))
                    answered = Post.objects.filter(reply_to=asked, author=fay).exists()
                    wrong += [f"POST {path}"] if leaks(said) and not answered else []
                    transaction.set_rollback(True)
    assert wrong == [] and met > 10


def test_no_search_tells_by_what_it_finds_or_leaves_out(asked: Post, fay: Person, as_: As) -> None:
    def finds(query: str) -> bool:
        return f"/posts/{asked.id}" in as_(fay).get("/search", {"q": query}).content.decode()

    assert finds(ASKED)
    assert not finds(f"{ASKED} from:zvhandle") and not finds(f"{ASKED} in:following")
    assert not finds(f"{ASKED} -from:zvhandle") and not finds(f"{ASKED} -from:zqfriendhandle")
    assert f"/posts/{asked.id}" not in as_(fay).get("/@zvhandle").content.decode()


def test_no_channel_says_it(world: World, asked: Post, fay: Person, as_: As, tmp_path: Path) -> None:
    said = [str(row.reasons) for row in Arrival.objects.filter(person=fay, post__thread=asked.id)]
    assert said and not any(str(asked.author_id) in one for one in said)
    letters = [letter for letter in taken(tmp_path) if "zqstranger" in str(letter["To"])]
    mine = [f"{one.as_string()} {plain(one)} {html(one)}" for one in letters if ASKED in plain(one)]
    assert mine and not any(map(leaks, mine))
    assert any("Somebody asks you" in one and "From: Somebody via" in one for one in mine)
    for form in ("atom", "rss", "json"):
        feed = told(as_(None).get(f"/home/{feed_token(fay)}.{form}"))
        assert ASKED in feed and not leaks(feed)
    for stop in (Stop("thread", str(asked.id)), Stop("asked")):
        page = told(as_(None).get(f"/mail/off/{off_token(fay.id, asked.id, stop)}"))
        assert "what this person shares" not in page and not leaks(page)
    archive = io.BytesIO()
    export(fay, archive)
    with zipfile.ZipFile(archive) as parts:
        assert not any(leaks(parts.read(name).decode("utf-8", "replace")) for name in parts.namelist())


def test_neither_the_letter_of_the_day_nor_a_device_says_it(
    world: World, asker: Person, fay: Person, work: Work, tmp_path: Path
) -> None:
    set_rhythm(fay, Rhythm.DAILY)
    Device.objects.create(person=fay, endpoint="https://push.example/fay")
    Wishes.objects.filter(person=fay).update(daily_at=timezone.now() - timedelta(days=1))
    question = admit_quietly(Draft(author=asker, text=f"{WORDS}, {ASKED}?"), [fay])
    work()
    admit(Draft(author=asker, text=f"It is for Monday, {ASKED}.", reply_to=question))
    work()
    told_devices = notes(list(Delivery.objects.filter(carrier=PUSH, person=fay).values_list("id", flat=True)))
    assert any(ASKED in note.body for note in told_devices)
    assert not any(leaks(note.text()) for note in told_devices)
    taken(tmp_path)
    write_due(evening())
    letters = [one for one in taken(tmp_path) if "zqstranger" in str(one["To"])]
    said = [f"{one.as_string()} {plain(one)} {html(one)}" for one in letters]
    assert any(ASKED in one for one in said) and not any(map(leaks, said))


def test_nothing_is_found_by_it_when_one_asks_something_alike(
    asked: Post, asker: Person, fay: Person
) -> None:
    again = Text(text=f"{WORDS}, {ASKED}?")
    known = known_for(again, fay)
    assert known.same == [] and asker.id not in [one.who.id for one in known.people]
    assert not any(one.line.author_name == "zvname" for one in known.answers)
    for one in rank_answerers(again, asker=fay):
        assert one.evidence_post is None or one.evidence_post != asked.id


def test_who_answers_learns_it_and_nobody_else_does(
    world: World, asked: Post, asker: Person, fay: Person, work: Work, as_: As
) -> None:
    ben = world.people["friend"]
    take_on(asked, by=fay)
    assert leaks(told(as_(asker).get(asked.page)))  # her own name, to herself
    assert not leaks(told(as_(fay).get(asked.page)))  # a press of a button can be taken back
    answer = admit(Draft(author=fay, text="Say it early.", reply_to=asked))
    work()
    page = told(as_(fay).get(asked.page))
    assert leaks(page) and "For zvname alone" in page
    assert not leaks(told(as_(ben).get(asked.page)))
    back = admit(Draft(author=asker, text="I will.", reply_to=answer))
    assert Post.objects.visible_to(fay).filter(pk=back.pk).exists()
    assert not Post.objects.visible_to(ben).filter(pk=back.pk).exists()


def test_what_one_says_to_a_later_word_of_who_asks_is_between_the_two(
    world: World, asked: Post, fay: Person
) -> None:
    later = Post.objects.get(reply_to=asked)
    said = admit(Draft(author=fay, text="Monday is early.", reply_to=later))
    assert Post.objects.visible_to(asked.author).filter(pk=said.pk).exists()
    assert not Post.objects.visible_to(world.people["friend"]).filter(pk=said.pk).exists()


def test_an_answer_that_waits_for_a_moderator_tells_nothing_yet(asked: Post, fay: Person) -> None:
    dov = member("zvdov", "Dov", moderator_since=timezone.now())
    said = admit(Draft(author=fay, text="Say it early.", reply_to=asked))
    Veil.objects.create(thread=asked, person=fay, who=asked.author)
    Post.objects.filter(pk=said.pk).update(held_at=timezone.now())
    release(Post.objects.get(pk=said.pk), by=dov)
    assert not Veil.objects.filter(thread=asked, person=fay).exists()


def test_asked_of_everybody_it_is_said_again(asked: Post, asker: Person, fay: Person, as_: As) -> None:
    ask_by_name(asked, [], by=asker)
    ask_everybody(asked, by=asker)
    assert leaks(told(as_(fay).get(asked.page))) and not Veil.objects.filter(thread=asked).exists()
