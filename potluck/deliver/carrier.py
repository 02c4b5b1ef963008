"""The seam for carriers: matches in, this channel's deliveries out."""

from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from potluck.kit.sql import Select


class Carrier(Protocol):
    """What a channel offers to carry matches out.

    `take` is given a SELECT of matches (event, person, post, place, score, reason) and writes its deliveries in one
    statement, in the caller's transaction. It may be given the same matches again and must then change nothing.
    It leaves out what a person may not see or does not want (`posts.audience.VISIBLE_SQL`, `wishes.WANTED_SQL`).
    """

    def take(self, matches: Select) -> None: ...


def carriers() -> list[Carrier]:
    """The carriers named in settings, in their order."""
    return [cast(Carrier, import_string(path)) for path in settings.CARRIERS]
