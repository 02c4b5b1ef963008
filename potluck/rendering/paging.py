"""Lists page by key, never by offset: a page is "what is older than this id", so nothing shifts while one reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

from potluck.lib.errors import Malformed
from potluck.lib.parameters import number

Row = TypeVar("Row")
Found = TypeVar("Found", bound=Model)
SIZE = 40


@dataclass(frozen=True)
class Place:
    """Where in a list a reader is. At most one of the two is set; neither is the newest page."""

    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page, newest first. `older` and `newer` are addresses to put in a link, empty at an end."""

    rows: Sequence[Row]
    older: str
    newer: str

    @property
    def more(self) -> bool:
        """Whether a pager is needed at all."""
        return bool(self.older or self.newer)


def place(request: HttpRequest) -> Place:
    """Read `?before=` or `?after=`. Raises Malformed where it is not one of our ids."""
    before, after = _key(request.GET.get("before")), _key(request.GET.get("after"))
    return Place(before=before) if before is not None else Place(after=after)


def _key(said: str | None) -> int | None:
    """One of our 64-bit ids, or none said."""
    if not said:
        return None
    key = number(said)
    if key is None:
        raise Malformed(gettext("That page of the list is not there. Start at its beginning."))
    return key


def page(request: HttpRequest, rows: Sequence[Row], key: Callable[[Row], int], size: int = SIZE) -> Page[Row]:
    """Make a page of at most `size + 1` rows, newest first, or oldest first where `after` is asked."""
    here = place(request)
    more, kept = len(rows) > size, list(rows[:size])
    if here.after is not None:
        kept.reverse()
    if not kept:
        return Page(kept, "", "")
    older = here.after is not None or more
    newer = here.before is not None or (here.after is not None and more)
    return Page(
        kept,
        _address(request, "before", key(kept[-1])) if older else "",
        _address(request, "after", key(kept[0])) if newer else "",
    )


def by_key(request: HttpRequest, found: QuerySet[Found], size: int = SIZE) -> Page[Found]:
    """Page a queryset by its primary key, newest first."""
    here = place(request)
    if here.before is not None:
        found = found.filter(pk__lt=here.before)
    if here.after is not None:
        found = found.filter(pk__gt=here.after)
    ordered = found.order_by("pk" if here.after is not None else "-pk")
    return page(request, list(ordered[: size + 1]), lambda row: int(row.pk), size)


def _address(request: HttpRequest, name: str, key: int) -> str:
    asked = [pair for pair in request.GET.lists() if pair[0] not in ("before", "after")]
    return f"{request.path}?{urlencode([*asked, (name, key)], doseq=True)}"
