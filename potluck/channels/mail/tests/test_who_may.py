"""Members by their address, guests by confirming one mail; machines get no answer, and everybody else gets one."""

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from potluck import door
from potluck.channels.mail.actions.join import look_for_joined
from potluck.channels.mail.addresses import act_address, ask_address, reply_address, share_address
from potluck.channels.mail.models import Guest, Letter, State
from potluck.lib.ids import new_id
from potluck.people.join import account_to_be, join
from potluck.people.models import Person
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post, Thanks

from .conftest import do_jobs, letter

PostIn = Callable[..., Letter]
GUS = "Gus Vale <gus@guest.example>"


def confirm_address(message: EmailMessage) -> str:
    """Where an answer to it goes."""
    return str(message.extra_headers["Reply-To"])  # type: ignore[attr-defined]


def test_a_guest_confirms_one_mail_and_may_ask_and_answer(post_in: PostIn, ada: Person) -> None:
    """Nothing of theirs is seen before; what they write after goes out at once."""
    row = post_in(letter(GUS, ask_address(), "What is quince good for?", "Nobody told me."))
    assert row.state == State.UNCONFIRMED and Post.objects.count() == 0
    assert mail.outbox[0].to == ["gus@guest.example"] and "What is quince good for?" in mail.outbox[0].body
    post_in(
        letter(GUS, confirm_address(mail.outbox[0]), "Re: Re: What is quince good for?", "Yes, it was me.")
    )
    asked = Post.objects.get()
    assert (asked.kind, asked.author.name, asked.author.is_member) == (Kind.QUESTION, "Gus Vale", False)
    names = [str(each.extra_headers["Message-ID"]) for each in mail.outbox]
    assert len(names) == len(set(names)) == 2
    assert "guest.example" not in asked.author.uri + asked.author.handle + asked.author.url
    post_in(letter(GUS, ask_address(), "And what are medlars good for?", "Nobody told me either."))
    assert Post.objects.count() == 2


def test_a_guest_confirms_by_a_press_on_a_page_and_not_by_looking(post_in: PostIn, db: None) -> None:
    """Programs follow links before people do."""
    post_in(letter(GUS, ask_address(), "What is quince good for?", "Nobody told me."))
    page = re.search(r"/mail/confirm/\S+", mail.outbox[0].body)
    assert page is not None
    client = Client()
    assert client.get(page[0]).status_code == 200
    do_jobs()
    assert Post.objects.count() == 0
    assert client.post(page[0]).status_code == 200
    do_jobs()
    assert Post.objects.count() == 1
    assert client.get(page[0][:-4]).status_code == 404


def test_several_mails_of_a_guest_are_asked_about_once(post_in: PostIn, db: None) -> None:
    """And all of them go out with one answer."""
    for number in range(3):
        post_in(letter(GUS, ask_address(), f"What is quince number {number} for?", "Nobody told me."))
    assert len(mail.outbox) == 1
    post_in(letter(GUS, confirm_address(mail.outbox[0]), "Re:", ""))
    assert Post.objects.count() == 3


def test_what_was_a_guests_is_the_members_when_they_join(post_in: PostIn, ada: Person) -> None:
    """On the web, with the address they wrote from: posts, and what was given back for them."""
    asked = door.admit(Draft(author=ada, text="What is quince good for?", kind=Kind.QUESTION))
    post_in(letter(GUS, ask_address(), "A question about medlars?", "Nobody told me."))
    post_in(letter(GUS, confirm_address(mail.outbox[0]), "", ""))
    post_in(letter(GUS, ask_address(), "Re: x", "Jelly.", In_Reply_To=f"<post.{asked.id}@localhost>"))
    answer = Post.objects.get(reply_to=asked)
    thank(answer, by=ada)
    account = account_to_be("gus@guest.example")
    assert account is not None
    EmailAddress.objects.create(user=account, email="Gus@Guest.example", verified=True, primary=True)
    gus = join(account, name="Gus")
    look_for_joined(0)
    assert set(Post.objects.filter(author=gus).values_list("kind", flat=True)) == {Kind.QUESTION, Kind.ANSWER}
    assert Thanks.objects.get().helper == gus and Guest.objects.get().person.claimed_by == gus


def test_somebody_joins_by_mail_alone(post_in: PostIn, ada: Person) -> None:
    """One mail, one answer, and they are a member with all that was theirs."""
    post_in(letter(GUS, ask_address(), "What is quince good for?", "Nobody told me."))
    post_in(letter(GUS, confirm_address(mail.outbox[0]), "", ""))
    post_in(letter(GUS, "join@localhost", "", "join"))
    gus = Person.objects.get(account__email="gus@guest.example")
    assert gus.name == "Gus Vale" and Post.objects.get().author == gus
    assert share_address(gus) in mail.outbox[-1].body
    post_in(letter(GUS, ask_address(), "follow @ada", ""))
    assert gus.follows.get(who__isnull=False).who == ada


