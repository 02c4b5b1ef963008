"""Turn drafts into posts: rendered once, given their place in the network, and told to the ledger."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction

from potluck.events.models import Event
from potluck.events.models import Kind as Happening
from potluck.events.record import record_all
from potluck.lib import html, markdown
from potluck.lib.ids import new_id
from potluck.lib.sql import insert
from potluck.lib.url_key import bounded_uri, link_key
from potluck.people.models import Follow, Person
from potluck.posts.draft import Draft
from potluck.posts.models import LONGEST_URI, Attachment, Audience, Kind, Post, Reader
from potluck.posts.set_metadata import mean_all
from potluck.posts.tags import normal_all, resolve

_ONLY_A_LINK = re.compile(r"https?://\S+\Z")
# Tags at the end do not make a question less of one.
_LAST_TAGS = re.compile(r"(?:\s+#[\w-]+)+\s*\Z")
_HEADLINE = re.compile(r"\s*# +(\S.*?)[ #]*(?:\n|\Z)")
EXCERPT = 400


@transaction.atomic(savepoint=False)
def share_all(drafts: Sequence[Draft]) -> list[Post]:
    """Write a batch of posts with their readers, files and events, and one job for all of it."""
    drafts = [_with_title(draft) for draft in drafts]
    tags = resolve([normal_all([*draft.tags, *_said_tags(draft)]) for draft in drafts])
    people = _mentioned(drafts)
    posts = [_post(draft, words, people) for draft, words in zip(drafts, tags, strict=True)]
    _join_things(posts)
    insert(posts)
    mean_all(drafts, posts)
    _attach(drafts, posts)
    record_all([event for draft, post in zip(drafts, posts, strict=True) if (event := _event(draft, post))])
    return posts


def share(draft: Draft) -> Post:
    """Write one post."""
    return share_all([draft])[0]


def infer_kind(draft: Draft) -> str:
    """What a draft most likely is, where its author did not say."""
    if draft.kind:
        return draft.kind
    if draft.reply_to:
        asked = draft.reply_to.kind == Kind.QUESTION and draft.reply_to.author_id != draft.author.id
        return Kind.ANSWER if asked else Kind.NOTE
    text = draft.text.strip()
    if draft.link or _ONLY_A_LINK.match(text):
        return Kind.LINK
    if not (draft.source or draft.via) and any(map(_asks, [draft.title or text, text.partition("\n")[0]])):
        return Kind.QUESTION
    if draft.attachments and not text and not draft.title:
        return Kind.FILE
    return Kind.ARTICLE if draft.title else Kind.NOTE


def _asks(words: str) -> bool:
    """Whether this ends as a question does. One often asks in the first line and explains below it."""
    return _LAST_TAGS.sub("", words).rstrip(" \r)*_").endswith(("?", "？", "؟"))


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is derived from what an author wrote."""

    html: str
    plain: str
    highlights: list[str]


def render(text: str, cleaned: str | None = None) -> Rendered:
    """Render Markdown, or take HTML that was cleaned already with its plain text."""
    if cleaned is not None:
        return Rendered(cleaned, text, [])
    shown = markdown.render(text)
    return Rendered(shown, html.text_of(shown), markdown.highlights_in(text))


def titled(title: str, text: str) -> tuple[str, str]:
    """Title and text, where the text begins with a headline of its own."""
    begun = None if title.strip() else _HEADLINE.match(text)
    return (begun[1], text[begun.end() :]) if begun else (title, text)


def _with_title(draft: Draft) -> Draft:
    if draft.html is not None or draft.reply_to:
        return draft
    title, text = titled(draft.title, draft.text)
    return replace(draft, title=title, text=text)


def _said_tags(draft: Draft) -> list[str]:
    return markdown.tags_in(draft.text) if draft.html is None and "#" in draft.text else []


def _mentioned(drafts: Sequence[Draft]) -> dict[str, int]:
    handles = {h for d in drafts if d.html is None and "@" in d.text for h in markdown.handles_in(d.text)}
    if not handles:
        return {}
    return dict(Person.objects.filter(handle__in=handles, account__isnull=False).values_list("handle", "id"))


