"""116 feeds as they were found in the world, held against what feedparser finds in them."""

import html
import io
import re
import time
from pathlib import Path

import feedparser
import pytest

from potluck.channels.feeds.reading.parse import Feed, Item, parse
from potluck.channels.feeds.tests import real

FEEDS = real.files("feeds")
pytestmark = real.needs("feeds")


def words(text: str) -> str:
    """Without markup, also where it was escaped once too often."""
    for _ in range(2):
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return " ".join(text.split())


def length(item: Item) -> int:
    return max(len(words(text)) for text in (item.html, item.text, item.summary))


def reference(path: Path) -> list[tuple[str, str, int]]:
    """feedparser's id, title and text length of every different entry."""
    found: dict[tuple[str, str, str], int] = {}
    for entry in feedparser.parse(io.BytesIO(path.read_bytes())).entries:
        texts = [entry.get("summary", ""), *(content.value for content in entry.get("content", []))]
        key = (
            entry.get("id") or entry.get("link", ""),
            entry.get("title", ""),
            dict.get(entry, "published", ""),
        )
        found[key] = max(len(words(text)) for text in texts)
    return [(guid, title, size) for (guid, title, _published), size in found.items()]


def read(path: Path) -> Feed:
    return parse(path.read_bytes(), url="https://feeds.example/feed")


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name[:30])
def test_every_real_feed_gives_its_items_with_their_text(path: Path) -> None:
    feed = read(path)
    assert feed.items
    assert all(item.id for item in feed.items)
    assert len({item.id for item in feed.items}) == len(feed.items)
    assert all(item.url.startswith(("http", "")) for item in feed.items)
    expected = reference(path)
    if path.suffix != ".json":
        assert sum(map(length, feed.items)) >= 0.95 * sum(size for _guid, _title, size in expected)


def test_a_second_reading_gives_the_same_ids() -> None:
    for path in FEEDS[::4]:
        assert [item.id for item in read(path).items] == [item.id for item in read(path).items]


def test_reading_is_quick_on_the_whole() -> None:
    """The real figure is about 5 ms for 47 entries; this notices a tenfold loss on a busy machine."""
    start = time.process_time()
    items = sum(len(read(path).items) for path in FEEDS)
    assert (time.process_time() - start) / items * 47 < 0.05
