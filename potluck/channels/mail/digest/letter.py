"""A digest as a letter: what it was to tell, asked once more of the gate, and whatever was seen meanwhile left out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from markupsafe import Markup

from potluck.channels.mail import addresses
from potluck.channels.mail.outbound.compose import Letter, first_words, letter_of, personal, standing
from potluck.channels.mail.outbound.load import READER_JOINS, READER_SQL, WRITABLE_SQL, Reader, reader_of
from potluck.channels.mail.outbound.merge import mould, without_marks
from potluck.channels.mail.outbound.templates import draw
from potluck.channels.mail.outbound.unsubscribe import DIGEST, Stop, off_page, off_words
from potluck.deliver.inbox import REACHED_SQL, lines_of, zone_of
from potluck.deliver.models import Place
from potluck.deliver.reasons.pending import Below
from potluck.lib.feedwriter import absolute
from potluck.lib.format import day
from potluck.lib.html import excerpt
from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.list_rows import WIDTH, Line, lines
from potluck.posts.models import Post

COMMENTS, WORDS = 2, 320
_STOP = Stop(DIGEST)
_TO = f"""
SELECT d.id, d.items, d.at, {READER_SQL} FROM deliver_delivery d JOIN people_person viewer ON viewer.id = d.person_id
{READER_JOINS}
WHERE d.id = ANY(%(ids)s) AND d.items->'things' IS NOT NULL AND {WRITABLE_SQL}
  AND viewer.approved_at IS NOT NULL AND viewer.suspended_at IS NULL
"""
_THINGS = REACHED_SQL.format(some="AND post_id = ANY(%(posts)s) AND seen_at IS NULL", newest=300)


@dataclass(slots=True)
class Entry:
    """One thing in the letter, plain but for its reasons."""

    post: int
    title: str
    words: str
    why: list[Markup]
    by: str
    page: str
    home: str = ""
    host: str = ""
    passage: str = ""
    reply: str = ""
    acts: list[tuple[str, str]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What it is, for who hears only the link."""
        return excerpt(self.title or self.words, 60)


