"""Take in what feeds brought: new items become posts through the door, changed ones are edited, the rest is known."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urlsplit

from django.db import connection

from potluck import door
from potluck.channels.feeds.ingest.moved import moved, used_again
from potluck.channels.feeds.models import Item
from potluck.channels.feeds.reading.types import Feed
from potluck.channels.feeds.reading.types import Item as Read
from potluck.lib import html
from potluck.lib.sql import ask, columns, made
from potluck.lib.url_key import link_key
from potluck.people.models import Source
from potluck.posts.draft import Draft
from potluck.posts.edit import Change
from potluck.posts.list_rows import host
from potluck.posts.models import Kind, Post
from potluck.posts.tags import normal_all

# How many of what was there before a source was named still come to those who follow it.
LATEST = 5
# Places where an item is a pointer to something else, and that something is what is shared.
BOOKMARKS = ("pinboard.in", "del.icio.us", "diigo.com", "raindrop.io", "linkding", "shaarli")
LONGEST_URI = 1900

Key = tuple[int, bytes]
_Changed = tuple[Item, Draft, bytes]


@dataclass(frozen=True, slots=True)
class Reading:
    """One feed as it was read now, for one source."""

    source: Source
    feed: Feed
    url: str


@dataclass(slots=True)
class Taken:
    """What came of a batch: how many posts are new, edited, or were known from elsewhere."""

    new: int = 0
    edited: int = 0
    known: int = 0
    newest: dict[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """An item not let in before from this source. `page` is its normal address where that is its alone, else empty."""

    key: Key
    content: bytes
    draft: Draft
    page: str


def take(readings: Sequence[Reading]) -> Taken:
    """Take in a batch, in the caller's transaction."""
    # The first in a feed is mostly the newest: last here, it has the largest id where there are no dates.
    seen = {(r.source.id, digest_of(item.id)): (r, item) for r in readings for item in reversed(r.feed.items)}
    known = _known(seen)
    pages = Counter((key[0], link_key(item.url)) for key, (_reading, item) in seen.items())
    first = {r.source.id for r in readings} - _with_items(readings)
    taken = Taken()
    fresh: list[_Fresh] = []
    changed: list[tuple[Item, Draft, bytes]] = []
    recent = _recent(readings, first)
    for key, (reading, item) in seen.items():
        content = _content(item)
        row = known.get(key)
        # Left out by the tags once chosen, and wanted by those chosen now.
        late = row is not None and row.post_id is None and _chosen(reading.source, item.tags)
        if row is not None and bytes(row.content) == content and not late:
            continue
        draft = _draft(reading, item, key, first, recent)
        if row is None or late:
            page = "" if draft.link or pages[key[0], link_key(draft.url)] > 1 else link_key(draft.url)
            fresh.append(_Fresh(key, content, replace(draft, before=True) if late else draft, page))
        else:
            changed.append((row, draft, content))
    changed, again = _parted(changed)
    fresh += again
    _let_in(fresh, taken, first, seen)
    _amend(changed, taken)
    return taken


def _parted(changed: Sequence[_Changed]) -> tuple[list[_Changed], list[_Fresh]]:
    """The items that were edited, and those whose id stands for another thing now: they get an id of their own."""
    posts = Post.objects.in_bulk([row.post_id for row, _, _ in changed if row.post_id])
    edited, other = [], {}
    for row, draft, content in changed:
        if used_again(row, draft, posts.get(row.post_id or 0)):
            identity = digest_of(f"{draft.uri}\n{link_key(draft.url)}")
            uri = f"urn:potluck:item:{row.source_id}:{identity.hex()}"
            other[row.source_id, identity] = _Fresh(
                (row.source_id, identity), content, replace(draft, uri=uri), link_key(draft.url)
            )
        else:
            edited.append((row, draft, content))
    known = _known(other)
    edited += [
        (row, other[key].draft, other[key].content)
        for key, row in known.items()
        if bytes(row.content) != other[key].content
    ]
    return edited, [one for key, one in other.items() if key not in known]


def newest(feed: Feed, most: int) -> Feed:
    """The feed with so many of its newest items at most, in its own order."""
    if len(feed.items) <= most:
        return feed
    kept = {id(item) for item in sorted(feed.items, key=_when, reverse=True)[:most]}
    return replace(feed, items=tuple(item for item in feed.items if id(item) in kept))


_KNOWN = f"""
SELECT {columns(Item, "i")} FROM feeds_item i WHERE i.source_id = ANY(%s::bigint[]) AND i.identity = ANY(%s::bytea[])
"""


def _known(seen: Iterable[Key]) -> dict[Key, Item]:
    keys = list(seen)
    found = ask(_KNOWN, [list({key[0] for key in keys}), [key[1] for key in keys]])
    rows = [made(Item, row)[0] for row in found]
    return {(row.source_id, bytes(row.identity)): row for row in rows}


