"""The kinds of match a person may wish to be brought sooner, later or not at all, and which reason is of which."""

from collections.abc import Callable

from django.db import models
from django.utils.translation import gettext_lazy as _

from potluck.deliver.models import Place, Rhythm, Wishes


class Kind(models.TextChoices):
    """The names are those of the fields of `Wishes`."""

    SPOKEN = "spoken", _("What speaks to you")
    ASKED = "asked", _("Questions put before you")
    FOUND = "found", _("What may answer what you ask")
    FOLLOWED = "followed", _("What you follow, and first shares of newcomers")
    GIFTS = "gifts", _("What came of what you shared")


_SPOKEN = (
    *("reply", "answer", "yours", "mention", "named", "circle"),
    *("reminder", "proposed", "corrected", "fading"),
)
_FOUND = ("found", "found_too", "pointed")


def kind_of(code: str, place: int) -> Kind:
    """The kind of a reason by its code; `place` is where on the page it belongs."""
    if code in _SPOKEN:
        return Kind.SPOKEN
    if code in _FOUND:
        return Kind.FOUND
    if code.startswith("asked_") or code == "suggested":
        return Kind.ASKED
    return Kind.GIFTS if place == Place.GIFT else Kind.FOLLOWED


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def _by_kind(said: Callable[[Kind], str]) -> str:
    """What is said of the kind of a match `m`, which is chosen as `kind_of` does."""
    return f"""
    WHEN m.reason->>'code' IN ({_listed(_SPOKEN)}) THEN {said(Kind.SPOKEN)}
    WHEN m.reason->>'code' IN ({_listed(_FOUND)}) THEN {said(Kind.FOUND)}
    WHEN left(m.reason->>'code', 6) = 'asked_' OR m.reason->>'code' = 'suggested' THEN {said(Kind.ASKED)}
    WHEN m.place = {Place.GIFT:d} THEN {said(Kind.GIFTS)}
    ELSE {said(Kind.FOLLOWED)} END"""


def rhythm(wishes: Wishes, kind: Kind) -> Rhythm:
    """When things of this kind are carried to who wishes so."""
    return Rhythm.NONE if wishes.off_at or wishes.paused_at else Rhythm(getattr(wishes, kind))


def default_rhythm(kind: Kind) -> Rhythm:
    """When things of this kind are carried to who never said."""
    return Rhythm(getattr(Wishes(), kind.value))


# The kind of a match `m`.
KIND_SQL = "CASE" + _by_kind("'{0}'".format)
# The rhythm of a match `m` by the wishes `w` of its person, who may have none written down.
RHYTHM_SQL = f"CASE WHEN w.off_at IS NOT NULL OR w.paused_at IS NOT NULL THEN {Rhythm.NONE:d}" + _by_kind(
    lambda kind: f"COALESCE(w.{kind}, {default_rhythm(kind):d})"
)
