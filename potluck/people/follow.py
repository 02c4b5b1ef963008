"""Wish to hear from somebody or something, how much, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.events.models import Event, Kind
from potluck.events.record import record, record_all
from potluck.lib.errors import Malformed, Refused
from potluck.people.models import Block, Follow, Level, Person, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wishes to hear from: one of these, or a person with a tag."""

    who: Person | None = None
    tag: str = ""
    source: Source | None = None
    thread: int | None = None
    query: str = ""

    def fields(self) -> dict[str, Any]:
        return {
            "who": self.who,
            "tag": self.tag,
            "source": self.source,
            "thread": self.thread,
            "query": self.query,
        }


@transaction.atomic
def follow(wish: Wish, *, by: Person, level: int = Level.NORMAL, name: str = "") -> Follow:
    """Follow something, or change how much of it one hears. The latest few come home, marked as from before."""
    if not any(wish.fields().values()):
        raise Malformed(_("Say whom or what you would like to follow."))
    if wish.who == by and not wish.tag:
        raise Refused(_("What you share is on your own page already."))
    if wish.who and Block.objects.filter(by__in=(by, wish.who), who__in=(by, wish.who)).exists():
        raise Refused(_("You cannot follow this person."))
    row, new = Follow.objects.get_or_create(
        by=by, **wish.fields(), defaults={"level": level, "name": name[:200]}
    )
    if not new and (row.level, row.name, row.faded_at) != (level, name or row.name, None):
        row.level, row.name = level, name[:200] or row.name
        row.faded_at, row.settled_at = None, timezone.now()
        row.save(update_fields=["level", "name", "faded_at", "settled_at"])
    if new and level not in (Level.MUTED, Level.QUIET):
        record(Kind.FOLLOWED, by=by.key, about=row.id, to=wish.who.key if wish.who else None)
    return row


@transaction.atomic
def follow_all(people: Sequence[Person], *, by: Person) -> list[Follow]:
    """Follow many people at once, told in one batch. Returns the new follows; whom one may not follow is left out."""
    apart = Block.objects.filter(by__in=(by, *people), who__in=(by, *people)).values_list("by_id", "who_id")
    closed = {by.id, *(other for pair in apart if by.id in pair for other in pair)}
    closed |= set(Follow.objects.filter(by=by, who__in=people, tag="").values_list("who_id", flat=True))
    fresh = {who.id: Follow(by=by, who=who) for who in people if who.id not in closed}
    rows = Follow.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    record_all([Event(kind=Kind.FOLLOWED, by=by.key, about=row.id, to=row.who_id) for row in rows])
    return rows


def unfollow(row: Follow, *, by: Person) -> Wish:
    """Follow it no more. Returns the wish, so that it can be undone."""
    if row.by_id != by.id:
        raise Refused(_("This is not yours to change."))
    wish = Wish(who=row.who, tag=row.tag, source=row.source, thread=row.thread, query=row.query)
    row.delete()
    return wish