def _with_items(readings: Sequence[Reading]) -> set[int]:
    rows = Item.objects.filter(source__in=[r.source.id for r in readings])
    return set(rows.values_list("source_id", flat=True).distinct())


def _recent(readings: Sequence[Reading], first: set[int]) -> set[Key]:
    """The few newest items of each source read for the first time."""
    return {
        (r.source.id, digest_of(item.id))
        for r in readings
        if r.source.id in first
        for item in sorted(r.feed.items, key=_when, reverse=True)[:LATEST]
    }


def _when(item: Read) -> datetime:
    return item.published or item.updated or datetime(1970, 1, 1, tzinfo=UTC)


def _draft(reading: Reading, item: Read, key: Key, first: set[int], recent: set[Key]) -> Draft:
    source = reading.source
    at = item.published or item.updated
    earliest = source.added_at if source.id in first else source.added_at - timedelta(days=1)
    before = at < earliest if at else source.id in first
    safe = _safe_html(item, reading.url)
    # What says nothing itself points at something that does.
    pointer = item.url and (any(name in source.url for name in BOOKMARKS) or not (item.title or safe))
    return Draft(
        author=source.person,
        text=html.text_of(safe),
        html=safe,
        title=item.title,
        kind=Kind.LINK if pointer else "",
        uri=_uri(item, source),
        url="" if pointer else item.url[:2000],
        link=item.url[:2000] if pointer else "",
        byline=item.author,
        tags=item.tags,
        language=(item.language or reading.feed.language)[:12],
        published_at=at,
        source=source,
        whence="feeds",
        before=before,
        fresh=before and key in recent,
    )


def _safe_html(item: Read, url: str) -> str:
    said = item.html or "".join(
        f"<p>{escape(part)}</p>" for part in (item.text or item.summary).split("\n\n") if part
    )
    files = [e for e in item.enclosures if e.url and e.url not in said]
    for file in files[:10]:
        name = escape(file.title or urlsplit(file.url).path.rsplit("/", 1)[-1] or file.url)
        picture = file.type.startswith("image/")
        address = escape(file.url)
        said += (
            f'<p><img src="{address}" alt="{name}"></p>'
            if picture
            else f'<p><a href="{address}">{name}</a></p>'
        )
    return html.clean(said, base_url=item.base or item.url or url)


def _uri(item: Read, source: Source) -> str:
    """The item's name in the world: its own id where that is a name anybody may know, else one made here."""
    if item.id.startswith(("http://", "https://", "tag:", "urn:")) and len(item.id) <= LONGEST_URI:
        return item.id
    return f"urn:potluck:item:{source.id}:{digest_of(item.id).hex()}"


def _let_in(fresh: Sequence[_Fresh], taken: Taken, first: set[int], listed: Iterable[Key]) -> None:
    """`first` are sources read for the first time, `listed` is all that is in the feeds now."""
    wanted = [one for one in fresh if _wanted(one.draft)]
    elsewhere = _elsewhere(wanted)
    elsewhere |= _follow(
        [one for one in wanted if one.key not in elsewhere and one.key[0] not in first], listed, taken
    )
    drafts: dict[str, _Fresh] = {}
    for one in wanted:
        if one.key not in elsewhere:
            drafts.setdefault(one.page or one.draft.uri, one)
    # Two items of one feed may bear one name; the name is the post's.
    named: dict[str, _Fresh] = {}
    for one in drafts.values():
        named.setdefault(one.draft.uri, one)
    posts = (
        {post.uri: post for post in door.admit_all([one.draft for one in named.values()])} if named else {}
    )
    by_page = {one.page: posts[one.draft.uri] for one in named.values() if one.page}
    rows = []
    for one in fresh:
        post = posts.get(one.draft.uri) or by_page.get(one.page)
        post_id = post.id if post else elsewhere.get(one.key)
        rows.append(Item(source_id=one.key[0], identity=one.key[1], content=one.content, post_id=post_id))
        if post and not one.draft.before:
            taken.newest[one.key[0]] = max(taken.newest.get(one.key[0], post.published_at), post.published_at)
    _remember(rows)
    taken.new += len(posts)
    taken.known += len(fresh) - len(posts)


_REMEMBER = """
INSERT INTO feeds_item (source_id, identity, content, post_id, first_at)
SELECT source, identity, content, post, now()
FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::bigint[]) item(source, identity, content, post)
ON CONFLICT (source_id, identity) DO UPDATE SET content = EXCLUDED.content, post_id = EXCLUDED.post_id
"""


def _remember(rows: Sequence[Item]) -> None:
    columns = (
        [getattr(row, name) for row in rows] for name in ("source_id", "identity", "content", "post_id")
    )
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, list(columns))


