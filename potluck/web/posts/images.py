"""Pictures of other hosts, as we show them: fetched once, written anew, kept for a while.

Nobody's reading is seen by the host of a picture, and only addresses that we signed are asked for.
"""

import hashlib
import os
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from procrastinate.contrib.django import app

from potluck.lib.errors import PotluckError, Refused, TryLater
from potluck.lib.html import unproxied
from potluck.lib.http import Request, fetch_now
from potluck.lib.images import safe_image
from potluck.lib.private import write_private
from potluck.lib.visitors import address_of, network_of
from potluck.people.models import Person
from potluck.safety import rate_limits

LARGEST, MAX_SIDE, MAX_PIXELS = 8 * 1024 * 1024, 1600, 40_000_000
# What is kept of pictures, in bytes; those looked at least lately go first.
ROOM = 1024 * 1024 * 1024
# Somebody waits: how long for the host, and how long for a turn; in seconds.
PATIENCE, IN_LINE = 6.0, 2.0
# A picture that could not be had is not asked for again for so long, nor a host that does not answer.
SORRY_FOR, HOST_RESTS = 3600, 60
_DAY, _YEAR = 86400, 365 * 86400
_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
_ENDINGS = {kind: ending for ending, kind in _TYPES.items()}
_SORRY = ".none"
# Pages are served by few threads: slow hosts of pictures get no more than these of them.
_turns = threading.BoundedSemaphore(2)
_resting: dict[str, float] = {}


@require_safe
def image(request: HttpRequest, signature: str, encoded: str) -> HttpResponse:
    """One picture, from what is kept or from its host; where there is none, a small drawing that says so."""
    url = unproxied(signature, encoded)
    path = _kept(url)
    if path is None:
        try:
            rate_limits.take("image", _who(request))
            path = _in_turn(url)
        except Refused:
            path = None
    if path is None:
        return _sorry("no-store")
    return _sorry(f"public, max-age={SORRY_FOR}") if path.suffix == _SORRY else _shown(path)


@app.periodic(cron="41 3 * * *")
@app.task(name="potluck.web.clear_images", queue="default", pass_context=False)
def clear_images(timestamp: int) -> None:
    """Keep what is kept of pictures within its room."""
    clear(ROOM)


def clear(room: int) -> int:
    """Remove what was looked at least lately until the rest fits; how many went."""
    found = []
    for path in _folder().glob("*/*"):
        seen = path.stat()
        if path.suffix in _TYPES:
            found.append((seen.st_mtime, seen.st_size, path))
        elif time.time() - seen.st_mtime > _DAY:
            path.unlink(missing_ok=True)
    over = sum(size for _at, size, _path in found) - room
    gone = 0
    for _at, size, path in sorted(found):
        if over <= 0:
            break
        path.unlink(missing_ok=True)
        over, gone = over - size, gone + 1
    return gone


def _who(request: HttpRequest) -> str | int:
    viewer: Person | None = request.viewer  # type: ignore[attr-defined]
    return viewer.id if viewer else network_of(address_of(request))


def _in_turn(url: str) -> Path | None:
    """The picture, or the mark that there is none; nothing if it is not the time to ask."""
    host = urlsplit(url).netloc
    if _resting.get(host, 0) > time.monotonic() or not _turns.acquire(timeout=IN_LINE):
        return None
    try:
        return _kept(url) or _fetch(url)
    except TryLater:
        _rest(host)
        return None
    except Refused:  # others' pictures are decoded now: it is asked for again at the next look
        return None
    except PotluckError:
        return _write(url, b"", _SORRY)
    finally:
        _turns.release()


def _rest(host: str) -> None:
    now = time.monotonic()
    for name in [name for name, until in _resting.copy().items() if until < now]:
        _resting.pop(name, None)
    _resting[host] = now + HOST_RESTS


def _fetch(url: str) -> Path:
    """Ask the host. Only what is truly a picture is kept, whatever the host calls it; SVG and pages are not."""
    accept = "image/avif,image/webp,image/*;q=0.8"
    answer = fetch_now(Request(url, accept=accept, max_bytes=LARGEST, seconds=PATIENCE, in_line=False))
    made = safe_image(answer.body, MAX_SIDE, MAX_PIXELS)
    return _write(url, made.data, _ENDINGS[made.mime])


def _folder() -> Path:
    return Path(settings.DATA, "images")


def _stem(url: str) -> Path:
    name = hashlib.blake2b(url.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
    return _folder() / name[:2] / name


def _kept(url: str) -> Path | None:
    """What we have of it; its time is set anew once a day, so that clearing knows what is still looked at."""
    stem = _stem(url)
    for ending in (*_TYPES, _SORRY):
        path = stem.with_suffix(ending)
        try:
            age = time.time() - path.stat().st_mtime
        except OSError:
            continue
        if ending != _SORRY and age > _DAY:
            os.utime(path)
        if ending != _SORRY or age < SORRY_FOR:
            return path
    return None


def _write(url: str, data: bytes, ending: str) -> Path:
    path = _stem(url).with_suffix(ending)
    draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    write_private(draft, data)
    draft.replace(path)
    return path


def _shown(path: Path) -> HttpResponse:
    response = HttpResponse(path.read_bytes(), content_type=_TYPES[path.suffix])
    _close(response, f"public, max-age={_YEAR}, immutable")
    return response


def _sorry(cache: str) -> HttpResponse:
    """A drawing in place of a picture."""
    words = _("The picture is not there any more.")
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="80" viewBox="0 0 320 80" role="img">'
        f'<title>{words}</title><rect x="1" y="1" width="318" height="78" rx="6" fill="none" stroke="#8a7f74"/>'
        f'<text x="160" y="45" text-anchor="middle" font-family="sans-serif" font-size="14" fill="#8a7f74">{words}'
        "</text></svg>"
    )
    response = HttpResponse(drawing, status=404, content_type="image/svg+xml")
    _close(response, cache)
    return response


def _close(response: HttpResponse, cache: str) -> None:
    response["Cache-Control"] = cache
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
