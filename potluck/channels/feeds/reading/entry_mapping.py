"""One entry of either feed parser made into an `Item`. Both speak nearly the same dictionary."""

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from time import struct_time
from urllib.parse import urljoin, urlsplit

from lxml import etree

from potluck.channels.feeds.reading import dates, markup, xml_tree
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
_PODCAST_AUTHOR = "{http://www.itunes.com/dtds/podcast-1.0.dtd}author"
_XHTML = ("xhtml", "application/xhtml+xml")
_PREFIXED = re.compile(r"<(\w{1,20}):(?:div|p|span|a|body)[\s>]")
_MEDIA = ("image", "audio", "video")
_PUBLISHED = ("pubdate", "published", "issued", "date", "created")
_UPDATED = ("updated", "modified")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feed was read, its page, its language, and whether it says anywhere (xml:base) what links start from.

    `packed` is whether anything in it may be in base64.
    """

    url: str
    home: str = ""
    language: str = ""
    based: bool = False
    packed: bool = False


def item(entry: Entry, node: etree._Element | None, place: Place, length: int = 0) -> Item:
    """`node` is the same entry in the tree, if found, and `length` that of its longest text there, in characters."""
    if node is not None:
        entry = _completed(entry, node, place, length)
    said, summary, inner_base, language = _said(entry)
    marked_up = has_markup(said)
    own_language = (node.get(_LANG) or "") if node is not None else ""
    base = _base(node, place) if place.based else ""
    url = _link(entry, node, base or _of_links(place))
    base = base or _of_text(url, place)
    published, updated = _times(entry, node, language or own_language or place.language)
    return Item(
        id=xml_tree.own_id(node) if node is not None else string(entry, "id"),
        url=url,
        title=(markup.one_line(node, "title") if node is not None else "")
        or title_text(string(entry, "title")),
        html=said if marked_up else "",
        text="" if marked_up else said,
        summary=summary,
        author=_author(entry, node),
        published=published or updated,
        updated=updated,
        tags=tag_names(
            string(tag, "label") or string(tag, "term") for tag in records(entry, "tags") if _is_ours(tag)
        ),
        language=language_code(language or own_language or string(entry, "language")),
        enclosures=tuple(_enclosures(entry, base, said)),
        base=_joined(base, inner_base) if inner_base else base,
    )


def _completed(entry: Entry, node: etree._Element, place: Place, length: int) -> Entry:
    """The entry with the texts of the tree, where the parser has clearly less of them or did not decode them."""
    enough = weight(entry) >= 0.9 * length
    if enough and not (place.packed and markup.in_base64(node)):
        return entry
    found = markup.texts(node)
    if not found:
        return entry
    fullest = max(found, key=lambda text: len(plain(text.html)))
    other = next((text.html for text in found if text is not fullest), "")
    return {**entry, "content": [{"value": fullest.html, "type": "text/html"}], "description": other}


def _base(node: etree._Element | None, place: Place) -> str:
    """What xml:base says for this entry, or nothing."""
    told = (node.base if node is not None else None) or place.url
    return "" if told == place.url else told


def _of_links(place: Place) -> str:
    """What an item's own relative address starts from: the site, where the feed lies on another host."""
    return place.home if place.home and not _same_host(place.home, place.url) else place.url


def _of_text(url: str, place: Place) -> str:
    """What links in a text start from: the item's page, unless that is somebody else's which it points to."""
    if url and (_same_host(url, place.home) or _same_host(url, place.url) or not place.home):
        return url
    return place.home or place.url


def _same_host(one: str, other: str) -> bool:
    return host(one) == host(other)


@lru_cache(maxsize=1024)
def host(url: str) -> str:
    """The host of an address without `www.`, or nothing."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _times(
    entry: Entry, node: etree._Element | None, language: str
) -> tuple[datetime | None, datetime | None]:
    """When it was published and changed: as the feed writes it, else as the parser took it."""
    published = updated = None
    if node is not None:
        first, last = markup.dates(node, _PUBLISHED, _UPDATED)
        published, updated = _first_time(first, language), _first_time(last, language)
    return published or time(entry, "published"), updated or time(entry, "updated")


def _first_time(written: Sequence[str], language: str) -> datetime | None:
    return next((when for text in written if (when := moment(dates.read(text, language)))), None)


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
    if summary and summary != said and _is_fuller(summary, said):
        said, summary, best = summary, said, {}
    return said, _summary(summary, said), string(best, "base"), string(best, "language")


def _is_fuller(one: str, other: str) -> bool:
    """Whether one text has more words than the other: some at least as long with its markup, or clearly more."""
    if len(one) * 8 < len(other):  # hardly ever, and costly to find out
        return False
    words, less = len(plain(one)), len(plain(other))
    return words > less and (len(one) > len(other) or words > 1.25 * less + 20)


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
    """The address of the thing itself. The parsers make one of whatever id there is, where the item names none."""
    if node is not None and xml_tree.local(node) == "item":
        return markup.link(node, base)
    if node is not None and not any(xml_tree.local(child) == "link" for child in xml_tree.children(node)):
        return web_address("", xml_tree.own_id(node))
    links = [link for link in records(entry, "links") if string(link, "rel") in ("", "alternate")]
    pages = [link for link in links if string(link, "type") in ("", "text/html", "application/xhtml+xml")]
    first = string(pages[0], "href") if pages else ""
    return web_address(base, first) or web_address(base, string(entry, "link"))


def _author(entry: Entry, node: etree._Element | None) -> str:
    if node is not None and (marked_up := person_name(markup.author(node))):
        return marked_up
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
