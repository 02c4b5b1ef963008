"""The seam for finders: a batch of events in, a SELECT of people and reasons out."""

from collections.abc import Sequence
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from potluck.events.models import Event
from potluck.lib.sql import Select

# Where it belongs on a page: what waits for the person, what comes from their people, what came back.
WAITING, PEOPLE, GIFT = 0, 1, 2


class Finder(Protocol):
    """Names people whom a batch of events helps.

    The SELECT has the columns event bigint, person bigint, post bigint, place int, score float8, reason jsonb.
    A reason is `{"code": …, "who": person id, …}`; who may see the post is not the finder's business.
    None when no event in the batch is of a kind it looks at.
    """

    def __call__(self, events: Sequence[Event]) -> Select | None: ...


def finders() -> list[Finder]:
    """The finders named in settings, in their order."""
    return [cast(Finder, import_string(path)) for path in settings.FINDERS]
