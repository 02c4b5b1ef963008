"""A blog on this machine: a page that names its feed, and a feed that grows while the story is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PAGE = """<!doctype html><html lang="en"><head><title>{title}</title>
<link rel="alternate" type="application/rss+xml" title="{title}" href="/feed.xml"></head>
<body><h1>{title}</h1></body></html>"""
FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title><link>{origin}/</link>
<description>What grew, and why.</description>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>{origin}/{key}</link><guid>{origin}/{key}</guid><pubDate>{at}</pubDate>
<category>soil</category><description>{text}</description></item>"""


@dataclass
class Blog:
    """Its title and its items, oldest first: (title, text, when)."""

    title: str
    origin: str = ""
    items: list[tuple[str, str, datetime]] = field(default_factory=list)

    def publish(self, title: str, text: str, at: datetime | None = None) -> None:
        self.items.append((title, text, at or datetime.now(UTC)))

    def feed(self) -> str:
        items = [
            ITEM.format(
                title=escape(title), origin=self.origin, key=key, at=format_datetime(at), text=escape(text)
            )
            for key, (title, text, at) in enumerate(self.items)
        ]
        return FEED.format(title=escape(self.title), origin=self.origin, items="".join(reversed(items)))


@contextmanager
def blogging(title: str) -> Iterator[Blog]:
    """The blog, reachable until the story ends."""
    blog = Blog(title)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, said = ("text/html", PAGE.format(title=escape(blog.title)))
            if self.path == "/feed.xml":
                kind, said = "application/rss+xml", blog.feed()
            body = said.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        blog.origin = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield blog
        server.shutdown()
        thread.join()
