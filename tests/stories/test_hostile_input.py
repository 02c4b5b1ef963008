"""6,600 attempts to put a script into a page, through every field there is: none runs, and no page breaks."""

import json
import mimetypes
from collections.abc import Callable, Iterator
from html import escape
from urllib.parse import quote, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser

from potluck import door
from potluck.channels.feeds.importing import import_file
from potluck.channels.feeds.ingest.items import Reading, take
from potluck.channels.feeds.reading.parse import parse
from potluck.lib import markdown
from potluck.lib.ids import new_id
from potluck.people.follow import Wish, follow
from potluck.people.models import Circle, Follow, Person, Source
from potluck.people.profile import Profile, describe, say_topic
from potluck.people.sources import add_source
from potluck.posts.acknowledge import use
from potluck.posts.draft import Draft
from potluck.posts.edit import Change
from potluck.posts.files import take_in
from potluck.posts.models import Post, SavedDraft
from potluck.posts.tags import normal
from potluck.search.saved_searches import save_search
from tests.cast import member
from tests.stories.hostile import Reader, batches, needs_payloads, open_reader, payloads

As = Callable[[Person | None], Client]
Work = Callable[[], None]
BATCH = 110
HARMLESS = [
    "plain words",
    "more of them, https://seeds.example/a and #soil",
    "**bold** and `code`",
    "is it so?",
]


