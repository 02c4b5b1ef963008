"""A host that hangs holds up the others for a bounded time, and one that asks for a cookie first is read."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from potluck.lib.errors import TryLater
from potluck.lib.http import Answer, Request, fetch_batches, fetch_now


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        let = self.server.let  # type: ignore[attr-defined]
        if self.path.startswith("/hang"):
            let.wait(20)
            return
        cookie = self.headers.get("Cookie", "")
        if self.path.startswith("/cookie") and "seen=yes" not in cookie:
            self.send_response(302)
            self.send_header("Set-Cookie", "seen=yes; Path=/; HttpOnly")
            self.send_header("Set-Cookie", "lang=en; Path=/elsewhere")
            self.send_header("Location", self.path)
            self.end_headers()
            return
        if self.path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
            return
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Set-Cookie", "secret=1; Path=/")
            self.send_header("Location", self.server.other)  # type: ignore[attr-defined]
            self.end_headers()
            return
        body = cookie.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def place(settings: object) -> Iterator[ThreadingHTTPServer]:
    settings.ALLOW_PRIVATE_NETWORK = True  # type: ignore[attr-defined]
    settings.HOST_RATE = settings.HOST_CONNECTIONS = 0  # type: ignore[attr-defined]
    settings.FETCH_SECONDS = 8  # type: ignore[attr-defined]
    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    server.let = threading.Event()  # type: ignore[attr-defined]
    server.other = f"http://127.0.0.9:{server.server_port}/"  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.let.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/cookie", "/cookie/feed?x=1"])
def test_a_site_that_sends_one_round_for_a_cookie_is_read(place: ThreadingHTTPServer, path: str) -> None:
    answer = fetch_now(Request(f"http://127.0.0.1:{place.server_port}{path}"))
    assert answer.body == b"seen=yes"


def test_a_cookie_is_not_kept_for_the_next_fetch(place: ThreadingHTTPServer) -> None:
    fetch_now(Request(f"http://127.0.0.1:{place.server_port}/cookie"))
    assert fetch_now(Request(f"http://127.0.0.1:{place.server_port}/plain")).body == b""


def test_a_cookie_goes_to_no_other_host(place: ThreadingHTTPServer) -> None:
    assert fetch_now(Request(f"http://127.0.0.1:{place.server_port}/away")).body == b""


def test_a_site_that_sends_one_round_for_ever_is_left(place: ThreadingHTTPServer) -> None:
    with pytest.raises(TryLater):
        fetch_now(Request(f"http://127.0.0.1:{place.server_port}/round"))


def test_hosts_that_hang_hold_up_the_others_for_a_bounded_time(place: ThreadingHTTPServer) -> None:
    port = place.server_port
    hanging = [Request(f"http://127.1.0.{number}:{port}/hang", seconds=8) for number in range(1, 41)]
    good = [Request(f"http://127.2.0.{number}:{port}/{number}") for number in range(1, 21)]
    began, came = time.monotonic(), []
    for batch in fetch_batches([*hanging, *good], 20, at_once=8, seconds=0.2):
        came += [time.monotonic() - began for _request, outcome in batch if isinstance(outcome, Answer)]
        if len(came) == len(good):
            break
    # Eight at once and forty that hang for eight seconds would be forty seconds otherwise.
    assert max(came) < 16
