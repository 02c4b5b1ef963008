"""What is wrong with a feed, in sentences; an empty list means valid. For tests anywhere in the house."""

import json
import re
from collections import Counter
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).with_name("rfc4287.rng")))
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT"
)


def wrong_atom(data: bytes) -> list[str]:
    """RFC 4287: the grammar, then what its prose asks for beyond it."""
    root = etree.fromstring(data)
    if not GRAMMAR.validate(root):
        return [str(error) for error in GRAMMAR.error_log]
    entries = root.findall(f"{ATOM}entry") if root.tag == f"{ATOM}feed" else [root]
    signed = root.find(f"{ATOM}author") is not None
    wrong = _repeated("id", [entry.findtext(f"{ATOM}id") for entry in entries])
    wrong += _two_alternates(root)
    for entry in entries:
        where = entry.findtext(f"{ATOM}id")
        content = entry.find(f"{ATOM}content")
        wrong += _two_alternates(entry)
        if not signed and entry.find(f"{ATOM}author") is None:
            wrong.append(f"{where}: nobody wrote it")
        if content is None and not _alternates(entry):
            wrong.append(f"{where}: neither content nor a page")
        if content is not None and content.get("src") and entry.find(f"{ATOM}summary") is None:
            wrong.append(f"{where}: content elsewhere without a summary")
        if not (entry.findtext(f"{ATOM}title") or "").strip():
            wrong.append(f"{where}: an empty title")
    return wrong + _complaint(data)


def _alternates(element: etree._Element) -> list[etree._Element]:
    return [link for link in element.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]


def _two_alternates(element: etree._Element) -> list[str]:
    return _repeated("alternate", [(link.get("type"), link.get("hreflang")) for link in _alternates(element)])


