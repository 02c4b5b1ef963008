"""Whatever an id is, the feed we write has a name for it that is one by the rules, and the same each time."""

import re

import pytest

from potluck.lib.feedwriter.text import name

PAGE = "https://ada.example/posts/1"
_BAD = re.compile(r"[\s<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("https://x.example/a[0]", "https://x.example/a%5B0%5D"),
        ("https://x.example/?q={a}|b", "https://x.example/?q=%7Ba%7D%7Cb"),
        ("tag:x.example,2025:a b", "tag:x.example,2025:a%20b"),
        ("urn:x:<1>", "urn:x:%3C1%3E"),
        ("https://x.example/100%", "https://x.example/100%25"),
        ("https://x.example/a%20b", "https://x.example/a%20b"),
        ("https://x.example/#a#b", "https://x.example/#a%23b"),
        ("https://[2001:db8::1]:8080/a[1]", "https://[2001:db8::1]:8080/a%5B1%5D"),
        ("https://x.example/größe", "https://x.example/größe"),
        ("tag:x.example,2025:7", "tag:x.example,2025:7"),
        ("1", PAGE),
        ("", PAGE),
        ("two words", PAGE),
        ("https:", PAGE),
    ],
)
def test_an_id_is_an_iri(said: str, meant: str) -> None:
    assert name(said, PAGE) == meant
    assert name(meant, PAGE) == meant
    assert not _BAD.search(meant)
