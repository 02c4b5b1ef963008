"""The endpoint programs speak to, and the page on which their keys are made."""

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from potluck.channels.micropub import adapter
from potluck.channels.micropub.models import Key
from potluck.channels.micropub.tokens import make_key, take_back, whose
from potluck.door import admit
from potluck.lib.errors import Malformed, Missing, PotluckError, Refused, TryLater
from potluck.people.models import Person
from potluck.posts.edit import delete, undelete
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render
from potluck.rendering.pages import say as tell

HERE = "/you/keys"
CONFIG = {
    "post-types": [
        {"type": "note", "name": "Note"},
        {"type": "article", "name": "Article"},
        {"type": "bookmark", "name": "Link"},
        {"type": "reply", "name": "Reply"},
    ],
    "syndicate-to": [],
}
# The protocol's own names for what went wrong, with the status each is sent with.
_ERRORS: tuple[tuple[type[PotluckError], str, int], ...] = (
    (Malformed, "invalid_request", 400),
    (Missing, "invalid_request", 400),
    (TryLater, "temporarily_unavailable", 429),
    (Refused, "forbidden", 403),
)


def _in_its_words(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Errors as JSON, and any page's scripts let in: a key is sent by hand, never by a browser of itself."""

    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            response = view(request)
        except PotluckError as error:
            name, status = next((n, s) for kind, n, s in _ERRORS if isinstance(error, kind))
            response = _wrong(name, str(error), status)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response["Access-Control-Expose-Headers"] = "Location"
        return response

    return answered


def _wrong(name: str, words: str, status: int) -> HttpResponse:
    return JsonResponse({"error": name, "error_description": words}, status=status)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
@_in_its_words
def micropub(request: HttpRequest) -> HttpResponse:
    """Share, take back, or say what can be done here. Who is signed in on this browser counts for nothing."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    person = whose(_key(request))
    if person is None:
        response = _wrong("unauthorized", _("A key is needed, made at %(page)s.") % {"page": HERE}, 401)
        response["WWW-Authenticate"] = "Bearer"
        return response
    if request.method != "POST":
        return _told(request)
    if person.is_suspended or person.approved_at is None:
        raise Refused(_("Your account is not open for sharing now."))
    return _do(request, person)


def _key(request: HttpRequest) -> str:
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else request.POST.get("access_token", "")


def _told(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("q", "")
    if wanted == "config":
        return JsonResponse(CONFIG)
    if wanted in CONFIG:
        return JsonResponse({wanted: CONFIG[wanted]})
    raise Malformed(_("Only q=config and q=syndicate-to can be asked here."))


def _do(request: HttpRequest, person: Person) -> HttpResponse:
    if request.content_type == "application/json":
        given, action, url = adapter.of_json(request.body)
    else:
        given = adapter.of_form(request.POST)
        action, url = request.POST.get("action", "create"), request.POST.get("url", "")
    if action == "create":
        post = admit(adapter.draft_of(given, person))
        return HttpResponse(status=201, headers={"Location": f"{settings.ORIGIN}{post.page}"})
    if action in ("delete", "undelete"):
        (delete if action == "delete" else undelete)(adapter.own_post(url, person), by=person)
        return HttpResponse(status=204)
    raise Malformed(_("Only create, delete and undelete can be done here. Change it on its page."))


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
@reauthentication_required  # type: ignore[untyped-decorator]
def keys(request: MemberRequest) -> HttpResponse:
    """One's keys; a new one is told on the page that answers, once."""
    told, error = "", ""
    if request.method == "POST":
        try:
            told = make_key(request.viewer, request.POST.get("name", ""))
        except (Malformed, Refused) as wrong:
            error = str(wrong)
    rows = list(Key.objects.filter(person=request.viewer).order_by("-id"))
    context = {"rows": rows, "told": told, "error": error, "endpoint": f"{settings.ORIGIN}/micropub"}
    response = render(request, "micropub/keys.html", context, status=422 if error else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@members_only
def removal(request: MemberRequest, key_id: int) -> HttpResponse:
    """Take a key back."""
    take_back(key_id, by=request.viewer)
    tell(request, _("Taken back. Nothing can be shared with it any more."))
    return redirect(HERE)
