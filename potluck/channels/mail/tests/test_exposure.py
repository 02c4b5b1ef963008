"""Whoever answers a letter of ours, with whatever program, publishes nothing of it that was for them alone.

Letters of each kind are answered in every manner of `reply_manners.py`: a seeded tenth, all with POTLUCK_SOAK=1.
"""

import os
import random
import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from potluck.channels.feeds.publishing.export import export
from potluck.channels.mail.actions.to_draft import Read, reply_of, share_of
from potluck.channels.mail.addresses import ask_address, reply_address
from potluck.channels.mail.digest.schedule import write_due
from potluck.channels.mail.inbound.parse import read
from potluck.channels.mail.models import Letter
from potluck.channels.mail.tests.carried import html, plain, taken
from potluck.channels.mail.tests.reply_manners import Manner, Sent, body, manners
from potluck.deliver.models import Wishes
from potluck.door import admit
from potluck.lib.errors import Malformed
from potluck.people.follow import Wish, follow
from potluck.people.models import Circle, CircleMember, Person
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Audience, Kind, Post
from potluck.safety.models import Tally

As = Callable[[Person | None], Client]
SOAK = bool(os.environ.get("POTLUCK_SOAK"))
PART = 1 if SOAK else 10
END_TO_END = 60 if SOAK else 8
OWN = "Use dry soap, Ferrule it twice.\n\nI did so in 2019: it took 10 minutes.\nAsk me at ben@example.org"
QUESTION = "How do you keep slugs off seedlings?"
HIDDEN = "The spare key lies under the blue pot"
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
TOKEN = re.compile(r"/mail/(?:off|never|confirm)/|/join/\w|\+[a-z2-7]{20}")


@pytest.fixture
def sent(
    ada: Person,
    ben: Person,
    cleo: Person,
    work: Callable[[], None],
    tmp_path: Path,
    settings: Settings,
    as_: As,
) -> tuple[Post, list[Sent]]:
    """A question, and one of each kind of letter that Ben got: each with words for him alone."""
    settings.OUTBOX, settings.MAIL_TAKEN_IN = tmp_path, True
    now = timezone.now()
    Person.objects.update(joined_at=now - timedelta(days=30))
    Wishes.objects.bulk_create(Wishes(person=who, daily_at=now) for who in (ada, ben, cleo))
    circle = Circle.objects.create(owner=cleo, name="Neighbours")
    CircleMember.objects.create(circle=circle, person=ben)
    follow(Wish(who=cleo), by=ben)
    asked = admit(Draft(author=ada, text=QUESTION, tags=("garden",)))
    mine = admit(Draft(author=ben, text="Leaf mould holds more water than peat."))
    admit(Draft(author=ada, text="How long does it take?\n\n> holds more water\n\nReally?", reply_to=mine))
    thank(mine, by=ada)
    work()
    letters = taken(tmp_path)
    admit(Draft(author=cleo, text=HIDDEN, audience=Audience.CIRCLE, circle=circle))
    work()
    taken(tmp_path)
    write_due((now + timedelta(days=1)).replace(hour=23, minute=30))
    letters += taken(tmp_path)
    as_(ada).post(f"/posts/{asked.id}/sending", {"address": "ben@elsewhere.example", "note": HIDDEN})
    letters += taken(tmp_path)
    return asked, [_sent(each) for each in letters if "ben" in each["To"].lower()] + [_answer()]


def _sent(letter: EmailMessage) -> Sent:
    name, _lt, address = letter["From"].partition(" <")
    kind = letter["Feedback-ID"].partition(":")[0]
    text = plain(letter)
    secret = (HIDDEN,) if HIDDEN in text else ()
    return Sent(
        kind,
        name.strip('"'),
        address.rstrip(">"),
        "ben@example.org",
        letter["Subject"],
        text,
        html(letter),
        secret,
    )


def _answer() -> Sent:
    """What we answer at once, a plain letter of some lines."""
    text = "Your question is out: http://localhost:8000/posts/1\n\nTo take it back, send any mail to\n"
    text += f"take-back+{'a3' * 14}@localhost\n\n{HIDDEN}\n\n-- \nPotluck\nhttp://localhost:8000\n"
    shown = "<div>" + text.replace("\n", "<br>") + "</div>"
    return Sent(
        "answer", "Potluck", "potluck@localhost", "ben@example.org", "Re: Zips", text, shown, (HIDDEN,)
    )