@pytest.fixture(autouse=True)
def quick(settings: pytest.FixtureRequest, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def fill(said: list[str], ada: Person, ben: Person) -> None:
    """Say each of these in every field: Ada shares, outside people publish, Ben answers and keeps lists."""
    Person.objects.filter(pk=ben.pk).update(daily=100)
    follow(Wish(who=ada), by=ben)
    files = [take_in(_upload(one), by=ada, alt=one) for one in said]
    drafts = [
        Draft(author=ada, title=one, text=f"{one}\n\n=={one}== compost", tags=(one,), attachments=(file.id,))
        for one, file in zip(said, files, strict=True)
    ]
    posts = door.admit_all(drafts)
    door.amend(posts[-1], Change(text=said[0], title=said[0]), by=ada)
    door.admit_all([Draft(author=ben, text=one, reply_to=posts[-1]) for one in said])
    for one, post in zip(said, posts, strict=True):
        use(posts[-1], by=ben, story=one, where=f"https://{one}")
        SavedDraft.objects.create(person=ben, about=f"reply-{post.id}", fields={"text": one})
    _people(said, ben)
    _feeds(said, ben)


def _upload(name: str) -> SimpleUploadedFile:
    """A file called just this, as no browser and no Django would name it."""
    file = SimpleUploadedFile("file", b"text")
    # What calls itself a picture has to be one, or the door turns it away with its name.
    is_picture = (mimetypes.guess_type(name)[0] or "").startswith("image/")
    file._name = f"{name}.txt" if is_picture else name
    return file


def _people(said: list[str], ben: Person) -> None:
    """One person for each; a few say it by themselves, the others are written as they would be."""
    people = [
        Person(handle=f"p{new_id()}", uri=f"https://p.example/{new_id()}", name=one[:200]) for one in said
    ]
    for who, one in zip(people, said, strict=True):
        who.about, who.about_html, who.place, who.affiliations = (
            one,
            markdown.render(one),
            one[:200],
            [one[:200]],
        )
    Person.objects.bulk_create(people)
    Follow.objects.bulk_create([Follow(by=ben, who=who) for who in people])
    Follow.objects.bulk_create(
        [Follow(by=ben, query=f"{n} {one}"[:500], name=one[:200]) for n, one in enumerate(said)],
        ignore_conflicts=True,
    )
    Circle.objects.bulk_create([Circle(owner=ben, name=one[:100]) for one in said], ignore_conflicts=True)
    for one in said[:5]:
        who = member(f"p{new_id()}"[:30], "")
        describe(who, Profile(name=one, about=one, place=one, affiliations=(one,), languages=(one,)))
        say_topic(who, normal(one) or "soil", "helping", one)
        save_search(f"compost {one}", by=ben, name=one)


def _feeds(said: list[str], ben: Person) -> None:
    for number, text in enumerate((_json_feed(said), _atom(said), _rss(said))):
        address = f"https://feed{number}.example/{Source.objects.count()}"
        source, _new = add_source(address, person=ben, by=ben, title=said[0])
        take([Reading(source, parse(text, url=address), address)])
    lists = "".join(
        f'<outline text="{escape(_xml(one))}" xmlUrl="https://a.example/{n}"/>' for n, one in enumerate(said)
    )
    import_file.keep_file("opml", f"<opml><body>{lists}</body></opml>".encode(), person=ben, name=said[0])
    marks = "".join(
        f'<DT><A HREF="{escape(one)}" TAGS="{escape(one)}">{escape(one)}</A><DD>{one}' for one in said
    )
    import_file.bring(
        import_file.read(
            "bookmarks", f"<!DOCTYPE NETSCAPE-Bookmark-file-1><DL>{marks}</DL>".encode()
        ).entries,
        ben,
    )


def _xml(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(char for char in text if char >= " ")


def _json_feed(said: list[str]) -> bytes:
    items = [
        {
            "id": one,
            "url": one,
            "external_url": one,
            "title": one,
            "content_html": one,
            "authors": [{"name": one}],
        }
        | {"tags": [one], "attachments": [{"url": one, "mime_type": one, "title": one}], "image": one}
        for one in said
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": said[0],
        "home_page_url": said[0],
        "items": items,
    }
    return json.dumps(feed).encode()


def _atom(said: list[str]) -> bytes:
    entries = "".join(
        f"<entry><id>tag:{n}</id><title type='html'>{one}</title><link href=\"{one}\"/><link rel='enclosure' "
        f'href="{one}"/><author><name>{one}</name></author><category term="{one}"/>'
        f"<content type='html'>{one}</content><summary type='html'>{one}</summary></entry>"
        for n, one in enumerate(escape(_xml(one)) for one in said)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>{escape(_xml(said[0]))}</title>{entries}</feed>".encode()


def _rss(said: list[str]) -> bytes:
    items = "".join(
        f"<item><guid>{n}</guid><title>{one}</title><link>{one}</link><description>{one}</description>"
        f'<category>{one}</category><enclosure url="{one}" type="{one}"/></item>'
        for n, one in enumerate(escape(_xml(one)) for one in said)
    )
    return (
        f"<rss version='2.0'><channel><title>{escape(_xml(said[0]))}</title>{items}</channel></rss>".encode()
    )


def pages(said: list[str], ada: Person, ben: Person) -> list[str]:
    """The pages on which all that stands."""
    first, last = (
        Post.objects.filter(author=ada).order_by("id"),
        Post.objects.filter(author=ada).order_by("-id"),
    )
    outside = Post.objects.filter(source__isnull=False).order_by("-id").values_list("id", flat=True)
    asked = [urlencode({"q": one}) for one in (said[0], said[-1])]
    return [
        "/home",
        "/archive",
        *(f"/@{ada.handle}{page}" for page in ("", f"?before={last[39].id}" if len(said) > 40 else "")),
        f"/@{ben.handle}",
        f"/@{Person.objects.order_by('-id')[0].handle}",
        "/search?q=compost",
        *(f"/search?{one}" for one in asked),
        f"/tags/{quote(normal(said[0]) or 'soil')}",
        "/people",
        f"/posts/{last[0].id}",
        f"/posts/{last[0].id}/history",
        f"/posts/{last[0].id}/edit" if ada == ben else f"/posts/{first[0].id}",
        *(f"/posts/{key}" for key in outside[:: max(1, len(outside) // 3)][:3]),
        "/you/following",
        "/you/circles",
        "/you/drafts",
        "/you/sources",
        f"/you/sources/files/{ben.bringings.order_by('-id')[0].id}",
        f"/share?{urlencode({'title': said[0], 'text': said[-1], 'url': said[1]})}",
        f"/accounts/login/?{urlencode({'next': said[0]})}",
        f"/{quote(said[0], safe='')}",
    ]


@pytest.fixture
def reader(browser: Browser, as_: As, ben: Person, request: pytest.FixtureRequest) -> Iterator[Reader]:
    found, close = open_reader(browser, as_(ben), policy=request.param)
    yield found
    close()


def is_strange(shape: str, usual: set[str]) -> bool:
    name, _dot, classes = shape.partition(".")
    return not classes or name not in {known.partition(".")[0] for known in usual}


@needs_payloads
@pytest.mark.parametrize("reader", [False, True], ids=["escaping-alone", "with-the-policy"], indirect=True)
def test_no_script_runs_and_no_page_breaks(
    reader: Reader, ada: Person, ben: Person, work: Work, request: pytest.FixtureRequest
) -> None:
    fill(HARMLESS * 11, ada, ben)
    work()
    usual = {shape for path in pages(HARMLESS * 11, ada, ben) for shape in reader.look(path)}
    assert reader.troubles == []
    every = payloads()
    # The policy is the second wall: it is enough to see it stand on some.
    for said in batches(every if "alone" in request.node.name else every[: 2 * BATCH], BATCH):
        fill(said, ada, ben)
        with connection.cursor() as cursor:
            cursor.execute(
                "ANALYZE"
            )  # what a transaction has just written is not yet in the planner's picture
        work()
        for path in pages(said, ada, ben):
            # Our templates give other elements a class; what a payload brings is bare, or of another name.
            new = {shape for shape in reader.look(path) if shape not in usual and is_strange(shape, usual)}
            assert reader.troubles == [] and new == set(), (path, reader.troubles[:5], new)
