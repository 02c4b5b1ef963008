"""`potluck web` and `potluck stream`: granian with the pages, and granian with the open streams."""

import multiprocessing
import os
import resource
import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from potluck.lib import process_control
from potluck.lib.errors import Refused

PAGES = "potluck.web.server.application"
STREAM_MODULE = "potluck.lib.streaming.server"
# How long a page may still take, and an open stream may hold on, once asked to end.
PAGE_SECONDS = 3
STREAM_SECONDS = 1
# How many connections one process of pages holds, most of them at rest, and how many may knock at once.
PAGE_CONNECTIONS, PAGE_BACKLOG = 4096, 2048
# Open files beside connections: the database, bodies that lie in files, what is sent.
OTHER_FILES = 500
# How long the head of a request may take, or a connection rest between two, in milliseconds, and what of a request is
# read ahead of us, in bytes.
HEAD_MILLISECONDS, READ_AHEAD = 15_000, 64 * 1024
# How many open streams one process holds, and how many may knock at once, as they all do after a restart.
STREAMS_AT_ONCE = 20_000
STREAM_BACKLOG = 4096


def web(args: Namespace) -> None:
    """Serve pages until told to end."""
    _serve(
        MPServer(
            PAGES,
            interface=Interfaces.RSGI,
            port=settings.PORT,
            workers=settings.WEB_PROCESSES,
            loop=Loops.asyncio,
            websockets=False,
            runtime_blocking_threads=1,
            backlog=PAGE_BACKLOG,
            backpressure=_connections(),
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
        # Browsers speak HTTP/2 by TLS alone, so to the proxy before us. Told apart by the first bytes, a connection
        # that says nothing would stay for ever.
        "http": HTTPModes.http1,
        "http1_settings": HTTP1Settings(header_read_timeout=HEAD_MILLISECONDS, max_buffer_size=READ_AHEAD),
    }


def _connections() -> int:
    """As many as there may be open files; the system often gives few until it is asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = PAGE_CONNECTIONS + OTHER_FILES
    if soft < most:
        soft = min(most, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(min(PAGE_CONNECTIONS, soft - OTHER_FILES), 100)


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
