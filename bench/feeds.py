"""What feeds cost: feeds a processor second, ours and the database's, all new and unchanged.

`all_new` and `unchanged` run in a process of their own on the data folder of a served network, and print JSON.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app

from bench.house import TOP, cpu_of, python
from bench.pages import Figures
from bench.words import SUBJECTS, Vocabulary
from potluck.channels.feeds.models import Item, Subscription
from potluck.channels.feeds.reading.poll import Tally, poll
from potluck.people.join import outside_person
from potluck.people.models import Source
from potluck.people.sources import add_source
from potluck.posts.models import Post

FEEDS, ENTRIES = 120, 47
# So many addresses are asked for what has not changed, each on a connection of its own.
UNCHANGED = 3000


def feeds(data: Path) -> Figures:
    """Three figures; the one on real feeds only where there are some."""
    found = json.loads(python("bench.feeds:all_new", data)) | json.loads(
        python("bench.feeds:unchanged", data)
    )
    return {name: (value, "feeds a CPU second") for name, value in found.items()}


def all_new() -> None:
    """Feeds read for the first time: cleaned, stored, and found by their words."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder))
        print(json.dumps({"feeds_new": _read_new(Path(folder), "made"), **_real()}))


def _real() -> dict[str, float]:
    real = Path(os.environ.get("POTLUCK_SHARED", TOP / "../shared"), "data/realinput/feeds")
    return {"feeds_new_real": _read_new(real, "real")} if real.is_dir() else {}


