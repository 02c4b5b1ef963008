"""The page to share on, to reply, and to say it better."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from potluck import door
from potluck.deliver.inbox import zone_of
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.lib.format import moment
from potluck.people.models import Person
from potluck.posts.anonymity import called
from potluck.posts.edit import Change
from potluck.posts.metadata import Manner
from potluck.posts.models import Kind, Post
from potluck.posts.saved_drafts import Fields, begun, done
from potluck.posts.share import titled
from potluck.questions.ask_replies import who_had_enough
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say
from potluck.web.posts import compose_form, files, scheduled
from potluck.web.posts.views import seen_by


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """The box, filled from a bookmarklet or a phone's share sheet; a visitor writes first and confirms after."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if request.method == "POST" and viewer is not None and "text" in request.POST:
        return _shared(request, viewer)
    if viewer is None and request.method == "GET" and not request.GET:
        return redirect("/")
    form = _given(request.POST if request.method == "POST" else request.GET)
    about = form.get("draft", "share")
    if viewer and not form["text"] and (kept := scheduled.opened(viewer, about)):
        form = compose_form.form_of({"kind": form.get("kind", ""), **kept})
    context = {**written(form, viewer, files.named(form)), "draft": scheduled.draft_name(about)}
    return render(request, "share/share.html", context)


def written(form: QueryDict, viewer: Person | None, kept: Sequence[int]) -> dict[str, object]:
    """What the box holds, to be shown again as it was sent, with the files that wait with it."""
    waiting = files.waiting(viewer, kept) if viewer else ()
    return {**compose_form.shown(form, viewer), "waiting": waiting, "draft": form.get("draft", "share")}


def _shared(request: HttpRequest, viewer: Person) -> HttpResponse:
    form, kept = request.POST, tuple[int, ...]()
    about = form.get("draft", "share")
    try:
        kept = files.take_in(request, viewer)
        if form.get("share_at"):
            row = scheduled.put_off(form, viewer, kept, about)
            with timezone.override(zone_of(viewer)):
                at = moment(row.due_at)
            said = _("It goes out on %(moment)s. Until then it lies here.") % {"moment": at}
            say(request, said, undo=f"/drafts/{row.id}/rest")
            return redirect("/you/drafts")
        post = scheduled.share_now(form, viewer, kept, about)
    except (Refused, Malformed) as error:
        context = {**written(form, viewer, kept), "error": str(error)}
        return render(request, "share/share.html", context, status=422)
    _say_shared(request, post, viewer)
    return redirect(post.page)


def _say_shared(request: HttpRequest, post: Post, viewer: Person) -> None:
    if post.held_at:
        say(
            request,
            _("It waits for a moderator, since it is your first and has many links. Nothing is lost."),
        )
    else:
        say(request, _("It is out."), back=f"{post.page}/deletion")
    if post.kind == Kind.QUESTION and (
        full := who_had_enough(post, compose_form.picked(request.POST, viewer), by=viewer)
    ):
        say(request, full)


def _given(given: QueryDict) -> QueryDict:
    """What a share sheet or a bookmarklet sends, with one text of all it says; a title beside a text stays one."""
    form = given.copy()
    said, url = form.get("text", "").strip(), form.get("url", "").strip()
    title = form.get("title", "").strip() if url or not said else ""
    for part in (title, url):
        if part and part not in said:
            said = f"{said}\n\n{part}" if said else part
    if title:
        del form["title"]
    form["text"] = said
    return form


@require_POST
@members_only
def reply(request: MemberRequest, post_id: int) -> HttpResponse:
    """Answer something; for whomever that was for."""
    parent = seen_by(request.viewer, post_id)
    kept: tuple[int, ...] = ()
    try:
        kept = files.take_in(request, request.viewer)
        post = door.admit(compose_form.draft_of(request.POST, request.viewer, kept, reply_to=parent))
    except (Refused, Malformed) as error:
        context: dict[str, object] = {
            "parent": parent,
            "who": called(parent, request.viewer),
            "text": request.POST.get("text", ""),
            "error": str(error),
        }
        context["alone"] = request.POST.get("alone", "")
        context["waiting"] = files.waiting(request.viewer, kept)
        return render(request, "share/reply.html", context, status=422)
    done(request.viewer, f"reply-{parent.id}")
    return redirect(post.place)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def edit(request: MemberRequest, post_id: int) -> HttpResponse:
    """Say it better; what it said before stays in its history."""
    post = seen_by(request.viewer, post_id)
    if post.author_id != request.viewer.id:
        raise Missing(_("Only who wrote this can change it."))
    manner = Manner.objects.filter(post=post).first() or Manner(post=post)
    if request.method != "POST":
        kept = begun(request.viewer, f"edit-{post.id}")
        return _edit_page(
            request, post, manner, compose_form.form_of({**_fields(post, manner, request.viewer), **kept})
        )
    try:
        door.amend(post, _change(request, post, manner), by=request.viewer)
    except (Refused, Malformed) as error:
        return _edit_page(request, post, manner, request.POST, str(error))
    done(request.viewer, f"edit-{post.id}")
    say(request, _("Changed. What it said before is in its history."))
    return redirect(post.page)


def _change(request: MemberRequest, post: Post, manner: Manner) -> Change:
    form = request.POST
    title, text = form.get("title", ""), form.get("text", "")
    if not post.reply_to_id:
        title, text = titled(title, text)
    # A form of before, or of another program, says nothing of it.
    meant = compose_form.meant_of(form, request.viewer, manner.until) if "how_far" in form else None
    tags, kind = compose_form.tags_of(form), form.get("kind", "")
    return Change(text=text, title=title, tags=tags, kind=kind, link=post.link, meant=meant)


def _fields(post: Post, manner: Manner, viewer: Person) -> Fields:
    """The fields of a post as it is."""
    return {
        "title": post.title,
        "text": post.text,
        "tags": " ".join(post.tags),
        "kind": post.kind,
        "how_far": manner.how_far,
        "wanted": manner.wanted,
        "licence": manner.licence,
        "until": compose_form.day_of(manner.until, viewer),
    }


def _edit_page(
    request: MemberRequest, post: Post, manner: Manner, form: QueryDict, error: str = ""
) -> HttpResponse:
    context = {
        "post": post,
        "manner": manner,
        "held": form,
        "manners": compose_form.manners(),
        "error": error,
    }
    return render(request, "share/edit.html", context, status=422 if error else 200)
