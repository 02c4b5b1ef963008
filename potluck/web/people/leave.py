"""The page on which a member leaves, and the way back while there is one."""

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from potluck.lib.errors import Malformed, Refused
from potluck.people.leave import GRACE, come_back, leave
from potluck.people.leave_models import Leaving
from potluck.rendering.decorators import MemberRequest, signed_in_only
from potluck.rendering.pages import render, say


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
@reauthentication_required  # type: ignore[untyped-decorator]
def leaving(request: MemberRequest) -> HttpResponse:
    """Leave, or stay after all."""
    if request.POST.get("stay"):
        come_back(request.viewer)
        say(request, _("Good to have you. Everything is as it was."))
        return redirect("/you/account")
    if request.method == "POST":
        return _leave(request)
    return render(request, "account/leaving.html", _context(request))


def _leave(request: MemberRequest) -> HttpResponse:
    keeps = request.POST.get("posts") == "keep"
    try:
        leave(request.viewer, typed=request.POST.get("typed", ""), keeps_posts=keeps)
    except (Malformed, Refused) as error:
        context = _context(request) | {
            "error": str(error),
            "keeps": keeps,
            "typed": request.POST.get("typed", ""),
        }
        return render(request, "account/leaving.html", context, status=422)
    for session in UserSession.objects.filter(user=request.viewer.account):
        session.end()
    logout(request)
    say(request, _("You have left. To come back, sign in within %(days)d days.") % {"days": GRACE.days})
    return redirect("/")


def _context(request: MemberRequest) -> dict[str, object]:
    row = Leaving.objects.filter(person=request.viewer).first()
    until = row.asked_at + GRACE if row else None
    return {"leaving": row, "until": until, "days": GRACE.days, "handle": request.viewer.handle}