def wrong_rss(data: bytes) -> list[str]:
    """The RSS 2.0 specification, and the RSS Advisory Board's profile of it where it leaves a choice."""
    root = etree.fromstring(data)
    channels = root.findall("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or len(channels) != 1:
        return ["not one channel of RSS 2.0"]
    channel = channels[0]
    wrong = [f"channel: no {name}" for name in ("title", "link", "description") if not channel.findtext(name)]
    wrong += _dates(channel, "lastBuildDate") + _twice(channel) + _addresses(channel, "link")
    if channel.find(f"{ATOM}link[@rel='self']") is None:
        wrong.append("channel: no atom:link to itself")
    wrong += _repeated("guid", [item.findtext("guid") for item in channel.findall("item")])
    for item in channel.findall("item"):
        wrong += _wrong_item(item)
    return wrong + _complaint(data)


def _wrong_item(item: etree._Element) -> list[str]:
    wrong = _dates(item, "pubDate") + _twice(item) + _addresses(item, "link", "comments")
    if not (item.findtext("title") or item.findtext("description")):
        wrong.append("item: neither title nor description")
    guid = item.find("guid")
    if guid is None or not guid.text:
        wrong.append("item: no guid")
    elif guid.get("isPermaLink", "true") == "true" and not guid.text.startswith("http"):
        wrong.append(f"item: {guid.text} is no permalink")
    for enclosure in item.findall("enclosure"):
        if set(enclosure.attrib) != {"url", "length", "type"} or not enclosure.attrib["length"].isdigit():
            wrong.append("item: enclosure wants url, length and type")
    if item.find("author") is not None:
        wrong.append("item: author must be a mail address")
    return wrong


def _dates(element: etree._Element, name: str) -> list[str]:
    said = [date.text or "" for date in element.findall(name)]
    return [f"{date!r} is no date" for date in said if not (RFC822.fullmatch(date) and _same_day(date))]


def _same_day(date: str) -> bool:
    return parsedate_to_datetime(date).strftime("%a") == date[:3]


def _twice(element: etree._Element) -> list[str]:
    often = {"item", "category", f"{ATOM}link"}
    return _repeated("element", [child.tag for child in element if child.tag not in often])


def _addresses(element: etree._Element, *names: str) -> list[str]:
    said = [found.text or "" for name in names for found in element.findall(name)]
    return [f"{url!r} is no address" for url in said if not _is_address(url)]


def _is_address(url: object) -> bool:
    plain = isinstance(url, str) and re.fullmatch(r"https?://[\w;/?:@&=+$.\-!~*'(),%#\[\]]+", url, re.ASCII)
    return bool(plain) and bool(urlsplit(str(url)).hostname)


def _repeated(what: str, values: list[object]) -> list[str]:
    return [f"{what} {value!r} {count} times" for value, count in Counter(values).items() if count > 1]


def _complaint(data: bytes) -> list[str]:
    parsed = feedparser.parse(data)
    return [f"feedparser: {parsed.get('bozo_exception')}"] if parsed.bozo else []


TEXT, ADDRESS, LIST = "text", "address", "list"
FEED_FIELDS = {
    "version": TEXT, "title": TEXT, "home_page_url": ADDRESS, "feed_url": ADDRESS, "description": TEXT,
    "user_comment": TEXT, "next_url": ADDRESS, "icon": ADDRESS, "favicon": ADDRESS, "language": TEXT,
    "authors": LIST, "items": LIST, "hubs": LIST, "expired": "bool",
}  # fmt: skip
ITEM_FIELDS = {
    "id": TEXT, "url": ADDRESS, "external_url": ADDRESS, "title": TEXT, "content_html": TEXT,
    "content_text": TEXT, "summary": TEXT, "image": ADDRESS, "banner_image": ADDRESS,
    "date_published": "date", "date_modified": "date", "authors": LIST, "tags": LIST,
    "language": TEXT, "attachments": LIST,
}  # fmt: skip
AUTHOR_FIELDS = {"name": TEXT, "url": ADDRESS, "avatar": ADDRESS}
ATTACHMENT_FIELDS = {
    "url": ADDRESS, "mime_type": TEXT, "title": TEXT, "size_in_bytes": "number",
    "duration_in_seconds": "number",
}  # fmt: skip


def wrong_json_feed(data: bytes) -> list[str]:
    """JSON Feed 1.1: types, what is required, and names of one's own that begin with an underscore."""
    feed = json.loads(data.decode("utf-8"))
    if not isinstance(feed, dict) or feed.get("version") != "https://jsonfeed.org/version/1.1":
        return ["not JSON Feed 1.1"]
    wrong = _fields("feed", feed, FEED_FIELDS, "title", "items") + _people("feed", feed)
    if wrong:
        return wrong
    wrong += _repeated("id", [item.get("id") for item in feed["items"]])
    for item in feed["items"]:
        wrong += _fields("item", item, ITEM_FIELDS, "id") + _people("item", item)
        if not ("content_html" in item or "content_text" in item):
            wrong.append("item: no content")
        if not all(isinstance(tag, str) and tag for tag in item.get("tags", [])):
            wrong.append("item: tags are texts")
        for file in item.get("attachments", []):
            wrong += _fields("attachment", file, ATTACHMENT_FIELDS, "url", "mime_type")
    return wrong


def _people(where: str, of: dict[str, object]) -> list[str]:
    wrong = []
    for author in of.get("authors") or []:
        wrong += _fields(f"{where}.author", author, AUTHOR_FIELDS)
        wrong += [] if author else [f"{where}: an author without anything"]
    return wrong


def _fields(where: str, of: dict[str, object], kinds: dict[str, str], *required: str) -> list[str]:
    wrong = [f"{where}: no {name}" for name in required if name not in of]
    for name, value in of.items():
        if name.startswith("_"):
            wrong += [] if isinstance(value, dict) else [f"{where}: {name} is an object"]
        elif name not in kinds:
            wrong.append(f"{where}: {name} is unknown")
        elif not _is(kinds[name], value):
            wrong.append(f"{where}: {name} is not a {kinds[name]}: {value!r}")
    return wrong


def _is(kind: str, value: object) -> bool:
    if kind == ADDRESS:
        return _is_address(value)
    if kind == "date":
        return (
            isinstance(value, str) and bool(RFC3339.fullmatch(value)) and bool(datetime.fromisoformat(value))
        )
    types = {TEXT: str, LIST: list, "bool": bool, "number": int}
    return isinstance(value, types[kind])


def wrong_opml(data: bytes) -> list[str]:
    """OPML 2.0, with what a subscription list asks for."""
    root = etree.fromstring(data)
    if (
        root.tag != "opml"
        or root.get("version") != "2.0"
        or [child.tag for child in root] != ["head", "body"]
    ):
        return ["not OPML 2.0 with a head and a body"]
    head, body = root
    wrong = _dates(head, "dateModified") + _dates(head, "dateCreated") + _twice(head)
    outlines = list(body.iter("outline"))
    if not outlines:
        wrong.append("an empty body")
    for outline in outlines:
        if not outline.get("text"):
            wrong.append("outline without text")
        if outline.get("type") == "rss" and not (outline.get("title") and _is_address(outline.get("xmlUrl"))):
            wrong.append(f"{outline.get('text')}: a feed wants a title and an address")
        if outline.get("htmlUrl") is not None and not _is_address(outline.get("htmlUrl")):
            wrong.append(f"{outline.get('text')}: a page wants an address")
    return wrong
