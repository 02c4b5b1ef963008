"""What to follow can be taken along."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from lxml import etree

from potluck.lib.tests.valid import wrong_opml
from potluck.people.models import Follow, Level, Person, Source

HERE = settings.ORIGIN
pytestmark = pytest.mark.django_db


def feeds(data: bytes) -> list[tuple[str | None, str | None]]:
    assert wrong_opml(data) == []
    found = etree.fromstring(data).iter("outline")
    return [(outline.get("text"), outline.get("xmlUrl")) for outline in found if outline.get("xmlUrl")]


def test_a_persons_sources_are_a_list(client: Client, ada: Person) -> None:
    Source.objects.create(person=ada, url="https://ada.example/atom", title="Worms & co")
    Source.objects.create(person=ada, url="https://ada.example/links.rss")
    Source.objects.create(person=ada, url="https://old.example/rss", retired_at=timezone.now())
    response = client.get("/@ada/sources.opml")
    assert feeds(response.content) == [
        ("Worms & co", "https://ada.example/atom"),
        ("https://ada.example/links.rss", "https://ada.example/links.rss"),
    ]
    assert response["Content-Disposition"] == 'attachment; filename="ada.opml"'


def test_what_one_follows_is_a_list(
    as_: Callable[[Person | None], Client], ada: Person, ben: Person, cleo: Person, eve: Person
) -> None:
    source = Source.objects.create(person=eve, url="https://eve.example/feed", title="Eve's heap")
    Follow.objects.create(by=ada, who=ben)
    Follow.objects.create(by=ada, who=ben, tag="größe")
    Follow.objects.create(by=ada, tag="soil")
    Follow.objects.create(by=ada, who=eve)
    Follow.objects.create(by=ada, source=source)
    Follow.objects.create(by=ada, query='"raised bed" tag:soil')
    Follow.objects.create(by=ada, thread=7, name="Cold heap")
    Follow.objects.create(by=ada, who=cleo, level=Level.MUTED)
    Follow.objects.create(by=cleo, tag="water")
    response = as_(ada).get("/you/following.opml")
    assert feeds(response.content) == [
        ("Ben Okafor", f"{HERE}/@ben.atom"),
        ("Ben Okafor on #größe", f"{HERE}/@ben/tags/gr%C3%B6%C3%9Fe.atom"),
        ("#soil", f"{HERE}/tags/soil.atom"),
        ("Eve's heap", "https://eve.example/feed"),
        ('"raised bed" tag:soil', f"{HERE}/search.atom?q=%22raised+bed%22+tag%3Asoil"),
        ("Cold heap", f"{HERE}/posts/7.atom"),
    ]
    assert response["Cache-Control"] == "private, no-store"


def test_following_nothing_is_a_list_too(as_: Callable[[Person | None], Client], ada: Person) -> None:
    assert feeds(as_(ada).get("/you/following.opml").content) == []


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    response = client.get("/you/following.opml")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
