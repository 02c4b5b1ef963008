"""Subscription lists (OPML 1.0 and 2.0) as feed readers write them: four in ten are not well-formed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape

from django.utils.translation import gettext as _
from lxml import etree

from potluck.channels.feeds.reading import xml_repair
from potluck.channels.feeds.reading.types import Skipped, tag_names, title_text, web_address
from potluck.lib.errors import Malformed


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed somebody reads. `url` is the feed, or the page where only that is known; tags are its folders."""

    title: str
    url: str
    html_url: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What a list holds, in its order, and what was left out."""

    entries: tuple[Subscription, ...]
    skipped: tuple[Skipped, ...]


_FEED_ATTRIBUTE = re.compile(r"""\bxmlurl\s*=\s*(?:"([^"<>]{1,2000})"|'([^'<>]{1,2000})')""", re.IGNORECASE)
# feed:https://… and feed://…, itpc:// and pcast:// are ways to say "open this with a feed reader".
_READER_SCHEME = re.compile(
    r"(?:feed|itpc|pcast|podcast):(?://)?(?=https?:)|(?:feed|itpc|pcast|podcast)://", re.I
)

_NAMES = rb"(?:text|title|description|xmlurl|htmlurl|type|version|language|url|category|created|encoding)"
_OUTLINE = re.compile(rb"<outline\s.*?(?=</?outline\b|</body\b|\Z)", re.IGNORECASE | re.DOTALL)
_LOOSE_VALUE = re.compile(
    rb"(?<=\s)(" + _NAMES + rb')="(.{0,2000}?)"(?=\s+' + _NAMES + rb'="|\s*/?>\s*\Z)',
    re.IGNORECASE | re.DOTALL,
)
_MOST_TO_MEND = 1024 * 1024


def read(body: bytes) -> Subscriptions:
    """The subscriptions in an OPML file of at most 16 MB, however broken. Malformed if there are none to find."""
    body = xml_repair.xml(xml_repair.utf8(xml_repair.unpacked(body)))
    found: list[Subscription] = []
    skipped: list[Skipped] = []
    for one in [*_outlines(body), *_left_over(body)]:
        (found if isinstance(one, Subscription) else skipped).append(one)  # type: ignore[arg-type]
    entries, doubles = _once_each(found)
    if not entries and not skipped:
        raise Malformed(_("No subscriptions were found in this file. Is it an OPML file from a feed reader?"))
    return Subscriptions(tuple(entries), (*skipped, *doubles))


def _outlines(body: bytes) -> Iterator[Subscription | Skipped]:
    """Each outline that is, or should be, a subscription. A walk without recursion: files may be deep."""
    root = _tree(body, recover=False)
    if root is None:
        root = _tree(_OUTLINE.sub(_mended, body) if len(body) <= _MOST_TO_MEND else body, recover=True)
    folders: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")) if root is not None else ():
        if not isinstance(node.tag, str) or node.tag.rpartition("}")[2].lower() != "outline":
            continue
        given = _given(node)
        if event == "end":
            folders.pop()
            continue
        name = title_text(given.get("title") or given.get("text") or "")
        if one := _subscription(
            given, name, [folder for folder in folders if folder], has_children=len(node) > 0
        ):
            yield one
        folders.append("" if one else name)


def _given(node: etree._Element) -> dict[str, str]:
    """What an outline says; nothing where a broken file has characters in it that are none."""
    try:
        return {str(name).lower(): str(value).strip() for name, value in node.attrib.items()}
    except UnicodeDecodeError:
        return {}


def _tree(body: bytes, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(recover=recover, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _mended(outline: re.Match[bytes]) -> bytes:
    return _LOOSE_VALUE.sub(_quoted, outline[0])


def _quoted(found: re.Match[bytes]) -> bytes:
    """An attribute whose value holds quotes or tags as they are, as several feed readers write descriptions."""
    value = found[2].replace(b"<", b"&lt;").replace(b">", b"&gt;").replace(b'"', b"&quot;")
    return b'%s="%s"' % (found[1], value)


def _subscription(
    given: dict[str, str], name: str, folders: list[str], *, has_children: bool
) -> Subscription | Skipped | None:
    """What one outline says: a subscription, something we cannot take, or (None) a folder."""
    feed, page = given.get("xmlurl", ""), web_address("", given.get("htmlurl", ""))
    kind = given.get("type", "").lower()
    if not feed and kind in ("rss", "atom", "feed", "link"):
        feed = given.get("url", "") or page
    if not feed:
        if kind == "include":
            return Skipped(
                name or given.get("url", ""), _("This is a list kept elsewhere; import that one too.")
            )
        if has_children or not page:
            return None if has_children or not kind else Skipped(name or kind, _("No feed address is given."))
        feed = page
    address = web_address("", _READER_SCHEME.sub(_real_scheme, feed))
    if not address:
        return Skipped(name or feed[:200], _("“%(address)s” is not a web address.") % {"address": feed[:200]})
    categories = (part for path in given.get("category", "").split(",") for part in path.split("/"))
    return Subscription(name, address, page, tag_names([*folders, *categories]))


def _real_scheme(found: re.Match[str]) -> str:
    return "http://" if found[0].endswith("//") and not found.string[found.end() :].startswith("http") else ""


def _left_over(body: bytes) -> Iterator[Subscription]:
    """Addresses that stand in the text: those the parser lost in a broken stretch are among them."""
    for match in _FEED_ATTRIBUTE.finditer(body.decode("utf-8", "replace")):
        address = _READER_SCHEME.sub(_real_scheme, unescape(match[1] or match[2]).strip())
        if address := web_address("", address):
            yield Subscription("", address)


def _once_each(found: list[Subscription]) -> tuple[list[Subscription], list[Skipped]]:
    """Each feed once, with the tags of all its folders; named doubles are told."""
    kept: dict[str, Subscription] = {}
    doubles = []
    for one in found:
        first = kept.get(one.url)
        if first is None:
            kept[one.url] = one
            continue
        if one.title or one.html_url:
            doubles.append(Skipped(one.title or one.url, _("This feed is in the list more than once.")))
        kept[one.url] = replace(
            first, title=first.title or one.title, tags=tag_names([*first.tags, *one.tags])
        )
    return list(kept.values()), doubles
