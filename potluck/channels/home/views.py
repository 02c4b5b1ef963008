"""The pages of home: today, what came since, the archive, and what one kept."""

from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from potluck.channels.home import day as home_day
from potluck.channels.home import stream_ticket
from potluck.deliver.models import Arrival
from potluck.lib.errors import Malformed, Missing
from potluck.lib.parameters import number
from potluck.match.discovery.serendipity import from_afar
from potluck.match.suggestions.people import people_to_follow
from potluck.posts import impact as ripples
from potluck.posts.list_rows import lines
from potluck.posts.models import Kept, Post
from potluck.posts.saved import keep
from potluck.questions.view import helped_by
from potluck.rendering import paging
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import back_or, render, say


@require_safe
@members_only
def home(request: MemberRequest) -> HttpResponse:
    """Today."""
    with timezone.override(home_day.zone_of(request.viewer)):
        day = home_day.today(request.viewer)
        context = {
            "day": day,
            "now": timezone.now(),
            "stream": stream_ticket.address(request.viewer, request.session.session_key),
            "afar": from_afar(request.viewer),
            "suggested": people_to_follow(request.viewer, 5) if day.size == 0 else [],
        }
        return render(request, "home/home.html", context)


@require_GET
@members_only
def newer(request: MemberRequest) -> HttpResponse:
    """What came after the moment the page knows of: a piece for its top, or nothing (204)."""
    after = number(request.GET.get("after"))
    if after is None:
        raise Malformed(_("This page has lost its place. Load it again."))
    items, latest = home_day.newer(request.viewer, after)
    if not items:
        return HttpResponse(status=204)
    with timezone.override(home_day.zone_of(request.viewer)):
        return render(request, "home/newer.html", {"items": items, "latest": latest})


@require_safe
@members_only
def archive(request: MemberRequest) -> HttpResponse:
    """All that reached this person, newest first, without marks or counts."""
    key = number(request.GET.get("before"))
    if key is None and "before" in request.GET:
        raise Malformed(_("That page of the list is not there. Start at its beginning."))
    before = None if key is None else home_day.moment(key)
    items, more = home_day.archive(request.viewer, before)
    older = f"/archive?before={more}" if more else ""
    newer_page = "/archive" if before else ""
    page = paging.Page(items, older, newer_page)
    with timezone.override(home_day.zone_of(request.viewer)):
        return render(request, "home/archive.html", {"page": page})


@require_safe
@members_only
def kept(request: MemberRequest) -> HttpResponse:
    """What this person keeps for later."""
    mine = Kept.objects.filter(person=request.viewer, post__in=Post.objects.visible_to(request.viewer))
    page = paging.by_key(request, mine)
    items = lines([row.post_id for row in page.rows], request.viewer)
    return render(request, "home/kept.html", {"page": page, "items": items})


@require_POST
@members_only
def seen(request: MemberRequest, post_id: int) -> HttpResponse:
    """Mark one arrival as seen, or unseen again. Only this person ever knows."""
    at = None if request.POST.get("undo") else timezone.now()
    Arrival.objects.filter(person=request.viewer, post_id=post_id).update(seen_at=at)
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        return HttpResponse(status=204)
    return back_or(request, "/home")


@require_POST
@members_only
def all_seen(request: MemberRequest) -> HttpResponse:
    """Be done with today."""
    Arrival.objects.filter(person=request.viewer, seen_at=None).update(seen_at=timezone.now())
    return back_or(request, "/home")


@require_POST
@members_only
def reminder(request: MemberRequest, post_id: int) -> HttpResponse:
    """Keep it, and bring it back in so many days (tomorrow if nothing is said)."""
    post = Post.objects.visible_to(request.viewer).filter(pk=post_id).first()
    if post is None:
        raise Missing(_("This is not there any more, or not for you."))
    days = number(request.POST.get("days", "1"), least=1, most=3660)
    if days is None:
        raise Malformed(_("Say in how many days, from 1 to 3660."))
    morning = home_day.dawn(request.viewer) + timedelta(days=days, hours=7)
    keep(post, by=request.viewer, remind_at=morning)
    say(request, _("It comes back on that morning."), undo=f"{post.page}/keeping")
    return back_or(request, "/home")


@require_safe
@members_only
def ripple(request: MemberRequest, post_id: int) -> HttpResponse:
    """What came of one share, for whoever shared it."""
    post = Post.objects.visible_to(request.viewer).filter(pk=post_id, author=request.viewer).first()
    if post is None:
        raise Missing(_("What came of a share is shown to whoever shared it."))
    context = {
        "post": post,
        "brought": home_day.brought_to(post),
        "came": ripples.ripple(post, viewer=request.viewer),
        "helped": helped_by(post, request.viewer),
    }
    return render(request, "home/ripple.html", context)
