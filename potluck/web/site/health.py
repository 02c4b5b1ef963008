"""`GET /health`: how the network is, for whoever watches over it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from potluck.store import health
from potluck.web.unavailable import AFTER

Handler = Callable[[HttpRequest], HttpResponse]


def answer_health(get_response: Handler) -> Handler:
    """Answer `/health` before sessions and pages are thought of, so that it can tell when those do not work.

    200 while the database answers and there is room on the disk, also when the worker is missing: pages are served.
    Else 503.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path != "/health" or request.method not in ("GET", "HEAD"):
            return get_response(request)
        found = health.as_dict()
        answer = JsonResponse(found, status=503 if found["status"] in ("no database", "disk full") else 200)
        answer["Cache-Control"] = "no-store"
        if answer.status_code == 503:
            answer["Retry-After"] = str(AFTER)
            answer._has_been_logged = True  # type: ignore[attr-defined]  # It says so itself, each time it is asked.
        return answer

    return middleware
