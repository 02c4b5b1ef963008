"""The tree beside the quick parser's dictionaries: what ought to be in an entry, and what only the tree tells."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _
from lxml import etree

from potluck.channels.feeds.reading.types import web_address
from potluck.lib.errors import Malformed

_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MEDIA_FILE = "{http://search.yahoo.com/mrss/}content"
_TEXTS = ("description", "encoded", "content", "summary", "body", "div")
_DATES = ("pubdate", "date", "published", "updated", "issued", "modified", "created")
_WHOLE_DATE = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{4}\b|\d{4}-\d\d-\d\d|\d{8}")
_CLOCK = re.compile(r"\d{1,2}(?:[:.]\d{2}){1,2}(?:\.\d+)?|[+-]\d{4}$")
_NUMBER = re.compile(r"\d{1,15}")
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
_LONGEST_TTL = 30 * 86400


def grow(body: bytes, url: str) -> tuple[etree._Element | None, bool]:
    """The document as a tree, mended if need be, and whether it was well-formed.

    No entity is resolved and nothing fetched; libxml2's own limits (256 levels, 10 MB a text) stay on.
    """
    try:
        return etree.fromstring(body, _parser(recover=False), base_url=url), True
    except etree.XMLSyntaxError as error:
        if "depth" in str(error):
            raise Malformed(_("This feed is nested deeper than anything people write.")) from None
    except ValueError:
        pass
    try:
        return etree.fromstring(body, _parser(recover=True), base_url=url), False
    except (etree.XMLSyntaxError, ValueError):
        return None, False


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, collect_ids=False
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an item has in the tree: characters of its longest text, whether a title, and its dates as written."""

    text: int
    titled: bool
    dates: tuple[str, ...]

    def confirms(self, when: datetime | None) -> bool:
        """Whether day and year stand in a date as written.

        Both parsers complete with today what they do not understand: a day of this month comes out of "Monday",
        "May 2004", some dates in Korean, or (in the quick one) an id such as "12".
        """
        return when is not None and any(_names(date, when) for date in self.dates)


def own_id(node: etree._Element) -> str:
    """The id as it stands in the feed. The parsers each make their own of it, which would change with the parser."""
    for child in children(node):
        if local(child) in ("guid", "id") and child.text and child.text.strip():
            return str(child.text.strip())
    return str(node.get(_ABOUT) or "").strip()


def evidence(node: etree._Element) -> Evidence:
    text, titled, dates = 0, False, []
    for child in children(node):
        name = local(child)
        if name in _TEXTS and child.tag != _MEDIA_FILE:
            text = max(text, _length(child))
        elif name == "group":
            text = max([text, *(_length(one) for one in children(child) if local(one) == "description")])
        elif name == "title":
            titled = titled or _length(child) > 0
        elif name in _DATES and child.text and child.text.strip() and "0001" not in child.text:
            dates.append(child.text.strip()[:100])  # The year 1 is how .NET and Go say "no date".
    return Evidence(text, titled, tuple(dates))


def _names(date: str, when: datetime) -> bool:
    """The day and the year (or those next to them, since zones differ) among the numbers of a date."""
    if _WHOLE_DATE.match(date):
        return True
    numbers = _NUMBER.findall(_CLOCK.sub(" ", date))
    days = {(when + timedelta(days=shift)).day for shift in (-1, 0, 1)}
    years = {when.year + shift for shift in (-1, 0, 1)}
    years |= {year % 100 for year in years}
    found = [int(number) for number in numbers]
    return bool(days.intersection(found)) and bool(years.intersection(found)) and len(found) > 1


def children(node: etree._Element) -> Iterable[etree._Element]:
    return node.iterchildren("*")


def local(node: etree._Element) -> str:
    return local_name(str(node.tag))


@lru_cache(maxsize=1024)
def local_name(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _length(node: etree._Element) -> int:
    if len(node):
        return len("".join(str(part) for part in node.itertext()).strip())
    return len((node.text or "").strip())


def channel(root: etree._Element) -> etree._Element:
    """The element that tells of the feed itself: `channel`, or Atom's root."""
    return next((child for child in children(root) if local(child) == "channel"), root)


def about(root: etree._Element, url: str) -> dict[str, str]:
    """What the quick parser leaves out about the feed itself: its language, hub, own address and pace."""
    about_it = channel(root)
    told = {"language": about_it.get(_LANG) or root.get(_LANG) or ""}
    for child in children(about_it):
        name = local(child)
        if name == "link" and child.get("rel") in ("hub", "self"):
            told.setdefault(child.get("rel", ""), web_address(url, child.get("href") or ""))
        elif name in ("language", "ttl", "updateperiod", "updatefrequency"):
            told[name] = (child.text or "").strip()
    return told


def ttl(told: Mapping[str, str]) -> int | None:
    """Seconds between two looks, as the feed asks: RSS `ttl` (minutes), or the syndication module."""
    if (minutes := told.get("ttl", "")).isdecimal() and len(minutes) < 9:
        seconds = int(minutes) * 60
    elif period := _PERIODS.get(told.get("updateperiod", "").lower()):
        times = told.get("updatefrequency", "")
        seconds = period // max(1, int(times)) if times.isdecimal() and len(times) < 6 else period
    else:
        return None
    return min(seconds, _LONGEST_TTL) or None
