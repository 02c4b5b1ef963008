"""What an element of a feed says, however its markup stands in it: escaped, bare, in CDATA or in base64.

Both parsers leave something out now and then: what follows the first tag of a bare title, texts in base64, the
fuller of two texts of an item. What they lost is read here, from the tree.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from lxml import etree

from potluck.channels.feeds.reading import xml_tree
from potluck.channels.feeds.reading.types import title_text, web_address

_ATOM = ("{http://www.w3.org/2005/Atom}", "{http://purl.org/atom/ns#}")
_TEXTS = ("encoded", "content", "description", "summary", "body", "div")
_FOREIGN = ("{http://search.yahoo.com/mrss/}", "{http://www.itunes.com/dtds/podcast-1.0.dtd}")
_UNSEEN = ("script", "style")
_MARKED_UP = ("", "html", "text/html", "xhtml", "application/xhtml+xml", "xml", "application/xml", "text/xml")
_PERMALINK = ("", "alternate")
_WEB_TYPES = ("", "text/html", "application/xhtml+xml")
_FEEDBURNER_LINK = "{http://rssnamespace.org/feedburner/ext/1.0}origLink"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of an item: `html` as it is meant to be shown, not cleaned."""

    name: str
    html: str


def one_line(parent: etree._Element, *names: str) -> str:
    """The first child of these names as plain text, where bare markup or base64 hides it from the parsers; else ""."""
    for child in xml_tree.children(parent):
        if xml_tree.local(child) in names and not str(child.tag).startswith(_FOREIGN):
            if (decoded := from_base64(child)) is not None:
                return title_text(decoded)
            return " ".join(_words(child).split()) if _has_elements(child) else ""
    return ""


def line(parent: etree._Element, *names: str) -> str:
    """The first child of these names that says anything as plain text, whichever way it is written."""
    for name in names:
        for child in xml_tree.children(parent):
            if xml_tree.local(child) == name and (said := _line(child)):
                return said
    return ""


def _line(child: etree._Element) -> str:
    if (decoded := from_base64(child)) is not None:
        return title_text(decoded)
    return " ".join(_words(child).split()) if _has_elements(child) else title_text(child.text or "")


def author(parent: etree._Element) -> str:
    """The author's name where bare markup hides it from the parsers; else ""."""
    for child in xml_tree.children(parent):
        if xml_tree.local(child) in ("author", "creator"):
            names = [one for one in xml_tree.children(child) if xml_tree.local(one) == "name"]
            said = names[0] if names else child
            if _has_elements(said) and not any(
                xml_tree.local(one) in ("email", "uri", "url") for one in said
            ):
                return " ".join(_words(said).split())
    return ""


def texts(node: etree._Element) -> list[Text]:
    """All texts of an item, in the order they stand."""
    found = []
    for child in xml_tree.children(node):
        name = xml_tree.local(child)
        if name in _TEXTS and not str(child.tag).startswith(_FOREIGN[0]) and (said := _html(child).strip()):
            found.append(Text(name, said))
    return found


def in_base64(node: etree._Element) -> bool:
    """Whether any text of an item is written in base64."""
    return any(from_base64(child) is not None for child in xml_tree.children(node))


def from_base64(element: etree._Element) -> str | None:
    """What is written in base64, which Atom 0.3 says with `mode`, decoded; None where it is not."""
    if (element.get("mode") or "").strip().lower() != "base64" or _has_elements(element):
        return None
    try:
        packed = "".join((element.text or "").split())
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _html(element: etree._Element) -> str:
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    decoded = from_base64(element)
    if decoded is not None:
        return decoded if kind in _MARKED_UP else escape(decoded)
    if _has_elements(element):
        return escape(element.text or "") + "".join(_bare(child) for child in element)
    text = element.text or ""
    return escape(text) if kind in ("text", "text/plain") and str(element.tag).startswith(_ATOM[0]) else text


def _bare(child: etree._Element) -> str:
    """A child as HTML, without prefixes and namespaces."""
    if not isinstance(child.tag, str):
        return escape(child.tail or "")
    name = xml_tree.local(child)
    given = "".join(
        f' {xml_tree.local_name(str(key))}="{escape(str(value))}"' for key, value in child.attrib.items()
    )
    inside = escape(child.text or "") + "".join(_bare(one) for one in child)
    return f"<{name}{given}>{inside}</{name}>{escape(child.tail or '')}"


def _words(element: etree._Element) -> str:
    """The text in an element and below it, but for scripts and styles, and the space between blocks."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and xml_tree.local(child) not in _UNSEEN:
            parts.append(" " if xml_tree.local(child) in ("br", "p", "div", "hr") else "")
            parts.append(_words(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _has_elements(element: etree._Element) -> bool:
    return any(isinstance(child.tag, str) for child in element)


def link(node: etree._Element, base: str) -> str:
    """The address of the thing itself as an item of RSS or RDF says it; empty where it says none.

    Past FeedBurner's counting detour where it tells. RSS's own `link` first: `atom:link` stands beside it for many
    other things. A guid is an address only where it is a whole one.
    """
    if direct := node.findtext(_FEEDBURNER_LINK):
        return web_address(base, direct)
    own, others, guid = "", "", ""
    for child in xml_tree.children(node):
        name = xml_tree.local(child)
        if name == "link" and not str(child.tag).startswith(_ATOM):
            own = own or web_address(base, child.text or "") or web_address(base, child.get("href") or "")
        elif name == "link" and (child.get("rel") or "") in _PERMALINK:
            good = (child.get("type") or "").lower() in _WEB_TYPES
            others = others or (web_address(base, child.get("href") or "") if good else "")
        elif name == "guid" and (child.get("isPermaLink") or "true").strip().lower() != "false":
            guid = web_address("", child.text or "")
    return own or others or guid


def dates(node: etree._Element, *kinds: Iterable[str]) -> tuple[list[str], ...]:
    """For each kind of date, what an item says under its names as written, in the order of the names."""
    found: dict[str, str] = {}
    for child in xml_tree.children(node):
        if child.text:
            found.setdefault(xml_tree.local(child), child.text)
    return tuple([found[name] for name in names if name in found] for names in kinds)
