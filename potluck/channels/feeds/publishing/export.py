"""Everything a member gave, to take away whole: one archive, each thing in the format of its kind.

person.json      who one is here, topics, open seat, whom one met, settings
posts.json       every post, narrowed ones too, as a JSON Feed with the text as it was written
posts/*.md       each post as a Markdown file with its facts on top
history.json     what each post said before it was changed, and how it was meant
drafts.json      what was begun and not shared, and what waits for its moment
bookmarks.html   links shared and things kept, as browsers and bookmark services read them
following.opml   whom and what one follows; sources.opml, where one shares
questions.json   what one asks too, was asked and said, and one's wishes
gifts.json       thanks and uses, given and received, by name
circles.json     one's short lists
files/           attached files under their own names
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import timezone

from potluck.channels.feeds.publishing.subscriptions import following_of, sources_of
from potluck.lib.feedwriter import FeedOut, ItemOut, json_feed, opml
from potluck.people.directory import shown_to
from potluck.people.models import Circle, Meeting, Person, Seat
from potluck.posts.models import Attachment, Kept, Post, Revision, Thanks, Use
from potluck.questions.export import questions_of

Progress = Callable[[str], None]


def export(person: Person, to: BinaryIO | Path, told: Progress = lambda what: None) -> None:
    """Write the archive. `told` hears of each part as it begins."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, write in _PARTS.items():
            told(name)
            archive.writestr(name, write(person))
        told("posts")
        for post in _mine(person):
            archive.writestr(f"posts/{post.id}.md", _markdown(post))
        told("files")
        for file in Attachment.objects.filter(person=person, post__deleted_at=None).order_by("id"):
            place = Path(settings.MEDIA_ROOT) / file.path
            if place.is_file():
                archive.write(place, f"files/{file.id}-{file.name}")


def _mine(person: Person) -> Iterator[Post]:
    found = Post.objects.filter(author=person, deleted_at=None).select_related(
        "reply_to", "via", "source", "manner"
    )
    return found.order_by("id").iterator(chunk_size=500)


def _person(person: Person) -> bytes:
    said = {
        "name": person.name,
        "handle": person.handle,
        "uri": person.uri,
        "page": settings.ORIGIN + person.page,
        "mail": person.account.email if person.account else None,
        "about": person.about,
        "place": person.place,
        "languages": person.languages,
        "affiliations": person.affiliations,
        "topics": [
            {"tag": t.tag, "stage": t.stage, "note": t.note, "since": t.since} for t in person.topics.all()
        ],
        "open_seat": Seat.objects.filter(person=person).values("ways", "words").first(),
        "says_to_have_met": list(Meeting.objects.filter(by=person).values_list("who__handle", flat=True)),
        "daily": person.daily,
        "time_zone": person.time_zone,
        "exported_at": timezone.now(),
    }
    return _json(said)


def _posts(person: Person) -> bytes:
    items = tuple(_item(post) for post in _mine(person))
    page = settings.ORIGIN + person.page
    feed = FeedOut(
        id=person.uri,
        title=person.shown_name,
        home_url=page,
        self_url=f"{page}.json",
        updated=max((item.updated for item in items), default=timezone.now()),
        author_name=person.shown_name,
        items=items,
    )
    return json_feed(feed)


def _item(post: Post) -> ItemOut:
    page = settings.ORIGIN + post.page
    terms = getattr(getattr(post, "manner", None), "terms", None)
    return ItemOut(
        id=post.uri,
        url=page,
        title=post.title,
        html=post.html,
        summary=post.excerpt,
        published=post.published_at,
        updated=post.edited_at or post.published_at,
        author_name=post.author.shown_name,
        author_url=settings.ORIGIN + post.author.page,
        tags=tuple(post.tags),
        language=post.language,
        external_url=post.url or None,
        about_url=post.link or None,
        in_reply_to=post.reply_to.uri if post.reply_to else None,
        licence=terms.name if terms else "",
        licence_url=terms.url if terms else "",
    )


def _markdown(post: Post) -> str:
    facts: dict[str, Any] = {
        "title": post.title,
        "kind": post.kind,
        "uri": post.uri,
        "url": post.url,
        "link": post.link,
        "published": post.published_at.isoformat(),
        "changed": post.edited_at.isoformat() if post.edited_at else "",
        "tags": post.tags,
        "audience": post.get_audience_display(),
        "answers": post.reply_to.uri if post.reply_to else "",
        "passes_on": post.via.uri if post.via else "",
        "from": post.source.url if post.source else "",
    }
    facts |= _meant(post)
    # Each value as JSON, which YAML reads as its own.
    top = "\n".join(
        f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}"
        for name, value in facts.items()
        if value
    )
    return f"---\n{top}\n---\n\n{post.text}\n"


