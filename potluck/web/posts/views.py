"""A post's own page, with its thread, and what it said before."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from potluck.lib.errors import Missing
from potluck.lib.parameters import number
from potluck.people.models import Person
from potluck.posts.detail import Whole, whole
from potluck.posts.list_rows import lines
from potluck.posts.metadata import Manner
from potluck.posts.models import Audience, Post, Revision
from potluck.posts.saved_drafts import begun
from potluck.posts.thread import Part, part
from potluck.rendering.pages import render
from potluck.search.related import related
from potluck.web.posts.compose_form import form_of
from potluck.web.posts.files import named, waiting
from potluck.web.questions.panel import on_questions
from potluck.web.site.jsonld import facts_of


def opened(viewer: Person | None, post_id: int) -> Whole:
    """The post with what hangs on it, if this person may see it; else Missing, in the same words whether it is
    there or not."""
    found = whole(post_id, viewer)
    if found is None:
        raise Missing(_("This is not there, or it is not for everybody to see."))
    return found


def seen_by(viewer: Person | None, post_id: int) -> Post:
    """The post alone, in the same way."""
    return opened(viewer, post_id).post


@require_safe
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    """One post and its thread. A reply is shown in its thread, where it stands, or alone where one answers it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        found = opened(viewer, post_id)
    except Missing:
        return _gone(request, viewer, post_id)
    post = found.post
    thread = post.place if post.reply_to_id and _opens(post.thread, viewer) else ""
    if thread and "alone" not in request.GET:
        return redirect(thread)
    context = {**_page(found, viewer, _to(request)), "thread_page": thread}
    if viewer and "alone" in request.GET:
        form = form_of(begun(viewer, f"reply-{post.id}"))
        context |= {"begun": form, "waiting": waiting(viewer, named(form))}
    return render(request, "posts/post.html", context)


def _to(request: HttpRequest) -> int:
    """The reply whose page of a long thread is asked for."""
    return number(request.GET.get("to")) or 0


def _opens(thread: int, viewer: Person | None) -> bool:
    """Whether a thread has a page for this person: they may see what began it, or it was taken back."""
    seen = Post.objects.visible_to(viewer).filter(pk=thread)
    return seen.exists() or Post.objects.filter(pk=thread, deleted_at__isnull=False).exists()


def _gone(request: HttpRequest, viewer: Person | None, post_id: int) -> HttpResponse:
    """What was said to something that was taken back. Missing, if nothing of it is for this person."""
    begun = Post.objects.filter(pk=post_id, reply_to=None, deleted_at__isnull=False).first()
    left = part(begun, viewer, _to(request)) if begun else Part([])
    if not left.replies:
        raise Missing(_("This is not there, or it is not for everybody to see."))
    return render(request, "posts/gone.html", {"part": left, "post": begun})


def _page(found: Whole, viewer: Person | None, to: int) -> dict[str, object]:
    post, line = found.post, found.line
    all_of_it = _whole(post, viewer)
    line.html = post.html if all_of_it else ""
    shown = part(post, viewer, to)
    asking = on_questions(post, viewer, shown.replies)
    return {
        **asking,
        "post": post,
        "line": line,
        "whole": all_of_it,
        "via": _via(post, viewer),
        "part": shown,
        "files": found.files if all_of_it else [],
        "thanks": found.thanks,
        "uses": found.uses,
        "near": related(post, viewer, limit=5),
        "manner": found.manner,
        "facts": facts_of(post, line, shown.replies, found.manner.terms)
        if post.audience == Audience.PUBLIC and post.author.is_member
        else None,
    }


def _whole(post: Post, viewer: Person | None) -> bool:
    """Whether all of it is shown: of what people outside publish elsewhere, a visitor sees the beginning."""
    elsewhere = bool(post.url or post.source_id)
    return post.author.is_member or viewer is not None or not elsewhere


def _via(post: Post, viewer: Person | None) -> object:
    if post.via_id is None or not Post.objects.visible_to(viewer).filter(pk=post.via_id).exists():
        return None
    return lines([post.via_id], viewer)[0]


@require_safe
def history(request: HttpRequest, post_id: int) -> HttpResponse:
    """What a post said before each edit."""
    viewer = request.viewer  # type: ignore[attr-defined]
    post = seen_by(viewer, post_id)
    if not _whole(post, viewer):
        raise Missing(_("What people outside wrote is shown here in part, as it is now."))
    revisions = list(Revision.objects.filter(post=post).order_by("-at"))
    meant = {row.id: Manner.of(row.manner) for row in revisions}
    return render(request, "posts/history.html", {"post": post, "revisions": revisions, "meant": meant})
