"""A lively room does not fill anybody's home: of talk one is brought the first line, and what speaks to one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from potluck.channels.live.post_message import say
from potluck.deliver.models import Arrival
from potluck.door import admit
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post

Work = Callable[[], None]


@pytest.fixture
def thread(ada: Person) -> Post:
    return admit(Draft(author=ada, text="Who is up?"))


@pytest.fixture
def talk(thread: Post, work: Work) -> Callable[..., Post]:
    """Say each line, and let the worker do its part after it."""

    def talk(by: Person, *lines: str, to: Post | None = None) -> Post:
        for line in lines:
            post = say(line, to=to or thread, root=thread, by=by, once=f"{by.id} {line}")
            work()
        return post

    return talk


def brought(person: Person) -> list[str]:
    rows = Arrival.objects.filter(person=person).order_by("post_id")
    return list(rows.values_list("post__text", flat=True))


def test_who_is_not_there_is_brought_the_first_line(
    talk: Callable[..., Post], work: Work, thread: Post, ada: Person, ben: Person, cleo: Person
) -> None:
    follow(Wish(thread=thread.id), by=cleo)
    work()
    Arrival.objects.all().delete()
    talk(ben, "one", "two", "three")
    assert brought(ada) == brought(cleo) == ["one"]
    Arrival.objects.update(at=timezone.now() - timedelta(hours=1))
    talk(ben, "an hour later")
    assert brought(ada) == ["one", "an hour later"]


def test_who_talks_along_is_brought_nothing(
    talk: Callable[..., Post], thread: Post, ada: Person, ben: Person
) -> None:
    talk(ada, "I am here")
    talk(ben, "So am I", "And stay")
    assert brought(ada) == []


def test_what_speaks_to_one_is_brought_all_the_same(
    talk: Callable[..., Post], thread: Post, ada: Person, ben: Person
) -> None:
    mine = talk(ada, "Good night")
    talk(ben, "Sleep well", to=mine)
    talk(ben, "One more thing, @ada")
    talk(ben, "To nobody")
    assert brought(ada) == ["Sleep well", "One more thing, @ada"]


def test_letters_in_the_same_thread_are_brought_each(
    thread: Post, ada: Person, ben: Person, work: Work
) -> None:
    for line in ("one", "two"):
        admit(Draft(author=ben, text=line, reply_to=thread))
        work()
    assert brought(ada) == ["one", "two"]
