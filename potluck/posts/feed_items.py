"""Posts as items of a feed: one query for a page of them, whichever list it is.

Whoever calls this has chosen the ids through the gate already. What a post speaks of besides itself (what it
answers, what it passes on) is named only where everybody may see it. Of people outside there are only excerpts
that point home.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.utils.html import escape
from django.utils.translation import gettext as _
from markupsafe import Markup

from potluck.lib.feedwriter import Enclosure, ItemOut, absolute
from potluck.lib.licences import LICENCES
from potluck.people.models import Person
from potluck.posts.anonymity import VEILED, somebody
from potluck.posts.list_rows import host
from potluck.posts.metadata import Manner
from potluck.posts.models import Attachment

_SELECT = f"""
SELECT p.id, p.uri, p.url, p.link, p.title, p.excerpt, p.tags, p.language, p.published_at, p.edited_at,
    CASE WHEN %(whole)s OR author.account_id IS NOT NULL THEN p.html ELSE '' END,
    COALESCE(NULLIF(p.byline, ''), NULLIF(author.name, ''), author.handle), author.handle,
    author.account_id IS NOT NULL, author.url, answered.uri,
    m.licence, m.wrong_at, m.wrong_html, via.id, via.url, via.title, via.excerpt,
    CASE WHEN %(whole)s OR viaauthor.account_id IS NOT NULL THEN via.html ELSE '' END,
    COALESCE(NULLIF(viaauthor.name, ''), viaauthor.handle), viaauthor.account_id IS NOT NULL,
    {VEILED.format(p="p", me="%(me)s")}
FROM posts_post p
JOIN people_person author ON author.id = p.author_id
LEFT JOIN posts_manner m ON m.post_id = p.id
LEFT JOIN posts_post answered ON answered.id = p.reply_to_id
    AND answered.audience = 0 AND answered.deleted_at IS NULL AND answered.held_at IS NULL
LEFT JOIN (posts_post via JOIN people_person viaauthor ON viaauthor.id = via.author_id
           AND viaauthor.suspended_at IS NULL AND viaauthor.removed_at IS NULL)
    ON via.id = p.via_id AND via.audience = 0 AND via.deleted_at IS NULL AND via.held_at IS NULL
WHERE p.id = ANY(%(ids)s)
"""


def items(ids: Sequence[int], *, reader: Person | None = None) -> list[ItemOut]:
    """The items of these posts, in this order; those that are gone are left out.

    A `reader` gets all that is kept of what people outside wrote: it is for their eyes only.
    """
    whole = reader is not None
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SELECT, {"ids": list(ids), "whole": whole, "me": reader.id if reader else 0})
        rows = {row[0]: row for row in cursor.fetchall()}
    files = _files(ids)
    return [_item(rows[key], files.get(key, []), whole) for key in ids if key in rows]


def _item(row: Sequence[Any], files: Sequence[Attachment], whole: bool) -> ItemOut:
    (key, uri, url, link, title, excerpt, tags, language, published, edited, html) = row[:11]
    (name, handle, is_member, author_url, answered) = row[11:16]
    (licence, wrong_at, right, via, via_url, via_title, via_excerpt, via_html) = row[16:24]
    via_name, via_is_member, veiled = row[24:]
    page = f"{settings.ORIGIN}/posts/{key}"
    if via and not (title or excerpt or html):  # passed on without a word: it speaks for itself
        title, excerpt, html, url = via_title, via_excerpt, via_html, via_url
        is_member = via_is_member
    if wrong_at:
        html = Manner(wrong_html=right).righted + Markup(html)  # noqa: S704 - cleaned when it was written
    terms = LICENCES.get(licence)
    here = f"{settings.ORIGIN}/@{quote(handle)}"
    return ItemOut(
        id=uri,
        url=page,
        published=published,
        updated=max(edited or published, published),
        title=title,
        html=_html(html, files) if is_member or whole else _opening(excerpt, url),
        author_name=somebody() if veiled else name,
        author_url=page if veiled else here if row[13] else author_url or here,
        tags=tags,
        language=language,
        external_url=url or None,
        about_url=link if link != url else None,
        via_name=via_name,
        via_url=f"{settings.ORIGIN}/posts/{via}" if via else None,
        in_reply_to=answered,
        enclosures=[Enclosure(_address(file), file.type, file.size) for file in files],
        is_excerpt=not (is_member or whole),
        licence=_(terms.name) if terms else "",
        licence_url=terms.url if terms else "",
    )


def _html(html: str, files: Sequence[Attachment]) -> str:
    """What a member wrote, whole, with the pictures that hang on it."""
    pictures = "".join(
        f'<p><img src="{_address(file)}" alt="{escape(file.alt)}"></p>' for file in files if file.is_image
    )
    return absolute(html, settings.ORIGIN) + pictures


def _address(file: Attachment) -> str:
    return f"{settings.ORIGIN}{file.page}/{quote(file.name, '')}"


def _opening(excerpt: str, url: str) -> str:
    """The first words of what somebody outside wrote, and the way to the rest."""
    words = f"<p>{escape(excerpt)}</p>" if excerpt else ""
    if not host(url):
        return words
    way = _("Read the rest at %(place)s") % {"place": host(url)}
    return f'{words}\n<p><a href="{escape(url)}">{escape(way)}</a></p>'


def _files(ids: Sequence[int]) -> dict[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    for file in Attachment.objects.filter(post__in=ids).order_by("id"):
        found.setdefault(file.post_id or 0, []).append(file)
    return found