def unchanged() -> None:
    """Feeds that answer 304, at many addresses."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), 10)
        with _server(Path(folder)) as port:
            names = sorted(path.name for path in Path(folder).iterdir())
            _subscribe([f"http://127.0.0.1:{port}/{n}/{names[n % 10]}" for n in range(UNCHANGED)])
            server = f"http://127.0.0.1:{port}/"
            _know(Path(folder), server)
            _soon(server)
            tally, spent = _poll()
            assert tally.unchanged == UNCHANGED, tally
            print(json.dumps({"feeds_unchanged": tally.unchanged / spent}))


def _read_new(folder: Path, name: str) -> float:
    with _server(folder) as port:
        began = Post.objects.count()
        _subscribe([f"http://127.0.0.1:{port}/{name}/{path.name}" for path in sorted(folder.iterdir())])
        tally, spent = _poll()
        posts = Post.objects.count() - began
        print(f"  {tally} {posts} posts, {spent:.2f} CPU s", file=sys.stderr)
        assert tally.read >= 0.95 * tally.looked and posts == tally.new
        return tally.read / spent


def _poll() -> tuple[Tally, float]:
    """A whole run, and the processor seconds of this process and of the database."""
    app.perform_import_paths()  # a worker has long loaded every job it may defer
    connection.ensure_connection()
    postmaster = psutil.Process(int((Path(settings.DATA) / "postgres/postmaster.pid").read_text().split()[0]))

    def database() -> float:
        return cpu_of(postmaster) + sum(cpu_of(child) for child in postmaster.children(recursive=True))

    before = database() + time.process_time()
    tally = poll()
    time.sleep(0.5)
    return tally, database() + time.process_time() - before


@contextmanager
def _server(folder: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.feed_server", str(folder)]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def _subscribe(urls: list[str]) -> None:
    """Each is the feed of somebody outside, due now; nothing else is."""
    Subscription.objects.update(next_look_at=None)
    for url in urls:
        add_source(url, person=outside_person(url), by=None)
    Subscription.objects.bulk_create([Subscription(url=url) for url in urls])


def _know(folder: Path, server: str) -> None:
    """As if all had been read before: what they would send back is known."""
    from bench.feed_server import Server

    marks = Server(folder).marks
    for name, mark in marks.items():
        Subscription.objects.filter(url__startswith=server, url__endswith=f"/{name}").update(etag=mark)
    assert not Item.objects.filter(source__url__startswith=server).exists()
    Source.objects.filter(url__startswith=server).update(looked_at=datetime.now(UTC), title="Known")


def _soon(server: str) -> None:
    Subscription.objects.filter(url__startswith=server).update(next_look_at=datetime.now(UTC))


def _write(folder: Path, number: int = FEEDS) -> None:
    """RSS and Atom by turns; the texts as long as in real feeds: 1,750 characters in the mean, the middle one 230."""
    chance = random.Random(5)
    words = Vocabulary(chance)
    for n in range(number):
        subject = chance.randrange(SUBJECTS)
        entries = [_html(words, chance, subject) for _ in range(max(1, int(chance.gauss(ENTRIES, 15))))]
        text = _rss(words, subject, entries) if n % 2 else _atom(words, subject, entries)
        (folder / f"feed-{n}.xml").write_text(text)


def _html(words: Vocabulary, chance: random.Random, subject: int) -> str:
    """An entry as blogs have them: paragraphs, links, emphasis, a list, a picture, now and then a script."""
    left, parts = min(6000, max(12, int(chance.lognormvariate(3.6, 1.95)))), []
    while left > 0:
        length = min(left, chance.randrange(20, 90))
        text = words.text(subject, length).split(" ")
        if length > 12:
            text[3] = f'<a href="/posts/{chance.randrange(9999)}?utm_source=feed" class="x">{text[3]}</a>'
            text[9] = f"<em>{text[9]}</em>"
        parts.append(f'<p class="body" style="margin:0">{" ".join(text)}</p>')
        left -= length
    if chance.random() < 0.4:
        parts.insert(
            1,
            f'<figure><img src="/pictures/{chance.randrange(9999)}.jpg" width="640" alt="{words.text(0, 3)}"></figure>',
        )
    if chance.random() < 0.3:
        parts.append("<ul>" + "".join(f"<li>{words.text(subject, 6)}</li>" for _ in range(4)) + "</ul>")
    if chance.random() < 0.1:
        parts.append(
            '<script>track("x")</script><div class="share"><a href="javascript:void(0)">Share</a></div>'
        )
    return "\n".join(parts)


def _dates(number: int) -> list[datetime]:
    now = datetime.now(UTC).replace(microsecond=0)
    return [now - timedelta(days=3 * n, minutes=7 * n + 1) for n in range(number)]


def _rss(words: Vocabulary, subject: int, entries: list[str]) -> str:
    site = f"https://{words.text(subject, 2).replace(' ', '-')}-{words.chance.randrange(10**9)}.example"
    items = [
        f"<item><title>{words.text(subject, 6)}</title><link>{site}/posts/{n}</link><guid>{site}/posts/{n}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate><category>subject{subject}</category>"
        f"<description><![CDATA[{html}]]></description></item>"
        for n, (html, at) in enumerate(zip(entries, _dates(len(entries)), strict=True))
    ]
    head = f"<title>{words.text(subject, 3)}</title><link>{site}/</link><description>All</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'


def _atom(words: Vocabulary, subject: int, entries: list[str]) -> str:
    site = f"https://{words.text(subject, 2).replace(' ', '-')}-{words.chance.randrange(10**9)}.example"
    items = [
        f'<entry><title>{words.text(subject, 6)}</title><link href="{site}/posts/{n}"/><id>{site}/posts/{n}</id>'
        f"<published>{at.isoformat()}</published><updated>{at.isoformat()}</updated>"
        f'<category term="subject{subject}"/><content type="html"><![CDATA[{html}]]></content></entry>'
        for n, (html, at) in enumerate(zip(entries, _dates(len(entries)), strict=True))
    ]
    head = f"<title>{words.text(subject, 3)}</title><link href='{site}/'/><id>{site}/</id>"
    head += f"<updated>{_dates(1)[0].isoformat()}</updated>"
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{"".join(items)}</feed>'
