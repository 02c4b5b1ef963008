"""Name a place outside where somebody publishes, let it rest, or let it go."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.lib.errors import Refused
from potluck.people.models import Person, Source


@transaction.atomic
def add_source(
    url: str,
    *,
    person: Person,
    by: Person | None,
    title: str = "",
    home_url: str = "",
    only_tags: tuple[str, ...] = (),
    channel: str = "feeds",
) -> tuple[Source, bool]:
    """Name a place as one of `person`'s. A member names their own; anybody may name one of a person outside.

    Returns the source and whether it is new. One let go before is taken up again.
    """
    if person.removed_at:
        raise Refused(_("This person asked not to appear here."))
    if by is not None and person.is_member and person != by:
        raise Refused(_("Only %(name)s can say where they share.") % {"name": person.shown_name})
    source, new = Source.objects.get_or_create(
        person=person,
        url=url[:2000],
        defaults={
            "added_by": by,
            "channel": channel,
            "title": title[:300],
            "home_url": home_url[:2000],
            "only_tags": list(only_tags),
        },
    )
    if not new and (source.retired_at or source.paused_at):
        if source.retired_at:
            source.only_tags = list(only_tags)
        source.retired_at = source.paused_at = None
        source.note = ""
        source.save(update_fields=["retired_at", "paused_at", "note", "only_tags"])
    return source, new


@transaction.atomic
def add_outside(sources: Sequence[Source]) -> list[Source]:
    """Name many places of people outside at once. Returns those that are new, or were let go before."""
    here = {
        (row.person_id, row.url): row
        for row in Source.objects.filter(
            person__in={source.person_id for source in sources}, url__in={source.url for source in sources}
        )
    }
    fresh = {(s.person_id, s.url): s for s in sources if (s.person_id, s.url) not in here}
    again = [row for row in here.values() if row.retired_at or row.paused_at]
    Source.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    Source.objects.filter(pk__in=[row.pk for row in again]).update(retired_at=None, paused_at=None, note="")
    return [*fresh.values(), *again]


def pause(source: Source, *, by: Person | None) -> None:
    """Look no more until told to go on. What came stays."""
    _may(source, by)
    Source.objects.filter(pk=source.pk).update(paused_at=timezone.now())


def resume(source: Source, *, by: Person | None) -> None:
    """Look again."""
    _may(source, by)
    Source.objects.filter(pk=source.pk).update(paused_at=None, retired_at=None, note="")


def retire(source: Source, *, by: Person | None) -> None:
    """Let a source go for good. What came stays."""
    _may(source, by)
    Source.objects.filter(pk=source.pk).update(retired_at=timezone.now())


def _may(source: Source, by: Person | None) -> None:
    """None is the host at the command line."""
    if by is None or by.id in (source.person_id, source.added_by_id) or by.is_moderator:
        return
    raise Refused(_("This is not your source."))
