"""The page on which somebody outside says "this is me", or "not here, please"."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from potluck.channels.feeds.sources import claim as verbs
from potluck.lib.errors import Missing, Refused
from potluck.lib.visitors import address_of, network_of
from potluck.people.models import Person
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say
from potluck.safety import rate_limits


@require_http_methods(["GET", "HEAD"])
def claim(request: HttpRequest, handle: str) -> HttpResponse:
    """What claiming a page means, and how to show that it is yours; how to be removed."""
    who = _outside(handle)
    if who.claimed_by:
        return redirect(who.claimed_by.page)
    return _page(request, who)


@require_POST
@members_only
def claiming(request: MemberRequest, handle: str) -> HttpResponse:
    """Look whether it is theirs, and give it to them."""
    who = _outside(handle)
    rate_limits.take("preview", request.viewer.id)
    try:
        verbs.prove(who, request.viewer)
    except Refused as no:
        return _page(request, who, claim_error=str(no))
    verbs.claim(who, by=request.viewer)
    say(request, _("It is yours: what you published there stands under your name now."))
    return redirect(request.viewer.page)


@require_POST
def removal(request: HttpRequest, handle: str) -> HttpResponse:
    """Let nothing of somebody appear here, if their page says so, or a moderator was asked by mail."""
    viewer: Person | None = request.viewer  # type: ignore[attr-defined]
    if viewer is not None and viewer.is_moderator:
        return _by_moderator(request, handle, viewer)
    who = _outside(handle)
    rate_limits.take("preview", viewer.id if viewer else network_of(address_of(request)))
    try:
        verbs.prove(who, None)
    except Refused as no:
        return _page(request, who, removal_error=str(no))
    verbs.remove(who)
    say(request, _("Done. Nothing of yours appears here any more."))
    return redirect("/")


def _by_moderator(request: HttpRequest, handle: str, viewer: Person) -> HttpResponse:
    if request.POST.get("undo"):
        gone = Person.objects.filter(handle=handle.lower(), account=None, removed_at__isnull=False).first()
        if gone is None:
            raise Missing(_("Nobody here is called @%(handle)s.") % {"handle": handle})
        verbs.bring_back(gone, by=viewer)
        return redirect(gone.page)
    who = _outside(handle)
    verbs.remove_as_moderator(who, by=viewer)
    say(request, _("Removed, with all of theirs."), undo=f"{who.page}/removal")
    return redirect("/people")


def _outside(handle: str) -> Person:
    people = Person.objects.filter(handle=handle.lower(), account=None, removed_at=None)
    who = people.select_related("claimed_by").first()
    if who is None:
        raise Missing(_("There is no page here to be claimed."))
    return who


def _page(request: HttpRequest, who: Person, **errors: str) -> HttpResponse:
    viewer: Person | None = request.viewer  # type: ignore[attr-defined]
    context = {
        "who": who,
        "code": verbs.code(who, viewer) if viewer else "",
        "removal_code": verbs.code(who, None),
        "mine": f"{settings.ORIGIN}{viewer.page}" if viewer else "",
        "host_address": settings.DEFAULT_FROM_EMAIL,
        **errors,
    }
    return render(request, "feeds/claim.html", context, status=422 if errors else 200)
