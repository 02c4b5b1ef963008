"""31 subscription lists and 22 bookmark files as they were found in the world."""

import re
from pathlib import Path

import pytest

from potluck.channels.feeds.importing import bookmarks, opml
from potluck.channels.feeds.tests import real


@real.needs("opml")
@pytest.mark.parametrize("path", real.files("opml"), ids=lambda path: path.name[:30])
def test_every_real_subscription_list_gives_what_is_in_it(path: Path) -> None:
    body = path.read_bytes()
    found = opml.read(body)
    assert len(found.entries) + len(found.skipped) == len(re.findall(rb"xmlUrl\s*=", body, re.IGNORECASE))
    assert len(found.entries) >= 0.95 * len(re.findall(rb"xmlUrl\s*=", body, re.IGNORECASE))
    assert sum(1 for one in found.entries if one.title) >= 0.93 * len(found.entries)  # a few have no name
    assert all(one.why.endswith(".") for one in found.skipped)


@real.needs("bookmarks")
@pytest.mark.parametrize("path", real.files("bookmarks"), ids=lambda path: path.name[:40])
def test_every_real_bookmark_file_gives_what_is_in_it(path: Path) -> None:
    body = path.read_bytes()
    found = bookmarks.read(body)
    assert len(found.items) + len(found.skipped) == len(re.findall(rb"<dt>\s*<a ", body, re.IGNORECASE))
    web = len(re.findall(rb"<dt>\s*<a href=\"https?:", body, re.IGNORECASE))
    assert len([one for one in found.items if one.url]) == web
    # A text of one's own among the bookmarks is kept whole, and has no address elsewhere.
    notes = [one for one in found.items if not one.url]
    own = rb"<dt>\s*<a href=\"(?:\?[\w-]+|[^\"]*shaare/[\w-]+)\"[^>]*>[^\n]*\n?\s*<dd>"
    assert len(notes) == len(re.findall(own, body, re.IGNORECASE))
    assert all(one.note and one.title for one in notes)
    assert all(one.why.endswith(".") for one in found.skipped)
    dated = len(re.findall(rb"<dt>\s*<a [^>]*https?:[^>]*add_date=\"\d", body, re.IGNORECASE))
    assert sum(1 for one in found.items if one.added) >= dated
