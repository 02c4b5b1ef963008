"""What every request passes: who is here, the policy of what a page may load, and errors as plain sentences."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed, Missing, PotluckError, Refused
from potluck.lib.parameters import LARGEST
from potluck.lib.sql import ask, columns, made
from potluck.people.join import join
from potluck.people.models import Account, Person
from potluck.people.network import the_network
from potluck.rendering import pages

Handler = Callable[[HttpRequest], HttpResponse]

# Nothing inline, nothing from elsewhere. Streams come from the stream process.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        f"connect-src 'self' {settings.STREAM_ORIGIN}",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)


def content_security_policy(get_response: Handler) -> Handler:
    """Say with every page what it may load."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if getattr(request, "viewer", None) is not None:
            # What a member sees is kept by no proxy, and not by the browser for whoever has the device next.
            response.setdefault("Cache-Control", "private, no-store")
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Referrer-Policy", "same-origin")
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return middleware


def who_is_here(get_response: Handler) -> Handler:
    """Set `request.viewer` (a Person, or None for a visitor) and `request.network`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.network = the_network()  # type: ignore[attr-defined]
        request.viewer = _viewer(request)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _viewer(request: HttpRequest) -> Person | None:
    """The person signed in, with their account in one query; the session ends with a change of password."""
    key = request.session.get(SESSION_KEY)
    if key is None:
        return None
    person = _person_of(key)
    if person is None or person.account is None:
        return join(request.user) if request.user.is_authenticated else None
    good = constant_time_compare(
        request.session.get(HASH_SESSION_KEY, ""), person.account.get_session_auth_hash()
    )
    if not good or not person.account.is_active:
        return None
    request._cached_user = person.account  # type: ignore[attr-defined]
    return person


_PERSON = f"""
SELECT {columns(Person, "p")}, {columns(Account, "a")}
FROM people_person p JOIN people_account a ON a.id = p.account_id WHERE a.id = %s
"""


def _person_of(account: str) -> Person | None:
    """Somebody with their account, by its number. Asked at each page, so it is written out."""
    found = ask(_PERSON, [int(account)])
    if not found:
        return None
    person, end = made(Person, found[0])
    person.account, _ = made(Account, found[0], end)
    return person


def plain_sentences(get_response: Handler) -> Handler:
    """Turn the errors that are meant for people into a page that says what happened and what to do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = _unreadable(request) or get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            return _only_sent(request, response)
        return response

    middleware.process_view = _readable  # type: ignore[attr-defined]
    middleware.process_exception = _shown  # type: ignore[attr-defined]
    return middleware


def _unreadable(request: HttpRequest) -> HttpResponse | None:
    """Read what was sent once, before an address is looked for: Django's error pages read it, too, and where that fails
    there would be none."""
    try:
        request.GET, request.POST  # noqa: B018 -- both are parsed when first looked at
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        request._mark_post_parse_error()  # type: ignore[attr-defined]
        request.GET = QueryDict()
        return _shown(
            request, Malformed(_("What was sent cannot be read. Load the page again and send it once more."))
        )
    return None


def _readable(
    request: HttpRequest, view: object, args: object, given: dict[str, object]
) -> HttpResponse | None:
    """Turn away what no person types and no database keeps: a character of value zero, a number beyond 64 bits."""
    if any("\x00" in str(value) or (isinstance(value, int) and value > LARGEST) for value in given.values()):
        return _shown(request, Missing(_("There is nothing at this address.")))
    said = (
        value for form in (request.GET, request.POST) for _name, values in form.lists() for value in values
    )
    if any("\x00" in value for value in said):
        return _shown(request, Malformed(_("There is a character in it that no text can hold.")))
    return None


def _only_sent(request: HttpRequest, bare: HttpResponse) -> HttpResponse:
    """Somebody opened an address that forms are sent to, as by reloading what came of one."""
    sentence = _("This address takes what a button sends. There is nothing to read at it.")
    response = pages.render(request, "errors/404.html", {"sentence": sentence})
    response.status_code = bare.status_code
    response.headers["Allow"] = bare.headers["Allow"]
    return response


_STATUS: dict[type[PotluckError], int] = {Refused: 403, Missing: 404, Malformed: 400}


def _shown(request: HttpRequest, error: Exception) -> HttpResponse | None:
    for kind, status in _STATUS.items():
        if isinstance(error, kind):
            context = {"sentence": str(error), "written": _written(request)}
            response = pages.render(request, f"errors/{status}.html", context)
            response.status_code = status
            return response
    return None


def _written(request: HttpRequest) -> str:
    """What somebody wrote and sent, so that an error does not cost them their words."""
    said = (request.POST.get(name, "").strip() for name in ("text", "story", "right", "note", "about"))
    return next((words for words in said if words), "")