def letter_of(sent: Sent, manner: Manner, to: str) -> EmailMessage:
    """Ben's reply to a letter."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "Ben Okafor <ben@example.org>",
        to,
        f"Re: {sent.subject}",
    )
    message["Message-ID"] = f"<{abs(hash((sent.kind, manner)))}@example.org>"
    message.set_content(body(sent, OWN, manner), subtype="html" if manner.is_html else "plain")
    return message


def trouble(way: Callable[[], Read], sent: Sent) -> str:
    """What is wrong with what a reply becomes; nothing, mostly."""
    try:
        draft = way().draft
    except Malformed as error:
        return f"refused: {error}"
    text, shown = draft.text, draft.html or ""
    everything = f"{draft.title}\n{text}\n{shown}"
    words = [" ".join(line.replace("\\", "").split()) for line in text.split("\n") if line.strip()]
    own = [line for line in OWN.split("\n") if line]
    found = [f"exposes {each}" for each in set(ADDRESS.findall(everything)) - {"ben@example.org"}]
    found += [f"exposes {each[0]}" for each in TOKEN.finditer(everything)]
    found += [f"tells {each}" for each in sent.secret if each in everything]
    found += ["tells how to get less"] if "you/mail" in everything else []
    if " ".join(words) != " ".join(own):
        found.append(f"says {words}"[:300])
    return "; ".join(found)


def test_no_reply_exposes_who_wrote_it(sent: tuple[Post, list[Sent]], ben: Person) -> None:
    asked, letters = sent
    assert {each.kind for each in letters} >= {"post", "digest", "sent", "answer"}
    every = [(each, manner) for each in letters for manner in manners()]
    some = random.Random(11).sample(every, len(every) // PART)
    wrong = []
    for each, manner in some:
        message = read(letter_of(each, manner, ask_address()).as_bytes())
        ways = (
            lambda message=message: reply_of(message, asked, by=ben),
            lambda message=message: share_of(message, by=ben, kind=Kind.QUESTION),
        )
        wrong += [f"{each.kind} {manner}: {bad}" for way in ways if (bad := trouble(way, each))]
    assert wrong == [], f"{len(wrong)} of {2 * len(some)}: " + "\n".join(wrong[:12])


def exported(person: Person, path: Path) -> str:
    """All text of what somebody takes with them."""
    export(person, path)
    with ZipFile(path) as bundle:
        return "\n".join(bundle.read(name).decode("utf-8", "replace") for name in bundle.namelist())


def pages(thread: Post, author: Person, reader: Person, as_: As) -> str:
    """What anybody, a member and whoever takes their things with them reads of a thread."""
    found = []
    for client in (as_(None), as_(reader)):
        for path in (f"/posts/{thread.id}", f"/@{author.handle}", "/search?q=ferrule"):
            found.append(client.get(path, follow=True).content.decode())
    for form in ("atom", "rss", "json"):
        for path in (f"/posts/{thread.id}.{form}", f"/@{author.handle}.{form}", f"/fresh.{form}"):
            found.append(as_(None).get(path).content.decode())
    return "\n".join(found)


def test_no_page_feed_letter_or_export_exposes_who_answered(
    sent: tuple[Post, list[Sent]],
    ada: Person,
    ben: Person,
    as_: As,
    post_in: Callable[..., Letter],
    work: Callable[[], None],
    tmp_path: Path,
) -> None:
    """From the letter that comes in to whatever others get of it."""
    asked, letters = sent
    every = [(each, manner) for each in letters for manner in manners()]
    to = reply_address(asked.id, ben.id)
    for number, (each, manner) in enumerate(random.Random(5).sample(every, END_TO_END)):
        Tally.objects.all().delete()
        message = letter_of(each, manner, to)
        post_in(message, to)
        reply = Post.objects.get(reply_to=asked, deleted_at=None)
        work()
        everything = pages(asked, ben, ada, as_)
        everything += "\n".join(plain(one) + html(one) for one in taken(tmp_path) if "ada@" in one["To"])
        everything += exported(ben, tmp_path / f"{number}.zip") + exported(
            ada, tmp_path / f"of-ada-{number}.zip"
        )
        assert "Ferrule it twice" in everything
        for secret in (*each.secret, "How things reach you", "first letter to you"):
            assert secret not in (reply.text + reply.html), (each.kind, manner)
        own_links = re.findall(r"/mail/(?:off|never)/[\w:=-]+", everything)
        assert not [link for link in own_links if link in each.text], (each.kind, manner)
        assert not [a for a in re.findall(r"\b[a-z-]+\+[a-z2-7]{20,}", each.text) if a in everything]
        # The same words once more would be the same share.
        delete(reply, by=ben)


NOTHING_SAID = (
    "\n\nOn Sun, 29 Nov 2026 at 10:15, Ada via Potluck <potluck@localhost> wrote:\n\n> How do you?\n",
    "Sent from my iPhone\n\n> On 29 Nov 2026, at 10:15, Ada via Potluck <potluck@localhost> wrote:\n>\n> How do you?\n",
    "-- \nBen Okafor\nSoil and Seeds\n",
    "Fra: Ada via Potluck <potluck@localhost>\nSendt: 29. november\nTil: Ben\nEmne: x\n\nHow do you?\n",
)


@pytest.mark.parametrize("text", NOTHING_SAID)
def test_a_reply_that_says_nothing_is_no_post_and_its_sender_hears_so(
    text: str, ada: Person, ben: Person, post_in: Callable[..., Letter]
) -> None:
    asked = admit(Draft(author=ada, text=QUESTION))
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "ben@example.org",
        reply_address(asked.id, ben.id),
        "Re: x",
    )
    message.set_content(text)
    post_in(message, message["To"])
    assert not Post.objects.filter(reply_to=asked).exists()
    assert [one.to for one in mail.outbox] == [["ben@example.org"]]
    assert "There was nothing in your mail but what it answers" in mail.outbox[0].body
