"""From any page to the feeds behind it."""

import pytest

from potluck.channels.feeds.sources.discover import feeds_in, guesses, look, rel_me

HERE = "https://ada.example/blog/worms"


def test_a_page_names_its_feeds_posts_first_comments_last() -> None:
    page = b"""<html><head><title>Worms &amp; soil</title><link rel="canonical" href="/blog/worms/">
      <link rel="alternate" type="application/rss+xml" title="Comments on Worms" href="/blog/worms/feed">
      <link rel="alternate" type="application/rss+xml" title="Elsewhere" href="https://feeds.example/ada">
      <link rel="alternate" type="application/atom+xml; charset=utf-8" title="Ada" href="/feed.atom">
      <link rel="alternate" type="application/json+oembed" href="/oembed">
      <link rel="alternate" hreflang="de" href="/de">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/7">
      <link rel="alternate" type="application/feed+json" title="Ada" href="/feed.json"></head></html>"""
    found = look(page, HERE)
    assert (found.title, found.canonical) == ("Worms & soil", "https://ada.example/blog/worms/")
    assert [(one.url, one.kind) for one in found.feeds] == [
        ("https://ada.example/feed.atom", "atom"),
        ("https://ada.example/feed.json", "json"),
        ("https://feeds.example/ada", "rss"),
        ("https://ada.example/blog/worms/feed", "rss"),
    ]


def test_a_link_in_the_text_is_found_where_the_head_says_nothing() -> None:
    page = b"<base href='https://cleo.example/'><p><a href='index.xml'>RSS</a> <a href='feedback'>Write to me</a>"
    assert [one.url for one in feeds_in(page, HERE)] == ["https://cleo.example/index.xml"]


def test_the_same_feed_named_twice_is_one() -> None:
    page = b"<link rel=alternate type=application/rss+xml href=/feed><a href=/feed>feed</a>"
    assert len(feeds_in(page, HERE)) == 1


def test_pages_that_belong_to_the_same_person_are_told() -> None:
    page = b"<link rel='me' href='https://social.example/@ada'><a rel='nofollow me' href='/about'>x</a><a href='/y'>"
    assert rel_me(page, HERE) == ("https://social.example/@ada", "https://ada.example/about")


def test_a_page_in_another_alphabet_is_read() -> None:
    page = "<meta http-equiv='Content-Type' content='text/html; charset=koi8-r'><title>Привет</title>"
    assert look(page.encode("koi8-r"), HERE).title == "Привет"


@pytest.mark.parametrize(
    "page", [b"", b"\x00", b"<", b"<!---->", b"\xff\xfe", b"<a rel=me href='http://[x'>", b"{}"]
)
def test_a_page_that_cannot_be_read_names_nothing(page: bytes) -> None:
    assert feeds_in(page, HERE) == () and rel_me(page, HERE) == ()


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        (
            "https://www.youtube.com/channel/UCabc-1",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UCabc-1",
        ),
        ("https://github.com/ada", "https://github.com/ada.atom"),
        ("https://github.com/ada/worms", "https://github.com/ada/worms/releases.atom"),
        ("https://social.example/@ada", "https://social.example/@ada.rss"),
        ("https://www.reddit.com/r/soil/top", "https://www.reddit.com/r/soil/.rss"),
        ("https://pinboard.in/u:ada/", "https://feeds.pinboard.in/rss/u:ada/"),
        ("https://hypothes.is/users/ada", "https://hypothes.is/stream.atom?user=ada"),
        ("https://bsky.app/profile/ada.example", "https://bsky.app/profile/ada.example/rss"),
        ("https://medium.com/@ada", "https://medium.com/feed/@ada"),
        ("https://ada.substack.com/p/worms", "https://ada.substack.com/feed"),
        ("https://ada.tumblr.com", "https://ada.tumblr.com/rss"),
        ("https://ada.blogspot.co.uk/2020", "https://ada.blogspot.co.uk/feeds/posts/default"),
        ("https://ada.wordpress.com/2020", "https://ada.wordpress.com/feed/"),
    ],
)
def test_well_known_sites_are_tried_at_their_own_place_first(page: str, feed: str) -> None:
    assert guesses(page)[0] == feed


def test_other_sites_are_tried_at_the_usual_places() -> None:
    found = guesses("https://ada.example/blog/")
    assert found[0] == "https://ada.example/blog/feed"
    assert {
        "https://ada.example/feed",
        "https://ada.example/rss.xml",
        "https://ada.example/index.xml",
    } <= set(found)


@pytest.mark.parametrize(
    "address", ["", "ada", "ftp://ada.example/", "https://", "http://[::1", "javascript:alert(1)"]
)
def test_what_is_no_web_address_has_no_places_to_try(address: str) -> None:
    assert guesses(address) == ()


def test_a_guess_never_carries_a_password_along() -> None:
    assert not any("secret" in address for address in guesses("https://ada:secret@ada.example/"))
