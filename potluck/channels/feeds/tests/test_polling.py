"""What feeds bring becomes posts, once, under their person's name; what is old floods nobody."""

from collections.abc import Callable

import pytest

from potluck.channels.feeds.ingest.items import Reading, take
from potluck.channels.feeds.models import Subscription
from potluck.channels.feeds.reading import poll
from potluck.channels.feeds.reading.parse import parse
from potluck.channels.feeds.sources import add_source as sources_add_source
from potluck.channels.feeds.tests.conftest import Site
from potluck.channels.home import day
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.people.sources import add_source
from potluck.posts.models import Post, Revision

pytestmark = pytest.mark.django_db


def feed(*items: tuple[str, str, str], home: str = "https://eve.example/") -> bytes:
    """An RSS feed of (id, title, text), a year old unless the id says `new`."""
    said = "".join(
        f"<item><guid isPermaLink='false'>{key}</guid><link>{home}{key}</link><title>{title}</title>"
        f"<description>{text}</description>"
        + ("<pubDate>Mon, 03 Feb 2025 10:00:00 GMT</pubDate>" if "new" not in key else "")
        + "</item>"
        for key, title, text in items
    )
    return f"<rss version='2.0'><channel><title>Eve</title><link>{home}</link>{said}</channel></rss>".encode()


def read_now(source: object, body: bytes) -> object:
    return take([Reading(source, parse(body, url=source.url), source.url)])  # type: ignore[attr-defined, arg-type]


def test_reading_twice_makes_no_new_post(eve: Person) -> None:
    source, _ = add_source("https://eve.example/feed", person=eve, by=None)
    body = feed(("a", "One", "first"), ("b", "Two", "second"))
    assert read_now(source, body).new == 2  # type: ignore[attr-defined]
    assert read_now(source, body).new == 0  # type: ignore[attr-defined]
    assert Post.objects.count() == 2
    assert set(Post.objects.values_list("author__handle", flat=True)) == {eve.handle}


def test_an_edit_updates_and_never_reposts(eve: Person, ada: Person, work: Callable[[], None]) -> None:
    source, _ = add_source("https://eve.example/feed", person=eve, by=None)
    follow(Wish(who=eve), by=ada)
    read_now(source, feed(("a", "One", "first")))
    read_now(source, feed(("a", "One", "first"), ("new1", "News", "fresh")))
    work()
    assert {line.title for line in day.today(ada).people} == {"One", "News"}
    read_now(source, feed(("a", "One", "first, better"), ("new1", "News", "fresh")))
    work()
    assert Post.objects.get(title="One").text == "first, better"
    assert Revision.objects.get().text == "first"
    assert len(day.today(ada).people) == 2


def test_what_was_there_before_floods_nobody(eve: Person, ada: Person, work: Callable[[], None]) -> None:
    source, _ = add_source("https://eve.example/feed", person=eve, by=None)
    follow(Wish(who=eve), by=ada)
    work()
    read_now(source, feed(*[(f"old{n}", f"Old {n}", "x") for n in range(30)]))
    work()
    lines = day.today(ada).people
    assert len(lines) == 5
    assert all("from before" in line.reasons[-1] for line in lines)
    assert Post.objects.count() == 30


def test_the_same_thing_by_two_feeds_is_one_post(eve: Person, ada: Person) -> None:
    planet, _ = add_source("https://planet.example/feed", person=eve, by=None)
    read_now(planet, feed(("p1", "On beans", "They climb."), home="https://ada.example/"))
    mine, _ = add_source("https://ada.example/feed", person=ada, by=ada)
    read_now(mine, feed(("p1", "On beans", "They climb."), home="https://ada.example/"))
    assert Post.objects.count() == 1
    assert Post.objects.get().author == ada


def test_only_chosen_tags_come_in(ada: Person) -> None:
    source, _ = add_source("https://ada.example/feed", person=ada, by=ada, only_tags=("garden",))
    body = feed(("a", "Beans", "x"), ("b", "Cars", "y")).replace(
        b"<title>Beans</title>", b"<title>Beans</title><category>Garden</category>"
    )
    read_now(source, body)
    assert list(Post.objects.values_list("title", flat=True)) == ["Beans"]


def test_hostile_markup_is_cleaned_when_it_comes_in(eve: Person) -> None:
    source, _ = add_source("https://eve.example/feed", person=eve, by=None)
    read_now(
        source,
        feed(("a", "Hi", "&lt;script&gt;alert(1)&lt;/script&gt;&lt;p onclick='x()'&gt;safe&lt;/p&gt;")),
    )
    post = Post.objects.get()
    assert "script" not in post.html and "onclick" not in post.html and "safe" in post.html


def test_naming_somebody_elses_blog_takes_nothing_from_them(eve: Person, ada: Person) -> None:
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    read_now(hers, feed(("a", "One", "first")))
    taken, _ = add_source("https://eve.example/feed", person=ada, by=ada)
    read_now(taken, feed(("a", "One", "first")))
    assert Post.objects.get().author == eve


def test_a_page_that_a_list_gave_for_a_feed_leads_to_the_feed_it_names(site: Site, ada: Person) -> None:
    person, source = sources_add_source.name_outside(f"{site.home}/", by=ada, title="Soil of Eve")
    assert source is not None
    poll.poll()
    sources_add_source.look_soon([f"{site.home}/feed"])
    poll.poll()
    source.refresh_from_db()
    assert (source.url, source.note, source.title) == (f"{site.home}/feed", "", "Soil of Eve")
    assert Post.objects.filter(author=person).count() == 2
    assert [row.url for row in Subscription.objects.all()] == [f"{site.home}/feed"]


def test_pages_that_name_each_other_as_feeds_are_given_up_with_a_sentence(site: Site, ada: Person) -> None:
    for here, there in (("/", "/b"), ("/b", "/")):
        link = f'<html><head><link rel="alternate" type="application/rss+xml" href="{there}"></head></html>'
        site.pages[here] = ("text/html", link.encode())
    _person, source = sources_add_source.name_outside(f"{site.home}/", by=ada)
    assert source is not None
    poll.poll()
    sources_add_source.look_soon([f"{site.home}/b"])
    poll.poll()
    source.refresh_from_db()
    assert source.url == f"{site.home}/b" and "ordinary web page" in source.note
