"""The small acts on a post: thank, use, pass on, keep, take back. Each is a noun one posts to."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from potluck import door
from potluck.lib.errors import Missing
from potluck.posts.acknowledge import thank, unthank, use
from potluck.posts.corrections import was_right, was_wrong
from potluck.posts.draft import Draft
from potluck.posts.edit import delete, undelete
from potluck.posts.models import Post
from potluck.posts.saved import keep, let_go
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import back_or, render, say
from potluck.web.posts.views import seen_by


@require_POST
@members_only
def thanks(request: MemberRequest, post_id: int) -> HttpResponse:
    """Thank, or take it back."""
    post = seen_by(request.viewer, post_id)
    undo = bool(request.POST.get("undo"))
    if undo:
        unthank(post, by=request.viewer)
    else:
        thank(post, by=request.viewer, note=request.POST.get("note", ""))
        name = post.author.shown_name
        say(
            request,
            _("%(name)s hears of your thanks.") % {"name": name} if post.author.is_member else _("Thanked."),
        )
    return _answer(request, post, "thanks", not undo)


@require_POST
@members_only
def keeping(request: MemberRequest, post_id: int) -> HttpResponse:
    """Keep for later, or no longer."""
    post = seen_by(request.viewer, post_id)
    undo = bool(request.POST.get("undo"))
    if undo:
        let_go(post, by=request.viewer)
    else:
        keep(post, by=request.viewer)
    return _answer(request, post, "keeping", not undo)


@require_POST
@members_only
def passing(request: MemberRequest, post_id: int) -> HttpResponse:
    """Pass on to everybody who follows one, with a word of one's own or without; or take that back."""
    post = seen_by(request.viewer, post_id)
    undo = bool(request.POST.get("undo"))
    mine = Post.objects.filter(author=request.viewer, via=post, deleted_at=None)
    if undo:
        for passed in mine:
            delete(passed, by=request.viewer)
    elif request.POST.get("text", "").strip() or not mine.exists():
        door.admit(Draft(author=request.viewer, via=post, text=request.POST.get("text", ""), kind="note"))
        say(request, _("Passed on, with its author's name."))
    return _answer(request, post, "passing", not undo)


@require_POST
@members_only
def uses(request: MemberRequest, post_id: int) -> HttpResponse:
    """Tell what one did with it."""
    post = seen_by(request.viewer, post_id)
    use(post, by=request.viewer, story=request.POST.get("story", ""), where=request.POST.get("where", ""))
    say(request, _("Told. %(name)s hears of it by name.") % {"name": post.author.shown_name})
    return redirect(f"{post.page}#came-back")


@require_POST
@members_only
def how(request: MemberRequest, post_id: int) -> HttpResponse:
    """Ask whoever made it how they did it, in their thread: one press."""
    post = seen_by(request.viewer, post_id)
    asked = door.admit(Draft(author=request.viewer, reply_to=post, text=_("How did you do it?"), kind="note"))
    say(request, _("Asked, in its thread. You hear of the answer."), back=f"{asked.page}/deletion")
    return redirect(asked.place)


@require_POST
@members_only
def wrong(request: MemberRequest, post_id: int) -> HttpResponse:
    """Say that one was wrong in something of one's own, or no longer."""
    post = seen_by(request.viewer, post_id)
    if post.author_id != request.viewer.id:
        raise Missing(_("Only who wrote this can say so."))
    if request.POST.get("undo"):
        was_right(post, by=request.viewer)
    else:
        was_wrong(post, request.POST.get("right", ""), by=request.viewer)
        say(request, _("It stands at its head now. Thank you for saying so."), undo=f"{post.page}/wrong")
    return redirect(post.page)


@require_POST
@members_only
def deletion(request: MemberRequest, post_id: int) -> HttpResponse:
    """Take a post back, or bring it back again."""
    undo, viewer = bool(request.POST.get("undo")), request.viewer
    # A moderator takes away only what they may see.
    theirs = Q(deleted_at__isnull=False) if undo else Q(pk__in=Post.objects.visible_to(viewer))
    mine = Q(author=viewer) | theirs if viewer.is_moderator else Q(author=viewer)
    post = Post.objects.filter(mine, pk=post_id).select_related("author").first()
    if post is None:
        raise Missing(_("This is not there, or it is not yours."))
    if undo:
        undelete(post, by=viewer)
        return redirect(post.page)
    delete(post, by=viewer)
    say(request, _("Taken away."), undo=f"{post.page}/deletion")
    return redirect(f"/posts/{post.thread}" if post.reply_to_id else "/home")


def _answer(request: MemberRequest, post: Post, act: str, done: bool) -> HttpResponse:
    """The toggle as it is now for htmx; the page it came from otherwise."""
    if request.headers.get("HX-Request"):
        return render(request, "parts/act.html", {"id": post.id, "act": act, "done": done, "layout": None})
    return back_or(request, post.page)
