"""Pictures of other hosts: through us, once, and never anything but pictures."""

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image

from potluck.lib.html import proxied
from potluck.people.models import Person
from potluck.web.posts import images

pytestmark = pytest.mark.django_db
As = Callable[[Person | None], Client]


def png(side: int = 8) -> bytes:
    out = BytesIO()
    Image.effect_noise((side, side), 90).save(out, "PNG")
    return out.getvalue()


class Gallery:
    def __init__(self) -> None:
        self.files = {
            "/a.png": ("image/png", png()),
            "/page": ("image/png", b"<html><script>alert(1)</script>"),
        }
        self.files["/b.svg"] = ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
        self.asked: list[str] = []
        self.home = ""


@pytest.fixture
def gallery(settings: object, tmp_path: Path) -> Iterator[Gallery]:
    settings.ALLOW_PRIVATE_NETWORK = True  # type: ignore[attr-defined]
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    images._resting.clear()
    there = Gallery()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked.append(self.path)
            kind, body = there.files.get(self.path, ("", b""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.home = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield there
    server.shutdown()
    server.server_close()


def test_a_picture_is_fetched_once_and_kept(gallery: Gallery, as_: As) -> None:
    address = proxied(f"{gallery.home}/a.png")
    for _ in range(2):
        answer = as_(None).get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
        assert "immutable" in answer["Cache-Control"]
        assert Image.open(BytesIO(answer.content)).size == (8, 8)
    assert gallery.asked == ["/a.png"]


@pytest.mark.parametrize("path", ["/page", "/b.svg", "/gone.png"])
def test_what_is_no_picture_becomes_a_drawing_of_ours(gallery: Gallery, as_: As, path: str) -> None:
    for _ in range(2):
        answer = as_(None).get(proxied(f"{gallery.home}{path}"))
        assert (answer.status_code, answer["Content-Type"]) == (404, "image/svg+xml")
        assert b"script" not in answer.content and b"not there any more" in answer.content
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert gallery.asked == [path]


def test_an_address_that_we_did_not_sign_is_not_asked_for(gallery: Gallery, as_: As) -> None:
    signed = proxied(f"{gallery.home}/a.png")
    other = proxied(f"{gallery.home}/b.png")
    forged = "/".join([*other.split("/")[:3], signed.split("/")[3]])
    assert as_(None).get(forged).status_code == 404
    assert gallery.asked == []


def test_nothing_inside_is_asked_for(gallery: Gallery, as_: As, settings: object) -> None:
    settings.ALLOW_PRIVATE_NETWORK = False  # type: ignore[attr-defined]
    assert as_(None).get(proxied(f"{gallery.home}/a.png")).status_code == 404
    assert gallery.asked == []


def test_a_host_that_does_not_answer_is_left_alone_for_a_while(gallery: Gallery, as_: As) -> None:
    address = proxied("http://127.0.0.1:9/a.png")
    answer = as_(None).get(address)
    assert answer.status_code == 404 and answer["Cache-Control"] == "no-store"
    assert "127.0.0.1:9" in images._resting


def test_too_many_at_once_are_told_to_wait(
    gallery: Gallery, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "IN_LINE", 0.01)
    with images._turns, images._turns:
        answer = as_(None).get(proxied(f"{gallery.home}/a.png"))
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")
    assert as_(None).get(proxied(f"{gallery.home}/a.png")).status_code == 200


def test_what_is_looked_at_least_goes_first(gallery: Gallery, as_: As) -> None:
    gallery.files["/big.png"] = ("image/png", png(64))
    for path in ("/a.png", "/big.png"):
        as_(None).get(proxied(f"{gallery.home}{path}"))
    old = images._kept(f"{gallery.home}/big.png")
    assert old is not None
    os.utime(old, (1, 1))
    assert images.clear(len(png()) * 3) == 1
    assert images._kept(f"{gallery.home}/a.png") is not None
    assert images._kept(f"{gallery.home}/big.png") is None
