"""Who said they are in a room. It is said, never noticed, and it ends when they go."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from potluck.channels.live.changes import CHANNEL
from potluck.channels.live.models import Here
from potluck.lib.sql import ask
from potluck.people.directory import shown_sql
from potluck.people.models import Person
from potluck.posts.models import Post

# How long it holds where no open page renews it: without scripts nobody can tell that somebody went.
ALONE = timedelta(minutes=10)

PRESENT = """
SELECT h.thread, v.id, COALESCE(NULLIF(v.name, ''), v.handle), v.handle
FROM live_here h JOIN people_person v ON v.id = h.person_id
WHERE h.thread = ANY(%s::bigint[]) AND h.until > now() AND {shown} ORDER BY h.since, v.id
"""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is there."""

    id: int
    name: str
    handle: str


@transaction.atomic
def arrive(root: Post, *, by: Person) -> None:
    """Say that one is here."""
    until = timezone.now() + ALONE
    Here.objects.update_or_create(thread=root.id, person=by, defaults={"until": until})
    _tell(root.id)


@transaction.atomic
def go(root: Post, *, by: Person) -> None:
    """Be shown as here no longer."""
    Here.objects.filter(thread=root.id, person=by).delete()
    _tell(root.id)


def stay(root: Post, *, by: Person) -> None:
    """Who says something is still there, if they had said they are."""
    Here.objects.filter(thread=root.id, person=by, until__gt=timezone.now()).update(
        until=timezone.now() + ALONE
    )


def present(thread: int, viewer: Person) -> list[Present]:
    """Who is here, as far as this person may meet them."""
    shown = shown_sql(viewer)
    rows = ask(PRESENT.format(shown=shown.format(p="v")), [[thread], *[viewer.id] * shown.count("%s")])
    return [Present(*row[1:]) for row in rows]


def _tell(thread: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"here {thread}"])
