"""The checkers themselves find planted faults; otherwise their silence would mean nothing."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.checkers import OpenWindow, Windows, axe, too_wide, vnu

GOOD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Soil</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Soil</h1>
<p id="told">Compost in a flat.</p><button type="button">More</button></main></body></html>"""
FAULTY = GOOD.replace('lang="en"', "").replace("<p ", '<img src="x.png"><p ').replace(">More<", "><")
PAGES = {
    "/good": GOOD,
    "/faulty": FAULTY,
    "/dim": GOOD.replace("</head>", '<link rel="stylesheet" href="/dim.css"></head>'),
    "/script": GOOD.replace("</body>", "<script>document.title = 'ran'</script></body>"),
    "/wide": GOOD.replace("Compost in a flat.", "W" * 400),
    "/dim.css": "p { color: #ccc; background: #fff } @media (prefers-color-scheme: dark) {p { color: #000 }}",
}


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path in PAGES else 404)
        self.send_header(
            "Content-Type", "text/css" if self.path.endswith(".css") else "text/html; charset=utf-8"
        )
        self.send_header("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'")
        self.end_headers()
        self.wfile.write(PAGES.get(self.path, "").encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_axe_is_content_with_a_good_page(open_window: OpenWindow, origin: str) -> None:
    page = open_window(origin=origin)
    page.goto("/good")
    assert axe(page) == []


def test_axe_finds_planted_faults_under_a_strict_policy(open_window: OpenWindow, origin: str) -> None:
    page = open_window(origin=origin)
    page.goto("/faulty")
    found = {line.split()[0] for line in axe(page)}
    assert {"html-has-lang", "image-alt", "button-name"} <= found


def test_axe_sees_each_theme(open_window: OpenWindow, origin: str) -> None:
    light, dark = open_window(origin=origin), open_window(origin=origin, dark=True)
    light.goto("/dim")
    dark.goto("/dim")
    assert any(line.startswith("color-contrast") for line in axe(light))
    assert axe(dark) == []


def test_what_is_wider_than_a_narrow_window_is_named(open_window: OpenWindow, origin: str) -> None:
    page = open_window(width=320, origin=origin)
    page.goto("/good")
    assert too_wide(page) == []
    page.goto("/wide")
    assert any(line.startswith("p.") for line in too_wide(page))


def test_vnu_is_content_with_a_good_page_and_style_sheet() -> None:
    assert vnu({"/good": GOOD, "good.css": "p { color: red }"}) == []


def test_vnu_finds_planted_faults_and_names_the_page() -> None:
    found = vnu({"/good": GOOD, "/faulty": FAULTY, "bad.css": "p { colr: red }"})
    assert any(line.startswith("/faulty:") and "alt" in line for line in found)
    assert any(line.startswith("bad.css:") and "colr" in line for line in found)
    assert not any(line.startswith("/good") for line in found)


def test_a_window_is_as_wide_and_dark_as_asked(open_window: OpenWindow, origin: str) -> None:
    page = open_window(width=360, dark=True, origin=origin)
    page.goto("/good")
    assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]") == [360, True]


def test_a_window_without_scripts_runs_none(open_window: OpenWindow, browser: object) -> None:
    page = open_window(scripts=False)
    page.goto("data:text/html,<title>still</title><script>document.title = 'ran'</script>")
    assert page.title() == "still"


def test_a_refused_script_is_reported(windows: Windows, origin: str) -> None:
    page = windows.open(origin=origin)
    page.goto("/script")
    assert page.title() == "Soil"
    assert any("Content Security Policy" in said for said in windows.troubles)
