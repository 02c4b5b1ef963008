"""The examples of docs/running.md for Caddy and nginx work with the real programs: pages, streams, uploads."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from tests.house_run import TOP, House, running, two_free_ports, until

pytestmark = pytest.mark.xdist_group("house")
PROXIES = ("nginx", "caddy")


def example(begins: str) -> str:
    """The example of the guide that begins like this."""
    found = re.search(rf"^```\n({re.escape(begins)} \{{\n.*?^\}})\n```$", guide(), re.M | re.S)
    assert found
    return found[1]


def guide() -> str:
    return (TOP / "docs/running.md").read_text(encoding="utf-8")


def put(text: str, old: str, new: str) -> str:
    """The guide's example for ports and names of a test."""
    assert old in text, old
    return text.replace(old, new)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out chain.pem"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder


def nginx(house: House, port: int, folder: Path, certificate: Path) -> list[str]:
    said = put(example("server"), "listen 443", f"listen 127.0.0.1:{port}")
    said = put(said, "/etc/letsencrypt/live/learn.example.org/fullchain.pem", str(certificate / "chain.pem"))
    said = put(said, "/etc/letsencrypt/live/learn.example.org/privkey.pem", str(certificate / "key.pem"))
    said = put(put(said, ":8000", f":{house.port}"), ":8001", f":{house.port + 1}")
    said = put(said, "learn.example.org", "localhost")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/log; worker_processes 1;\n"
        f"events {{ worker_connections 1000; }}\nhttp {{ access_log off;\n{places}{said}\n}}\n"
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]


def caddy(house: House, port: int, folder: Path, certificate: Path) -> list[str]:
    tls = f"\n    tls {certificate}/chain.pem {certificate}/key.pem\n"
    said = put(example("learn.example.org"), "learn.example.org {", f"https://localhost:{port} {{{tls}")
    said = put(put(said, ":8000", f":{house.port}"), ":8001", f":{house.port + 1}")
    (folder / "Caddyfile").write_text("{\n    admin off\n    auto_https disable_redirects\n}\n" + said)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


HOW: dict[str, Callable[[House, int, Path, Path], list[str]]] = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module", params=PROXIES)
def proxied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, certificate: Path
) -> Iterator[int]:
    found = shutil.which(request.param, path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert found, f"{request.param} is missing; `make setup` installs it"
    port, folder = two_free_ports(), tmp_path_factory.mktemp(request.param)
    folder.chmod(0o755)
    origin = f"https://localhost:{port}"
    behind = {"POTLUCK_ORIGIN": origin, "POTLUCK_STREAM_ORIGIN": f"{origin}/live", "POTLUCK_PROXIES": "1"}
    with running(tmp_path_factory.mktemp("house"), **behind) as house:
        command = HOW[request.param](house, port, folder, certificate)
        environ = {"PATH": "/usr/sbin:/usr/bin:/usr/local/bin", "HOME": str(folder)}
        with (folder / "said").open("w") as said:
            proxy = subprocess.Popen(command, env=environ, cwd=folder, stdout=said, stderr=said)
        try:
            until(lambda: answers(port), (folder / "said").read_text() or "the proxy answering")
            yield port
        finally:
            proxy.terminate()
            proxy.wait(20)


def answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/")[0] == 200
    except OSError:
        return False


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def line(port: int) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=15)
    return trusting().wrap_socket(plain, server_hostname="localhost")


def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    connection = HTTPSConnection("localhost", port, timeout=30, context=trusting())
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_page_and_styles_come_through(proxied: int) -> None:
    status, page = ask(proxied, "GET", "/")
    found = re.search(rb'href="(/static/css/[^"]+)"', page)
    assert status == 200 and found
    assert ask(proxied, "GET", found[1].decode())[0] == 200


def test_upload_comes_through_and_what_is_too_large_does_not(proxied: int) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://localhost:{proxied}"}
    token = "b" * 32
    body = b"csrfmiddlewaretoken=" + token.encode() + b"&text=" + b"a" * 3_000_000
    status, _page = ask(proxied, "POST", "/share", body, Cookie=f"csrftoken={token}", **form)
    assert status in (200, 302, 400)  # It was read: Django says so itself of a text that is too long.
    try:
        status, _page = ask(proxied, "POST", "/share", b"a" * 72_000_000, **form)
    except OSError:
        status = 413  # They close without reading on, which a client may meet while it sends.
    assert status == 413


def test_stream_is_not_held_back_and_stays_open(proxied: int) -> None:
    with line(proxied) as stream:
        stream.sendall(b"GET /live/room?ticket=none HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 403 " in stream.recv(1000)  # The stream process said so: nobody has such a ticket.


def test_slow_bodies_wait_at_the_proxy_while_pages_come(proxied: int) -> None:
    slow = [line(proxied) for _ in range(60)]
    try:
        for each in slow:
            each.sendall(b"POST /share HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\nhalf")
        began = time.monotonic()
        assert ask(proxied, "GET", "/")[0] == 200
        assert time.monotonic() - began < 5
    finally:
        for each in slow:
            each.close()
