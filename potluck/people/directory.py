"""Who is out there: search and filters over what people say of themselves."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from potluck.lib.sql import Condition, ask
from potluck.people.models import Person, Seat, Source, Stage, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What somebody looks for. What is empty is not asked."""

    words: str = ""
    helps: str = ""
    learns: str = ""
    place: str = ""
    language: str = ""
    outside: bool = False
    seat: bool = False


def shown_to(viewer: Person | None) -> QuerySet[Person]:
    """Everybody who may appear in a list: not the suspended, removed, waiting or blocked."""
    return Person.objects.filter(Condition(shown_sql(viewer), viewer and viewer.id))


def shown_sql(viewer: Person | None) -> str:
    """The same as a condition on `{p}`, each `%s` being the viewer's id."""
    return _SHOWN if viewer is None else _SHOWN + _UNBLOCKED


_SHOWN = """{p}.suspended_at IS NULL AND {p}.removed_at IS NULL AND {p}.claimed_by_id IS NULL
    AND ({p}.account_id IS NULL OR {p}.approved_at IS NOT NULL)"""
_MEMBERS = """
SELECT id FROM people_person WHERE id = ANY(%(ids)s) AND account_id IS NOT NULL AND suspended_at IS NULL
  AND approved_at IS NOT NULL AND removed_at IS NULL
"""
_UNBLOCKED = """
    AND NOT EXISTS (SELECT FROM people_block b WHERE b.by_id = %s AND b.who_id = {p}.id)
    AND NOT EXISTS (SELECT FROM people_block b WHERE b.by_id = {p}.id AND b.who_id = %s)"""


def members_among(people: Iterable[int]) -> set[int]:
    """Those of these people who are members and here: neither suspended nor waiting to be let in."""
    return {row[0] for row in ask(_MEMBERS, {"ids": list(people)})}


def look(wanted: Looking, viewer: Person | None) -> QuerySet[Person]:
    """The people who fit, newest first. Those outside are there only when asked for, or when words name them."""
    people = shown_to(viewer)
    if not wanted.outside and not wanted.words:
        people = people.filter(account__isnull=False)
    for word in wanted.words.split()[:8]:
        topics = Topic.objects.filter(person=OuterRef("pk"), tag__icontains=word)
        sources = Source.objects.filter(person=OuterRef("pk"), retired_at=None).filter(
            Q(url__icontains=word) | Q(title__icontains=word)
        )
        said = Q(name__icontains=word) | Q(handle__icontains=word.lstrip("@")) | Q(about__icontains=word)
        named = Q(affiliations__icontains=word) | Q(place__icontains=word)
        people = people.filter(said | named | Exists(topics) | Exists(sources))
    for tag, stages in ((wanted.helps, (Stage.HELPING,)), (wanted.learns, (Stage.STARTING, Stage.FINDING))):
        if tag:
            people = people.filter(
                Exists(Topic.objects.filter(person=OuterRef("pk"), tag=tag, stage__in=stages))
            )
    # Open seats are for members to see, so a visitor finds nobody by them.
    if wanted.seat and viewer is not None:
        people = people.filter(Exists(Seat.objects.filter(person=OuterRef("pk"))))
    if wanted.place:
        people = people.filter(place__icontains=wanted.place)
    if wanted.language:
        people = people.filter(languages__contains=[wanted.language])
    return people
