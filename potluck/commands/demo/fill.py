"""Play the script of the example through the verbs that people use; then date what the verbs date as now."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from potluck import door, flow
from potluck.commands.demo import script
from potluck.commands.demo.gather import TAGS, Table, gather
from potluck.commands.demo.script import Act, Said
from potluck.deliver.models import Delivery
from potluck.events.models import Event
from potluck.lib import html, markdown
from potluck.people.models import Circle, Person
from potluck.posts.acknowledge import thank, use
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Kept, Post, Thanks, Use
from potluck.posts.saved import keep
from potluck.search.statistics import refresh_statistics

# What reached people longer ago than this, they have seen.
SEEN = timedelta(days=1.5)
# Home rows carry the moment of what brought them, and old ones have been looked at.
_DATE_HOME = """
UPDATE home_arrival h SET at = e.at, seen_at = CASE WHEN e.at < %(seen)s THEN e.at + interval '2 hours' END
FROM events_event e WHERE e.id = h.event
"""
_DATE_POSTS = "UPDATE posts_post SET arrived_at = published_at"


@transaction.atomic
def fill(folder: Path = script.HERE) -> None:
    """Fill an empty network from the scripts in a folder, all or nothing."""
    now = datetime.now(UTC)
    table = gather(script.people(folder), now, TAGS if folder == script.HERE else {})
    said = script.shares(folder)
    moments = _moments(said, now)
    posts = _share(table, said, moments)
    _do(table, said, posts, moments)
    _hear(now)
    refresh_statistics(anew=True)


def _moments(said: Sequence[Said], now: datetime) -> dict[int, datetime]:
    """When each was shared: at a waking hour, a reply after what it answers."""
    found: dict[int, datetime] = {}
    for one in said:
        at = _moment(one.ago, f"{one.who}{one.days}{one.text[:40]}", now)
        if one.answers is not None:
            at = max(at, found[id(one.answers)] + timedelta(minutes=17))
        found[id(one)] = min(at, now - timedelta(minutes=3))
    return found


def _moment(ago: float, key: str, now: datetime) -> datetime:
    at = now - timedelta(days=ago)
    if ago < 2:
        return at
    minutes = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % (15 * 60)
    return at.replace(hour=7, minute=0, second=11, microsecond=0) + timedelta(minutes=minutes)


def _share(table: Table, said: Sequence[Said], moments: dict[int, datetime]) -> dict[int, Post]:
    """Let everything in by the door, a wave for each depth of reply, oldest first."""
    posts: dict[int, Post] = {}
    for depth in range(max(one.depth for one in said) + 1):
        wave = sorted((one for one in said if one.depth == depth), key=lambda one: moments[id(one)])
        drafts = [_draft(table, one, posts, moments[id(one)]) for one in wave]
        admitted = door.admit_all(drafts)
        _date_events(admitted)
        posts |= {id(one): post for one, post in zip(wave, admitted, strict=True)}
    return posts


def _draft(table: Table, one: Said, posts: dict[int, Post], at: datetime) -> Draft:
    author = table.people[one.who]
    tags = tuple(one.facts.get("tags", "").split())
    language = one.facts.get("lang", "en")
    if one.facts.get("from") or not author.is_member:
        return _from_outside(table, one, author, at)
    audience, circle, readers = _audience(table, one, author)
    return Draft(
        author=author,
        text=one.text,
        title=one.title,
        link=one.facts.get("link", ""),
        tags=tags,
        language=language,
        reply_to=posts[id(one.answers)] if one.answers is not None else None,
        audience=audience,
        circle=circle,
        readers=readers,
        published_at=at,
    )


def _from_outside(table: Table, one: Said, author: Person, at: datetime) -> Draft:
    """What came in from somebody's own blog, as the feeds would bring it."""
    source = table.sources[one.who]
    shown = markdown.render(one.text)
    page = f"{source.home_url}{at:%Y/%m}/{hashlib.sha256(one.title.encode()).hexdigest()[:6]}"
    return Draft(
        author=author,
        text=html.text_of(shown),
        html=shown,
        title=one.title,
        uri=page,
        url=page,
        tags=tuple(one.facts.get("tags", "").split()),
        language=one.facts.get("lang", "en"),
        published_at=at,
        source=source,
        whence="feeds",
    )


def _audience(table: Table, one: Said, author: Person) -> tuple[Audience, Circle | None, tuple[Person, ...]]:
    to = one.facts.get("to", "")
    if to in ("", "members", "me"):
        return {"": Audience.PUBLIC, "members": Audience.MEMBERS, "me": Audience.ME}[to], None, ()
    if to.startswith("circle "):
        return Audience.CIRCLE, Circle.objects.get(owner=author, name=to.removeprefix("circle ")), ()
    return Audience.NAMED, None, tuple(table.people[handle] for handle in to.split())


def _do(table: Table, said: Sequence[Said], posts: dict[int, Post], moments: dict[int, datetime]) -> None:
    """Thanks, uses, things kept; then what was passed on, in one batch."""
    passed: list[Draft] = []
    for one, act, at in _acts(said, moments):
        post, by = posts[id(one)], table.people[act.who]
        if act.verb == "passes":
            passed.append(
                Draft(
                    author=by, text=act.words, via=post, published_at=at, language="en" if act.words else ""
                )
            )
        else:
            _acknowledge(post, by, act, at)
    _date_events(door.admit_all(sorted(passed, key=lambda draft: draft.published_at or at)))


def _acts(said: Sequence[Said], moments: dict[int, datetime]) -> Iterator[tuple[Said, Act, datetime]]:
    now = datetime.now(UTC) - timedelta(minutes=2)
    for one in said:
        for act in one.acts:
            yield one, act, min(now, moments[id(one)] + timedelta(days=act.days, minutes=len(act.who) * 13))


def _acknowledge(post: Post, by: Person, act: Act, at: datetime) -> None:
    if act.verb == "thanks":
        Thanks.objects.filter(pk=thank(post, by=by, note=act.words).pk).update(at=at)
    elif act.verb == "uses":
        Use.objects.filter(pk=use(post, by=by, story=act.words, where=act.where).pk).update(at=at)
    elif act.verb == "keeps":
        Kept.objects.filter(pk=keep(post, by=by).pk).update(at=at)
        return
    else:
        raise ValueError(f"Nobody knows how to {act.verb}.")
    Event.objects.filter(by=by.id, about=post.id, kind__in=("thanked", "used")).update(at=at)


def _date_events(posts: Sequence[Post]) -> None:
    dates = {post.id: post.published_at for post in posts}
    events = list(Event.objects.filter(about__in=dates, kind__in=("shared", "replied", "passed_on")))
    for event in events:
        event.at = dates[event.about or 0]
    Event.objects.bulk_update(events, ["at"])


def _hear(now: datetime) -> None:
    """Bring everything home as the worker would, in the order it happened, and date what came."""
    waiting = Event.objects.filter(handled_at=None).order_by("at", "id")
    flow.handle(list(waiting.values_list("id", flat=True)))
    # Nobody is written to about what was before the example began.
    Delivery.objects.filter(done_at=None).update(done_at=now)
    with connection.cursor() as cursor:
        cursor.execute(_DATE_POSTS)
        cursor.execute(_DATE_HOME, {"seen": now - SEEN})
