"""What is answered when a request cannot be: a page of its own, which needs neither database nor session.

What somebody wrote is shown back with a button that sends it again, as it was.
"""

import errno
import logging
import sys

import psycopg
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template import engines
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from potluck.lib.sql import DATABASE_ERRORS

log = logging.getLogger(__name__)

# When to come again, in seconds: starting PostgreSQL takes about as long.
AFTER = 3
# The server is away, takes no further writing (a standby, or a primary that became one), or has no room.
_PASSES = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
)
# These are OperationalErrors too, but of what we asked.
_OURS = (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable)


def is_unavailable(error: BaseException | None) -> bool:
    """Whether this error is of a database that is away for a while, and not a mistake of ours."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not isinstance(error, DATABASE_ERRORS):
        return False
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, psycopg.Error):
        cause = cause.__cause__
    if cause is None:
        return isinstance(error, OperationalError | InterfaceError)
    return isinstance(cause, _PASSES) and not isinstance(cause, _OURS)


def server_trouble(request: HttpRequest) -> HttpResponse:
    """`handler500`: whatever went wrong. While the database is away, 503 and when to come again."""
    error = sys.exc_info()[1]
    if error is None or not is_unavailable(error):
        return server_error(request)
    log.warning(
        "%s was answered with 503: %s", request.path, str(error.__cause__ or error).strip().partition("\n")[0]
    )
    return unavailable(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The page of a network that rests for a moment; a page that was only asked for loads itself again."""
    fields = _fields(request)
    values = {
        "fields": fields,
        "path": request.get_full_path(),
        "had_files": request.method == "POST" and bool(getattr(request, "_files", None)),
        "again": request.method in ("GET", "HEAD") and AFTER,
        "posted": request.method == "POST",
    }
    env = engines["jinja2"].env  # type: ignore[attr-defined]
    response = HttpResponse(env.get_template("errors/503.html").render(values), status=503)
    response["Retry-After"] = str(AFTER)
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would add how it came about to each.
    return response


def _fields(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """What was sent: name, value, and whether a person wrote it rather than a button."""
    if request.method != "POST":
        return []
    try:
        sent = request.POST.lists()
    except (OSError, RequestDataTooBig, TooManyFieldsSent, MultiPartParserError):
        return []
    hidden = ("csrfmiddlewaretoken", "once", "next", "audience")
    return [
        (name, value, bool(value.strip()) and name not in hidden and (" " in value or "\n" in value))
        for name, values in sent
        if "password" not in name
        for value in values
    ]


def refusal(status: int) -> tuple[list[tuple[str, str]], str]:
    """Headers and page for a request that was not taken in."""
    said = {
        400: _("What you sent did not arrive whole. Please send it again."),
        408: _(
            "What you sent took too long to arrive. Please send it again, by a faster connection if you can."
        ),
        413: _("What you sent is larger than %(most)s MB, which is the most that can be sent at once.")
        % {"most": settings.REQUEST_BYTES // 1_000_000},
        503: _("There is more to do here just now than we can. Please try again in a moment."),
        507: _("There is no room for what you sent just now. Please keep it, and try again later."),
    }[status]
    env = engines["jinja2"].env  # type: ignore[attr-defined]
    page = env.get_template("errors/503.html").render({"sentence": said})
    headers = [("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store")]
    headers.append(("content-security-policy", "default-src 'none'; style-src 'self'"))
    if status in (503, 507):
        headers.append(("retry-after", str(AFTER)))
    return headers, page
