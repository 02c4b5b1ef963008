"""One command starts everything, one signal ends everything, and whatever is killed heals."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.xdist_group("house")

PATIENCE = 40.0
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

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = two_free_ports()
        self.parent: subprocess.Popen[str] | None = None
        self.seen: list[psutil.Process] = []

    def run(self, *words: str) -> "subprocess.Popen[str]":
        environ = os.environ | {"POTLUCK_DATA": str(self.data), "POTLUCK_PORT": str(self.port)}
        environ = {name: value for name, value in environ.items() if name != "POTLUCK_STREAM_PORT"}
        command = [sys.executable, "-m", "potluck.cli", *words]
        return subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def start(self) -> None:
        self.parent = self.run("serve")
        until(self.is_well, "the house being well")
        self.seen = [psutil.Process(self.parent.pid), *self.others()]

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

    def is_well(self) -> bool:
        assert self.parent
        if self.parent.poll() is not None:
            raise AssertionError(self.parent.communicate())
        status, body = self.get("/health")
        return status == 200 and json.loads(body)["status"] == "ok"

    def end(self, number: int) -> str:
        """Send the parent a signal; what it had said on standard error."""
        assert self.parent
        self.seen += self.others()
        self.parent.send_signal(number)
        _, said = self.parent.communicate(timeout=TO_END)
        return said

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house")


@pytest.fixture
def house(folder: Path) -> Iterator[House]:
    house = House(folder)
    house.start()
    yield house
    if house.parent and house.parent.poll() is None:
        house.end(signal.SIGTERM)
    for process in house.left():
        process.kill()


def test_it_starts_says_where_and_ends_on_sigterm_with_nothing_left(house: House) -> None:
    assert house.get("/")[0] == 200
    house.end(signal.SIGTERM)
    assert house.parent and house.parent.returncode == 0
    assert house.left() == []


def test_an_open_stream_does_not_hold_it_up_on_ctrl_c(house: House) -> None:
    with socket.create_connection(("localhost", house.port + 1), timeout=5) as stream:
        stream.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
        with socket.create_connection(("localhost", house.port), timeout=5) as slow:
            slow.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf a")
            house.end(signal.SIGINT)
    assert house.parent and house.parent.returncode == 0
    assert house.left() == []


@pytest.mark.parametrize("name", ["potluck-web", "potluck-worker", "potluck-stream", "postgres"])
def test_what_is_killed_is_started_again(house: House, name: str) -> None:
    killed = house.named(name)
    assert killed
    for process in killed:
        process.kill()
    until(lambda: not set(killed) & set(house.others()), "their end")
    until(lambda: len(house.named(name)) >= 1, f"{name} starting again")
    until(house.is_well, "the house being well again")


def test_when_the_parent_is_killed_all_end_and_the_next_start_heals(house: House) -> None:
    house.seen += house.others()
    assert house.parent
    house.parent.kill()
    house.parent.communicate()
    until(lambda: not house.left(), "the end of all", TO_END)
    house.start()
    assert house.get("/")[0] == 200


def test_a_second_one_on_the_same_folder_is_refused_in_a_sentence(house: House) -> None:
    said = house.run("serve").communicate(timeout=PATIENCE)[1]
    assert said.startswith("Potluck already runs on")
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_named_in_a_sentence(house: House, tmp_path: Path) -> None:
    other = House(tmp_path)
    other.port = house.port
    parent = other.run("serve")
    said = parent.communicate(timeout=PATIENCE)[1]
    assert parent.returncode == 1
    assert said.startswith(f"The port {house.port} cannot be used")
