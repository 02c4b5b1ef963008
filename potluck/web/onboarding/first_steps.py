"""The first steps of a new member: a name, where they share already, a few people. Each can be skipped."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from potluck.lib.errors import Malformed, PotluckError
from potluck.lib.parameters import number
from potluck.match.suggestions.peers import peers
from potluck.match.suggestions.people import people_to_follow, tags_to_follow
from potluck.people.follow import Wish, follow, unfollow
from potluck.people.join import as_handle, check_handle
from potluck.people.models import Follow, Person
from potluck.posts.models import Post
from potluck.posts.tags import normal
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say
from potluck.web.accounts.after_login import AFTER, FIRST_POST

# What `people.join.as_handle` gives to somebody without a name.
_MADE_UP = re.compile(r"person-[0-9a-f]{6}\Z")
# So many of those who are near on what one learns.
NEAR = 3
NEXT = {"name": "/welcome/sources", "sources": "/welcome/people"}


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def name(request: MemberRequest) -> HttpResponse:
    """Who are you? Nothing need be filled in."""
    if request.method != "POST":
        return render(request, "first_steps/name.html", _name_context(request))
    given, handle = request.POST.get("name", "").strip()[:200], request.POST.get("handle", "").strip()
    try:
        _call(request.viewer, given, handle)
    except Malformed as error:
        context = _name_context(request) | {"name": given, "handle": handle, "error": str(error)}
        return render(request, "first_steps/name.html", context, status=422)
    return redirect(NEXT["name"])


def _call(person: Person, given: str, handle: str) -> None:
    """Take what was given; without a handle of their own, one is made of the name."""
    changes = {"name": given} if given else {}
    if handle and handle != person.handle:
        changes["handle"] = check_handle(handle, of=person)
    elif given and _MADE_UP.match(person.handle):
        changes["handle"] = as_handle(given)
    for field, value in changes.items():
        setattr(person, field, value)
    if changes:
        person.save(update_fields=list(changes))


def _name_context(request: MemberRequest) -> dict[str, object]:
    person: Person = request.viewer
    post = _first_post(request)
    context = {"name": person.name, "handle": person.handle, "made_up": bool(_MADE_UP.match(person.handle))}
    return context | {"first": post, "waits": person.approved_at is None}


def _first_post(request: HttpRequest) -> Post | None:
    key = request.session.get(FIRST_POST)
    return Post.objects.filter(pk=key, deleted_at=None).first() if key else None


@require_safe
@members_only
def sources(request: MemberRequest) -> HttpResponse:
    """Where do you share already? The form goes to the channel that can look."""
    return render(request, "first_steps/sources.html", {"next": NEXT["sources"]})


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def people(request: MemberRequest) -> HttpResponse:
    """A few people and tags to follow, each with the reason."""
    if request.method == "POST":
        return _follow_one(request)
    request.session.pop(FIRST_POST, None)
    chosen = Follow.objects.filter(by=request.viewer, thread=None).select_related("who")
    near = peers(request.viewer, new_only=True)[:NEAR]
    known = {one.id for one in near}
    context = {
        "peers": near,
        "suggestions": [one for one in people_to_follow(request.viewer) if one.id not in known],
        "tags": tags_to_follow(request.viewer),
        "chosen": [row for row in chosen if row.who or (row.tag and not row.query)],
        "done": "/welcome/done",
    }
    return render(request, "first_steps/people.html", context)


def _follow_one(request: MemberRequest) -> HttpResponse:
    try:
        if dropped := number(request.POST.get("drop")):
            row = Follow.objects.filter(by=request.viewer, pk=dropped).first()
            if row:
                unfollow(row, by=request.viewer)
        else:
            follow(_wish(request), by=request.viewer)
    except PotluckError as error:
        say(request, str(error))
    return redirect("/welcome/people")


def _wish(request: MemberRequest) -> Wish:
    if who := number(request.POST.get("who")):
        person = Person.objects.filter(pk=who, removed_at=None, suspended_at=None).first()
        if person is None:
            raise Malformed(_("This person is not here any more."))
        return Wish(who=person)
    return Wish(tag=normal(request.POST.get("tag", "")))


@require_safe
@members_only
def done(request: MemberRequest) -> HttpResponse:
    """The steps are over: home, or where they were going when they joined."""
    return redirect(request.session.pop(AFTER, "") or "/home")
