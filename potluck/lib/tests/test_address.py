"""What people type becomes one clear address, or a sentence."""

import pytest

from potluck.lib.errors import Malformed
from potluck.lib.http import normal_url


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("example.org", "https://example.org/"),
        (" <https://Example.ORG:443/a b#c>\n", "https://example.org/a%20b"),
        ("example.org:8080/x?y=1", "https://example.org:8080/x?y=1"),
        ("//example.org/x", "https://example.org/x"),
        ("feed://example.org/f", "https://example.org/f"),
        ("feed:http://example.org/f", "http://example.org/f"),
        ("HTTP://example.org:80", "http://example.org/"),
        ("http://bücher.example/ü?q=ü", "http://xn--bcher-kva.example/%C3%BC?q=%C3%BC"),
        ("http://example.org./p", "http://example.org/p"),
        ("http://example.org?a=%20b+c&a=%2F", "http://example.org/?a=%20b+c&a=/"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("localhost:8000/x", "https://localhost:8000/x"),
        ("https://example.org/a\nb", "https://example.org/ab"),
    ],
)
def test_what_was_typed_becomes_one_clear_address(typed, meant):
    assert normal_url(typed) == meant
    assert normal_url(meant) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "   ",
            "hello",
            "hello world",
            "mailto:ada@example.org",
            "javascript:alert(1)",
            "data:text/html,x",
        ),
        *("ada@example.org", "https://ada:secret@example.org/", "http://", "http:///x", "https:example.org"),
        *(
            "http://[::1",
            "http://example.org:99999/",
            "http://a..b/",
            "http://a b/",
            "http://example.org\\@evil/",
        ),
        *("http://\udcff/", "a" * 64 + ".org", "example.org/" + "a" * 3000, "http://exa%6dple.org/"),
    ],
)
def test_what_is_no_address_is_answered_with_a_sentence(typed):
    with pytest.raises(Malformed, match=r"\.$"):
        normal_url(typed)


def test_what_only_follows_the_reader_can_be_left_out():
    url = "https://example.org/a?utm_source=x&b=%2f&fbclid=1&c#part"
    assert normal_url(url, keep_tracking=False) == "https://example.org/a?b=/&c"
    assert normal_url(url, keep_fragment=True).endswith("&c#part")
    assert normal_url("https://example.org/?utm_campaign=x", keep_tracking=False) == "https://example.org/"
