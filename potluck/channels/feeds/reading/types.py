"""The one shape every feed takes, whatever it was written in, and the small cleanings all formats share."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin

MOST_TAGS = 50
LONGEST_ADDRESS = 4000


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that comes with an item. `length` is in bytes, `title` its alternative text."""

    url: str
    type: str = ""
    length: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing said. `html` is as it came: not cleaned, its links relative to `base`.

    `text` is set instead of `html` where the item is plain text. `summary` is plain text, and empty where
    it would only repeat the beginning. Times are aware and in UTC.
    """

    id: str
    url: str = ""
    title: str = ""
    html: str = ""
    text: str = ""
    summary: str = ""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    language: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and its items in the feed's own order. `ttl` is in seconds."""

    title: str = ""
    home_url: str = ""
    description: str = ""
    language: str = ""
    hub: str = ""
    self_url: str = ""
    ttl: int | None = None
    author: str = ""
    items: tuple[Item, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something a file holds that was not brought in: its name or address, and a sentence that says why."""

    what: str
    why: str


_WEB = ("http://", "https://")
_SPACE = re.compile(r"\s")
# An ampersand escaped once too often. No address means it so.
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp|#0*38|#[xX]0*26);(?:amp;)*")
_TAG = re.compile(r"<(?:!--.*?--|[/!?]?[A-Za-z][^<>]*)>", re.DOTALL)
_PAIRED = re.compile(r"</[A-Za-z]|<(?:br|img|hr|wbr)\b", re.IGNORECASE)
_INLINE = re.compile(r"</?(?:b|i|u|em|strong|span|code|sup|sub|small|font|q|cite|abbr|tt)\b[^<>]*>", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_UNSEEN_START = re.compile(r"<(?:script|style)\b", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_MAIL = re.compile(r"(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+")
# So old that it says "no date", not "long ago": the zero of Unix, of .NET, of spreadsheets.
_NO_DATE_BEFORE = datetime(1900, 1, 2, tzinfo=UTC)
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


def plain(marked_up: str) -> str:
    """HTML as one line of plain text, for titles and summaries; four times as quick as a real look (lib.html)."""
    if "<" in marked_up:
        marked_up = _TAG.sub(" ", _shown(marked_up))
    if "&" in marked_up:
        marked_up = html.unescape(marked_up)
    return " ".join(marked_up.split())


def _shown(marked_up: str) -> str:
    """HTML without its scripts and styles."""
    # Counted first: looking for the ends of thousands of unended ones would take minutes.
    few = 0 < len(_UNSEEN_START.findall(marked_up)) <= 50
    return _UNSEEN.sub(" ", marked_up) if few else marked_up


def title_text(title: str) -> str:
    """A title as plain text, when nobody can know whether it was meant as HTML.

    Titles rarely say what they are, and often lie. A lone `<em>` is a title about HTML and stays;
    a pair of tags is markup and goes, with what stands between where that is a script or a style.
    """
    if "<" in title and _PAIRED.search(title):
        title = _TAG.sub(" ", _INLINE.sub("", _shown(title)))
    if "&" in title and _ENTITY.search(title):
        title = html.unescape(title)
    return " ".join(title.split())


def web_address(base: str, link: str) -> str:
    """The full http(s) address of a link, or nothing."""
    link = link.strip()
    if not link or len(link) > LONGEST_ADDRESS:
        return ""
    if "&" in link:
        link = _ESCAPED_AMPERSAND.sub("&", link)
    # Nearly all are whole already, and joining costs more than the rest of an item.
    if not link.startswith(_WEB) or "[" in link[:300]:
        try:
            link = urljoin(base, link)
        except ValueError:
            return ""
        if not link[:8].lower().startswith(_WEB):
            return ""
    return "".join(link.replace(" ", "%20").split()) if _SPACE.search(link) else link


def moment(when: datetime | None) -> datetime | None:
    """The time in UTC, or None for the zeros that programs write when they know no date."""
    if when is None:
        return None
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    try:
        when = when.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return None if when < _NO_DATE_BEFORE or when == _ZERO else when


def person_name(author: str) -> str:
    """The name in "ada@example.org (Ada)" or "Ada <ada@example.org>". We pass on names, not addresses."""
    if "@" not in author:
        return plain(author)
    return plain(_MAIL.sub(" ", author).replace("<>", " ").replace("< >", " ")).strip(" ()<>,;")


def language_code(code: str) -> str:
    code = code.strip().replace("_", "-")
    return code if _LANGUAGE.fullmatch(code) else ""


def tag_names(raw: Iterable[str]) -> tuple[str, ...]:
    """Tags without doubles, addresses and leading '#', at most fifty."""
    names: dict[str, str] = {}
    for one in raw:
        name = title_text(one).lstrip("#").strip()
        if name and len(name) <= 100 and "://" not in name:
            names.setdefault(name.casefold(), name)
    return tuple(names.values())[:MOST_TAGS]


def has_markup(text: str) -> bool:
    return bool(_TAG.search(text) or _ENTITY.search(text))


_WORDS = re.compile(r"\w+")
_MOST_COMPARED = 20_000


def like(one: str, other: str) -> bool:
    """Whether two texts, HTML or plain, share at least half of their words: the same thing, written over.

    Two empty ones are not alike, since they say nothing.
    """
    if one and one == other:
        return True
    first, second = (set(_WORDS.findall(plain(text[:_MOST_COMPARED]).casefold())) for text in (one, other))
    both = len(first & second)
    return both > 0 and (2 * both >= len(first | second) or both >= 0.9 * min(len(first), len(second)) > 5)
