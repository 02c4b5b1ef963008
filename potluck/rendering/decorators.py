"""What a view asks of who is here."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from potluck.lib.errors import Missing, Refused
from potluck.lib.parameters import address

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class MemberRequest(HttpRequest):
    """A request by somebody signed in. `viewer` is their person."""

    viewer: Any


def signed_in_only(view: Callable[Concatenate[MemberRequest, P], HttpResponseBase]) -> View[P]:
    """Send a visitor to sign in, and back here after. For what even the suspended may do: take theirs and go."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if getattr(request, "viewer", None) is None:
            if request.POST.get("text", "").strip():
                raise Refused(_("You are not signed in any more. Sign in, and send it again."))
            return _to_sign_in(request)
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the page for it, and back to where they are; a button takes the whole page there, not its own place."""
    pressed = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    back = request.get_full_path() if request.method == "GET" else address(pressed).path
    page = f"{settings.LOGIN_URL}?next={quote(back or '/')}"
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(page)
    return HttpResponseRedirect(page)


def members_only(view: Callable[Concatenate[MemberRequest, P], HttpResponseBase]) -> View[P]:
    """The same for everything else: the suspended may look, and change nothing."""

    @wraps(view)
    def open_only(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") and request.viewer.suspended_at is not None:
            raise Refused(_("Your account is suspended, so nothing can be changed from it for now."))
        return view(request, *args, **kwargs)

    return signed_in_only(open_only)


def moderators_only(view: Callable[Concatenate[MemberRequest, P], HttpResponseBase]) -> View[P]:
    """For who looks after the network, which is nobody else's business: to others there is nothing here."""

    @wraps(view)
    def hidden(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.viewer.is_moderator:
            raise Missing(_("This is not there, or it is not for everybody to see."))
        return view(request, *args, **kwargs)

    return members_only(hidden)
