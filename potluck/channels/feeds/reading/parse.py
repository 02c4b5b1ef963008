"""Any feed, of any age and however broken, in one shape: RSS, RDF, Atom and JSON Feed."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from potluck.channels.feeds.reading import feed_parser, json_feed, xml_repair
from potluck.channels.feeds.reading.types import Enclosure, Feed, Item, like
from potluck.lib.errors import Malformed
from potluck.lib.url_key import link_key

__all__ = ["Enclosure", "Feed", "Item", "parse"]

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def parse(body: bytes, *, url: str, content_type: str = "") -> Feed:
    """The feed in `body`, which came from `url` (links are resolved against it).

    Raises Malformed, and nothing else, with a sentence that says why there is no feed. Reads at most 16 MB.
    """
    body = xml_repair.utf8(xml_repair.unpacked(body), content_type).strip()
    if not body:
        raise Malformed(_("This feed is empty: nothing was sent."))
    is_json = body[:1] in (b"{", b"[")
    feed = json_feed.read(body, url=url) if is_json else feed_parser.read(xml_repair.xml(body), url=url)
    return replace(feed, items=tuple(_once_each(_identified(feed.items))))


def _identified(items: Sequence[Item]) -> Sequence[Item]:
    """Items with an id that stays the same from poll to poll: their own, else their link, else what they say.

    Some programs give every item the same id or link, so each is used only where it tells things apart.
    """
    ids = _ambiguous(items, lambda item: item.id)
    if not any(item.id in ids for item in items):
        return items
    urls, titles = _ambiguous(items, lambda item: item.url), _ambiguous(items, _title_date_and_file)
    return [
        replace(item, id=_other_identity(item, urls, titles)) if item.id in ids else item for item in items
    ]


def _other_identity(item: Item, urls: set[str], titles: set[str]) -> str:
    if item.url not in urls:
        return item.url
    said = _title_date_and_file(item)
    if said in titles:
        said = "\n".join([said + (item.html or item.text), *_files(item)])
    return "sha256:" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def _title_date_and_file(item: Item) -> str:
    """An episode is known by its file as well, whose address may carry a key that changes after the "?"."""
    when = item.published.isoformat() if item.published else ""
    files = [file.partition("?")[0] for file in _files(item)]
    return "\n".join([item.title or item.html or item.text, when, *files])


def _files(item: Item) -> list[str]:
    return [file.url for file in item.enclosures]


def _ambiguous(items: Sequence[Item], key: Callable[[Item], str]) -> set[str]:
    """The keys that stand for different things, the missing one always.

    Two items under one key are taken for two versions of a thing, which feeds do list, unless nothing in them is
    alike; but where three share one, the feed has shown that its keys mean little, and two are two.
    """
    alike = defaultdict[str, list[Item]](list)
    for item in items:
        alike[key(item)].append(item)
    several = {name: group for name, group in alike.items() if len(group) > 1}
    uses = {
        name: len({(one.title, one.html or one.text, one.published, *_files(one)) for one in group})
        for name, group in several.items()
    }
    allowed = 1 if any(count > 2 for count in uses.values()) else 2
    return {
        name
        for name, group in several.items()
        if uses[name] > allowed or (uses[name] == 2 and _are_other_things(group))
    } | {""}


def _are_other_things(group: Sequence[Item]) -> bool:
    """Whether the first two that differ have nothing in common: title, address, words or attached file.

    An edited item keeps one of them. What neither has says nothing; a file alone tells episodes apart.
    """
    first = group[0]
    other = next((one for one in group if _told(one) != _told(first)), first)
    if _files(first) and _files(other) and not set(_files(first)) & set(_files(other)):
        return not first.url or first.url != other.url
    if (first.url or other.url) and link_key(first.url) == link_key(other.url):
        return False
    if first.title and first.title.casefold() == other.title.casefold():
        return False
    if not (_said(first) or _said(other)):
        return bool(first.url and other.url)
    return not like(_said(first), _said(other))


def _told(item: Item) -> tuple[str, str, str]:
    return item.title, item.url, _said(item)


def _said(item: Item) -> str:
    return item.html or item.text or item.summary


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
