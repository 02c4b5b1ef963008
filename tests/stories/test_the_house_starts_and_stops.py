"""One command starts everything, one signal ends everything, and whatever is killed heals."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house_run import PATIENCE, TO_END, House, until

pytestmark = pytest.mark.xdist_group("house")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house")


@pytest.fixture
def house(folder: Path) -> Iterator[House]:
    house = House(folder)
    house.start()
    yield house
    house.clear()


def test_it_starts_says_where_and_ends_on_sigterm_with_nothing_left(house: House) -> None:
    assert house.get("/")[0] == 200
    house.end(signal.SIGTERM)
    assert house.parent and house.parent.returncode == 0
    assert house.left() == []


def test_an_open_stream_does_not_hold_it_up_on_ctrl_c(house: House) -> None:
    until(house.streams, "the beginning of streams")
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


def test_mail_port_that_is_taken_is_named_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        house = House(tmp_path, POTLUCK_MAIL_LISTEN=f"lmtp://127.0.0.1:{port}")
        said = house.run("serve").communicate(timeout=PATIENCE)[1]
    house.clear()
    assert f"The port {port} cannot be used" in said
    assert "choose another with POTLUCK_MAIL_LISTEN" in said
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_named_in_a_sentence(house: House, tmp_path: Path) -> None:
    other = House(tmp_path)
    other.port = house.port
    parent = other.run("serve")
    said = parent.communicate(timeout=PATIENCE)[1]
    assert parent.returncode == 1
    assert said.startswith(f"The port {house.port} cannot be used")