def _post(draft: Draft, tags: list[str], people: dict[str, int]) -> Post:
    now = datetime.now(UTC)
    published = min(draft.published_at or now, now)
    key = new_id(published)
    text = draft.text.strip().replace("\x00", "")
    link = draft.link or (text if _ONLY_A_LINK.match(text) and not draft.reply_to else "")
    shown = render(text, draft.html)
    post = Post(
        id=key,
        uri=bounded_uri(draft.uri, LONGEST_URI) or f"{settings.ORIGIN}/posts/{key}",
        url=draft.url,
        link=link,
        link_key=link_key(link or draft.url),
        thing=draft.via.thing if draft.via else key,
        kind=infer_kind(draft),
        author=draft.author,
        byline=draft.byline[:200],
        source=draft.source,
        whence=draft.whence,
        title=draft.title.strip().replace("\x00", "")[:500],
        text=text,
        html=shown.html,
        excerpt=html.excerpt(shown.plain, EXCERPT),
        highlights=shown.highlights,
        tags=tags,
        language=draft.language,
        reply_to=draft.reply_to,
        thread=draft.reply_to.thread if draft.reply_to else key,
        via=draft.via,
        published_at=published,
        arrived_at=now,
    )
    if people:
        post.mentions = [people[h] for h in markdown.handles_in(draft.text) if h in people]
    _set_audience(post, draft)
    return post


def _set_audience(post: Post, draft: Draft) -> None:
    """Narrow the post as its author said; a reply is for whomever what it answers is for, or for its author alone."""
    whose: Draft | Post = draft.reply_to or draft
    post.audience = whose.audience
    post.circle = whose.circle
    if draft.for_one:
        post.audience, post.circle = Audience.NAMED, None
    elif isinstance(whose, Post) and whose.audience == Audience.CIRCLE and whose.circle is None:
        post.audience = Audience.NAMED


def _join_things(posts: Sequence[Post]) -> None:
    """Give a post about something known the `thing` of the first one about it.

    Two items of one source are two things, though they bear one address, as the notes on one long page do.
    """
    keys = {post.link_key for post in posts if post.link_key and not post.via_id}
    if not keys:
        return
    # Only what everybody may see lends its name: else a private bookmark would show in what is grouped.
    known = Post.objects.public().filter(link_key__in=keys)
    rows = known.order_by("link_key", "source", "arrived_at").distinct("link_key", "source")
    things: dict[str, list[tuple[int, int | None]]] = {}
    for key, thing, source, _at in sorted(
        rows.values_list("link_key", "thing", "source_id", "arrived_at"), key=lambda row: row[3]
    ):
        things.setdefault(key, []).append((thing, source))
    for post in posts:
        if post.link_key and not post.via_id and post.audience == Audience.PUBLIC:
            there = things.setdefault(post.link_key, [])
            if there and (post.source_id is None or post.source_id not in (row[1] for row in there)):
                post.thing = there[0][0]
            there.append((post.thing, post.source_id))


def _attach(drafts: Sequence[Draft], posts: Sequence[Post]) -> None:
    readers = []
    for draft, post in zip(drafts, posts, strict=True):
        if draft.attachments:
            waiting = Attachment.objects.filter(id__in=draft.attachments, person=draft.author, post=None)
            waiting.update(post=post)
        if post.audience == Audience.NAMED:
            readers += [Reader(post=post, person_id=key) for key in sorted(_readers(draft, post))]
        if draft.reply_to and draft.author.is_member:
            Follow.objects.get_or_create(
                by=draft.author, thread=post.thread, who=None, tag="", source=None, query=""
            )
    if readers:
        Reader.objects.bulk_create(readers, ignore_conflicts=True)


def _readers(draft: Draft, post: Post) -> set[int]:
    parent = draft.reply_to
    if parent is None:
        return {person.id for person in draft.readers}
    if draft.for_one:
        return {parent.author_id}
    meant = set(Reader.objects.filter(post=parent).values_list("person_id", flat=True))
    return meant | {parent.author_id}


def _event(draft: Draft, post: Post) -> Event | None:
    if draft.before and not draft.fresh:
        return None
    kind = Happening.SHARED
    if draft.before:
        kind = Happening.BEFORE
    elif draft.reply_to:
        kind = Happening.REPLIED
    elif draft.via:
        kind = Happening.PASSED_ON
    return Event(kind=kind, by=post.author_id, about=post.id, whence=draft.whence)
