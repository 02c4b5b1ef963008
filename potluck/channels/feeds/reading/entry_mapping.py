"""One entry of either feed parser made into an `Item`. Both speak nearly the same dictionary."""

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from time import struct_time
from urllib.parse import urljoin

from lxml import etree

from potluck.channels.feeds.reading import xml_tree
from potluck.channels.feeds.reading.types import (
    Enclosure,
    Item,
    has_markup,
    language_code,
    moment,
    person_name,
    plain,
    tag_names,
    title_text,
    web_address,
)

Entry = Mapping[str, object]

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FEEDBURNER_LINK = "{http://rssnamespace.org/feedburner/ext/1.0}origLink"
_PODCAST_AUTHOR = "{http://www.itunes.com/dtds/podcast-1.0.dtd}author"
_XHTML = ("xhtml", "application/xhtml+xml")
_PREFIXED = re.compile(r"<(\w{1,20}):(?:div|p|span|a|body)[\s>]")
_MEDIA = ("image", "audio", "video")


def item(entry: Entry, node: etree._Element | None, url: str, base: str | None) -> Item:
    """`node` is the same entry in the tree, if found; `base` is None where xml:base must be minded."""
    if base is None:
        base = (node.base if node is not None else None) or url
    said, summary, inner_base, language = _said(entry)
    marked_up = has_markup(said)
    own_language = (node.get(_LANG) or "") if node is not None else ""
    return Item(
        id=xml_tree.own_id(node) if node is not None else string(entry, "id"),
        url=_link(entry, node, base),
        title=title_text(string(entry, "title")),
        html=said if marked_up else "",
        text="" if marked_up else said,
        summary=summary,
        author=_author(entry, node),
        published=time(entry, "published") or time(entry, "updated"),
        updated=time(entry, "updated"),
        tags=tag_names(
            string(tag, "label") or string(tag, "term") for tag in records(entry, "tags") if _is_ours(tag)
        ),
        language=language_code(language or own_language or string(entry, "language")),
        enclosures=tuple(_enclosures(entry, base, said)),
        base=_joined(base, inner_base) if inner_base else base,
    )


def like_quick(entry: Entry) -> dict[str, object]:
    """feedparser's entry under the names the quick parser uses."""
    # dict.get, since feedparser's own lookup warns about, or invents, some of these.
    got = {key: dict.get(entry, key) for key in entry} if isinstance(entry, dict) else dict(entry)
    got["description"] = got.get("summary")
    for key in ("published", "updated"):
        parsed = got.get(f"{key}_parsed")
        got[key] = parsed if isinstance(parsed, struct_time) else None
    if not got["published"] and isinstance(created := got.get("created_parsed"), struct_time):
        got["published"] = created
    got["enclosures"] = [link for link in records(got, "links") if string(link, "rel") == "enclosure"]
    return got


def weight(entry: Entry) -> int:
    """The length of an entry's longest text, markup and all: quick, and never less than its words."""
    return max(len(text.strip()) for text in _texts(entry))


def words(entry: Entry) -> int:
    """The length of an entry's longest text without markup, to compare two readings."""
    return max(len(plain(text)) for text in _texts(entry))


def _texts(entry: Entry) -> list[str]:
    return [
        string(entry, "description"),
        *(string(content, "value") for content in records(entry, "content")),
    ]


def _said(entry: Entry) -> tuple[str, str, str, str]:
    """The fullest text, another as summary if it says something else, the text's base and language."""
    contents = [content for content in records(entry, "content") if string(content, "value").strip()]
    best = max(contents, key=lambda content: len(string(content, "value")), default={})
    said, summary = _unwrapped(best).strip(), string(entry, "description").strip()
    if len(summary) > len(said) and len(plain(summary)) > len(plain(said)):
        said, summary, best = summary, said, {}
    return said, _summary(summary, said), string(best, "base"), string(best, "language")


def _summary(summary: str, said: str) -> str:
    """The summary as plain text, or nothing where it is only the beginning over again."""
    if not summary or summary == said:
        return ""
    summary = plain(summary)
    beginning = plain(said[: 4 * len(summary) + 2000])[: len(summary)]
    return "" if beginning[:50] == summary[:50] else summary


def _unwrapped(content: Entry) -> str:
    """XHTML without the element of the feed around it, and without name prefixes."""
    value = string(content, "value")
    if string(content, "type") not in _XHTML:
        return value
    if value.startswith(("<content", "<atom:content", "<summary")) or re.match(r"<\w{1,20}:content\b", value):
        value = value[value.find(">") + 1 : max(value.rfind("</"), 0)]
    if prefix := _PREFIXED.search(value):
        value = re.sub(rf"(</?){prefix[1]}:", r"\1", value)
    return value


def _link(entry: Entry, node: etree._Element | None, base: str) -> str:
    """The address of the thing itself, past FeedBurner's counting detour where it tells."""
    if node is not None and (direct := node.findtext(_FEEDBURNER_LINK)):
        return web_address(base, direct)
    links = [link for link in records(entry, "links") if string(link, "rel") in ("", "alternate")]
    pages = [link for link in links if string(link, "type") in ("", "text/html", "application/xhtml+xml")]
    first = string(pages[0], "href") if pages else ""
    return web_address(base, first) or web_address(base, string(entry, "link"))


def _author(entry: Entry, node: etree._Element | None) -> str:
    authors = records(entry, "authors")
    if len(authors) > 1:
        given = dict.fromkeys(person_name(string(author, "name")) for author in authors[:5])
        return ", ".join(name for name in given if name)
    said = person_name(string(entry, "author"))
    return said or (person_name(node.findtext(_PODCAST_AUTHOR) or "") if node is not None else "")


def _is_ours(tag: Entry) -> bool:
    """Blogger marks each entry with what kind of record it is; that is no tag."""
    return not string(tag, "scheme").startswith("http://schemas.google.com/")


def _enclosures(entry: Entry, base: str, said: str) -> Iterator[Enclosure]:
    """Attached files once each; pictures in several sizes once, and not those the text already shows."""
    files = [link for link in records(entry, "links") if string(link, "rel") == "enclosure"]
    files += records(entry, "enclosures")
    media = [one for one in records(entry, "media_content") if _is_media(one)]
    media.sort(key=lambda one: -number(one, "width", 0))
    seen = set[str]()
    for file in files + media:
        address = web_address(base, string(file, "url") or string(file, "href"))
        bare = address.partition("?")[0]
        if not address or address in seen or (file in media and (bare in seen or bare in said)):
            continue
        seen |= {address, bare}
        kind = string(file, "type") or string(file, "medium")
        length = number(file, "length", 0) or number(file, "filesize", 0)
        yield Enclosure(address, kind, length or None, plain(string(file, "description")))


def _is_media(media: Entry) -> bool:
    return string(media, "medium") in _MEDIA or string(media, "type").partition("/")[0] in _MEDIA


def time(entry: Entry, key: str) -> datetime | None:
    value = entry.get(key)
    try:
        if isinstance(value, struct_time):
            return moment(datetime.fromtimestamp(calendar.timegm(value), tz=UTC))
        return moment(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def _joined(base: str, inner: str) -> str:
    try:
        return urljoin(base, inner)
    except ValueError:
        return base


def string(entry: Entry, key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def number(entry: Entry, key: str, otherwise: int) -> int:
    value = entry.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and 0 <= value < 2**53 else otherwise


def records(entry: Entry, key: str) -> Sequence[Entry]:
    value = entry.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
