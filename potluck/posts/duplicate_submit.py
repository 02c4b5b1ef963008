"""Know a form that was sent twice: a double click, or a page sent again, is one share."""

import re
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from potluck.lib.ids import first_id
from potluck.lib.sql import ask
from potluck.posts.draft import Draft
from potluck.posts.models import Attachment, Audience, Post

# The same words by the same person to the same end within this time are the same share.
ONCE = timedelta(hours=1)
# So many of a person's latest are looked at.
LATEST = 50
# What sharing itself changes: spaces, and the mark of a headline that becomes the title.
_CHANGED = re.compile(r"[\s#\x00]+")


_LATEST = f"""
SELECT id, title, text FROM posts_post
WHERE author_id = %(author)s AND id > %(since)s AND source_id IS NULL AND deleted_at IS NULL
    AND reply_to_id IS NOT DISTINCT FROM %(reply_to)s::bigint AND via_id IS NOT DISTINCT FROM %(via)s::bigint
    AND (reply_to_id IS NOT NULL AND (audience = 3) = %(few)s::boolean
         OR reply_to_id IS NULL AND audience = %(audience)s AND circle_id IS NOT DISTINCT FROM %(circle)s::bigint)
ORDER BY id DESC LIMIT {LATEST}
"""


def shared_already(draft: Draft) -> Post | None:
    """What this became when it was sent before, if it was. In a transaction: one author's shares wait in line."""
    ask("SELECT FROM people_person WHERE id = %s FOR NO KEY UPDATE", [draft.author.pk])
    latest = {
        "author": draft.author.pk,
        "since": first_id(timezone.now() - ONCE),
        "reply_to": draft.reply_to and draft.reply_to.pk,
        "via": draft.via and draft.via.pk,
        "audience": draft.audience,
        "circle": draft.circle and draft.circle.pk,
        "few": draft.for_one or (draft.reply_to is not None and draft.reply_to.audience == Audience.NAMED),
    }
    words = _words(draft.title, draft.text)
    alike = [key for key, title, text in ask(_LATEST, latest) if _words(title, text) == words]
    files = _files(Attachment.objects.filter(id__in=draft.attachments)) if alike else []
    for key in alike:
        if _files(Attachment.objects.filter(post=key)) == files:
            return Post.objects.get(pk=key)
    return None


def _words(title: str, text: str) -> str:
    return _CHANGED.sub("", title + text)


def _files(rows: QuerySet[Attachment]) -> list[tuple[str, int]]:
    return sorted(rows.values_list("name", "size"))
