"""Pictures made safe: read within limits, and written anew with nothing in them but what is seen.

What a camera tells of its owner (place, time, name) does not survive, nor anything hidden behind the picture. Large
pictures are decoded one at a time on this machine, in a process of their own: 60 million pixels never meet in memory.
"""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed, Refused
from potluck.lib.image_codec import SECONDS, SafeImage, Unfit, Why, kind_of, pixels_of, written_anew

__all__ = ["SafeImage", "kind_of", "safe_image"]
# Pixels: what has no more is decoded where it came in, which takes a few milliseconds and megabytes.
SMALL = 2_000_000
# How long one waits for a turn, in seconds, and how many may wait in each process: pages are served by few threads.
PATIENCE = 20.0
_waiting = threading.BoundedSemaphore(2)


def safe_image(data: bytes, max_side: int, max_pixels: int) -> SafeImage:
    """The picture, upright, in sRGB, at most `max_side` pixels on each side; Malformed says why not, Refused that too
    many are read just now."""
    try:
        if pixels_of(data) <= SMALL:
            return written_anew(data, max_side, max_pixels)
        with _turn():
            return _in_a_process(data, max_side, max_pixels)
    except Unfit as unfit:
        raise Malformed(_sentence(unfit.args[0])) from unfit


def _sentence(why: Why) -> str:
    match why:
        case Why.DRAWING:
            return _("Drawings in SVG cannot be shown here. Please save it as PNG.")
        case Why.UNKNOWN:
            return _("This is not a picture we can read. JPEG, PNG, GIF, WebP and AVIF are fine.")
        case Why.LARGE:
            return _("This picture has too many pixels. Please make it smaller first.")
    return _("This picture is broken: it cannot be read to its end.")


def _in_a_process(data: bytes, max_side: int, max_pixels: int) -> SafeImage:
    program = [sys.executable, "-m", "potluck.lib.image_codec", str(max_side), str(max_pixels)]
    home = Path(__file__).parents[2]
    try:
        limits: dict[str, Any] = {"timeout": 2 * SECONDS, "check": True}
        done = subprocess.run(program, input=data, capture_output=True, cwd=home, **limits)  # noqa: S603 -- our own
        line, _newline, body = done.stdout.partition(b"\n")
        told = json.loads(line)
    except (subprocess.SubprocessError, ValueError) as error:  # it took too much, or fell over
        raise Unfit(Why.BROKEN) from error
    if "unfit" in told:
        raise Unfit(Why(told["unfit"]))
    return SafeImage(body, told["mime"], told["width"], told["height"])


@contextmanager
def _turn() -> Iterator[None]:
    """One picture at a time among all processes of this network on this machine."""
    late = Refused(_("Many pictures come in just now. Nothing is lost; try again in a minute."))
    if not _waiting.acquire(blocking=False):
        raise late
    try:
        with os.fdopen(
            os.open(Path(settings.DATA, "images.lock"), os.O_WRONLY | os.O_CREAT, 0o600), "w"
        ) as lock:
            end = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise late from None
                    time.sleep(0.05)
            yield
    finally:
        _waiting.release()
