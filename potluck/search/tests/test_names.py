"""People and tags that a search names."""

import pytest
from django.utils import timezone

from potluck.people.block import block
from potluck.people.models import Person, Stage, Topic
from potluck.posts.draft import Draft
from potluck.posts.models import Audience
from potluck.posts.share import share
from potluck.search.people_and_tags import people_matching, tags_matching
from potluck.search.query import parse

pytestmark = pytest.mark.django_db


def people(typed: str, viewer: Person | None = None) -> list[str]:
    return [person.handle for person in people_matching(parse(typed), viewer)]


def test_people_are_found_by_the_beginnings_of_their_names_handles_and_topics(
    ada: Person, ben: Person
) -> None:
    Topic.objects.create(person=ben, tag="marshes", stage=Stage.HELPING)
    assert people("Ada") == people("ada mar") == people("@ada") == ["ada"]
    assert people("marsh") == ["ada", "ben"]
    assert people("dam") == people("tag:marshes") == people("-ada") == []


def test_who_is_suspended_removed_or_blocked_is_not_found(ada: Person, ben: Person, cleo: Person) -> None:
    block(ada, by=ben)
    assert people("ada", ben) == people("ben", ada) == []
    assert people("ada", cleo) == ["ada"]
    Person.objects.filter(id=ada.id).update(suspended_at=timezone.now())
    assert people("ada", cleo) == []


def test_tags_are_those_on_what_one_may_see(ada: Person, ben: Person) -> None:
    share(Draft(author=ada, text="open", tags=("garden-soil",)))
    share(Draft(author=ada, text="secret", tags=("surprise",), audience=Audience.ME))
    assert tags_matching(parse("garden soil"), ben) == ["garden-soil"]
    assert tags_matching(parse("surprise"), ben) == []
    assert tags_matching(parse("surprise"), ada) == ["surprise"]
    assert tags_matching(parse("gard"), ben, ["gardening", "worms"]) == ["gardening"]
