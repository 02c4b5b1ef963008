"""RSS and Atom of every age: the quick parser first, the thorough one wherever the quick one lost something.

fastfeedparser is about fifty times as fast, but leaves out whole texts now and then (RSS 1.0 with
`content:encoded`, inline XHTML, media and podcast descriptions) without saying so. A look at the tree tells
what ought to be there; where it is not, feedparser decides. The outside parsers return untyped
dictionaries: no such value leaves this file unchecked.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import fastfeedparser
import feedparser
from django.utils.translation import gettext as _
from lxml import etree

from potluck.channels.feeds import entries
from potluck.channels.feeds.entries import Entry, string
from potluck.channels.feeds.shape import Feed, language_code, person_name, plain, title_text, web_address
from potluck.kit.errors import Malformed

# feedparser manages 2 to 3 MB a second; above this only the quick parser is asked.
MOST_BYTES_FOR_FEEDPARSER = 4 * 1024 * 1024

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FEED_ROOTS = ("rss", "feed", "rdf", "channel")
_TEXTS = ("description", "encoded", "content", "summary", "body", "div")
_DATES = ("pubdate", "date", "published", "updated", "issued", "modified", "created")
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
_LONGEST_TTL = 30 * 86400


@dataclass(frozen=True, slots=True)
class Reading:
    """What one of the two parsers found."""

    feed: Entry
    entries: Sequence[Entry]

    @property
    def weight(self) -> int:
        return sum(entries.weight(entry) for entry in self.entries)


def read(body: bytes, *, url: str) -> Feed:
    """RSS or Atom in mended UTF-8, or Malformed."""
    root, well_formed = _tree(body, url)
    _refuse_other_documents(root, body)
    nodes = list(root.iter("{*}item", "{*}entry")) if root is not None else []
    reading = _quick(body)
    if reading is None or not well_formed or _lost_something(nodes, reading.entries):
        reading = _better(reading, _thorough(body, url))
    if reading is None:
        raise Malformed(_("This feed is too damaged to be read."))
    matching = nodes if len(nodes) == len(reading.entries) else [None] * len(reading.entries)
    based = url if b"xml:base" not in body else None
    items = tuple(
        entries.item(entry, node, url, based) for entry, node in zip(reading.entries, matching, strict=True)
    )
    about = _about(root, url) if root is not None else {}
    return Feed(
        title=title_text(string(reading.feed, "title")),
        home_url=web_address(url, string(reading.feed, "link")),
        description=plain(string(reading.feed, "subtitle") or string(reading.feed, "description")),
        language=language_code(about.get("language", "") or string(reading.feed, "language")),
        hub=about.get("hub", ""),
        self_url=about.get("self", ""),
        ttl=_ttl(about),
        author=person_name(string(reading.feed, "author")),
        items=items,
    )


def _tree(body: bytes, url: str) -> tuple[etree._Element | None, bool]:
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


def _refuse_other_documents(root: etree._Element | None, body: bytes) -> None:
    name = _local(root) if root is not None else ""
    if name == "html" or body[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise Malformed(_("This page is not a feed: it is an ordinary web page."))
    if name == "opml":
        raise Malformed(_("This page is not a feed: it is a list of feeds (OPML). Import it instead."))
    if name not in _FEED_ROOTS and not any(mark in body for mark in (b"<rss", b"<feed", b"<item", b"<entry")):
        raise Malformed(_("This page is not a feed: it is something else."))


def _quick(body: bytes) -> Reading | None:
    try:
        found = fastfeedparser.parse(body)
    except Exception:  # whatever it cannot take, of any kind: then the thorough parser is asked
        return None
    return Reading(dict(found["feed"]), [dict(entry) for entry in found["entries"]])


def _thorough(body: bytes, url: str) -> Reading | None:
    if len(body) > MOST_BYTES_FOR_FEEDPARSER:
        return None
    # Given bytes, feedparser would try them as a file name; given a stream, it reads the stream.
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        found = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception:  # it promises to raise nothing, and on hostile bytes does not keep it
        return None
    if not found.version and not found.entries:
        return None
    return Reading(dict(found.feed), [entries.like_quick(entry) for entry in found.entries])


def _better(quick: Reading | None, thorough: Reading | None) -> Reading | None:
    """feedparser's reading, unless it has clearly less."""
    if quick is None or thorough is None:
        return thorough or quick
    if len(thorough.entries) < len(quick.entries) or thorough.weight < quick.weight * 0.9:
        return quick
    return thorough


def _lost_something(nodes: Sequence[etree._Element], found: Sequence[Entry]) -> bool:
    """Whether the quick parser's entries have less in them than the tree shows."""
    if len(nodes) != len(found):
        return True
    expected = got = 0
    for node, entry in zip(nodes, found, strict=True):
        text, titled, dated = _in_the_tree(node)
        has = entries.weight(entry)
        if (text and not has) or (titled and not entry.get("title")):
            return True
        if dated and not entry.get("published"):
            return True
        expected, got = expected + text, got + has
    return got < expected * 0.95


def _in_the_tree(node: etree._Element) -> tuple[int, bool, bool]:
    """How much text an item has, and whether it has a title and a date."""
    text, titled, dated = 0, False, False
    for child in _children(node):
        name = _local(child)
        if name in _TEXTS:
            text = max(text, _length(child))
        elif name == "group":
            text = max([text, *(_length(one) for one in _children(child) if _local(one) == "description")])
        elif name == "title":
            titled = titled or _length(child) > 0
        elif name in _DATES:
            dated = dated or _length(child) > 0
    return text, titled, dated


def _children(node: etree._Element) -> Iterable[etree._Element]:
    return (child for child in node if isinstance(child.tag, str))


def _local(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2].lower()


def _length(node: etree._Element) -> int:
    if len(node):
        return len("".join(str(part) for part in node.itertext()).strip())
    return len((node.text or "").strip())


def _about(root: etree._Element, url: str) -> dict[str, str]:
    """What the quick parser leaves out about the feed itself: its language, hub, own address and pace."""
    channel = next((child for child in _children(root) if _local(child) == "channel"), root)
    about = {"language": channel.get(_LANG) or root.get(_LANG) or ""}
    for child in _children(channel):
        name = _local(child)
        if name == "link" and child.get("rel") in ("hub", "self"):
            about.setdefault(child.get("rel", ""), web_address(url, child.get("href") or ""))
        elif name in ("language", "ttl", "updateperiod", "updatefrequency"):
            about[name] = (child.text or "").strip()
    return about


def _ttl(about: Mapping[str, str]) -> int | None:
    """Seconds between two looks, as the feed asks: RSS `ttl` (minutes), or the syndication module."""
    if (minutes := about.get("ttl", "")).isdecimal() and len(minutes) < 9:
        seconds = int(minutes) * 60
    elif period := _PERIODS.get(about.get("updateperiod", "").lower()):
        times = about.get("updatefrequency", "")
        seconds = period // max(1, int(times)) if times.isdecimal() and len(times) < 6 else period
    else:
        return None
    return min(seconds, _LONGEST_TTL) or None
