"""Know a form that was sent twice: a double click, or a page sent again, is one share."""

import re
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from potluck.kit.ids import first_id
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Attachment, Post

# The same words by the same person to the same end within this time are the same share.
ONCE = timedelta(hours=1)
# So many of a person's latest are looked at.
LATEST = 50
# What sharing itself changes: spaces, and the mark of a headline that becomes the title.
_CHANGED = re.compile(r"[\s#\x00]+")


def shared_already(draft: Draft) -> Post | None:
    """What this became when it was sent before, if it was. In a transaction: one author's shares wait in line."""
    Person.objects.select_for_update(no_key=True).only("id").get(pk=draft.author.pk)
    since = first_id(timezone.now() - ONCE)
    latest = Post.objects.filter(author=draft.author, pk__gt=since, source=None, deleted_at=None)
    alike = latest.filter(reply_to=draft.reply_to, via=draft.via).order_by("-id")
    if draft.reply_to is None:
        alike = alike.filter(audience=draft.audience, circle=draft.circle)
    words, files = (
        _words(draft.title, draft.text),
        _files(Attachment.objects.filter(id__in=draft.attachments)),
    )
    for key, title, text in alike.values_list("id", "title", "text")[:LATEST]:
        if _words(title, text) == words and _files(Attachment.objects.filter(post=key)) == files:
            return Post.objects.get(pk=key)
    return None


def _words(title: str, text: str) -> str:
    return _CHANGED.sub("", title + text)


def _files(rows: QuerySet[Attachment]) -> list[tuple[str, int]]:
    return sorted(rows.values_list("name", "size"))
