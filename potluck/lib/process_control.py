"""What a process asks of the kernel for itself. Linux hears; elsewhere these do nothing."""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15


def end_with_parent(signal: int, parent: int | None = None) -> None:
    """Have this process sent the signal when the thread that made it ends, even by kill -9.

    `parent` is the pid that should be our parent: if it has already gone we end at once.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal))
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def go_by(name: str) -> None:
    """The name that `ps` and `top` show, at most 15 bytes."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15])
