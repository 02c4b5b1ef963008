"""A match that speaks to somebody goes out as one letter, now, with its reason, and threads in every program."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from potluck.channels.mail import addresses
from potluck.channels.mail.models import Guest
from potluck.channels.mail.outbound.send_job import carry_all
from potluck.channels.mail.tests.carried import Post, html, plain, taken
from potluck.deliver.categories import Kind
from potluck.deliver.models import Delivery, Rhythm
from potluck.deliver.preferences import hush, set_rhythm, turn_off
from potluck.door import admit
from potluck.events.models import Event
from potluck.people.block import block, mute
from potluck.people.follow import Wish, follow
from potluck.people.models import Account, Person
from potluck.people.moderate import suspend
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Audience
from potluck.questions.models import AskingWishes

Work = Callable[[], None]


@pytest.fixture
def post(work: Work, tmp_path: Path, settings: Settings, db: None) -> Post:
    """Do what the worker would, and take out of the box what went."""
    settings.OUTBOX, settings.MAIL_TAKEN_IN = tmp_path, True

    def take() -> list[object]:
        work()
        return taken(tmp_path)  # type: ignore[return-value]

    return take  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def nobody_is_asked(ada: Person, ben: Person, cleo: Person) -> None:
    """Questions are put before everybody where people are so few; that is told elsewhere."""
    AskingWishes.objects.bulk_create(
        AskingWishes(person=who, a_week=0, firsts_a_week=0) for who in (ada, ben, cleo)
    )


def test_an_answer_goes_at_once_to_who_asked(ada: Person, ben: Person, post: Post) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    answer = admit(Draft(author=ben, text="A ring of *dry* bran.", reply_to=question))
    (letter,) = post()
    assert letter["To"] == "Ada Marsh <ada@example.org>"
    assert letter["From"] == "Ben Okafor via Potluck <potluck@localhost>"
    assert letter["Subject"] == "Re: How do you keep slugs off seedlings?"
    assert letter["Message-ID"] == f"<post.{answer.id}@localhost>"
    assert letter["In-Reply-To"] == letter["References"] == f"<post.{question.id}@localhost>"
    assert addresses.read_reply(letter["Reply-To"]) == (answer.id, ada.id)
    assert "Ben Okafor answered you · on How do you keep slugs off seedlings?" in plain(letter)
    assert "A ring of *dry* bran." in plain(letter)
    assert "A ring of <em>dry</em> bran." in html(letter)


def test_a_letter_has_what_mail_programs_ask_of_a_list(ada: Person, ben: Person, post: Post) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    reply = admit(Draft(author=ben, text="How long?", reply_to=note))
    (letter,) = post()
    assert letter["List-Id"] == "Potluck <potluck.localhost>"
    assert letter["List-Post"] == "<mailto:ask@localhost>"
    assert letter["List-Archive"] == f"<http://localhost:8000/posts/{note.id}>"
    assert letter["Archived-At"] == f"<http://localhost:8000/posts/{reply.id}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    mailto, page = re.findall(r"<([^>]*)>", letter["List-Unsubscribe"])
    assert addresses.read_act(mailto.removeprefix("mailto:")) == ("unsubscribe", reply.id, ada.id)
    assert page in plain(letter) and page in html(letter)
    assert letter["Feedback-ID"] == "post:potluck:localhost"
    assert (letter["Precedence"], letter["Auto-Submitted"]) == ("list", None)


def test_nobody_gets_what_they_wrote_and_nobody_anything_twice(
    ada: Person, ben: Person, cleo: Person, work: Work, post: Post
) -> None:
    set_rhythm(cleo, Rhythm.NOW)
    follow(Wish(who=ben), by=cleo)
    follow(Wish(tag="soil"), by=cleo)
    question = admit(Draft(author=ada, text="What eats leaves? #soil"))
    post()
    admit(Draft(author=ben, text="Worms, @cleo. #soil", reply_to=question))
    assert sorted(letter["To"] for letter in post()) == [
        "Ada Marsh <ada@example.org>",
        "Cleo Marin <cleo@example.org>",
    ]
    Event.objects.update(handled_at=None)
    work()
    assert post() == []


def test_what_one_follows_waits_for_the_day_unless_one_wants_it_at_once(
    ada: Person, ben: Person, cleo: Person, post: Post
) -> None:
    follow(Wish(who=ben), by=ada)
    follow(Wish(who=ben), by=cleo)
    set_rhythm(cleo, Rhythm.NOW, [Kind.FOLLOWED])
    admit(Draft(author=ben, text="Worms are out."))
    (letter,) = post()
    assert letter["To"].startswith("Cleo") and letter["Subject"] == "Worms are out."
    assert "You follow Ben Okafor" in plain(letter)
    assert not Delivery.objects.filter(person=ada).exists()


def test_whoever_turned_mail_off_has_no_rows(ada: Person, ben: Person, post: Post) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    turn_off(ada)
    admit(Draft(author=ben, text="How long?", reply_to=note))
    assert post() == []
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("change", ["taken back", "blocked", "muted", "hushed", "suspended", "turned off"])
def test_the_gate_is_asked_again_when_it_goes(
    change: str, ada: Person, ben: Person, work: Work, post: Post
) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    reply = admit(Draft(author=ben, text="How long?", reply_to=note))
    work()
    assert Delivery.objects.get().done_at is None
    {
        "taken back": lambda: delete(reply, by=ben),
        "blocked": lambda: block(ben, by=ada),
        "muted": lambda: mute(ben, by=ada),
        "hushed": lambda: hush(ada, thread=note.id),
        "suspended": lambda: suspend(ada, by=None),
        "turned off": lambda: turn_off(ada),
    }[change]()
    assert post() == []
    assert Delivery.objects.get().done_at is not None


def test_what_is_narrowed_goes_to_whom_it_is_for(ada: Person, ben: Person, cleo: Person, post: Post) -> None:
    set_rhythm(cleo, Rhythm.NOW)
    follow(Wish(who=ben), by=cleo)
    admit(Draft(author=ben, text="For you alone.", audience=Audience.NAMED, readers=(ada,)))
    (letter,) = post()
    assert letter["To"].startswith("Ada")
    assert "Ben Okafor shared this with you" in plain(letter)
    assert "is for those who see this" in plain(letter)


def test_thanks_come_as_a_letter_of_their_own_where_one_wants_that(
    ada: Person, ben: Person, post: Post
) -> None:
    set_rhythm(ada, Rhythm.NOW, [Kind.GIFTS])
    note = admit(Draft(author=ada, text="Leaf mould holds water."))
    post()
    thank(note, by=ben)
    (letter,) = post()
    assert letter["Subject"] == "Ben Okafor thanked you for this: Leaf mould holds water."
    assert letter["In-Reply-To"] == f"<post.{note.id}@localhost>" != letter["Message-ID"]
    assert letter["Auto-Submitted"] == "auto-generated"


def test_what_happened_long_ago_is_no_news(ada: Person, ben: Person, work: Work, post: Post) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    admit(Draft(author=ben, text="How long?", reply_to=note))
    Event.objects.update(at=timezone.now() - timedelta(days=4))
    assert post() == []


def test_an_address_nobody_proved_gets_nothing(ada: Person, ben: Person, post: Post) -> None:
    assert ada.account
    ada.account.emailaddress_set.update_or_create(
        email=ada.account.email, defaults={"verified": False, "primary": True}
    )
    note = admit(Draft(author=ada, text="Leaf mould."))
    admit(Draft(author=ben, text="How long?", reply_to=note))
    assert post() == []


def test_a_guest_hears_what_speaks_to_them_and_everybody_may_see(
    ada: Person, ben: Person, eve: Person, post: Post
) -> None:
    Guest.objects.create(person=eve, address="eve@elsewhere.example", confirmed_at=timezone.now())
    question = admit(Draft(author=eve, text="What eats leaves?", whence="mail"))
    admit(Draft(author=ben, text="Worms.", reply_to=question))
    (letter,) = post()
    assert letter["To"] == "Eve Larsen <eve@elsewhere.example>"
    assert addresses.read_reply(letter["Reply-To"])
    Guest.objects.update(confirmed_at=None)
    admit(Draft(author=ben, text="And fungi.", reply_to=question))
    assert post() == []


def test_the_first_letter_says_once_how_to_turn_it(ada: Person, ben: Person, post: Post) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    admit(Draft(author=ben, text="How long?", reply_to=note))
    (first,) = post()
    admit(Draft(author=ben, text="Two years?", reply_to=note))
    (second,) = post()
    said = "This is the first letter to you from here."
    assert said in plain(first) and said in html(first)
    assert said not in plain(second)
    assert "/you/mail" in plain(second)


def test_without_a_way_in_no_letter_asks_for_replies(
    ada: Person, ben: Person, post: Post, settings: Settings
) -> None:
    settings.MAIL_TAKEN_IN = False
    note = admit(Draft(author=ada, text="Leaf mould."))
    admit(Draft(author=ben, text="How long?", reply_to=note))
    (letter,) = post()
    assert letter["Reply-To"] is None and "mailto:" not in letter["List-Unsubscribe"] + html(letter)


def test_names_and_words_of_any_script_arrive_whole(ada: Person, ben: Person, post: Post) -> None:
    Person.objects.filter(pk=ben.pk).update(name='Żółw "Ben" ,\r\nBcc: all@example.org')
    note = admit(Draft(author=ada, title="Ürgroßmutters Brunnenkresse: " + "wächst " * 20, text="ö" * 300))
    admit(Draft(author=ben, text="مرحبا\n.\nFrom here = it goes\u00a0on " + "\ue000", reply_to=note))
    (letter,) = post()
    assert letter["From"].addresses[0].display_name.startswith('Żółw "Ben" , Bcc: all@example.org via')
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("Re: Ürgroßmutters Brunnenkresse: wächst wächst")
    assert "مرحبا\n.\nFrom here = it goes\u00a0on" in plain(letter)
    assert all(len(line) <= 998 for line in letter.as_bytes().splitlines())


def test_pictures_and_links_have_whole_addresses(ada: Person, ben: Person, post: Post) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    admit(Draft(author=ben, text="See #compost and [mine](https://ben.example/a)", reply_to=note))
    (letter,) = post()
    assert not re.findall(r'(?:href|src)="/', html(letter))
    assert 'href="http://localhost:8000/tags/compost"' in html(letter)


def test_two_networks_of_workers_never_take_the_same(
    ada: Person, ben: Person, work: Work, post: Post
) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    admit(Draft(author=ben, text="How long?", reply_to=note))
    work()
    Delivery.objects.update(claimed_by=5, claimed_at=timezone.now(), tries=1)
    assert carry_all(6) == 0
    assert carry_all(5) == 1


def test_somebody_without_an_account_any_more_gets_nothing(
    ada: Person, ben: Person, work: Work, post: Post
) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    admit(Draft(author=ben, text="How long?", reply_to=note))
    work()
    Account.objects.filter(person=ada).update(is_active=False)
    assert post() == []