@dataclass(slots=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    entries: list[Entry]


def digest_letters(ids: Sequence[int]) -> list[Letter]:
    """The letters of these deliveries that still tell something."""
    found = []
    for row in ask(_TO, {"ids": list(ids)}):
        reader = reader_of(row[3:])
        person = Person.objects.get(pk=reader.id)
        with override(reader.language), timezone.override(zone_of(person)):
            letter = _letter(row[0], json.loads(row[1]), row[2], reader, person)
        if letter is not None:
            found.append(letter)
    return found


def _letter(
    delivery: int, items: Mapping[str, Any], at: datetime, reader: Reader, person: Person
) -> Letter | None:
    things = entries(items["things"], person)
    if not any(things.values()):
        return None
    sections = [
        Section(_("waiting for you"), things[Place.WAITING]),
        Section(_("from your people"), things[Place.PEOPLE]),
        Section(_("what came of what you shared"), things[Place.GIFT]),
        Section(_("from further away"), _plain_entries(items["afar"], person)),
        Section(_("still open from you"), _plain_entries(items["open"], person)),
    ]
    told = [entry for section in sections[:3] for entry in section.entries]
    facts = _facts(sections, told, at, reader)
    text, html = draw("digest", reader.language, facts)
    headers = [
        *standing("", str(facts["subject"]), f"<digest.{delivery}@{settings.MAIL_DOMAIN}>", at),
        ("List-Archive", f"<{settings.ORIGIN}/archive>"),
        ("Precedence", "bulk"),
        ("Auto-Submitted", "auto-generated"),
        ("Feedback-ID", f"digest:potluck:{settings.MAIL_DOMAIN}"),
    ]
    own = personal(reader, 0, _STOP, reply=False)
    return letter_of(delivery, reader, mould(headers, text, html), own, {})


def _facts(
    sections: Sequence[Section], told: Sequence[Entry], at: datetime, reader: Reader
) -> dict[str, object]:
    number = len(told)
    first_text, first_html = first_words(reader.language) if reader.first else ("", "")
    best = told[0].label
    if number > 1:
        more = ngettext("and %(num)d more", "and %(num)d more", number - 1) % {"num": number - 1}
        best = f"{best}, {more}"
    return {
        "subject": best,
        "heading": ngettext("One thing for you", "%(num)d things for you", number) % {"num": number},
        "day": day(at),
        "sections": [section for section in sections if section.entries],
        "first_text": first_text,
        "first_html": Markup(first_html),  # noqa: S704 - drawn by us
        "by_mail": settings.MAIL_TAKEN_IN,
        "off": off_words(_STOP),
        "off_page": off_page(reader.id, 0, _STOP),
    }


def entries(things: Sequence[Mapping[str, Any]], person: Person) -> dict[int, list[Entry]]:
    """What reached the person, by its place, in the order chosen, without what they saw or may not see any more."""
    found: dict[int, list[Entry]] = {place: [] for place in Place.values}
    chosen = {thing["post"]: thing for thing in things}
    rows = ask(_THINGS, {"me": person.id, "posts": list(chosen)})
    order = {post: number for number, post in enumerate(chosen)}
    told = [
        (*row[:WIDTH], json.dumps(chosen[row[0]]["reasons"]), *row[WIDTH + 1 :])
        for row in sorted(rows, key=lambda row: order[row[0]])
    ]
    shown = lines_of(told, person)
    comments = _comments([line.id for line in shown], person)
    for line in shown:
        place = int(chosen[line.id]["place"])
        found[place].append(_entry(line, person, comments.get(line.id, []), brief=place == Place.GIFT))
    return found


def _plain_entries(posts: Sequence[int], person: Person) -> list[Entry]:
    """Posts that came for no reason of their own, such as one's own questions."""
    seen = set(Post.objects.visible_to(person).filter(id__in=posts).values_list("id", flat=True))
    return [
        _entry(line, person, [], brief=False) for line in lines([key for key in posts if key in seen], person)
    ]


def _entry(line: Line, person: Person, said: list[tuple[str, str]], *, brief: bool) -> Entry:
    below = line.below if isinstance(line.below, Below) else None
    entry = Entry(
        post=line.id,
        title=without_marks(line.title or (excerpt(line.excerpt, 120) if brief else "")),
        words="" if brief else without_marks(excerpt(line.excerpt, WORDS)),
        why=[Markup(absolute(str(reason), settings.ORIGIN)) for reason in line.reasons],  # noqa: S704
        by="" if line.mine else line.author_name,
        page=f"{settings.ORIGIN}{line.url}",
        home=line.home_url if line.link_host else "",
        host=line.link_host,
        passage=without_marks(below.passage) if below else "",
        said=said,
    )
    if settings.MAIL_TAKEN_IN and not line.mine:
        entry.reply = (
            f"{addresses.reply_address(line.id, person.id)}?subject={quote('Re: ' + entry.label, safe='')}"
        )
        verbs = (
            [("on-it", _("I’m on it")), ("not-me", _("Not me"))]
            if below and below.asked and not below.said
            else []
        )
        entry.acts = [(addresses.act_address(verb, line.id, person.id), words) for verb, words in verbs]
    return entry


def _comments(posts: Sequence[int], person: Person) -> dict[int, list[tuple[str, str]]]:
    """The newest replies under each of these, as (who, words), oldest first; those that stand in the letter are not."""
    found: dict[int, list[tuple[str, str]]] = {}
    seen = Post.objects.visible_to(person).filter(thread__in=posts, reply_to__isnull=False)
    told = seen.exclude(author=person).exclude(id__in=posts).order_by("-id")
    threads = dict(told.values_list("id", "thread")[: len(posts) * 10])
    for line in lines(threads, person):
        said = found.setdefault(threads[line.id], [])
        if len(said) < COMMENTS:
            said.insert(0, (line.author_name, without_marks(excerpt(line.excerpt, 160))))
    return found