def _meant(post: Post) -> dict[str, Any]:
    """How it is meant, and what its author says now who was wrong."""
    manner = getattr(post, "manner", None)
    if manner is None:
        return {}
    return {
        "how_far": manner.how_far,
        "would_like": manner.wanted,
        "stands_until": manner.until,
        "licence": manner.terms and (manner.terms.url or manner.terms.name),
        "was_wrong_since": manner.wrong_at,
        "what_is_right": manner.wrong,
    }


def _history(person: Person) -> bytes:
    rows = Revision.objects.filter(post__author=person, post__deleted_at=None).order_by("post", "at")
    names = ("post__uri", "at", "title", "text", "tags", "manner")
    return _json([dict(zip(("post", *names[1:]), row, strict=True)) for row in rows.values_list(*names)])


def _drafts(person: Person) -> bytes:
    return _json(list(person.saved_drafts.order_by("at").values("about", "at", "due_at", "fields")))


def _bookmarks(person: Person) -> str:
    lines = [
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>",
        '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">',
        "<TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n<DL><p>",
    ]
    for post in _mine(person):
        if post.link:
            lines += _bookmark(
                post.link, post.title or post.link, post.tags, post.published_at, post.text, post.audience
            )
    still = Post.objects.visible_to(person)
    for kept in Kept.objects.filter(person=person, post__in=still).select_related("post").order_by("id"):
        there = kept.post.link or kept.post.url or settings.ORIGIN + kept.post.page
        lines += _bookmark(there, kept.post.title or kept.post.excerpt[:100], ["kept"], kept.at, "", 4)
    return "\n".join([*lines, "</DL><p>\n"])


def _bookmark(url: str, title: str, tags: list[str], at: datetime, note: str, audience: int) -> list[str]:
    private = ' PRIVATE="1"' if audience else ' PRIVATE="0"'
    head = f'<DT><A HREF="{escape(url)}" ADD_DATE="{int(at.timestamp())}" TAGS="{escape(",".join(tags))}"{private}>'
    line = head + escape(" ".join(title.split())) + "</A>"
    return [line, f"<DD>{escape(note)}"] if note and note != url else [line]


def _gifts(person: Person) -> bytes:
    def thanks(row: Thanks) -> dict[str, Any]:
        return {"post": row.post.uri, "by": row.by.uri, "to": row.helper.uri, "note": row.note, "at": row.at}

    def use(row: Use) -> dict[str, Any]:
        return {"post": row.post.uri, "by": row.by.uri, "story": row.story, "where": row.where, "at": row.at}

    given = Thanks.objects.select_related("post", "by", "helper").order_by("id")
    told = Use.objects.select_related("post", "by").order_by("id")
    shown = shown_to(person)
    said = {
        "thanks_given": [thanks(row) for row in given.filter(by=person)],
        "thanks_received": [thanks(row) for row in given.filter(helper=person, by__in=shown)],
        "uses_told": [use(row) for row in told.filter(by=person)],
        "uses_heard_of": [use(row) for row in told.filter(post__author=person, by__in=shown)],
    }
    return _json(said)


def _questions(person: Person) -> bytes:
    return _json(questions_of(person))


def _circles(person: Person) -> bytes:
    mine = Circle.objects.filter(owner=person).prefetch_related("members__person").order_by("name")
    return _json([{"name": c.name, "people": [m.person.uri for m in c.members.all()]} for c in mine])


def _following(person: Person) -> bytes:
    return opml(f"What {person.shown_name} follows", person.shown_name, following_of(person))


def _sources(person: Person) -> bytes:
    return opml(f"Where {person.shown_name} shares", person.shown_name, sources_of(person))


def _json(said: object) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1, default=str).encode()


_PARTS: dict[str, Callable[[Person], bytes | str]] = {
    "person.json": _person,
    "posts.json": _posts,
    "history.json": _history,
    "drafts.json": _drafts,
    "bookmarks.html": _bookmarks,
    "following.opml": _following,
    "sources.opml": _sources,
    "questions.json": _questions,
    "gifts.json": _gifts,
    "circles.json": _circles,
}
