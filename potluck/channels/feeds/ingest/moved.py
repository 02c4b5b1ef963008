"""Known things under a new name: an item whose id and address changed at once, and an id used for another thing.

A blog that moves to another program gives every entry a new id and a new address. Such an entry is the old post where
it was said at the same moment, is alike, and the old one is listed no more; so replies stay with what they answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from potluck.channels.feeds.models import Item
from potluck.channels.feeds.reading.types import like
from potluck.lib.ids import first_id
from potluck.lib.sql import ask
from potluck.lib.url_key import link_key
from potluck.posts.draft import Draft
from potluck.posts.models import Post

Key = tuple[int, bytes]

_SAID_THEN = """
SELECT p.id, p.source_id, p.published_at, p.title, p.html, p.url
FROM unnest(%(sources)s::bigint[], %(since)s::bigint[], %(until)s::bigint[]) w(source, since, until)
JOIN posts_post p ON p.source_id = w.source AND p.id >= w.since AND p.id < w.until
WHERE NOT EXISTS (SELECT FROM feeds_item i
                  WHERE i.post_id = p.id AND i.source_id = p.source_id AND i.identity = ANY(%(listed)s::bytea[]))
"""
# What bears no date is looked for among everything of its source, and must say exactly the same.
_SAID_EVER = """
SELECT p.id, p.source_id, NULL::timestamptz, p.title, p.html, p.url
FROM unnest(%(sources)s::bigint[], %(titles)s::text[]) w(source, title)
JOIN posts_post p ON p.source_id = w.source AND p.title = w.title
WHERE NOT EXISTS (SELECT FROM feeds_item i
                  WHERE i.post_id = p.id AND i.source_id = p.source_id AND i.identity = ANY(%(listed)s::bytea[]))
"""


@dataclass(frozen=True, slots=True)
class _Old:
    """A post of a source that none of its listed items is."""

    id: int
    source: int
    at: datetime | None
    title: str
    html: str
    url: str


def moved(fresh: Sequence[tuple[Key, Draft]], listed: Iterable[Key]) -> dict[Key, int]:
    """Which of these items new to their source are posts it listed before, by the post's id; each post once."""
    if not fresh:
        return {}
    identities = [identity for _source, identity in listed]
    there = _said_then(fresh, identities) + _said_ever(fresh, identities)
    found: dict[Key, int] = {}
    for exactly in (True, False):
        for key, draft in fresh:
            if key in found:
                continue
            same = (one for one in there if one.source == key[0] and _is(one, draft, exactly=exactly))
            if (post := next((one.id for one in same if one.id not in found.values()), None)) is not None:
                found[key] = post
    return found


def _said_then(fresh: Sequence[tuple[Key, Draft]], listed: Sequence[bytes]) -> list[_Old]:
    # The id of what happened at a whole second lies anywhere within it.
    dated = [(key[0], draft.published_at) for key, draft in fresh if draft.published_at]
    values = {
        "sources": [source for source, _at in dated],
        "since": [first_id(at) for _source, at in dated],
        "until": [first_id(at + timedelta(seconds=1)) for _source, at in dated],
        "listed": listed,
    }
    return [_Old(*row) for row in ask(_SAID_THEN, values)] if dated else []


def _said_ever(fresh: Sequence[tuple[Key, Draft]], listed: Sequence[bytes]) -> list[_Old]:
    undated = [(key[0], draft.title) for key, draft in fresh if not draft.published_at and draft.title]
    values = {
        "sources": [source for source, _title in undated],
        "titles": [title for _source, title in undated],
        "listed": listed,
    }
    return [_Old(*row) for row in ask(_SAID_EVER, values)] if undated else []


def _is(old: _Old, draft: Draft, *, exactly: bool) -> bool:
    """Whether a draft is an old post. Without an address an attached file may be all that tells things apart."""
    if old.at != draft.published_at:
        return False
    same_words = bool(old.html) and old.html == draft.html
    if exactly or old.at is None:
        return same_words and (old.title == draft.title or old.at is not None)
    if not (draft.url and old.url):
        return False
    if link_key(old.url) == link_key(draft.url):
        return True
    return bool(draft.title) and old.title == draft.title and like(old.html, draft.html or "")


def used_again(row: Item, draft: Draft, post: Post | None) -> bool:
    """Whether an id that is known stands for another thing now: another moment, address and title, and other words."""
    if post is None or not (draft.url and post.url and draft.published_at and draft.title and post.title):
        return False
    return (
        post.source_id == row.source_id
        and draft.published_at != post.published_at
        and draft.title.casefold() != post.title.casefold()
        and link_key(draft.url) != link_key(post.url)
        and not like(post.html, draft.html or "")
    )
