"""The same thing keeps its name from poll to poll, and different things never share one."""

from potluck.channels.feeds.reading.parse import Feed, parse


def read(*items: str) -> Feed:
    return parse(f"<rss><channel>{''.join(items)}</channel></rss>".encode(), url="https://ada.example/feed")


def item(title: str, *, guid: str = "", link: str = "", day: int = 0) -> str:
    return (
        f"<item><title>{title}</title>"
        + (f"<guid isPermaLink='false'>{guid}</guid>" if guid else "")
        + (f"<link>{link}</link>" if link else "")
        + (f"<pubDate>0{day} Mar 2020 10:00:00 GMT</pubDate>" if day else "")
        + "</item>"
    )


def test_an_item_is_known_by_its_own_id_then_by_its_link() -> None:
    feed = read(item("a", guid="7", link="https://x.example/a"), item("b", link="https://x.example/b"))
    assert [one.id for one in feed.items] == ["7", "https://x.example/b"]


def test_an_item_with_neither_is_known_by_title_and_date() -> None:
    first, again = read(item("a", day=1), item("b", day=1)), read(item("b", day=1))
    assert first.items[1].id == again.items[0].id != first.items[0].id


def test_two_versions_of_a_thing_are_one_the_newer() -> None:
    feed = read(item("old", guid="7", day=1), item("other", guid="8", day=1), item("new", guid="7", day=2))
    assert [one.title for one in feed.items] == ["new", "other"]


def test_a_feed_that_gives_all_items_one_id_loses_none_of_them() -> None:
    feed = read(
        *(item(f"n{day}", guid="same", link=f"https://x.example/{day}", day=day) for day in (1, 2, 3))
    )
    assert [one.id for one in feed.items] == [f"https://x.example/{day}" for day in (1, 2, 3)]


def test_a_podcast_whose_episodes_all_link_to_its_home_loses_none_of_them() -> None:
    feed = read(*(item(f"Episode {day}", link="https://x.example/", day=day) for day in (1, 2, 3)))
    assert len({one.id for one in feed.items}) == 3
    later = read(*(item(f"Episode {day}", link="https://x.example/", day=day) for day in (2, 3, 4)))
    assert {one.id for one in later.items} & {one.id for one in feed.items} == {
        one.id for one in feed.items[1:]
    }
