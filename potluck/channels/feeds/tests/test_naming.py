"""What somebody types becomes a feed; a feed becomes somebody's source."""

import pytest

from potluck.channels.feeds.models import Item, Subscription
from potluck.channels.feeds.reading import poll
from potluck.channels.feeds.sources import add_source
from potluck.channels.feeds.tests.conftest import Site
from potluck.lib.errors import Malformed, PotluckError, Refused
from potluck.people.models import Person, Source
from potluck.posts.models import Post

pytestmark = pytest.mark.django_db


def test_a_page_leads_to_its_feed(site: Site) -> None:
    found = add_source.find(site.home)
    assert [(one.url, one.title) for one in found.candidates] == [(f"{site.home}/feed", "Soil notes")]
    assert found.candidates[0].home_url == f"{site.home}/"
    assert len(found.candidates[0].feed.items) == 2


def test_a_page_that_names_no_feed_is_asked_at_the_usual_places(site: Site) -> None:
    site.pages["/"] = ("text/html", b"<title>Bare</title><p>Nothing here")
    site.pages["/blog/"] = site.pages["/"]
    assert [one.url for one in add_source.find(f"{site.home}/blog/").candidates] == [f"{site.home}/feed"]


def test_the_same_posts_in_two_formats_are_offered_once(site: Site) -> None:
    site.pages["/again.rss"] = site.pages["/feed"]
    links = b"<link rel=alternate type='application/rss+xml' href='/feed'>"
    site.pages["/"] = ("text/html", links + links.replace(b"/feed", b"/again.rss"))
    assert [one.url for one in add_source.find(site.home).candidates] == [f"{site.home}/feed"]


def test_a_move_for_good_is_remembered(site: Site) -> None:
    site.moved["/old"] = "/feed"
    assert add_source.find(f"{site.home}/old").candidates[0].url == f"{site.home}/feed"


@pytest.mark.parametrize("text", ["", "what", "mailto:ada@example.org", "ada@example.org", "https://a b/"])
def test_what_is_no_address_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(Malformed, match=r"\.$"):
        add_source.find(text)


def test_a_page_without_any_feed_is_told_in_a_sentence(site: Site) -> None:
    site.pages = {"/": ("text/html", b"<p>Hello")}
    with pytest.raises(Malformed, match="found no feed there"):
        add_source.find(site.home)


@pytest.mark.parametrize("inside", ["http://127.0.0.1:8000/", "http://[::1]/", "http://10.0.0.1/feed"])
def test_nothing_inside_is_looked_at(inside: str) -> None:
    with pytest.raises(PotluckError):
        add_source.find(inside)


def test_a_feed_named_by_two_members_is_read_for_both(ada: Person, ben: Person, site: Site) -> None:
    url = f"{site.home}/feed"
    add_source.name_source(url, person=ada, by=ada)
    poll.poll()
    assert Subscription.objects.get().digest
    add_source.name_source(url, person=ben, by=ben)
    poll.poll()
    assert Subscription.objects.count() == 1
    assert Item.objects.filter(source__person=ben).count() == 2
    assert Post.objects.count() == 2


def test_nobody_names_a_source_of_another_member(ada: Person, ben: Person) -> None:
    with pytest.raises(Refused):
        add_source.name_source("https://ada.example/feed", person=ada, by=ben)


def test_an_outside_person_is_one_by_whatever_feed(ada: Person) -> None:
    one, _ = add_source.name_outside("https://eve.example/feed", by=ada, home_url="https://eve.example/")
    two, _ = add_source.name_outside("https://eve.example/links.atom", by=ada, home_url="http://eve.example")
    assert one == two
    assert one.uri == "https://eve.example/"


def test_a_feed_cannot_speak_in_the_name_of_another_page(eve: Person, ada: Person) -> None:
    for feed in ("https://mallory.example/feed", "https://eve.example.evil/feed"):
        person, _ = add_source.name_outside(feed, by=ada, home_url=eve.uri)
        assert person != eve
        assert person.uri == feed
    neighbour, _ = add_source.name_outside(
        "https://host.example/~mallory/feed", by=ada, home_url="https://host.example/~ada/"
    )
    assert neighbour.uri == "https://host.example/~mallory/feed"


def test_following_the_feed_of_a_member_is_following_the_member(ada: Person, ben: Person) -> None:
    add_source.name_source("https://ben.example/feed", person=ben, by=ben)
    assert add_source.name_outside("https://ben.example/feed", by=ada) == (ben, None)
    assert Source.objects.count() == 1


def test_whoever_asked_not_to_appear_is_not_named_again(eve: Person, ada: Person) -> None:
    Person.objects.filter(pk=eve.pk).update(removed_at="2026-01-01T00:00Z")
    with pytest.raises(Refused, match="asked not to appear"):
        add_source.name_outside("https://eve.example/feed", by=ada, home_url=eve.uri)
