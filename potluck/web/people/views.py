"""People: the directory, a person's page, and the ties one makes from it."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from potluck.lib.errors import Missing
from potluck.match.suggestions.blogroll import places_to_follow
from potluck.match.suggestions.peers import peers
from potluck.match.suggestions.weekly import people_of_the_week
from potluck.people import block as blocks
from potluck.people.acquaintance import meet, unmeet
from potluck.people.directory import Looking, look, shown_to
from potluck.people.follow import Wish, follow, unfollow
from potluck.people.models import Follow, Level, Person, Stage
from potluck.people.profile_page import met
from potluck.people.suggestion_dismissals import decline, take_back
from potluck.posts.expertise import evidence
from potluck.posts.list_rows import lines_by
from potluck.posts.tags import normal, word_for
from potluck.rendering import paging
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say
from potluck.safety import rate_limits
from potluck.web.people.jsonld import facts_of_person, shown

LEVELS = frozenset(map(str, Level.values))
# So many of the newest things a person shared stand on their page, more a step away.
SHOWN = 20
# So many stand above the directory who are near on what one learns.
NEAR = 4


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The directory."""
    get = request.GET.get
    wanted = Looking(
        words=get("q", "")[:200],
        helps=word_for(get("helps", "")),
        learns=word_for(get("learns", "")),
        place=get("place", "")[:100],
        language=get("language", "")[:12],
        outside=bool(get("outside")),
        seat=bool(get("seat")),
    )
    viewer = request.viewer  # type: ignore[attr-defined]
    page = paging.by_key(request, look(wanted, viewer).prefetch_related("topics"))
    context = {"wanted": wanted, "page": page, "people": shown(page.rows, viewer)}
    if viewer is not None and not request.GET:
        week = people_of_the_week(viewer)
        known = {one.id for one in week}
        context["week"] = week
        context["peers"] = [one for one in peers(viewer, new_only=True)[:NEAR] if one.id not in known]
        context["places"] = places_to_follow(viewer)
    return render(request, "people/directory.html", context)


def known_to(viewer: Person | None, handle: str) -> Person:
    """The person of this handle, if they may appear to this viewer."""
    shown = shown_to(viewer)
    # Whoever claimed the page of a person outside is found by that one's handle too.
    person = (
        shown.filter(handle=handle.lower()).first() or shown.filter(claims__handle=handle.lower()).first()
    )
    if person is None and viewer is not None and viewer.handle == handle.lower():
        return viewer
    if person is None:
        raise Missing(_("Nobody here is called @%(handle)s.") % {"handle": handle})
    return person


@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Somebody's page: who they are, where they share, what they shared."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = met(handle, viewer)
    if found is None:
        return redirect(known_to(viewer, handle).page, permanent=True)
    who, only, here = found.who, normal(request.GET.get("tag", "")), paging.place(request)
    rows = lines_by(who, viewer, tag=only, before=here.before, after=here.after, limit=SHOWN + 1)
    page = paging.page(request, rows, lambda row: row.id, SHOWN)
    context = {
        "who": who,
        "page": page,
        "only": only,
        "helps": [topic for topic in found.topics if topic.stage == Stage.HELPING],
        "learns": [topic for topic in found.topics if topic.stage != Stage.HELPING],
        "seat": found.seat,
        "evidence": evidence(who, viewer),
        "sources": found.sources,
        "tie": found.tie,
        "facts": facts_of_person(who, found.sources) if who.is_member else None,
    }
    return render(request, "people/person.html", context)


@require_POST
@members_only
def following(request: MemberRequest, handle: str) -> HttpResponse:
    """Follow somebody, on one topic or altogether, and how much; or no more."""
    who = known_to(request.viewer, handle)
    tag = word_for(request.POST.get("tag") or request.GET.get("tag", ""))
    name = _("%(name)s on #%(tag)s") % {"name": who.shown_name, "tag": tag} if tag else who.shown_name
    return follow_answer(request, Wish(who=who, tag=tag), name, who.page)


@require_POST
@members_only
def tag_following(request: MemberRequest, name: str) -> HttpResponse:
    """Follow a tag, or no more."""
    word = word_for(name)
    if not word:
        raise Missing(_("There is no such tag."))
    return follow_answer(request, Wish(tag=word), f"#{word}", f"/tags/{word}")


def follow_answer(request: MemberRequest, wish: Wish, name: str, page: str) -> HttpResponse:
    """Do what the form says and answer with the button as it is now, or the page."""
    undo = bool(request.POST.get("undo"))
    row = Follow.objects.filter(by=request.viewer, **wish.fields()).first()
    if undo:
        if row:
            unfollow(row, by=request.viewer)
            on = f"?tag={quote(wish.tag)}" if wish.who and wish.tag else ""
            say(request, _("You follow %(name)s no more.") % {"name": name}, back=f"{page}/follow{on}")
    else:
        rate_limits.take("follow", request.viewer.id)
        level = request.POST.get("level", "")
        follow(wish, by=request.viewer, level=int(level) if level in LEVELS else Level.NORMAL)
        say(request, _("You follow %(name)s. The latest few are on their way to your home.") % {"name": name})
    if request.headers.get("HX-Request"):
        context = {"url": page, "name": name, "done": not undo, "layout": None}
        return render(request, "people/follow.html", context)
    return redirect(request.POST["next"] if _ours(request) else page)


def _ours(request: HttpRequest) -> bool:
    to = request.POST.get("next", "")
    return to.startswith("/") and not to.startswith(("//", "/\\"))


@require_POST
@members_only
def declining(request: MemberRequest, handle: str) -> HttpResponse:
    """Somebody put forward is not for me; or they are."""
    who = known_to(request.viewer, handle)
    if request.POST.get("undo"):
        take_back(who, by=request.viewer)
    else:
        decline(who, by=request.viewer)
        said = _("%(name)s is not put forward to you again. They are not told.") % {"name": who.shown_name}
        say(request, said, undo=f"{who.page}/declining")
    return redirect("/people")


@require_POST
@members_only
def meeting(request: MemberRequest, handle: str) -> HttpResponse:
    """Say that you two have met, or that it is not so."""
    who = known_to(request.viewer, handle)
    if request.POST.get("undo"):
        unmeet(who, by=request.viewer)
        say(request, _("It is not said any more that you have met."))
    elif meet(who, by=request.viewer):
        say(request, _("You have met: both of you say so. It is between the two of you."))
    else:
        said = _("%(name)s is asked whether it is so. It is between the two of you.") % {
            "name": who.shown_name
        }
        say(request, said, undo=f"{who.page}/meeting")
    return redirect(who.page)


@require_POST
@members_only
def muting(request: MemberRequest, handle: str) -> HttpResponse:
    """Hear nothing of somebody any more, or again."""
    who = known_to(request.viewer, handle)
    if request.POST.get("undo"):
        blocks.unmute(who, by=request.viewer)
    else:
        blocks.mute(who, by=request.viewer)
        say(request, _("You hear nothing of them any more. They are not told."), undo=f"{who.page}/mute")
    return redirect(who.page)


@require_POST
@members_only
def blocking(request: MemberRequest, handle: str) -> HttpResponse:
    """Neither sees the other any more; or again."""
    who = Person.objects.filter(handle=handle.lower()).first()
    if who is None:
        raise Missing(_("Nobody here is called @%(handle)s.") % {"handle": handle})
    if request.POST.get("undo"):
        blocks.unblock(who, by=request.viewer)
        return redirect(who.page)
    blocks.block(who, by=request.viewer)
    say(request, _("Neither of you sees the other any more."), undo=f"{who.page}/block")
    return redirect("/you/peace")
