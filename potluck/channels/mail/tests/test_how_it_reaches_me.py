"""One says on a page how things reach one; the link under a letter does it without signing in, by a press alone."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.channels.mail.actions.post_commands import act_on
from potluck.channels.mail.outbound.unsubscribe import DIGEST, THREAD, Stop, narrowest, off_token, stop
from potluck.deliver.categories import Kind
from potluck.deliver.models import Hush, Rhythm, Wishes
from potluck.deliver.preferences import hush, pause, wishes_of
from potluck.door import admit
from potluck.people.models import Person
from potluck.posts.draft import Draft

As = Callable[[Person | None], Client]
SAID = {
    "spoken": "1",
    "asked": "2",
    "found": "1",
    "followed": "3",
    "gifts": "0",
    "hour": "19",
    "weekday": "4",
}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def test_one_says_when_each_kind_comes(ada: Person, as_: As) -> None:
    page = as_(ada).get("/you/mail").content.decode()
    assert "ada@example.org" in page
    assert as_(ada).post("/you/mail", {**SAID, "most": "12"}).status_code == 302
    wishes = wishes_of(ada)
    assert [getattr(wishes, kind) for kind in Kind] == [1, 2, 1, 3, 0]
    assert (wishes.hour, wishes.weekday, wishes.most) == (19, 4, 12)
    assert 'value="12"' in as_(ada).get("/you/mail").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"hour": "24"}, {"weekday": "7"}, {"followed": "9"}, {"most": "500"}, {"spoken": ""}]
)
def test_what_makes_no_sense_is_said_and_nothing_changes(wrong: dict[str, str], ada: Person, as_: As) -> None:
    answer = as_(ada).post("/you/mail", {**SAID, **wrong})
    assert answer.status_code == 422
    assert not Wishes.objects.exists()


def test_all_of_it_is_turned_off_and_on_again_as_it_was(ada: Person, as_: As) -> None:
    as_(ada).post("/you/mail", SAID)
    as_(ada).post("/you/mail/all")
    assert wishes_of(ada).off_at and "Mail again" in as_(ada).get("/you/mail").content.decode()
    as_(ada).post("/you/mail/all", {"undo": "1"})
    assert wishes_of(ada).off_at is None and wishes_of(ada).followed == Rhythm.WEEKLY


def test_what_one_gets_no_mail_of_is_listed_and_taken_back(ada: Person, ben: Person, as_: As) -> None:
    note = admit(Draft(author=ben, text="Leaf mould holds water."))
    for what in ({"thread": note.id}, {"tag": "soil"}, {"who": ben.id}):
        hush(ada, **what)
    page = as_(ada).get("/you/mail").content.decode()
    assert "Leaf mould holds water." in page and "#soil" in page and "Ben Okafor" in page
    for row in Hush.objects.all():
        as_(ben).post(f"/you/mail/hushes/{row.pk}")
        assert Hush.objects.filter(pk=row.pk).exists()
        as_(ada).post(f"/you/mail/hushes/{row.pk}")
    assert not Hush.objects.exists()


def test_trouble_with_the_mailbox_is_told_where_one_sees_it(ada: Person, as_: As) -> None:
    pause(ada, "Your mailbox kept sending our letters back.")
    assert "kept sending our letters back" in as_(ada).get("/you/mail").content.decode()
    as_(ada).post("/you/mail/all", {"undo": "1"})
    assert wishes_of(ada).paused_at is None and not wishes_of(ada).trouble


@pytest.fixture
def link(ada: Person, ben: Person) -> str:
    note = admit(Draft(author=ben, text="Leaf mould holds water. #soil"))
    return f"/mail/off/{off_token(ada.id, note.id, Stop(THREAD, str(note.thread)))}"


def test_one_press_of_a_mail_program_stops_a_thread_without_signing_in(ada: Person, link: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link, ONE_CLICK).status_code == 200
    assert Hush.objects.get(by=ada).thread


def test_looking_at_the_link_stops_nothing(ada: Person, link: str) -> None:
    page = Client().get(link).content.decode()
    assert "No more mail of this thread" in page and "No mail at all" in page
    assert Client().head(link).status_code == 200
    assert not Hush.objects.exists() and not Wishes.objects.exists()


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("No more mail of what this person shares", lambda ada: ada.hushes.filter(who__gt=0).exists()),
        ("No more mail of #soil", lambda ada: ada.hushes.filter(tag="soil").exists()),
        (
            "No more of these letters",
            lambda ada: wishes_of(ada).followed == wishes_of(ada).gifts == Rhythm.NONE,
        ),
        ("No mail at all", lambda ada: wishes_of(ada).off_at is not None),
    ],
)
def test_the_page_offers_more_and_undoes_it(
    words: str, holds: Callable[[Person], bool], ada: Person, link: str
) -> None:
    page = Client().get(link).content.decode()
    way = page.partition(f">{words}<")[0].rpartition('value="')[2].partition('"')[0]
    assert f"Done: {words}." in Client().post(link, {"way": way}).content.decode()
    assert holds(ada)
    assert "Taken back" in Client().post(link, {"way": way, "undo": "1"}).content.decode()
    assert not holds(ada)
    assert wishes_of(ada).followed == Rhythm.DAILY and wishes_of(ada).spoken == Rhythm.NOW


def test_a_link_that_is_not_whole_does_nothing(ada: Person, link: str) -> None:
    for wrong in (link[:-2], link + "x", "/mail/off/nothing", "/mail/off/bm90aGluZw:x"):
        assert Client().post(wrong, ONE_CLICK).status_code == 404
    assert Client().post(link, {"way": "99"}).status_code == 400
    assert not Hush.objects.exists()


@pytest.mark.parametrize(
    ("code", "place", "meant"),
    [
        ("reply", 0, THREAD),
        ("thread", 1, THREAD),
        ("asked_shared", 0, Kind.ASKED),
        ("found", 0, Kind.FOUND),
        ("tag", 1, "tag"),
        ("person", 1, "who"),
        ("search", 1, Kind.FOLLOWED),
        ("thanked", 2, Kind.GIFTS),
    ],
)
def test_a_letter_stops_what_it_came_for(code: str, place: int, meant: str) -> None:
    assert narrowest([{"code": code, "tag": "soil", "who": 5}], place, 7).scope == meant


def test_stopping_the_letter_of_the_day_leaves_what_speaks_to_one(ada: Person) -> None:
    stop(ada, Stop(DIGEST))
    wishes = wishes_of(ada)
    assert (wishes.spoken, wishes.followed, wishes.gifts) == (Rhythm.NOW, Rhythm.NONE, Rhythm.NONE)


def test_a_mail_to_the_letters_own_address_does_what_its_link_does(ada: Person, ben: Person) -> None:
    note = admit(Draft(author=ben, text="Leaf mould holds water."))
    assert "No more mail of this thread" in act_on("unsubscribe", note.id, ada)
    assert Hush.objects.get(by=ada).thread == note.id and wishes_of(ada).off_at is None
    act_on("resubscribe", note.id, ada)
    assert not Hush.objects.exists()
    assert "No more of these letters" in act_on("unsubscribe", 0, ada)
    assert wishes_of(ada).followed == Rhythm.NONE and wishes_of(ada).spoken == Rhythm.NOW
    act_on("resubscribe", 0, ada)
    assert wishes_of(ada).followed == Rhythm.DAILY
