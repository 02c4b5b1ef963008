"""The example: whole, true to its script, and with something of each kind for who looks."""

import pytest

from potluck.channels.home.day import today
from potluck.commands.demo import script
from potluck.commands.demo.fill import fill
from potluck.people.models import Person
from potluck.posts.models import Kind, Post, Thanks, Use


def test_everybody_in_the_script_is_known_and_says_something() -> None:
    known = {person.handle for person in script.people()}
    said = script.shares()
    assert {one.who for one in said} <= known
    assert [one.title for one in said if not one.text and "link" not in one.facts] == []
    acts = [(act.verb, act.who) for one in said for act in one.acts]
    assert {verb for verb, _ in acts} == {"thanks", "uses", "passes", "keeps"}
    assert {who for _, who in acts} <= known


@pytest.mark.django_db
def test_the_example_has_a_day_with_something_of_each_for_its_reader() -> None:
    fill()
    reader = Person.objects.get(handle=script.people()[0].handle)
    assert reader.account is not None and reader.account.is_superuser
    assert Person.objects.count() == 30 and Person.objects.filter(account=None).count() == 5
    assert Post.objects.count() >= 400 and Thanks.objects.exists() and Use.objects.exists()
    assert {Kind.NOTE, Kind.ARTICLE, Kind.LINK, Kind.QUESTION, Kind.ANSWER} <= set(
        Post.objects.values_list("kind", flat=True)
    )
    day = today(reader)
    assert day.waiting and day.people and day.gifts
    assert all(item.reasons for item in [*day.waiting, *day.people, *day.gifts])
