"""A room: what is said in a thread now, a box to say something, and who said they are there."""

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from potluck.channels.live import changes
from potluck.channels.live.messages import drawn, latest
from potluck.channels.live.post_message import say
from potluck.channels.live.presence import arrive, go, present
from potluck.channels.live.stream import address
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.lib.parameters import LARGEST, number
from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.questions.anonymous import is_quiet
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render


@require_safe
def room(request: HttpRequest, post_id: int) -> HttpResponse:
    """The room of a thread; of a reply, that of its thread."""
    viewer: Person | None = request.viewer  # type: ignore[attr-defined]
    root = _seen_by(viewer, post_id)
    if root.reply_to_id:
        return redirect(f"/posts/{root.thread}/live?to={root.id}#say-text")
    return _shown(request, root, viewer)


def _seen_by(viewer: Person | None, post_id: int) -> Post:
    found = Post.objects.visible_to(viewer).select_related("author").filter(pk=post_id).first()
    if found is None:
        raise Missing(_("This is not there, or it is not for everybody to see."))
    # Who is there would tell who else was asked.
    if is_quiet(Post(id=found.thread, audience=found.audience)):
        raise Missing(_("What was asked quietly has no room: each answers its asker alone."))
    return found


def _shown(
    request: HttpRequest, root: Post, viewer: Person | None, status: int = 200, **said: object
) -> HttpResponse:
    before = _before(request)
    place = changes.place_now()
    with timezone.override(viewer.time_zone if viewer else None):
        found, more = latest(root.id, viewer, before)
        context: dict[str, object] = {
            "root": root,
            "messages": found,
            "earlier": f"/posts/{root.id}/live?before={found[0].id}" if more else "",
            "is_newest": before == LARGEST,
            "stream": address(root.id, viewer, get_language() or "en", request.session.session_key),
            "place": place,
            "present": present(root.id, viewer) if viewer else [],
            "to": _answered(root, viewer, request.GET.get("to", "")),
            "once": secrets.token_urlsafe(12),
        }
        return render(request, "live/room.html", {**context, **said}, status=status)


def _before(request: HttpRequest) -> int:
    given = request.GET.get("before", "")
    found = number(given) if given else LARGEST
    if found is None:
        raise Malformed(_("That page of the list is not there. Start at its beginning."))
    return found


def _answered(root: Post, viewer: Person | None, given: str) -> Post | None:
    """The message in this thread that is answered, if it is one and may be seen."""
    key = number(given)
    if key is None or key == root.id:
        return None
    found = Post.objects.visible_to(viewer).select_related("author").filter(pk=key, thread=root.id)
    return found.first()


@require_POST
@members_only
def messages(request: MemberRequest, post_id: int) -> HttpResponse:
    """Say something; a page with scripts gets the message back, any other goes where it stands."""
    root = _seen_by(request.viewer, post_id)
    form, by_script = request.POST, "X-Requested-With" in request.headers
    to = _answered(root, request.viewer, form.get("to", "")) or root
    try:
        post = say(form.get("text", ""), to=to, root=root, by=request.viewer, once=form.get("once", ""))
    except (Refused, Malformed) as error:
        if by_script:
            return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
        kept: dict[str, Any] = {"text": form.get("text", ""), "error": str(error), "once": form.get("once")}
        return _shown(request, root, request.viewer, 422, to=None if to == root else to, **kept)
    return _one(request, post) if by_script else redirect(f"/posts/{root.id}/live#post-{post.id}")


def _one(request: MemberRequest, post: Post) -> HttpResponse:
    with timezone.override(request.viewer.time_zone):
        found, _more = latest(post.thread, request.viewer, post.id + 1)
        return HttpResponse(drawn(found[-1]) if found and found[-1].id == post.id else "")


@require_POST
@members_only
def presence(request: MemberRequest, post_id: int) -> HttpResponse:
    """Say that one is here, or go."""
    root = _seen_by(request.viewer, post_id)
    (go if request.POST.get("undo") else arrive)(root, by=request.viewer)
    if "X-Requested-With" in request.headers:
        return HttpResponse(status=204)
    return redirect(f"/posts/{root.id}/live")
