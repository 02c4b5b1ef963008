"""Dates as feeds write them: any order, language, clock and zone, and never one that was made up.

Both parsers complete with today what they do not understand, and read zones, languages and twelve-hour clocks
differently. So the date as it stands in the feed is read here, and theirs is taken only where this reads none.
Names of months and halves of the day come from Django's translations, about ninety languages.
"""

import gettext
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import django.conf

LONGEST = 100
_HOUR_MINUTES = 60
# Later than this is counted from the Buddha, as in Thailand.
_BUDDHIST = 2443
# Hours east of Greenwich. Names used for several zones (IST, BST, CST) stand for the one most feeds mean.
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2,
    "MEZ": 1, "MESZ": 2, "HNEC": 1, "HAEC": 2, "EET": 2, "EEST": 3, "SAST": 2, "CAT": 2, "EAT": 3, "WAT": 1, "MSK": 3,
    "MSD": 4, "TRT": 3, "GST": 4, "PKT": 5, "IST": 5.5, "NPT": 5.75, "ICT": 7, "WIB": 7, "WITA": 8, "WIT": 9, "SGT": 8,
    "HKT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "BRT": -3, "BRST": -2, "ART": -3, "CLT": -4, "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4,
    "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T\s]+(\d\d?):(\d\d)(?::(\d\d)([.,]\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
# As nearly every feed of RSS writes it.
_USUAL = re.compile(
    r"(?:[A-Z][a-z]{2}, ?)?(\d\d?) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|UTC|Z|[+-]\d{4})"
)
_CLOCK = re.compile(
    r"(?<![\d.,:+-])(\d{1,2})(?:[:h](\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?!\d)|(?=\s*[ap]\.?m\b))", re.I
)
_CJK_CLOCK = re.compile(r"(\d{1,2})\s*[時时시点點]\s*(?:(\d{1,2})\s*[分분])?\s*(?:(\d{1,2})\s*[秒초])?")
_OFFSET = re.compile(r"(?:(?<!\S)|(?<=GMT)|(?<=UTC)|(?<=UT))([+-])(\d{1,2})(?::?(\d\d))?(?![\d/-])")
_PLACE = re.compile(r"\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?\b")
_CJK_DAY = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?!\d)")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})(\.\s?|-|/)(\d{1,2})\2(\d{4})(?!\d)")
_SOLID = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?!\d)")
_SOLID_CLOCK = re.compile(r"(?<=\d{8})T?(\d\d)(\d\d)(\d\d)?(?!\d)")
_WORD = re.compile(r"[^\s\d,.;:/()\[\]-]+")
_HALF = re.compile(r"(?<!\w)([ap])\.?\s?m\.?(?!\w)", re.IGNORECASE)
_CAPITALS = re.compile(r"\b[A-Z]{1,4}\b")
_DIGITS = re.compile(r"\d+")
# A zone's full name, as browsers write it: "(Central European Standard Time)".
_ASIDE = re.compile(r"\([^()]*\)")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORT = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_AP = ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."]


@lru_cache(maxsize=2048)
def read(text: str, language: str = "") -> datetime | None:
    """The moment a date names, in UTC (what names no zone is taken for UTC), or None where it names no whole day.

    `language` is a tag such as "it" or "pt-BR": some names of months mean another month elsewhere.
    """
    if (found := _USUAL.fullmatch(text.strip())) and found[2].lower() in _SHORT:
        return _from_usual(found)
    text = _ascii_digits(" ".join(_ASIDE.sub(" ", text[:LONGEST]).split()))
    text = _SOLID_CLOCK.sub(lambda found: f" {found[1]}:{found[2]}:{found[3] or '00'} ", text)
    try:
        if found := _ISO.fullmatch(text):
            return _from_iso(found)
        return _from_parts(text, language)
    except (ValueError, OverflowError):
        return None


def _from_usual(found: re.Match[str]) -> datetime | None:
    day, year, hour, minute, second = (int(found[at]) for at in (1, 3, 4, 5, 6))
    zone = UTC if found[7].isalpha() else _offset(found[7])
    try:
        return _moment((year, _SHORT.index(found[2].lower()) + 1, day), (hour, minute, second), zone)
    except (ValueError, OverflowError):
        return None


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    text = "".join(ch if ch.isascii() or not ch.isdecimal() else str(unicodedata.decimal(ch)) for ch in text)
    return unicodedata.normalize("NFKC", text)


def _bare(name: str) -> str:
    """A name without case, accents and dots, which are written or not."""
    name = name.replace(".", "").casefold()
    if name.isascii():
        return name
    apart = unicodedata.normalize("NFKD", name)
    return unicodedata.normalize("NFKC", "".join(ch for ch in apart if not unicodedata.combining(ch)))