def test_a_reply_address_shows_that_a_guest_has_the_mail(post_in: PostIn, ada: Person) -> None:
    """Whoever was sent something may answer it; that is all it takes."""
    asked = door.admit(Draft(author=ada, text="What is quince good for?", kind=Kind.QUESTION))
    key = new_id()
    gus = Person.objects.create(id=key, handle="gus", name="Gus", uri=f"http://localhost:8000/people/{key}")
    Guest.objects.create(person=gus, address="gus@guest.example")
    post_in(letter(GUS, reply_address(asked.id, gus.id), "Re: quince", "Jelly, of course."))
    assert Post.objects.get(reply_to=asked).author == gus and Guest.objects.get().confirmed_at is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; x=y"},
        {"Precedence": "bulk"},
        {"List-Id": "<garden.example.net>"},
        {"X-Autoreply": "yes"},
        {"Return-Path": "<>"},
        {"From": "MAILER-DAEMON@example.net"},
        {"From": "no-reply@example.net"},
        {"From": "ask@localhost"},
        {"Subject": "Automatische Antwort: AW: Frage"},
        {"Subject": "Out of office: back on Monday"},
        {"Message-ID": "<post.77@localhost>"},
        {"X-Loop": "ask@localhost"},
    ],
)
def test_a_machine_is_not_answered_and_shares_nothing(
    post_in: PostIn, ada: Person, headers: dict[str, str]
) -> None:
    """Whatever it says, so that no two programs talk for ever."""
    message = letter("ada@example.org", ask_address(), "A question?", "I am a program.")
    for name, value in headers.items():
        del message[name]
        message[name] = value
    row = post_in(message)
    assert row.state == State.IGNORED and Post.objects.count() == 0 and mail.outbox == []


def test_whoever_is_refused_again_and_again_is_answered_a_few_times(post_in: PostIn, ada: Person) -> None:
    """A program that passes for a person does not get more than a day's worth."""
    for number in range(25):
        post_in(letter("x@y.example", act_address("thanks", 1, ada.id), str(number), "?"))
    assert len(mail.outbox) == 20 and Letter.objects.filter(state=State.REFUSED).count() == 25


def test_what_our_own_server_found_false_is_asked_back(post_in: PostIn, ada: Person) -> None:
    """The member hears of it, and what is theirs goes out."""
    said = "localhost; dmarc=fail header.from=example.org; spf=pass smtp.mailfrom=evil.example"
    row = post_in(letter("ada@example.org", ask_address(), "Buy now?", "x", Authentication_Results=said))
    assert row.state == State.UNCONFIRMED and mail.outbox[0].to == ["ada@example.org"]
    post_in(letter("ada@example.org", confirm_address(mail.outbox[0]), "", "It was me."))
    assert Post.objects.get().author == ada


def test_results_of_servers_that_are_not_ours_are_nobodys(post_in: PostIn, ada: Person) -> None:
    """Anybody can write such a header."""
    said = "elsewhere.example; dmarc=fail header.from=example.org"
    row = post_in(letter("ada@example.org", ask_address(), "What now?", "x", Authentication_Results=said))
    assert row.state == State.DONE


def test_where_servers_are_named_only_what_they_vouch_for_goes_through(
    post_in: PostIn, ada: Person, settings: pytest.FixtureRequest
) -> None:
    """A signature of the sender's own domain is enough; another's is not."""
    settings.MAIL_SERVERS = ["mx.example.org"]  # type: ignore[attr-defined]
    ours = "mx.example.org; dkim=pass header.d={0}"
    none = post_in(letter("ada@example.org", ask_address(), "First?", "x"))
    other = post_in(
        letter(
            "ada@example.org",
            ask_address(),
            "Second?",
            "x",
            Authentication_Results=ours.format("evil.example"),
        )
    )
    good = post_in(
        letter(
            "ada@example.org", ask_address(), "Third?", "x", Authentication_Results=ours.format("example.org")
        )
    )
    assert [row.state for row in (none, other, good)] == [State.UNCONFIRMED, State.UNCONFIRMED, State.DONE]


def test_somebody_suspended_is_told_why(post_in: PostIn, ada: Person) -> None:
    """By mail as on the web."""
    ada.suspended_at = ada.joined_at
    ada.save()
    row = post_in(letter("ada@example.org", ask_address(), "What now?", "x"))
    assert row.state == State.REFUSED and "suspended" in mail.outbox[0].body


def test_a_first_mail_full_of_links_waits_for_a_moderator(post_in: PostIn, ada: Person) -> None:
    """Its sender is told so."""
    post_in(letter("ada@example.org", ask_address(), "Cheap?", "http://a.example/ " * 9))
    assert Post.objects.get().held_at is not None and "moderator" in mail.outbox[0].body
