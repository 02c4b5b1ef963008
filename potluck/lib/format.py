"""How times, names and addresses are put into words, in the reader's language and time zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from urllib.parse import quote, urlsplit

from django.utils import timezone
from django.utils.dateformat import format as write_date
from django.utils.translation import get_language, get_language_info, gettext, ngettext, pgettext
from markupsafe import Markup, escape

# The last words of an excerpt that is cut are set in soft ink: enough to see that it goes on.
FADING_WORDS = 6

# The language, the minute and the time zone of the page that is drawn now.
_speaking: ContextVar[tuple[str, datetime, tzinfo] | None] = ContextVar("speaking", default=None)


def language() -> str:
    """The language that is spoken now."""
    known = _speaking.get()
    return known[0] if known else get_language() or "en"


def in_language(code: str) -> str:
    """ "in Spanish", in the language that is spoken now; nothing for a code that nobody here knows."""
    try:
        info = get_language_info(code)
    except KeyError:
        return ""
    return gettext("in %(language)s") % {"language": info["name_translated"]}


@contextmanager
def speaking() -> Iterator[None]:
    """Ask Django once for what every time and word depends on: a page needs it two hundred times, at 2 us each."""
    before = _speaking.set(_now())
    try:
        yield
    finally:
        _speaking.reset(before)


def _now() -> tuple[str, datetime, tzinfo]:
    minute = timezone.now().replace(second=59, microsecond=0)
    return get_language() or "en", minute, timezone.get_current_timezone()


def ago(at: datetime | None, now: datetime | None = None) -> str:
    """How long ago, as one says it: "now", "20 min", "2 h", "yesterday", "14 March", "14 March 2024"."""
    return "" if at is None else _ago(_local(at), _local(now or timezone.now()))


def _ago(at: datetime, now: datetime) -> str:
    seconds = (now - at).total_seconds()
    if -60 < seconds < 60:
        return gettext("now")
    if 0 < seconds < 3600:
        return ngettext("%(n)d min", "%(n)d min", int(seconds // 60)) % {"n": seconds // 60}
    if seconds > 0 and (at.date() == now.date() or seconds < 6 * 3600):
        return ngettext("%(n)d h", "%(n)d h", int(seconds // 3600)) % {"n": seconds // 3600}
    if at.date() == now.date() - timedelta(days=1):
        return gettext("yesterday")
    # Translators: Django's date letters; a day of this year, then a day of another year.
    pattern = pgettext("day this year", "j F") if at.year == now.year else pgettext("any day", "j F Y")
    return _written(at.date(), pattern, language())


def _local(at: datetime) -> datetime:
    return at.astimezone(timezone.get_current_timezone())


@lru_cache(maxsize=2048)
def _written(at: date, pattern: str, language: str) -> str:
    # Django needs about 30 us to format a date; a home of 40 entries shows few different days.
    return write_date(at, pattern)


def day(at: datetime | date | None) -> str:
    """A day with its name: "Saturday 21 November"."""
    if at is None:
        return ""
    at = _local(at).date() if isinstance(at, datetime) else at
    return _written(at, pgettext("day with its name", "l j F"), language())


def last_day(until: datetime) -> str:
    """The day before something ends at midnight: "3 December"."""
    return _ago(_local(until) - timedelta(seconds=1), _local(until) - timedelta(days=3))


def moment(at: datetime | None) -> str:
    """A time in full, for who wants to know exactly: "21 November 2026, 14:03"."""
    if at is None:
        return ""
    here = _local(at)
    written = _written(here.date(), pgettext("any day", "j F Y"), language())
    return f"{written}, {here.hour:02}:{here.minute:02}"


def names(people: Iterable[str], most: int = 3) -> str:
    """Names in a sentence: "Ada", "Ada and Ben", "Ada, Ben and Cleo", "Ada, Ben and others"."""
    known = [person for person in people if person]
    if len(known) > most:
        known = [*known[: most - 1], gettext("others")]
    if len(known) < 2:
        return "".join(known)
    return gettext("%(some)s and %(last)s") % {"some": ", ".join(known[:-1]), "last": known[-1]}


def host(url: str) -> str:
    """The domain of an address as people say it: "seedsavers.example"."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return name.removeprefix("www.")


def words_fade(text: str, words: int = 45) -> Markup:
    """The first words as written; where there are more, the last of them fade."""
    parts = text.split(None, words)
    if len(parts) <= words:
        return escape(text.strip())
    first, last = " ".join(parts[: words - FADING_WORDS]), " ".join(parts[words - FADING_WORDS : words])
    return Markup(f'{escape(first)} <span class="fades">{escape(last)}…</span>')  # noqa: S704 - both are escaped


def dots(parts: Iterable[str]) -> Markup:
    """Parts of a line with a dot between: each is escaped unless it is Markup."""
    return Markup(" · ").join(parts)


def when(at: datetime) -> Markup:
    """A <time> element: how long ago, and the moment in full for who asks."""
    return _when(at, *(_speaking.get() or _now()))


@lru_cache(maxsize=8192)
def _when(at: datetime, language: str, now: datetime, zone: tzinfo) -> Markup:
    # Within a minute many readers see the same posts.
    said, exact = escape(_ago(at.astimezone(zone), now.astimezone(zone))), escape(moment(at))
    written = at.isoformat(timespec="milliseconds")  # HTML knows no finer time
    return Markup(f'<time datetime="{written}" title="{exact}">{said}</time>')  # noqa: S704 - escaped above


@lru_cache(maxsize=4096)
def tag(name: str) -> Markup:
    """A topic word as a link to its page."""
    said = escape(name)
    return Markup(f'<a class="tag" href="/tags/{quote(name, safe="")}" rel="tag">#{said}</a>')  # noqa: S704
