"""Take in what feeds brought: new items become posts through the door, changed ones are edited, the rest is known."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urlsplit

from potluck import door
from potluck.channels.feeds.models import Item
from potluck.channels.feeds.shape import Feed
from potluck.channels.feeds.shape import Item as Read
from potluck.kit import html
from potluck.kit.links import link_key
from potluck.people.models import Source
from potluck.posts.draft import Draft
from potluck.posts.edit import Change
from potluck.posts.models import Kind, Post
from potluck.posts.tags import normal_all

# How many of what was there before a source was named still come to those who follow it.
LATEST = 5
# Places where an item is a pointer to something else, and that something is what is shared.
BOOKMARKS = ("pinboard.in", "del.icio.us", "diigo.com", "raindrop.io", "linkding", "shaarli")
LONGEST_URI = 1900

Key = tuple[int, bytes]


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
    """An item not seen before from this source."""

    key: Key
    content: bytes
    draft: Draft


def take(readings: Sequence[Reading]) -> Taken:
    """Take in a batch, in the caller's transaction."""
    seen = {(r.source.id, _digest(item.id)): (r, item) for r in readings for item in r.feed.items}
    known = _known(seen)
    first = {r.source.id for r in readings} - _with_items(readings)
    taken = Taken()
    fresh: list[_Fresh] = []
    changed: list[tuple[Item, Draft, bytes]] = []
    recent = _recent(readings, first)
    for key, (reading, item) in seen.items():
        content = _content(item)
        row = known.get(key)
        if row is not None and bytes(row.content) == content:
            continue
        draft = _draft(reading, item, key, first, recent)
        if row is None:
            fresh.append(_Fresh(key, content, draft))
        else:
            changed.append((row, draft, content))
    _let_in(fresh, taken)
    _amend(changed, taken)
    return taken


def _known(seen: Iterable[Key]) -> dict[Key, Item]:
    keys = list(seen)
    rows = Item.objects.filter(source__in={key[0] for key in keys}, identity__in={key[1] for key in keys})
    return {(row.source_id, bytes(row.identity)): row for row in rows}


def _with_items(readings: Sequence[Reading]) -> set[int]:
    rows = Item.objects.filter(source__in=[r.source.id for r in readings])
    return set(rows.values_list("source_id", flat=True).distinct())


def _recent(readings: Sequence[Reading], first: set[int]) -> set[Key]:
    """The few newest items of each source read for the first time."""
    return {
        (r.source.id, _digest(item.id))
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
    pointer = any(name in source.url for name in BOOKMARKS) and item.url
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
    return f"urn:potluck:item:{source.id}:{_digest(item.id).hex()}"


def _let_in(fresh: Sequence[_Fresh], taken: Taken) -> None:
    wanted = [one for one in fresh if _wanted(one.draft)]
    elsewhere = _elsewhere(wanted)
    drafts: dict[str, _Fresh] = {}
    for one in wanted:
        if one.draft.uri not in elsewhere and _page(one.draft) not in elsewhere:
            drafts.setdefault(_page(one.draft) or one.draft.uri, one)
    # Two items of one feed may bear one name; the name is the post's.
    named = {one.draft.uri: one for one in drafts.values()}
    posts = (
        {post.uri: post for post in door.admit_all([one.draft for one in named.values()])} if named else {}
    )
    by_page = {_page(one.draft): posts[one.draft.uri] for one in named.values() if _page(one.draft)}
    rows = []
    for one in fresh:
        post = posts.get(one.draft.uri) or by_page.get(_page(one.draft))
        post_id = post.id if post else elsewhere.get(one.draft.uri) or elsewhere.get(_page(one.draft))
        rows.append(Item(source_id=one.key[0], identity=one.key[1], content=one.content, post_id=post_id))
        if post and not one.draft.before:
            taken.newest[one.key[0]] = max(taken.newest.get(one.key[0], post.published_at), post.published_at)
    Item.objects.bulk_create(rows, ignore_conflicts=True)
    taken.new += len(posts)
    taken.known += len(fresh) - len(posts)


def _wanted(draft: Draft) -> bool:
    """Whether it carries a chosen tag, where the member chose some; and says anything at all."""
    if not (draft.text or draft.title or draft.link or draft.url):
        return False
    assert draft.source is not None  # noqa: S101 -- every draft here has one
    only = set(draft.source.only_tags)
    return not only or bool(only & set(normal_all(draft.tags)))


def _page(draft: Draft) -> str:
    return "" if draft.link else link_key(draft.url)


def _elsewhere(fresh: Sequence[_Fresh]) -> dict[str, int]:
    """Posts that are these things already, by name or by page: come by another feed, or written here."""
    uris = [one.draft.uri for one in fresh]
    pages = {page for one in fresh if (page := _page(one.draft))}
    found = dict(Post.objects.filter(uri__in=uris).values_list("uri", "id"))
    same = Post.objects.filter(link_key__in=pages, link="", reply_to=None).exclude(url="")
    found.update(same.order_by("-id").values_list("link_key", "id"))
    _bring_home(fresh, found)
    return found


def _bring_home(fresh: Sequence[_Fresh], found: dict[str, int]) -> None:
    """What came first by somebody else's collection is given to the member whose own source now brings it."""
    for one in fresh:
        key = found.get(one.draft.uri) or found.get(_page(one.draft))
        if key and one.draft.author.is_member:
            theirs = Post.objects.filter(pk=key, author__account=None, source__isnull=False)
            theirs.update(author=one.draft.author, source=one.draft.source)


def _amend(changed: Sequence[tuple[Item, Draft, bytes]], taken: Taken) -> None:
    ids = [row.post_id for row, _, _ in changed if row.post_id]
    posts = {post.id: post for post in Post.objects.filter(id__in=ids).select_related("author")}
    for row, draft, content in changed:
        post = posts.get(row.post_id or 0)
        if post is not None and post.deleted_at is None and post.source_id == row.source_id:
            change = Change(
                text=draft.text, title=draft.title, html=draft.html, tags=draft.tags, link=draft.link
            )
            door.amend(post, change, by=post.author)
            taken.edited += 1
        row.content = content
    Item.objects.bulk_update([row for row, _, _ in changed], ["content"])


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def _content(item: Read) -> bytes:
    said = "\x1f".join((item.title, item.html, item.text, item.summary, item.url, *item.tags))
    return _digest(said)
