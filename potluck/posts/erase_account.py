"""Carry out what a leaving member asked for: their account goes; their posts go, too, or stay without their name."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.events.models import Event, Kind
from potluck.events.record import record_all
from potluck.people.leave_models import Leaving
from potluck.people.models import (
    Circle,
    Follow,
    Invitation,
    Meeting,
    Mute,
    Person,
    PutForward,
    Seat,
    Source,
    Topic,
)
from potluck.posts.models import Attachment, Kept, Post, Revision, SavedDraft, Thanks, Use

BATCH = 500
_EMPTY = {
    "title": "",
    "text": "",
    "html": "",
    "excerpt": "",
    "highlights": [],
    "tags": [],
    "mentions": [],
    "byline": "",
    "link_key": "",
    "link": "",
    "url": "",
}


def farewell(row: Leaving) -> None:
    """Let one member go, in one transaction. Files go last: what is not there cannot be shown by mistake."""
    person = row.person
    with transaction.atomic():
        files = _forget_name(person) if row.keeps_posts else _forget_posts(person)
        _forget_ties(person)
        _forget_person(person)
    for path in files:
        (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)


def _forget_name(person: Person) -> list[str]:
    """Leave all they shared, without the name their own feeds put to it."""
    Post.objects.filter(author=person).update(byline="")
    return _forget_files(Q(person=person, post=None))


def _forget_posts(person: Person) -> list[str]:
    """Empty all they shared. An empty place stays for each, as others may have answered or passed it on."""
    files = _forget_files(Q(person=person))
    Revision.objects.filter(post__author=person).delete()
    for gifts in (Thanks.objects.filter(by=person), Use.objects.filter(by=person)):
        gifts.delete()
    mine = Post.objects.filter(author=person)
    _tell(person, list(mine.values_list("id", flat=True)))
    mine.update(deleted_at=timezone.now(), **_EMPTY)
    return files


def _tell(person: Person, keys: Sequence[int]) -> None:
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        record_all([Event(kind=Kind.DELETED, by=person.key, about=key) for key in batch])


def _forget_files(which: Q) -> list[str]:
    rows = Attachment.objects.filter(which)
    paths = list(rows.values_list("path", flat=True))
    rows.delete()
    return paths


def _forget_ties(person: Person) -> None:
    for tie in (Follow, Meeting, Mute):
        tie._default_manager.filter(Q(by=person) | Q(who=person)).delete()
    PutForward.objects.filter(Q(person=person) | Q(who=person)).delete()
    for rows in (Circle.objects.filter(owner=person), person.in_circles.all(), person.blocks.all()):
        rows.delete()
    for model in (Topic, Seat, Kept, SavedDraft, Source):
        model._default_manager.filter(person=person).delete()
    Invitation.objects.filter(by=person).delete()


def _forget_person(person: Person) -> None:
    account, leaving = person.account, Leaving.objects.filter(person=person)
    keeps = leaving.values_list("keeps_posts", flat=True).first()
    Person.objects.filter(pk=person.pk).update(
        account=None,
        handle=f"left-{secrets.token_hex(4)}",
        name=_("Somebody who left"),
        about="",
        about_html="",
        url="",
        picture="",
        place="",
        languages=[],
        affiliations=[],
        feed_token=None,
        moderator_since=None,
        removed_at=None if keeps else timezone.now(),
    )
    leaving.delete()
    if account:
        account.delete()
