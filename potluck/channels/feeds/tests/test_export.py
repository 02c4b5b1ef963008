"""What a member takes away is all they gave, and nothing of anybody else's."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client

from potluck.channels.feeds.importing import bookmarks, opml
from potluck.channels.feeds.publishing.export import export
from potluck.door import admit
from potluck.people.circles import make_circle, put_in
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.models import Audience
from potluck.posts.saved import keep

pytestmark = pytest.mark.django_db


def archive_of(person: Person) -> zipfile.ZipFile:
    file = io.BytesIO()
    export(person, file)
    return zipfile.ZipFile(file)


def test_everything_one_gave_is_in_it_and_reads_back(ada: Person, ben: Person, eve: Person) -> None:
    note = admit(Draft(author=ada, text="To *myself*", audience=Audience.ME))
    admit(Draft(author=ada, text="Worth reading #soil", link="https://soil.example/a", title="Soil & water"))
    theirs = admit(Draft(author=ben, text="Not Ada's"))
    keep(theirs, by=ada)
    thank(theirs, by=ada)
    follow(Wish(who=ben), by=ada)
    put_in(make_circle("garden", by=ada), ben, by=ada)
    archive = archive_of(ada)
    posts = json.loads(archive.read("posts.json"))
    assert {item["id"] for item in posts["items"]} >= {note.uri}
    assert len(posts["items"]) == 2
    assert "To *myself*" in archive.read(f"posts/{note.id}.md").decode()
    links = bookmarks.read(archive.read("bookmarks.html"))
    assert next((item.url, item.title, item.tags) for item in links.items) == (
        "https://soil.example/a",
        "Soil & water",
        ("soil",),
    )
    assert len(opml.read(archive.read("following.opml")).entries) == 1
    assert json.loads(archive.read("gifts.json"))["thanks_given"][0]["post"] == theirs.uri
    assert json.loads(archive.read("circles.json"))[0]["people"] == [ben.uri]
    assert not any(
        "Not Ada" in archive.read(name).decode("utf8", "replace")
        for name in archive.namelist()
        if name.endswith(".md")
    )


def test_only_the_person_themselves_gets_it(ada: Person, as_: Callable[[Person | None], Client]) -> None:
    assert as_(None).post("/you/export").status_code == 302
    answer = as_(ada).post("/you/export")
    assert answer["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).read("person.json")  # type: ignore[arg-type]
