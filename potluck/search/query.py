"""The query language: words, "phrases", -without, and name:value. It reads anything and never fails.

    soil "raised bed" -peat from:ben tag:compost kind:question in:following after:2024-03

What it cannot read it takes as words and says so in `problems`. `str(query)` is the normal form that saved
searches and feed addresses keep; reading it again gives an equal query.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from potluck.lib import parameters
from potluck.posts.models import Kind
from potluck.posts.tags import normal
from potluck.search.languages import base

LONGEST = 500
MOST_PARTS = 32
WORD, PHRASE = "word", "phrase"
# So many plain words are a sentence, which is searched by its meaning too.
SENTENCE = 4
# Where to look. A number is a thread.
PLACES = frozenset({"mine", "following", "kept", "members", "outside"})

_OTHER_SIDE = {"before": "after", "after": "before"}

_PART = re.compile(
    r"""(?P<minus>-)?
        (?:(?P<name>from|tag|kind|in|before|after|lang):|(?P<hash>\#))?
        (?:"(?P<quoted>[^"]*)(?:"|$)|(?P<plain>[^\s"]+))""",
    re.X | re.I,
)
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("\0", " "))
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True)
class Part:
    """One thing asked: `name` is WORD, PHRASE or an operator; `without` turns it round."""

    name: str
    value: str
    without: bool = False

    def __str__(self) -> str:
        quoted = self.name == PHRASE or any(letter.isspace() for letter in self.value)
        value = f'"{self.value}"' if quoted else self.value
        named = "" if self.name in (WORD, PHRASE) else f"{self.name}:"
        return f"{'-' if self.without else ''}{named}{value}"


@dataclass(frozen=True)
class Query:
    """What somebody searches for. `problems` are sentences on what could not be read."""

    parts: tuple[Part, ...] = ()
    problems: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return " ".join(map(str, self.parts))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def values(self, *names: str, without: bool = False) -> list[str]:
        """The values of the parts with one of these names, in order."""
        return [part.value for part in self.parts if part.name in names and part.without == without]

    @property
    def texts(self) -> list[str]:
        """The words and phrases wanted."""
        return self.values(WORD, PHRASE)

    @property
    def sentence(self) -> str:
        """The words of a query that is a sentence: several of them, and nothing else. Else empty."""
        plain = all(part.name == WORD and not part.without for part in self.parts)
        return " ".join(self.texts) if plain and len(self.parts) >= SENTENCE else ""

    @property
    def since(self) -> datetime | None:
        """The latest of the `after:` moments (inclusive)."""
        return max(filter(None, map(moment, self.values("after"))), default=None)

    @property
    def until(self) -> datetime | None:
        """The earliest of the `before:` moments (exclusive)."""
        return min(filter(None, map(moment, self.values("before"))), default=None)


def parse(text: str) -> Query:
    """Read what somebody typed."""
    parts: dict[Part, None] = {}
    problems: list[str] = []
    for found in _PART.finditer(text.translate(_QUOTES)[:LONGEST]):
        part, problem = _read(found)
        if part:
            parts[part] = None
        if problem:
            problems.append(problem)
    return _within(tuple(parts), tuple(problems))


def _within(parts: tuple[Part, ...], problems: tuple[str, ...]) -> Query:
    """The first parts, so many that their normal form can be kept."""
    kept = parts[:MOST_PARTS]
    while len(str(Query(kept))) > LONGEST:
        kept = kept[:-1]
    return Query(kept, problems)


def _read(found: re.Match[str]) -> tuple[Part | None, str]:
    quoted, plain = found["quoted"], found["plain"] or ""
    value = " ".join((plain if quoted is None else quoted).split())
    name = "tag" if found["hash"] else (found["name"] or "").lower()
    without = bool(found["minus"])
    if not re.search(r"[^\W_]", value):
        return None, ""
    if name:
        normal, problem = _normal(name, value)
        if not problem:
            return _part(name, normal, without), ""
        value = value if quoted is not None else found.group().removeprefix("-")
        return Part(PHRASE if " " in value or quoted is not None else WORD, value, without), problem
    return Part(WORD if quoted is None else PHRASE, value, without), ""


def _part(name: str, value: str, without: bool) -> Part:
    """Not before is after, and the other way round."""
    if without and name in _OTHER_SIDE:
        return Part(_OTHER_SIDE[name], value)
    return Part(name, value, without)


def _normal(name: str, value: str) -> tuple[str, str]:
    """The normal form of an operator's value, and a sentence where it has none."""
    low = value.lower()
    if name == "kind":
        kind = low if low in Kind.values else low.removesuffix("s")
        return kind, "" if kind in Kind.values else _no_kind(value)
    if name == "in":
        return low, "" if low in PLACES or _is_id(low) else _no_place(value)
    if name in ("before", "after"):
        return low, "" if moment(low) else _no_date(name, value)
    if name == "lang":
        return base(low), "" if re.fullmatch(r"[a-z]{2,3}", base(low)) else _no_language(value)
    stripped = normal(value) if name == "tag" else low.lstrip("@")
    return stripped, "" if stripped else _no_name(name)


def _is_id(value: str) -> bool:
    return parameters.number(value) is not None


def _no_kind(value: str) -> str:
    known = ", ".join(Kind.values)
    return _("There is no kind “%(value)s”. The kinds are: %(known)s.") % {"value": value, "known": known}


def _no_place(value: str) -> str:
    known = ", ".join(f"in:{place}" for place in sorted(PLACES))
    return _("“in:%(value)s” is no place to look in. There are: %(known)s.") % {
        "value": value,
        "known": known,
    }


def _no_date(name: str, value: str) -> str:
    said = _("“%(value)s” is not a date. Write %(name)s:2024, %(name)s:2024-03 or %(name)s:2024-03-31.")
    return said % {"value": value, "name": name}


def _no_language(value: str) -> str:
    return _("“%(value)s” is not a language code such as en or pt.") % {"value": value}


def _no_name(name: str) -> str:
    return _("“%(name)s:” needs a name after it.") % {"name": name}


def moment(value: str) -> datetime | None:
    """The first moment of a year, month or day, in UTC; None if it is no date."""
    found = _DATE.fullmatch(value)
    if not found:
        return None
    year, month, day = (int(number or 1) for number in found.groups())
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
