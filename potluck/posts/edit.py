"""Change what was shared, keeping what it said before; or take it back, leaving a gap where it stood."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.events.audit import note
from potluck.events.models import Decision, Event
from potluck.events.models import Kind as Happening
from potluck.events.record import record
from potluck.lib import html, markdown
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.lib.url_key import link_key
from potluck.people.models import Person
from potluck.posts.metadata import Manner, Meant
from potluck.posts.models import Kind, Post, Revision
from potluck.posts.set_metadata import mean, said_of
from potluck.posts.share import EXCERPT, render
from potluck.posts.tags import normal_all, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a post is to say from now on. `html` (cleaned) is for what came from elsewhere, and `url` the page where
    that stands now; without `meant` it is meant as before."""

    text: str
    title: str = ""
    html: str | None = None
    tags: tuple[str, ...] = ()
    kind: str = ""
    link: str = ""
    url: str = ""
    meant: Meant | None = None


@transaction.atomic
def edit(post: Post, change: Change, *, by: Person) -> Post:
    """Say it better. An edit is never brought to anybody again. Nothing is written when nothing changed."""
    # As it is now: whoever read it before may have seen it before another change.
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    if post.author_id != by.id:
        raise Refused(_("Only who wrote this can change it."))
    if post.deleted_at:
        raise Refused(_("This was deleted, so it cannot be changed."))
    says = change.text.strip() or change.title.strip() or change.link or change.html or post.via_id
    if not (says or post.attachments.exists()):
        raise Malformed(_("There is nothing left. To take it back, delete it."))
    if change.kind and change.kind not in Kind.values:
        raise Malformed(_("There is no such kind of post."))
    meant = said_of(post) if change.html is None else {}
    before = Revision(
        post=post, title=post.title, text=post.text, html=post.html, tags=post.tags, manner=meant
    )
    _apply(post, change)
    was = (before.title, before.text, before.html, before.tags)
    if was != (post.title, post.text, post.html, post.tags) or _meant_anew(post, change, meant):
        before.save()
        post.edited_at = timezone.now()
        record(Happening.EDITED, by=by.key, about=post.key)
    post.save(update_fields=_SAID)
    return post


_SAID = (
    *("title", "text", "html", "excerpt", "highlights", "tags", "kind"),
    *("link", "link_key", "url", "edited_at"),
)


def _meant_anew(post: Post, change: Change, meant: dict[str, str]) -> bool:
    """Write how it is meant from now on; whether that is anything new."""
    if change.meant is not None:
        mean(post, change.meant)
    return change.meant is not None and said_of(post) != meant


def _apply(post: Post, change: Change) -> None:
    said = markdown.tags_in(change.text) if change.html is None else []
    shown = render(change.text.strip(), change.html)
    post.title = change.title.strip().replace("\x00", "")[:500]
    post.text = change.text.strip().replace("\x00", "")
    post.html = shown.html
    post.excerpt = html.excerpt(shown.plain, EXCERPT)
    post.highlights = shown.highlights
    post.tags = resolve([normal_all([*change.tags, *said])])[0]
    post.kind = change.kind or post.kind
    if change.link and change.link != post.link:
        post.link, post.link_key = change.link, link_key(change.link)
    if change.url and change.url != post.url:
        post.url = change.url
        post.link_key = link_key(post.link or post.url)


@transaction.atomic
def delete(post: Post, *, by: Person) -> Post:
    """Take it back. What was answered stays answered: a gap marks where it stood. It can be undone for a while."""
    if post.author_id != by.id and not by.is_moderator:
        raise Refused(_("Only who wrote this can delete it."))
    if post.deleted_at is None:
        post.deleted_at = timezone.now()
        post.save(update_fields=["deleted_at"])
        record(Happening.DELETED, by=by.key, about=post.key)
        if post.author_id != by.id:
            note(Decision.TAKEN_AWAY, by=by.id, whom=post.author_id, about=post.id)
    return post


@transaction.atomic
def undelete(post: Post, *, by: Person) -> Post:
    """Bring it back as it was: its author what they took back, a moderator what a moderator took away."""
    gone = Event.objects.filter(kind=Happening.DELETED, about=post.key).order_by("-id")
    moderated = gone.values_list("by", flat=True).first() not in (None, post.author_id)
    if post.author_id == by.id and moderated:
        raise Refused(_("A moderator took this away. Only a moderator can bring it back."))
    if post.author_id != by.id and not (moderated and by.is_moderator):
        raise Missing(_("This is not there, or it is not yours."))
    post.deleted_at = None
    post.save(update_fields=["deleted_at"])
    # Else what went by itself would go again within the hour.
    Manner.objects.filter(post=post, until__lte=timezone.now()).update(until=None)
    if post.author_id != by.id:
        note(Decision.BROUGHT_BACK, by=by.id, whom=post.author_id, about=post.id)
    return post
