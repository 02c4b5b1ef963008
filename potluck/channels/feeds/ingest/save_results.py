"""Write down what a batch of looks found: when to look again, what to send back, and each source's health."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from potluck.channels.feeds.ingest.items import Taken
from potluck.channels.feeds.models import Subscription
from potluck.channels.feeds.reading.types import Feed
from potluck.lib.http import Answer
from potluck.lib.sql import ask
from potluck.people.models import Source


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one feed. `rest` is in seconds; `note` says what is wrong, empty when nothing is. `moved` is where
    the feed really is."""

    subscription: Subscription
    at: datetime
    rest: int
    answer: Answer | None = None
    feed: Feed | None = None
    digest: bytes = b""
    url: str = ""
    note: str = ""
    errors: int = 0
    gone: bool = False
    moved: str = ""


# Claimed feeds are not due; one that is was named again while it was read, and is read whole once more.
_SETTLE = """
UPDATE feeds_subscription s
SET looked_at = %(now)s, interval = v.rest, errors = v.errors, next_look_at = CASE WHEN s.next_look_at <= now()
        THEN s.next_look_at ELSE %(now)s + make_interval(secs => v.rest) END,
    etag = CASE WHEN s.next_look_at <= now() THEN '' ELSE COALESCE(v.etag, s.etag) END,
    modified = CASE WHEN s.next_look_at <= now() THEN '' ELSE COALESCE(v.modified, s.modified) END,
    digest = CASE WHEN s.next_look_at <= now() THEN ''::bytea ELSE COALESCE(v.digest, s.digest) END
FROM unnest(%(ids)s::bigint[], %(rests)s::int[], %(errors)s::int[], %(etags)s::text[], %(modifieds)s::text[],
            %(digests)s::bytea[]) v(id, rest, errors, etag, modified, digest)
WHERE s.id = v.id
"""
# Only what changed is written, so that a quiet source costs one small row.
_HEALTH = """
UPDATE people_source o
SET looked_at = %(now)s, next_look_at = %(now)s + make_interval(secs => v.rest), note = v.note,
    failing_since = CASE WHEN v.note = '' THEN NULL ELSE COALESCE(o.failing_since, %(now)s) END
FROM unnest(%(urls)s::text[], %(rests)s::int[], %(notes)s::text[]) v(url, rest, note)
WHERE o.url = v.url AND o.paused_at IS NULL AND o.retired_at IS NULL
"""


def settle(looks: Sequence[Look], taken: Taken) -> None:
    """Write a batch of looks, in the caller's transaction."""
    if not looks:
        return
    values: dict[str, Any] = {
        "now": looks[0].at,
        "ids": [look.subscription.id for look in looks],
        "urls": [look.subscription.url for look in looks],
        "rests": [look.rest for look in looks],
        "errors": [look.errors for look in looks],
        "notes": [_said(look) for look in looks],
        "etags": [_mark(look, "etag") for look in looks],
        "modifieds": [_mark(look, "last_modified") for look in looks],
        "digests": [look.digest or None for look in looks],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, values)
        cursor.execute(_HEALTH, values)
    _name(looks)
    for look in looks:
        moved = look.moved or (look.answer.permanent_url if look.answer is not None else "")
        if moved:
            _move(look.subscription, moved)
        if look.gone:
            Source.objects.filter(url=look.subscription.url).update(retired_at=look.at)
    for source, at in taken.newest.items():
        Source.objects.filter(pk=source).update(last_item_at=at)


def _said(look: Look) -> str:
    if look.gone:
        return _("It says it is gone for good. What came from it stays.")
    return look.note


def _mark(look: Look, name: str) -> str | None:
    """A validator to send back next time: the one just given; an unchanged answer keeps the one we had."""
    if look.answer is None or look.answer.unchanged:
        return None
    return str(getattr(look.answer, name) or "")[: 500 if name == "etag" else 100]


_NAMES = """
SELECT o.id, o.url, o.title, o.home_url, o.last_item_at, a.id,
       a.account_id IS NULL AND a.name = '', a.url
FROM people_source o JOIN people_person a ON a.id = o.person_id WHERE o.url = ANY(%(urls)s)
"""
_NAME_SOURCES = """
UPDATE people_source o SET title = v.title, home_url = v.home, last_item_at = v.newest
FROM unnest(%(ids)s::bigint[], %(titles)s::text[], %(homes)s::text[], %(newest)s::timestamptz[])
     v(id, title, home, newest) WHERE o.id = v.id
"""
_NAME_PEOPLE = """
UPDATE people_person a SET name = v.name, url = v.url
FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(urls)s::text[]) v(id, name, url) WHERE a.id = v.id
"""


def _name(looks: Sequence[Look]) -> None:
    """Give sources, and people outside known only by them, the names their feeds have."""
    feeds = {look.subscription.url: (look.feed, look.at) for look in looks if look.feed is not None}
    sources: dict[int, tuple[str, str, datetime | None]] = {}
    people: dict[int, tuple[str, str]] = {}
    for key, url, title, home, last, person, nameless, page in ask(_NAMES, {"urls": list(feeds)}):
        feed, at = feeds[url]
        dates = [item.published for item in feed.items if item.published and item.published <= at]
        now = (title or feed.title[:300], home or feed.home_url[:2000], max(dates, default=last))
        if now != (title, home, last):
            sources[key] = now
        name = (feed.author or feed.title)[:200]
        if nameless and name:
            people[person] = (name, feed.home_url[:2000] or page)
    with connection.cursor() as cursor:
        if sources:
            titles, homes, newest = zip(*sources.values(), strict=True)
            values = {"ids": list(sources), "titles": titles, "homes": homes, "newest": newest}
            cursor.execute(_NAME_SOURCES, {name: list(of) for name, of in values.items()})
        if people:
            names, urls = zip(*people.values(), strict=True)
            cursor.execute(_NAME_PEOPLE, {"ids": list(people), "names": list(names), "urls": list(urls)})


def _move(subscription: Subscription, url: str) -> None:
    """Remember a permanent move. Where that address is read already, the two become one."""
    old = subscription.url
    if url == old or len(url) > 2000:
        return
    taken = Source.objects.filter(url=url).values("person")
    Source.objects.filter(url=old).exclude(person__in=taken).update(url=url)
    note = _("It moved to an address that is named already. What came from it stays.")
    Source.objects.filter(url=old, retired_at=None).update(retired_at=Now(), note=note)
    if Subscription.objects.filter(url=url).exists():
        Subscription.objects.filter(pk=subscription.pk).delete()
    else:
        Subscription.objects.filter(pk=subscription.pk).update(url=url)
