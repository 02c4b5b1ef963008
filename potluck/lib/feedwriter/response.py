"""Hand a feed out over HTTP: the right format, and 304 before anything is built where nothing changed."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from potluck import __version__
from potluck.lib.feedwriter.atom import ATOM_TYPE, atom
from potluck.lib.feedwriter.json_feed import JSON_FEED_TYPE, json_feed
from potluck.lib.feedwriter.rss import RSS_TYPE, rss
from potluck.lib.feedwriter.types import FeedOut

WRITERS: dict[str, tuple[Callable[[FeedOut], bytes], str]] = {
    "atom": (atom, ATOM_TYPE),
    "rss": (rss, RSS_TYPE),
    "json": (json_feed, JSON_FEED_TYPE),
}


class FormConverter:
    """The ending of an address, as in `/fresh.<form:form>`."""

    regex = "|".join(WRITERS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def answer(
    request: HttpRequest,
    form: str,
    *,
    stamp: object,
    modified: datetime,
    build: Callable[[], FeedOut],
    private: bool = False,
) -> HttpResponse:
    """The feed, or 304. `stamp` is all that can change in it; `build` is called only where it did."""
    write, kind = WRITERS[form]
    said = repr((__version__, form, stamp)).encode("utf-8", "backslashreplace")
    etag = f'"{blake2b(said, digest_size=12).hexdigest()}"'
    date = format_datetime(modified.astimezone(UTC), usegmt=True)
    response = (
        HttpResponseNotModified() if unchanged(request, etag, date) else HttpResponse(write(build()), kind)
    )
    response["ETag"] = etag
    response["Last-Modified"] = date
    response["Cache-Control"] = "private, max-age=60" if private else "public, max-age=60"
    if not private:
        response["Access-Control-Allow-Origin"] = "*"
    return response


def unchanged(request: HttpRequest, etag: str, date: str) -> bool:
    """Whether the reader has it already (RFC 9110, 13.2.2).

    The date must be the very one we gave: after a deletion ours may be an earlier one, and that is a change too.
    """
    known = request.headers.get("If-None-Match")
    if known is not None:
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        return etag in tags or tags == ["*"]
    return request.headers.get("If-Modified-Since") == date
