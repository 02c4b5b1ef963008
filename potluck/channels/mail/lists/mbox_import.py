"""Bring an archive in: its threads as posts from before, its people as people outside, one for each address.

A message has a letter here, by whose name it is known when the file is brought again, however far that came before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck import door
from potluck.channels.mail.actions.to_draft import archived
from potluck.channels.mail.inbound.message import Message
from potluck.channels.mail.inbound.parse import read
from potluck.channels.mail.inbound.sender import guest
from potluck.channels.mail.lists.archive import Place, generations, places, raw_of
from potluck.channels.mail.models import Letter, State
from potluck.channels.mail.threading import posts_of
from potluck.lib.errors import Malformed
from potluck.lib.sql import insert
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post

BATCH = 250


@dataclass(slots=True)
class Brought:
    """What became of messages. `skipped` has a sentence for each that was left out."""

    new: int = 0
    known: int = 0
    skipped: list[str] = field(default_factory=list)


def bring(path: Path, told: Callable[[int, int], None] = lambda done, total: None) -> Brought:
    """Take an archive in, batch by batch, each in a transaction of its own; `told(done, total)` after each."""
    found = places(path)
    if not found:
        raise Malformed(_("No mail was found in %(name)s. Is it an mbox file?") % {"name": path.name})
    brought, done = Brought(), 0
    people: dict[str, Person] = {}
    for level in generations(found):
        for batch in _batches(level):
            _bring(path, batch, people, brought)
            done += len(batch)
            told(done, len(found))
    return brought


def _batches(level: Sequence[Place]) -> Iterator[list[Place]]:
    rest = iter(level)
    while batch := list(islice(rest, BATCH)):
        yield batch


@transaction.atomic
def _bring(path: Path, batch: list[Place], people: dict[str, Person], brought: Brought) -> None:
    names = [place.name for place in batch]
    known = set(Letter.objects.filter(message_id__in=names).values_list("message_id", flat=True))
    fresh = [place for place in batch if place.name not in known]
    brought.known += len(batch) - len(fresh)
    parents = _parents(fresh)
    drafts: list[Draft] = []
    taken: list[Place] = []
    for place, raw in raw_of(path, fresh):
        try:
            message = replace(read(raw), date=place.date)
            drafts.append(_draft(message, parents.get(place.name), people))
            taken.append(place)
        except Malformed as error:
            brought.skipped.append(f"{place.name}: {error}")
    _keep(taken, door.admit_all(drafts) if drafts else [])
    brought.new += len(taken)


def _parents(fresh: Sequence[Place]) -> dict[str, Post]:
    """The post each of these messages answers: the nearest it refers to that is here."""
    named = posts_of({name for place in fresh for name in place.references})
    nearest = {
        place.name: next((named[name] for name in reversed(place.references) if name in named), 0)
        for place in fresh
    }
    posts = Post.objects.filter(deleted_at=None).in_bulk([key for key in nearest.values() if key])
    return {name: posts[key] for name, key in nearest.items() if key in posts}


def _draft(message: Message, parent: Post | None, people: dict[str, Person]) -> Draft:
    address = message.sender.address
    if not address:
        raise Malformed(_("It does not say who wrote it."))
    author = people.get(address)
    if author is None:
        author = people[address] = guest(message.sender).person
    return archived(message, by=author, to=parent)


def _keep(taken: Sequence[Place], posts: Sequence[Post]) -> None:
    now: datetime = timezone.now()
    insert(
        [
            Letter(
                message_id=place.name, post=post, person_id=post.author_id, state=State.DONE, handled_at=now
            )
            for place, post in zip(taken, posts, strict=True)
        ]
    )