def _from_iso(found: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = _offset(found[8]) if found[8] else UTC
    when = _moment((year, month, day), (hour, minute, second), zone)
    fraction = timedelta(microseconds=int(f"{found[7][1:7]:0<6}")) if found[7] else timedelta()
    return when + fraction if when else None


def _from_parts(text: str, language: str) -> datetime | None:
    """Clock, then zone, then day, each taken out of the text where it is found."""
    zone: timezone | ZoneInfo | None = None
    hour, minute, second, text = _clock(text)
    if place := _PLACE.search(text):
        zone = _named_place(place[0])
        text = text.replace(place[0], " ")
    day, text = _numbered_day(text)
    if offset := _OFFSET.search(text):
        zone = zone or _offset(offset[0])
        text = text[: offset.start()] + " " + text[offset.end() :]
    day = day or _named_day(text, language)
    if day is None:
        return None
    return _moment(day, (hour, minute, second), zone or _named_zone(text))


def _moment(
    day: tuple[int, int, int], clock: tuple[int, int, int], zone: timezone | ZoneInfo
) -> datetime | None:
    hour, minute, second = clock
    if day[0] < 1900:  # how some programs say "no date"; the rest is for whoever asks to judge
        return None
    midnight = datetime(*day, tzinfo=zone)
    if hour > 24 or minute > 59:
        hour = minute = second = 0
    # 24:00 is the next day's beginning, and a leap second the next minute's.
    return (midnight + timedelta(hours=hour, minutes=minute, seconds=min(second, 60))).astimezone(UTC)


def _clock(text: str) -> tuple[int, int, int, str]:
    found = _CLOCK.search(text) or _CJK_CLOCK.search(text)
    if not found:
        return 0, 0, 0, text
    hour, minute, second = int(found[1]), int(found[2] or 0), int((found.groups()[2:] or (0,))[0] or 0)
    before, after = text[: found.start()], text[found.end() :]
    half = _half(f"{before[-12:]} {after[:16]}") if hour <= 12 else ""
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return hour, minute, second, _HALF.sub(" ", f"{before} {after}")


def _half(around: str) -> str:
    """Which half of the day: "a", "p", or "" where none is named."""
    if found := _HALF.search(around):
        return found[1].lower()
    if around.isascii():
        return ""
    return next((half for word, half in _names()[1].items() if word in _bare(around)), "")


def _numbered_day(text: str) -> tuple[tuple[int, int, int] | None, str]:
    for pattern in (_CJK_DAY, _YEAR_FIRST):
        if found := pattern.search(text):
            year, month, day = (int(part) for part in found.groups())
            return (year, month, day), text[: found.start()] + " " + text[found.end() :]
    if found := _DOTTED.search(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        # With strokes the month comes first, as in the country that writes so, unless it cannot be one.
        monthly = found[2] == "/" and first <= 12
        month, day = (first, second) if monthly or second > 12 else (second, first)
        return (year, month, day), text[: found.start()] + " " + text[found.end() :]
    if (found := _SOLID.search(text)) and 1900 <= int(found[1]) < 2200:
        return (int(found[1]), int(found[2]), int(found[3])), f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def _named_day(text: str, language: str) -> tuple[int, int, int] | None:
    """Day, month by its name, and year."""
    month = _month(text, language)
    numbers = [(int(one), len(one)) for one in _DIGITS.findall(text)]
    year = next((number for number, length in numbers if length == 4), None)
    days = [number for number, length in numbers if length <= 2]
    if year is None and len(days) > 1:
        short = days.pop()
        year = short + (2000 if short < 70 else 1900)
    if year is not None and year > _BUDDHIST:
        year -= 543
    return (year, month, days[0]) if month and year and days else None


def _month(text: str, language: str) -> int | None:
    """The month named nearest before the year: "mar., 24 nov. 2026" begins with a weekday that looks like one."""
    own = language.partition("-")[0].casefold()
    words = [word for word in _WORD.findall(text) if len(word) > 1 and word not in _ZONES]
    return next((month for word in reversed(words) if (month := _meaning(_bare(word), own))), None)


def _meaning(name: str, own: str) -> int | None:
    if name[:3] in _SHORT and _is_english(name):
        return _SHORT.index(name[:3]) + 1
    meanings = _names()[0].get(name, {})
    if own in meanings:
        return meanings[own]
    # Where languages differ and nobody says which it is, most of them decide.
    votes = list(meanings.values())
    return max(set(votes), key=votes.count) if votes else None


def _is_english(name: str) -> bool:
    return name == "sept" or _MONTHS[_SHORT.index(name[:3])].casefold().startswith(name)


def _named_zone(text: str) -> timezone:
    for name in _CAPITALS.findall(text):
        if name in _ZONES:
            return timezone(timedelta(hours=_ZONES[name]))
    return UTC


def _named_place(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None


def _offset(text: str) -> timezone:
    """An offset such as +0100, +01:00, +1 or GMT-5; what no clock on earth shows is none."""
    found = _OFFSET.search(text)
    if not found:
        return UTC
    minutes = int(found[2]) * _HOUR_MINUTES + int(found[3] or 0)
    if minutes > 14 * _HOUR_MINUTES:
        return UTC
    return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))


@cache
def _names() -> tuple[dict[str, dict[str, int]], dict[str, str]]:
    """Each name of a month with its number by language, and each name of a half of the day with "a" or "p".

    Read from Django's catalogues of translations once, where a date is met that is not in English.
    """
    months: dict[str, dict[str, int]] = {}
    halves: dict[str, str] = {}
    for file in sorted(Path(django.conf.__file__).parent.glob("locale/*/LC_MESSAGES/django.mo")):
        language = file.parts[-3].partition("_")[0]
        with file.open("rb") as opened:
            said = gettext.GNUTranslations(opened)
        for number in range(12):
            names = (
                said.gettext(_MONTHS[number]),
                said.gettext(_SHORT[number]),
                said.pgettext("alt. month", _MONTHS[number]),
                said.pgettext("abbrev. month", _AP[number]),
            )
            for name in names:
                months.setdefault(_bare(name), {}).setdefault(language, number + 1)
        for word, half in (("AM", "a"), ("a.m.", "a"), ("PM", "p"), ("p.m.", "p")):
            name = _bare(said.gettext(word))
            if len(name) > 1 and not name.isascii():
                halves.setdefault(name, half)
    return months, halves | {"上午": "a", "下午": "p", "午前": "a", "午後": "p", "오전": "a", "오후": "p"}
