"""The processes under one parent: forked from it, started again when they die, ended in good time.

A child shares the memory of everything its parent had loaded. It has a session of its own, so that Ctrl-C
reaches the parent alone, and it ends when the parent does, however the parent ends.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from potluck.lib import process_control
from potluck.lib.errors import PotluckError

# A child that lived this long had started well: the next rest is short again.
WELL_SECONDS = 20.0
LONGEST_REST = 30.0
# Ctrl-C, a polite request, and a terminal that went away.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    run: Callable[[], object]
    pid: int | None = None
    started: float = 0.0
    deaths: int = 0
    rest_until: float = 0.0

    def start(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        self.started = time.monotonic()
        # Held back meanwhile: our handlers are not for the child.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
        self.pid = os.fork()
        if self.pid == 0:
            _live(self, parent)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)

    def look_after(self) -> None:
        """Start it again if it died, after a rest that grows while it keeps dying."""
        if self.pid is None:
            if time.monotonic() >= self.rest_until:
                self.start()
        elif self.has_ended():
            self.deaths = 1 if time.monotonic() - self.started > WELL_SECONDS else self.deaths + 1
            rest = min(0.1 * 2**self.deaths, LONGEST_REST)
            self.rest_until = time.monotonic() + rest
            print(f"The {self.name} process ended; starting it again.", file=sys.stderr)

    def has_ended(self) -> bool:
        if self.pid is not None and os.waitpid(self.pid, os.WNOHANG) != (0, 0):
            self.pid = None
        return self.pid is None

    def send(self, number: int, *, group: bool = False) -> None:
        """Signal the child, or everything it started too."""
        if self.pid is not None:
            try:
                (os.killpg if group else os.kill)(self.pid, number)
            except (ProcessLookupError, PermissionError):
                return


@dataclass
class Children:
    """All of them together."""

    all: list[Child] = field(default_factory=list)

    def look_after(self) -> None:
        for child in self.all:
            child.look_after()

    def end(self, seconds: float) -> None:
        """Ask all to end; whatever still runs after so many seconds is killed."""
        for child in self.all:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not all(child.has_ended() for child in self.all):
            time.sleep(0.02)
        for child in self.all:
            child.send(signal.SIGKILL, group=True)
        while not all(child.has_ended() for child in self.all):
            time.sleep(0.02)


def _live(child: Child, parent: int) -> None:
    """The whole life of a forked child; never returns."""
    status = 1
    try:
        os.setsid()
        process_control.end_with_parent(signal.SIGKILL, parent)
        process_control.go_by(f"potluck-{child.name}")
        signal.set_wakeup_fd(-1)
        for number in (*ENDINGS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
        child.run()
        status = 0
    except PotluckError as error:
        print(f"{child.name}: {error}", file=sys.stderr)
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else 1
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