def _wanted(draft: Draft) -> bool:
    """Whether it carries a chosen tag, where the member chose some; and says anything at all."""
    assert draft.source is not None  # noqa: S101 -- every draft here has one
    return bool(draft.text.strip() or draft.title.strip() or draft.html or draft.link) and _chosen(
        draft.source, draft.tags
    )


def _chosen(source: Source, tags: Iterable[str]) -> bool:
    return not source.only_tags or not set(source.only_tags).isdisjoint(normal_all(tags))


_NAMED = "SELECT uri, id FROM posts_post WHERE uri = ANY(%s)"
_SAME_PAGE = """
SELECT link_key, id, source_id, title, excerpt FROM posts_post
WHERE link_key = ANY(%s) AND link_key <> '' AND link = '' AND reply_to_id IS NULL AND url <> '' ORDER BY id
"""


def _elsewhere(fresh: Sequence[_Fresh]) -> dict[Key, int]:
    """Posts that are these things already, by name or by page: come by another feed, or written here."""
    named = dict(ask(_NAMED, [[one.draft.uri for one in fresh]]))
    pages = {one.page for one in fresh if one.page}
    there: dict[str, list[_There]] = {}
    for page, post, source, title, excerpt in ask(_SAME_PAGE, [list(pages)]):
        there.setdefault(page, []).append(_There(post, source, title, excerpt))
    found: dict[Key, int] = {}
    for one in fresh:
        key = named.get(one.draft.uri) or _same_page(one, there.get(one.page, []))
        if key:
            found[one.key] = key
    _bring_home(fresh, found)
    return found


@dataclass(frozen=True, slots=True)
class _There:
    """A post with the page of a fresh item."""

    id: int
    source: int | None
    title: str
    excerpt: str


def _same_page(one: _Fresh, there: Sequence[_There]) -> int | None:
    """The post that is the same thing. A page that several posts of one source bear is the name of none of them."""
    for post in there:
        # Its feed gave it a new id; with other words it is the next note on one long page.
        alike = post.title == one.draft.title and (post.title or post.excerpt in (one.draft.text, ""))
        if alike and post.source == one.key[0]:
            return post.id
    borne = Counter(post.source for post in there)
    others = [post.id for post in there if post.source != one.key[0]]
    return others[0] if others and max(borne.values()) == 1 and one.key[0] not in borne else None


def _bring_home(fresh: Sequence[_Fresh], found: dict[Key, int]) -> None:
    """What came first by a collection elsewhere is given to the member on whose own site it lies.

    What came by that very site stays with whom it is known by, until the site is claimed: naming proves nothing.
    """
    mine = {found[one.key]: one for one in fresh if one.key in found and one.draft.author.is_member}
    theirs = Post.objects.filter(id__in=mine, author__account=None, source__isnull=False).select_related(
        "source"
    )
    for post in theirs:
        draft = mine[post.id].draft
        page = host(post.url)
        if draft.source and post.source and page == host(draft.source.url) != host(post.source.url):
            Post.objects.filter(pk=post.pk).update(author=draft.author, source=draft.source)
            door.find_again(Post.objects.filter(pk=post.pk))


def _follow(fresh: Sequence[_Fresh], listed: Iterable[Key], taken: Taken) -> dict[Key, int]:
    """Posts that bear another id and address in their feed now: they say what it says, and lead where it does."""
    found = moved([(one.key, one.draft) for one in fresh], listed)
    posts = {post.id: post for post in Post.objects.filter(id__in=found.values()).select_related("author")}
    for one in fresh:
        post = posts.get(found.get(one.key, 0))
        if post is not None and post.deleted_at is None:
            door.amend(post, _change(one.draft), by=post.author)
            taken.edited += 1
    return found


def _change(draft: Draft) -> Change:
    return Change(
        text=draft.text, title=draft.title, html=draft.html, tags=draft.tags, link=draft.link, url=draft.url
    )


def _amend(changed: Sequence[tuple[Item, Draft, bytes]], taken: Taken) -> None:
    ids = [row.post_id for row, _, _ in changed if row.post_id]
    posts = {post.id: post for post in Post.objects.filter(id__in=ids).select_related("author")}
    for row, draft, content in changed:
        post = posts.get(row.post_id or 0)
        # An item that was emptied says nothing better than before.
        says = draft.text.strip() or draft.title.strip() or draft.html
        if says and post is not None and post.deleted_at is None and post.source_id == row.source_id:
            door.amend(post, _change(draft), by=post.author)
            taken.edited += 1
        row.content = content
    Item.objects.bulk_update([row for row, _, _ in changed], ["content"])


def digest_of(text: str) -> bytes:
    """How an item is known: sixteen bytes that stand for its id."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def _content(item: Read) -> bytes:
    said = "\x1f".join((item.title, item.html, item.text, item.summary, item.url, *item.tags))
    return digest_of(said)
