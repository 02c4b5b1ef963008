"""The house as a host runs it: `potluck serve` on a folder and two free ports, seen from outside.

with running(folder, POTLUCK_ALLOW_PRIVATE_NETWORK="1") as house:
    house.get("/")
    house.say("source", "poll", "--all")
"""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import IO, Any

import psutil

TOP = Path(__file__).parent.parent
TELL = """
import json, sys, importlib, django
django.setup()
print(json.dumps(importlib.import_module(sys.argv[1]).fill()))
"""
PATIENCE = 40.0
# A first start makes a database and its tables; on a machine that has much else to do it takes minutes. Whoever waits
# goes on as soon as it is there, or has ended.
TO_START = 300.0
TO_END = 8.0


def until(ask: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ask():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} seconds")


class House:
    """A data folder, two ports, and the processes that serve them."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.settings = settings
        self.port = two_free_ports()
        # Where what it complains of goes. A pipe holds 64 KB, then whoever writes to it waits.
        self.complaints: IO[str] | int = subprocess.PIPE
        self.parent: subprocess.Popen[str] | None = None
        self.seen: list[psutil.Process] = []
        # Whatever was started, to be ended with the test.
        self.ran: list[subprocess.Popen[str]] = []

    def run(self, *words: str) -> "subprocess.Popen[str]":
        return self.python("-m", "potluck.cli", *words)

    def python(self, *words: str) -> "subprocess.Popen[str]":
        ours = {"POTLUCK_DATA": str(self.data), "POTLUCK_PORT": str(self.port), **self.settings}
        environ = {name: value for name, value in os.environ.items() if name != "POTLUCK_STREAM_PORT"} | ours
        command = [sys.executable, *words]
        process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=self.complaints, text=True, cwd=TOP
        )
        self.ran.append(process)
        return process

    def start(self) -> None:
        self.parent = self.run("serve")
        try:
            until(self.is_well, "the house being well", TO_START)
        except BaseException:
            self.clear()
            raise
        self.seen = [psutil.Process(self.parent.pid), *self.others()]

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def say(self, *words: str) -> str:
        """Run a command beside the house, to its end; what it printed."""
        return self._ended(self.run(*words))

    def tell(self, story: str) -> Any:
        """What the function `fill` of a module gives, run on this house's folder."""
        return json.loads(self._ended(self.python("-c", TELL, story)))

    def _ended(self, process: "subprocess.Popen[str]") -> str:
        printed, complaint = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, complaint
        return printed

    def others(self) -> list[psutil.Process]:
        assert self.parent
        return psutil.Process(self.parent.pid).children(recursive=True)

    def named(self, name: str) -> list[psutil.Process]:
        return [process for process in self.others() if process.name() == name]

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def send(self, path: str, body: str, headers: dict[str, str]) -> int:
        """Send a form; the status."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        try:
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def is_well(self) -> bool:
        assert self.parent
        if self.parent.poll() is not None:
            raise AssertionError(self.parent.communicate())
        status, body = self.get("/health")
        return status == 200 and json.loads(body)["status"] == "ok"

    def streams(self) -> bool:
        """Whether the stream process listens; it may begin a moment after pages are served."""
        with socket.socket() as line:
            return line.connect_ex(("localhost", self.port + 1)) == 0

    def end(self, number: int) -> str:
        """Send the parent a signal; what it had said on standard error."""
        assert self.parent
        self.seen += self.others()
        self.parent.send_signal(number)
        _, said = self.parent.communicate(timeout=TO_END)
        return said

    def clear(self) -> None:
        """Leave nothing running, whatever happened."""
        if self.parent and self.parent.poll() is None:
            self.seen += [psutil.Process(self.parent.pid)]
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.end(signal.SIGTERM)
        for process in [*self.left(), *(one for one in self.ran if one.poll() is None)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def left(self) -> list[psutil.Process]:
        return [p for p in self.seen if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def two_free_ports() -> int:
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("localhost", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("localhost", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def code_for(mail: str, outbox: Path) -> str:
    """The code in the newest letter to this address."""
    until(lambda: list(outbox.glob(f"*{mail}.eml")), f"a letter to {mail}")
    said = message_from_bytes(max(outbox.glob(f"*{mail}.eml")).read_bytes()).get_payload(decode=True)
    assert isinstance(said, bytes)
    found = re.search(r"^\s*([0-9A-Z]{3,}-?[0-9A-Z]{3,})\s*$", said.decode(), re.M)
    assert found, said
    return found[1]


@contextmanager
def running(data: Path, **settings: str) -> Iterator[House]:
    """A house that serves while the story is told."""
    house = House(data, **settings)
    try:
        house.start()
        yield house
    finally:
        house.clear()
