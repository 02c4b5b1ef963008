"""A thing that gets another id, address or title at its source stays one post; another thing is another."""

import pytest

from potluck.channels.feeds.tests.test_taking import brought
from potluck.people.models import Person, Source
from potluck.people.sources import add_source
from potluck.posts.models import Post

pytestmark = pytest.mark.django_db
HOME = "https://eve.example/"
LONG = "Sow the beans deep, in rows, when the soil is warm, and water them well for a week."


def item(key: str, slug: str, title: str, text: str, day: int = 5, more: str = "") -> str:
    when = f"<pubDate>0{day} Mar 2025 09:00:00 GMT</pubDate>" if day else ""
    link = f"<link>{HOME}{slug}</link>" if slug else ""
    said = f"<title>{title}</title><description>{text}</description>"
    return f"<item><guid isPermaLink='false'>urn:x:{key}</guid>{link}{said}{when}{more}</item>"


def rss(*items: str) -> bytes:
    said = "".join(items)
    return f"<rss version='2.0'><channel><title>Eve</title><link>{HOME}</link>{said}</channel></rss>".encode()


@pytest.fixture
def source(eve: Person) -> Source:
    return add_source(f"{HOME}feed", person=eve, by=None)[0]


def after(source: Source, first: bytes, second: bytes) -> list[tuple[str, str, str]]:
    """Title, text and address of each post once both were read."""
    brought((source, first))
    brought((source, second))
    return sorted(Post.objects.values_list("title", "text", "url"))


OTHER = item("0", "other", "Leeks", "Plant them out.", 1)


def test_an_edited_item_leads_to_its_new_address(source: Source) -> None:
    new = item("1", "new", "Beans, again", "Other words.")
    found = after(source, rss(item("1", "old", "Beans", LONG)), rss(new))
    assert found == [("Beans, again", "Other words.", f"{HOME}new")]
    assert Post.objects.get().link_key == "eve.example/new"


def test_an_item_that_only_moved_leads_to_its_new_address_and_is_not_edited(source: Source) -> None:
    assert after(source, rss(item("1", "old", "Beans", LONG)), rss(item("1", "new", "Beans", LONG))) == [
        ("Beans", LONG, f"{HOME}new")
    ]
    assert Post.objects.get().edited_at is None


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (item("2", "new", "Beans", LONG), ("Beans", LONG)),
        (item("2", "new", "Beans", LONG + " Then wait."), ("Beans", LONG + " Then wait.")),
        (item("2", "new", "Beans, sown", LONG), ("Beans, sown", LONG)),
        (item("2", "old", "Peas", "Quite other words."), ("Peas", "Quite other words.")),
    ],
)
def test_an_item_with_a_new_id_and_address_is_the_old_post(
    source: Source, new: str, words: tuple[str, str]
) -> None:
    found = after(source, rss(item("1", "old", "Beans", LONG), OTHER), rss(new, OTHER))
    assert [one[:2] for one in found] == sorted([words, ("Leeks", "Plant them out.")])
    assert Post.objects.filter(url=f"{HOME}{'old' if 'old' in new else 'new'}").exists()


def test_a_blog_that_moves_to_another_program_brings_nothing_again(source: Source) -> None:
    old = [item(f"a{n}", f"?p={n}", f"Entry {n}", f"{LONG} {n}", n) for n in range(1, 9)]
    new = [item(f"b{n}", f"2025/{n}/", f"Entry {n}", f"{LONG} {n}", n) for n in range(1, 9)]
    assert [url for _title, _text, url in after(source, rss(*old), rss(*new))] == [
        f"{HOME}2025/{n}/" for n in range(1, 9)
    ]


def test_a_new_id_at_every_look_brings_nothing_again(source: Source) -> None:
    for look in range(4):
        brought((source, rss(item(f"r{look}", f"x?r={look}", "Beans", LONG), OTHER)))
    assert Post.objects.count() == 2


@pytest.mark.parametrize(
    "new",
    [
        item("2", "new", "Beans", "Quite other words than before, on something else."),
        item("2", "new", "Beans", LONG, 6),
        item("2", "", "Beans", "1", more=f"<enclosure url='{HOME}2.mp3' type='audio/mpeg'/>"),
    ],
)
def test_another_thing_is_another_post(source: Source, new: str) -> None:
    assert len(after(source, rss(item("1", "old", "Beans", LONG)), rss(new))) == 2


def test_an_item_that_is_still_listed_is_not_what_came_beside_it(source: Source) -> None:
    old = item("1", "old", "Beans", LONG)
    assert len(after(source, rss(old), rss(old, item("2", "new", "Beans", LONG)))) == 2


def test_an_undated_item_with_a_new_id_and_address_is_the_old_post(source: Source) -> None:
    old, new = item("1", "old", "Beans", LONG, 0), item("2", "new", "Beans", LONG, 0)
    assert after(source, rss(old), rss(new)) == [("Beans", LONG, f"{HOME}new")]


def test_an_id_used_again_for_another_thing_is_another_post_and_stays_it(source: Source) -> None:
    train, cruise = item("1", "train", "Train", "By rail."), item("1", "cruise", "Cruise", "On the sea.", 6)
    brought((source, rss(train)))
    for _look in range(3):
        brought((source, rss(cruise)))
    brought((source, rss(item("1", "cruise", "Cruise", "On the wide sea.", 6))))
    assert sorted(Post.objects.values_list("title", "text")) == [
        ("Cruise", "On the wide sea."),
        ("Train", "By rail."),
    ]
