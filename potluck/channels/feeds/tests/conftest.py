"""A small site elsewhere, on loopback, that says what a test wants."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

FEED = b"""<rss version="2.0"><channel><title>Soil notes</title><link>%(home)s/</link>
<item><guid>%(home)s/a</guid><link>%(home)s/a</link><title>Compost in a flat</title><category>compost</category>
<description>Worms, patience and a lid that closes well.</description>
<pubDate>Mon, 03 Feb 2025 10:00:00 GMT</pubDate></item>
<item><guid>%(home)s/b</guid><link>%(home)s/b</link><title>&lt;script&gt;alert(1)&lt;/script&gt; mulch</title>
<category>mulch</category><description>Straw keeps slugs busy.</description>
<pubDate>Tue, 04 Feb 2025 10:00:00 GMT</pubDate></item>
</channel></rss>"""
PAGE = b"""<html><head><title>Eve</title>
<link rel="alternate" type="application/rss+xml" title="Soil notes" href="/feed">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/none"></head><body>Hello</body></html>"""
OPML = b"""<opml version="2.0"><body><outline text="Garden">
<outline text="Eve" xmlUrl="%(home)s/feed" htmlUrl="%(home)s/"/>
<outline text="Soil" xmlUrl="https://soil.example/feed"/>
<outline text="Broken" xmlUrl="gopher://x"/></outline></body></opml>"""


class Site:
    """`pages` maps a path to (type, body), where %(home)s stands for `home`; `moved` to where it went for good."""

    def __init__(self) -> None:
        self.pages = {"/": ("text/html", PAGE), "/feed": ("application/rss+xml", FEED)}
        self.pages["/list.opml"] = ("text/x-opml", OPML)
        self.moved: dict[str, str] = {}
        self.home = ""

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if path in self.moved:
            return 301, self.moved[path], b""
        kind, body = self.pages.get(path, ("", b""))
        return (200 if kind else 404), kind, body.replace(b"%(home)s", self.home.encode())


@pytest.fixture
def site(settings: object) -> Iterator[Site]:
    settings.ALLOW_PRIVATE_NETWORK = True  # type: ignore[attr-defined]
    settings.HOST_RATE = settings.HOST_CONNECTIONS = 0  # type: ignore[attr-defined]
    there = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, said, body = there.answer(self.path)
            self.send_response(status)
            self.send_header("Location" if status == 301 else "Content-Type", said or "text/plain")
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


@pytest.fixture
def elsewhere(site: Site) -> str:
    """The site's address, without a slash at its end."""
    return site.home
