"""One feed's trouble stays its own; two items are two posts, one thing by two ways is one."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from potluck.channels.feeds.models import Item, Subscription
from potluck.channels.feeds.reading import poll
from potluck.channels.feeds.sources.add_source import look_soon
from potluck.channels.home import day
from potluck.lib.http import Answer
from potluck.people.follow import Wish, follow
from potluck.people.models import Person, Source
from potluck.people.sources import add_source, retire
from potluck.posts.models import Post

pytestmark = pytest.mark.django_db


def rss(*items: str, home: str = "https://eve.example/") -> bytes:
    said = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>Eve</title><link>{home}</link>{said}</channel></rss>".encode()


def item(key: str, title: str = "", text: str = "", link: str = "", more: str = "") -> str:
    said = f"<guid isPermaLink='false'>{key}</guid><link>{link or 'https://eve.example/' + key}</link>{more}"
    said += f"<title>{title}</title>" if title else ""
    return said + (f"<description>{text}</description>" if text else "")


def brought(*feeds: tuple[Source, bytes], moved: str | None = None) -> poll.Tally:
    """What a poll does that finds these bodies."""
    tally, outcomes = poll.Tally(), []
    for source, body in feeds:
        row, _ = Subscription.objects.get_or_create(url=source.url)
        outcomes.append((row, Answer(source.url, 200, {}, body, permanent_url=moved)))
    poll._take_batch(outcomes, tally)
    return tally


def titles() -> set[str]:
    return set(Post.objects.values_list("title", flat=True))


def test_an_item_that_was_emptied_changes_nothing_and_holds_up_nobody(ada: Person, eve: Person) -> None:
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    mine, _ = add_source("https://ada.example/feed", person=ada, by=ada)
    brought((hers, rss(item("a", "One", "first"))))
    brought((hers, rss(item("a"))), (mine, rss(item("b", "Two", link="https://ada.example/b"))))
    assert titles() == {"One", "Two"}
    assert Post.objects.get(title="One").text == "first"


def test_an_item_that_is_only_an_address_is_a_link(eve: Person) -> None:
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    brought((hers, rss("<link>https://eve.example/bare</link>", item("b", "Two"))))
    bare = Post.objects.get(title="")
    assert (bare.kind, bare.link) == ("link", "https://eve.example/bare")


def test_a_suspended_members_feed_rests_and_holds_up_nobody(ada: Person, eve: Person) -> None:
    mine, _ = add_source("https://ada.example/feed", person=ada, by=ada)
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    Person.objects.filter(pk=ada.pk).update(suspended_at=timezone.now())
    both = rss(item("a", "Mine", link="https://ada.example/a"))
    brought((mine, both), (hers, rss(item("b", "Hers"))))
    assert titles() == {"Hers"}


def test_items_that_share_one_page_are_all_let_in(eve: Person, ada: Person, work: Callable[[], None]) -> None:
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    follow(Wish(who=eve), by=ada)
    log = "https://eve.example/log"
    brought((hers, rss(item("1", "One", "x", f"{log}#1"), item("2", "Two", "y", f"{log}#2"))))
    brought((hers, rss(item("3", "Three", "z", f"{log}#3"), item("2", "Two", "y", f"{log}#2"))))
    brought((hers, rss(item("4", "Four", "z", f"{log}#4"))))
    work()
    assert titles() == {"One", "Two", "Three", "Four"}
    assert {line.title for line in day.today(ada).people} == titles()


def test_an_item_given_a_new_name_by_its_own_feed_is_not_told_again(eve: Person) -> None:
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    brought((hers, rss(item("old-1", "One", "x", "https://eve.example/one"))))
    brought((hers, rss(item("new-1", "One", "x", "https://eve.example/one"))))
    assert Post.objects.count() == 1


def test_without_dates_the_order_of_the_feed_holds(eve: Person) -> None:
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    brought((hers, rss(item("3", "Third"), item("2", "Second"), item("1", "First"))))
    assert list(Post.objects.order_by("-id").values_list("title", flat=True)) == ["Third", "Second", "First"]


def test_what_is_dated_tomorrow_is_of_today(eve: Person) -> None:
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    brought((hers, rss(item("a", "Soon", more="<pubDate>Mon, 03 Feb 2150 10:00:00 GMT</pubDate>"))))
    assert Post.objects.get().published_at <= timezone.now()


def test_the_same_page_by_two_sources_of_one_person_is_one_post(eve: Person) -> None:
    blog, _ = add_source("https://eve.example/feed", person=eve, by=None)
    other, _ = add_source("https://eve.example/all.xml", person=eve, by=None)
    brought((blog, rss(item("a", "One"))), (other, rss(item("a", "One"))))
    assert Post.objects.count() == 1


def test_a_tag_chosen_later_lets_in_what_was_left_out(ada: Person) -> None:
    mine, _ = add_source("https://ada.example/feed", person=ada, by=ada, only_tags=("garden",))
    body = rss(
        item("a", "Beans", link="https://ada.example/a", more="<category>garden</category>"),
        item("b", "Cars", link="https://ada.example/b", more="<category>cars</category>"),
    )
    brought((mine, body))
    assert titles() == {"Beans"}
    Source.objects.filter(pk=mine.pk).update(only_tags=[])
    look_soon([mine.url])
    brought((mine, body))
    assert titles() == {"Beans", "Cars"}
    assert Item.objects.count() == 2


def test_of_a_very_long_feed_the_newest_are_taken(eve: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll, "MOST_ITEMS", 3)
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    dated = "<pubDate>Mon, 0{} Feb 2025 10:00:00 GMT</pubDate>"
    brought((hers, rss(*[item(str(n), f"Item {n}", more=dated.format(n)) for n in range(1, 8)])))
    assert titles() == {"Item 5", "Item 6", "Item 7"}


def test_a_feed_that_moves_onto_one_known_already_becomes_that_one(ada: Person, eve: Person) -> None:
    old, _ = add_source("http://eve.example/rss", person=eve, by=None)
    new, _ = add_source("https://eve.example/feed", person=eve, by=None)
    mine, _ = add_source("http://eve.example/rss", person=ada, by=ada)
    Subscription.objects.create(url=new.url)
    brought((old, rss(item("a", "One"))), moved=new.url)
    for source in (old, mine):
        source.refresh_from_db()
    assert old.retired_at is not None
    assert mine.url == new.url
    assert list(Subscription.objects.values_list("url", flat=True)) == [new.url]


def test_an_address_nobody_names_any_more_is_not_kept(eve: Person) -> None:
    hers, _ = add_source("https://eve.example/feed", person=eve, by=None)
    look_soon([hers.url])
    assert len(poll.claim(10)) == 1
    look_soon([hers.url])
    retire(hers, by=None)
    assert poll.claim(10) == []
    poll.forget_unused()
    assert not Subscription.objects.exists()
