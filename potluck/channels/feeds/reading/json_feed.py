"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read strictly for types and kindly for everything else."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import cast

from django.utils.translation import gettext as _

from potluck.channels.feeds.reading.types import (
    Enclosure,
    Feed,
    Item,
    language_code,
    moment,
    person_name,
    plain,
    tag_names,
    title_text,
    web_address,
)
from potluck.lib.errors import Malformed

Json = dict[str, object]


def read(body: bytes, *, url: str) -> Feed:
    """A JSON Feed, or Malformed."""
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed(_("This looks like a JSON Feed but is not valid JSON, or is cut off.")) from None
    feed = _object(found)
    items = feed.get("items")
    if not isinstance(items, list):
        raise Malformed(_("This page is not a feed: it is JSON, but has no list of items."))
    hubs = _objects(feed.get("hubs"))
    return Feed(
        title=title_text(_text(feed, "title")),
        home_url=web_address(url, _text(feed, "home_page_url")),
        description=plain(_text(feed, "description")),
        language=language_code(_text(feed, "language")),
        hub=next((web_address(url, _text(hub, "url")) for hub in hubs if _is_websub(hub)), ""),
        self_url=web_address(url, _text(feed, "feed_url")),
        author=_author(feed),
        items=tuple(_item(item, url) for item in _objects(items)),
    )


def _item(item: Json, url: str) -> Item:
    html, text, summary = _text(item, "content_html"), _text(item, "content_text"), _text(item, "summary")
    link = web_address(url, _text(item, "url")) or web_address(url, _text(item, "external_url"))
    said = "" if html else text or summary
    return Item(
        id=_text(item, "id"),
        url=link,
        title=title_text(_text(item, "title")),
        html=html,
        text=said,
        summary=plain(summary) if summary != said else "",
        author=_author(item),
        published=_time(item, "date_published") or _time(item, "date_modified"),
        updated=_time(item, "date_modified"),
        tags=tag_names(_strings(item.get("tags"))),
        language=language_code(_text(item, "language")),
        enclosures=tuple(_enclosures(item, link or url)),
        base=link or url,
    )


def _enclosures(item: Json, base: str) -> Iterator[Enclosure]:
    for file in _objects(item.get("attachments")):
        if address := web_address(base, _text(file, "url")):
            size = file.get("size_in_bytes")
            length = int(size) if isinstance(size, int | float) and 0 < size < 2**53 else None
            yield Enclosure(address, _text(file, "mime_type"), length, plain(_text(file, "title")))
    if picture := web_address(base, _text(item, "image")):
        yield Enclosure(picture, "image/*")


def _author(thing: Json) -> str:
    authors = _objects(thing.get("authors")) or [_object(thing.get("author"))]
    return ", ".join(name for one in authors[:5] if (name := person_name(_text(one, "name"))))


def _is_websub(hub: Json) -> bool:
    return _text(hub, "type").lower() in ("websub", "pubsubhubbub", "")


def _time(item: Json, key: str) -> datetime | None:
    try:
        return moment(datetime.fromisoformat(_text(item, key).strip()))
    except ValueError:
        return None


def _text(thing: Json, key: str) -> str:
    """A string; a number too, since real feeds have numbers for ids."""
    value = thing.get(key)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _object(value: object) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return [cast(Json, one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
