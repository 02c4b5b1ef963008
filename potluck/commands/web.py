"""`potluck web` and `potluck stream`: granian with the pages, and granian with the open streams."""

import multiprocessing
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer

from potluck.lib import process_control
from potluck.lib.errors import Refused

STREAM_MODULE = "potluck.lib.streaming.server"
# How long a page may still take, and an open stream may hold on, once asked to end.
PAGE_SECONDS = 3
STREAM_SECONDS = 1
# How many open streams one process holds, and how many may knock at once, as they all do after a restart.
STREAMS_AT_ONCE = 20_000
STREAM_BACKLOG = 4096


def web(args: Namespace) -> None:
    """Serve pages until told to end."""
    _serve(
        MPServer(
            "potluck.web.wsgi.application",
            interface=Interfaces.WSGI,
            port=settings.PORT,
            workers=settings.WEB_PROCESSES,
            blocking_threads=4,
            runtime_blocking_threads=4,
            workers_kill_timeout=PAGE_SECONDS,
            **_common(),
        )
    )


def stream(args: Namespace) -> None:
    """Serve the streams of new things until told to end."""
    if not has_stream():
        raise Refused("There is no stream to serve in this version.")
    _serve(
        MPServer(
            f"{STREAM_MODULE}.application",
            interface=Interfaces.ASGI,
            port=settings.STREAM_PORT,
            workers=1,
            loop=Loops.asyncio,
            websockets=False,
            runtime_blocking_threads=1,
            backlog=STREAM_BACKLOG,
            backpressure=STREAMS_AT_ONCE,
            workers_kill_timeout=STREAM_SECONDS,
            **_common(),
        )
    )


def has_stream() -> bool:
    """Whether this version has a stream process."""
    return find_spec(STREAM_MODULE) is not None


def _common() -> dict[str, Any]:
    return {
        "address": settings.BIND,
        "runtime_threads": 1,
        "log_level": LogLevels.warning,
        "respawn_failed_workers": True,
        "respawn_interval": 0.2,
    }


def _serve(server: MPServer) -> None:
    # Forked workers share the memory of what is already loaded. Python 3.14 no longer forks by itself.
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)
    server.serve(target_loader=_load, wrap_loader=True)


def _load(target: str) -> Callable[..., object]:
    """Runs in each worker: what it serves, after making sure that it does not outlive granian."""
    process_control.end_with_parent(signal.SIGKILL)
    process_control.go_by("potluck-" + ("stream" if target.startswith(STREAM_MODULE) else "web"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "potluck.settings")
    application: Callable[..., object] = import_string(target)
    return application
