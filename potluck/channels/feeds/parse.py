"""Any feed, of any age and however broken, in one shape: RSS, RDF, Atom and JSON Feed."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from potluck.channels.feeds import jsonfeed, repair, xmlfeed
from potluck.channels.feeds.shape import Enclosure, Feed, Item
from potluck.kit.errors import Malformed

__all__ = ["Enclosure", "Feed", "Item", "parse"]

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def parse(body: bytes, *, url: str, content_type: str = "") -> Feed:
    """The feed in `body`, which came from `url` (links are resolved against it).

    Raises Malformed, and nothing else, with a sentence that says why there is no feed. Reads at most 16 MB.
    """
    body = repair.utf8(repair.unpacked(body), content_type).strip()
    if not body:
        raise Malformed(_("This feed is empty: nothing was sent."))
    if body[:1] in (b"{", b"["):
        feed = jsonfeed.read(body, url=url)
    else:
        feed = xmlfeed.read(repair.xml(body), url=url)
    return replace(feed, items=tuple(_once_each(_identified(feed.items))))


def _identified(items: Iterable[Item]) -> list[Item]:
    """Items with an id that stays the same from poll to poll: their own, else their link, else what they say.

    Some programs give every item the same id. One that is used for different titles at different links is
    no identity, so there the link serves.
    """
    items = list(items)
    used = defaultdict[str, set[tuple[str, str]]](set)
    for item in items:
        used[item.id].add((item.url, item.title))
    return [replace(item, id=_identity(item, shared=_is_shared(used[item.id]))) for item in items]


def _is_shared(uses: set[tuple[str, str]]) -> bool:
    return len({url for url, _title in uses}) > 1 and len({title for _url, title in uses}) > 1


def _identity(item: Item, *, shared: bool) -> str:
    if item.id and not shared:
        return item.id
    if item.url:
        return item.url
    when = item.published.isoformat() if item.published else ""
    said = item.title or item.html or item.text
    return "sha256:" + hashlib.sha256(f"{said}\n{when}".encode()).hexdigest()


def _once_each(items: Iterable[Item]) -> list[Item]:
    """Of items with the same id the newest, where the first of them stood."""
    kept: dict[str, Item] = {}
    for item in items:
        other = kept.get(item.id)
        if other is None or _age(item) > _age(other):
            kept[item.id] = item
    return list(kept.values())


def _age(item: Item) -> datetime:
    return item.updated or item.published or _LONG_AGO
