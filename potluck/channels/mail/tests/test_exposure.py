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

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from potluck.channels.mail.actions.to_draft import Read, reply_of, share_of
from potluck.channels.mail.addresses import ask_address
from potluck.channels.mail.digest.schedule import write_due
from potluck.channels.mail.inbound.parse import read
from potluck.channels.mail.tests.carried import html, plain, taken
from potluck.channels.mail.tests.reply_manners import Manner, Sent, body, manners
from potluck.deliver.models import Wishes
from potluck.door import admit
from potluck.lib.errors import Malformed
from potluck.people.follow import Wish, follow
from potluck.people.models import Circle, CircleMember, Person
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Kind, Post

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
