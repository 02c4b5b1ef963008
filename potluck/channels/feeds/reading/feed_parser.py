"""RSS and Atom of every age: the quick parser first, the thorough one wherever the quick one lost something.

fastfeedparser is about fifty times as fast, but leaves out whole texts now and then (RSS 1.0 with
`content:encoded`, inline XHTML, media and podcast descriptions) without saying so. A look at the tree tells
what ought to be there; where it is not, feedparser decides. The outside parsers return untyped
dictionaries: no such value leaves this file unchecked.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import fastfeedparser
import feedparser
from django.utils.translation import gettext as _
from lxml import etree

from potluck.channels.feeds.reading import entry_mapping, markup, xml_tree
from potluck.channels.feeds.reading.entry_mapping import Entry, Place, string
from potluck.channels.feeds.reading.types import (
    Feed,
    language_code,
    person_name,
    plain,
    title_text,
    web_address,
)
from potluck.lib.errors import Malformed

# feedparser manages 2 to 3 MB a second; above this only the quick parser is asked.
MOST_BYTES_FOR_FEEDPARSER = 4 * 1024 * 1024

_FEED_ROOTS = ("rss", "feed", "rdf", "channel")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one of the two parsers found."""

    feed: Entry
    entries: Sequence[dict[str, object]]

    @property
    def words(self) -> int:
        return sum(entry_mapping.words(entry) for entry in self.entries)


def read(body: bytes, *, url: str) -> Feed:
    """RSS or Atom in mended UTF-8, or Malformed."""
    root, well_formed = xml_tree.grow(body, url)
    _refuse_other_documents(root, body)
    nodes = list(root.iter("{*}item", "{*}entry")) if root is not None else []
    seen = [xml_tree.evidence(node) for node in nodes]
    reading = _quick(body)
    if reading is None or not well_formed or _lost_something(seen, reading.entries):
        reading = _better(reading, _thorough(body, url, seen))
    if reading is None or not (reading.entries or well_formed):
        raise Malformed(_("This feed is too damaged to be read."))
    matching: Iterable[tuple[etree._Element | None, int]] = zip(
        nodes, (one.text for one in seen), strict=True
    )
    if len(nodes) != len(reading.entries):
        matching = [(None, 0)] * len(reading.entries)
    about = xml_tree.about(root, url) if root is not None else {}
    language = language_code(about.get("language", "") or string(reading.feed, "language"))
    home = web_address(url, string(reading.feed, "link"))
    place = Place(url, home, language, based=b"xml:base" in body, packed=b"base64" in body.lower())
    items = tuple(
        entry_mapping.item(entry, node, place, length)
        for entry, (node, length) in zip(reading.entries, matching, strict=True)
    )
    channel = xml_tree.channel(root) if root is not None else None
    return Feed(
        title=_hidden(channel, "title") or title_text(string(reading.feed, "title")),
        home_url=home,
        description=_description(channel, reading.feed),
        language=language,
        hub=about.get("hub", ""),
        self_url=about.get("self", ""),
        ttl=xml_tree.ttl(about),
        author=person_name(
            (markup.author(channel) if channel is not None else "") or string(reading.feed, "author")
        ),
        items=items,
    )


def _hidden(channel: etree._Element | None, *names: str) -> str:
    return markup.one_line(channel, *names) if channel is not None else ""


def _description(channel: etree._Element | None, feed: Entry) -> str:
    """What a feed says it is about, under whichever name its format has for it."""
    given = plain(string(feed, "subtitle") or string(feed, "description"))
    if channel is None:
        return given
    hidden = markup.one_line(channel, "subtitle", "tagline", "description")
    return hidden or given or markup.line(channel, "subtitle", "tagline", "description", "summary")


def _refuse_other_documents(root: etree._Element | None, body: bytes) -> None:
    name = xml_tree.local(root) if root is not None else ""
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


def _thorough(body: bytes, url: str, seen: Sequence[xml_tree.Evidence]) -> Reading | None:
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
    like_quick = [entry_mapping.like_quick(entry) for entry in found.entries]
    if len(seen) == len(like_quick):
        for one, entry in zip(seen, like_quick, strict=True):
            _drop_guessed_dates(entry, one)
    return Reading(dict(found.feed), like_quick)


def _better(quick: Reading | None, thorough: Reading | None) -> Reading | None:
    """feedparser's reading, unless it has clearly less."""
    if quick is None or thorough is None:
        return thorough or quick
    if len(thorough.entries) < len(quick.entries) or thorough.words < quick.words * 0.95:
        return quick
    return thorough


def _lost_something(evidence: Sequence[xml_tree.Evidence], found: Sequence[dict[str, object]]) -> bool:
    """Whether the quick parser's entries have less in them than the tree shows. Takes away dates it made up."""
    if len(evidence) != len(found):
        return True
    expected = got = 0
    lost = False
    for seen, entry in zip(evidence, found, strict=True):
        _drop_guessed_dates(entry, seen)
        has = entry_mapping.weight(entry)
        lost |= bool((seen.text and not has) or (seen.titled and not entry.get("title")))
        lost |= bool(seen.dates and not entry.get("published"))
        expected, got = expected + seen.text, got + has
    return lost or got < expected * 0.95


def _drop_guessed_dates(entry: dict[str, object], seen: xml_tree.Evidence) -> None:
    for key in ("published", "updated"):
        if entry.get(key) and not seen.confirms(entry_mapping.time(entry, key)):
            entry[key] = None
