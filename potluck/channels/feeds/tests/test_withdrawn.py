"""What is taken back at the source is taken back here, and only that."""

import pytest
from django.utils import timezone
from procrastinate import testing
from procrastinate.contrib.django import app

from potluck.channels.feeds.ingest import deletions
from potluck.channels.feeds.models import Item, Subscription
from potluck.channels.feeds.reading import poll
from potluck.channels.feeds.tests.conftest import Site
from potluck.channels.feeds.tests.test_taking import item, rss
from potluck.door import admit
from potluck.lib.http import Answer
from potluck.people.models import Person, Source
from potluck.people.sources import add_source
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.posts.thread import part

pytestmark = pytest.mark.django_db


class Blog:
    """A site whose notes are numbered by the day of February on which they came."""

    def __init__(self, site: Site, person: Person) -> None:
        self.site = site
        self.source, _ = add_source(f"{site.home}/feed", person=person, by=None)
        self.notes: list[int] = []

    def has(self, *notes: int) -> None:
        """These are its notes now; those that were there before lose their pages."""
        for note in self.notes:
            self.site.pages.pop(f"/note{note}", None)
        self.notes = list(notes)
        for note in notes:
            self.site.pages[f"/note{note}"] = ("text/html", b"<p>A note</p>")

    def is_read(self, *listed: int) -> list[int]:
        """It is read with these in its feed. Returns the posts whose pages are to be asked, and asks them."""
        said = [
            item(
                f"note{note}",
                f"Note {note}",
                "Words",
                f"{self.site.home}/note{note}",
                f"<pubDate>{note:02} Feb 2025 10:00:00 GMT</pubDate>",
            )
            for note in listed
        ]
        row, _ = Subscription.objects.get_or_create(url=self.source.url)
        with app.replace_connector(testing.InMemoryConnector()) as noted:
            poll._take_batch([(row, Answer(self.source.url, 200, {}, rss(*said)))], poll.Tally())
            jobs = [job for job in noted.connector.jobs.values() if job["task_name"] == deletions.TASK]
        asked = [post for job in jobs for post in job["args"]["posts"]]
        deletions.ask_pages(asked)
        return asked

    @property
    def here(self) -> set[str]:
        return set(Post.objects.filter(source=self.source, deleted_at=None).values_list("title", flat=True))


@pytest.fixture
def blog(site: Site, eve: Person) -> Blog:
    made = Blog(site, eve)
    made.has(1, 2, 3, 4, 5, 6)
    made.is_read(1, 2, 3, 4, 5, 6)
    return made


def test_what_is_gone_from_its_feed_and_from_its_page_is_taken_back(blog: Blog, ada: Person) -> None:
    answered = admit(Draft(author=ada, text="So did I.", reply_to=Post.objects.get(title="Note 3")))
    blog.has(1, 2, 4, 5, 6)
    blog.is_read(1, 2, 4, 5, 6)
    assert blog.here == {"Note 1", "Note 2", "Note 4", "Note 5", "Note 6"}
    assert [reply.id for reply in part(Post.objects.get(title="Note 3"), ada).replies] == [answered.id]


def test_what_is_only_left_out_of_its_feed_stays_and_is_asked_about_once(blog: Blog) -> None:
    assert len(blog.is_read(1, 2, 4, 5, 6)) == 1
    assert "Note 3" in blog.here
    assert blog.is_read(2, 4, 5, 6) == []


def test_what_a_feed_is_too_short_for_stays(blog: Blog) -> None:
    blog.has(4, 5, 6, 7)
    assert blog.is_read(4, 5, 6, 7) == []
    assert len(blog.here) == 7


def test_a_site_that_moved_takes_nothing_back(blog: Blog) -> None:
    blog.has(1, 6)
    assert blog.is_read(1, 6) == []
    assert len(blog.here) == 6


def test_a_page_that_cannot_be_reached_is_asked_again(blog: Blog) -> None:
    blog.site.moved["/note3"] = "http://127.0.0.1:1/away"
    assert len(blog.is_read(1, 2, 4, 5, 6)) == 1
    assert "Note 3" in blog.here and not Item.objects.filter(missed_at__isnull=False).exists()
    assert len(blog.is_read(2, 4, 5, 6)) == 1


def test_what_its_member_brought_back_stays(site: Site, ada: Person) -> None:
    hers = Blog(site, ada)
    Source.objects.filter(pk=hers.source.pk).update(added_at=timezone.now())
    hers.has(1, 2, 3)
    hers.is_read(1, 2, 3)
    hers.has(1, 3)
    hers.is_read(1, 3)
    Post.objects.filter(title="Note 2").update(deleted_at=None)
    assert hers.is_read(1, 3) == [] and len(hers.here) == 3
