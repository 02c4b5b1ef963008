"""A served network seen from outside: its processes, what they have cost, and pages as a member gets them."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psutil

TOP = Path(__file__).parent.parent
TO_START = 300.0
WEB = ("potluck-web", "postgres")
# POTLUCK_BENCH_SIZE=tiny: only whether it works. A network of a few seconds, each page asked for a few times.
TINY = os.environ.get("POTLUCK_BENCH_SIZE") == "tiny"
ALL = ("potluck-web", "potluck-worker", "potluck-stream", "postgres")


def environment(data: Path, port: int = 0) -> dict[str, str]:
    """What a Potluck on this folder is started with."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("POTLUCK_STREAM_PORT", "POTLUCK_ORIGIN")
    }
    more = {
        "POTLUCK_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "potluck.settings",
        "POTLUCK_ALLOW_PRIVATE_NETWORK": "1",
    }
    return {**kept, **more, **({"POTLUCK_PORT": str(port)} if port else {})}


def python(story: str, data: Path) -> str:
    """Run `module:function` on this folder in a process of its own; what it printed."""
    module, _, function = story.partition(":")
    code = f"import django; django.setup(); from {module} import {function}; {function}()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(data),
        cwd=TOP,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


class House:
    """`potluck serve` on a folder."""

    def __init__(self, data: Path) -> None:
        self.port = _two_free_ports()
        began = time.monotonic()
        self.parent = subprocess.Popen(
            [sys.executable, "-m", "potluck.cli", "serve"],
            env=environment(data, self.port), cwd=TOP, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self.line = http.client.HTTPConnection("localhost", self.port, timeout=30)
        try:
            while not self._answers():
                if self.parent.poll() is not None or time.monotonic() - began > TO_START:
                    raise RuntimeError("The network that is measured did not start.")
                time.sleep(0.02)
        except BaseException:
            self.parent.kill()  # And with it all that it started.
            raise
        self.started = time.monotonic() - began
        self.tree = psutil.Process(self.parent.pid)

    def _answers(self) -> bool:
        try:
            return self.get("/")[0] in (200, 302)
        except (OSError, http.client.HTTPException):
            self.line.close()
            return False

    def get(self, path: str, session: str = "") -> tuple[int, str]:
        """A page, signed in by a session."""
        self.line.request("GET", path, headers={"Cookie": f"sessionid={session}"} if session else {})
        answer = self.line.getresponse()
        return answer.status, answer.read().decode()

    def post(
        self, path: str, fields: dict[str, str], session: str, *, piece: bool = False
    ) -> tuple[int, str]:
        """Send a form as a browser does, or as htmx for a `piece`; the status and where it leads."""
        token = "b" * 32
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://localhost:{self.port}",
            **({"HX-Request": "true"} if piece else {}),
        }
        self.line.request("POST", path, urlencode({"csrfmiddlewaretoken": token, **fields}), headers)
        answer = self.line.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location", "")

    def processes(self, names: tuple[str, ...] = ALL) -> list[psutil.Process]:
        """Those of these names."""
        found = []
        for process in self.tree.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.name() in names:
                    found.append(process)
        return found

    def cpu(self, names: tuple[str, ...] = ALL) -> float:
        """Seconds of processor these have used so far, sessions of the database that have ended among them."""
        return sum(cpu_of(process) for process in self.processes(names))

    def rest(self, name: str, *, go_on: bool = False) -> None:
        """Hold all processes of a name still, or let them go on."""
        for process in self.processes((name,)):
            process.send_signal(signal.SIGCONT if go_on else signal.SIGSTOP)

    def end(self) -> None:
        self.line.close()
        self.rest("potluck-worker", go_on=True)
        self.parent.send_signal(signal.SIGTERM)
        self.parent.wait(30)


def cpu_of(process: psutil.Process) -> float:
    """Seconds of processor of one process, and of children that have ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def memory_of(house: House) -> float:
    """Proportional memory (PSS) of everything under the parent, the parent too, in MB."""
    total = 0
    for process in (house.tree, *house.tree.children(recursive=True)):
        try:
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        except (OSError, psutil.NoSuchProcess):
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


@contextmanager
def serving(data: Path) -> Iterator[House]:
    """A house for a while."""
    house = House(data)
    try:
        yield house
    finally:
        house.end()


def _two_free_ports() -> int:
    """A port that is free, and the next one too, in the range of POTLUCK_BENCH_PORT (default: any)."""
    first = int(os.environ.get("POTLUCK_BENCH_PORT", "0"))
    for attempt in range(200):
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("localhost", first + 2 * attempt if first else 0))
                two.bind(("localhost", one.getsockname()[1] + 1))
            except OSError:
                continue
            return int(one.getsockname()[1])
    raise RuntimeError("No two free ports.")
