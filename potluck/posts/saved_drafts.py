"""What somebody began and did not share yet, by the name it is kept under."""

from collections.abc import Mapping

from potluck.lib.sql import run
from potluck.people.models import Person
from potluck.posts.models import SavedDraft

Fields = Mapping[str, str | list[str]]


def begun(person: Person, about: str) -> Fields:
    """The fields of a draft, empty if there is none."""
    row = SavedDraft.objects.filter(person=person, about=about).first()
    return dict(row.fields) if row else {}


def done(person: Person, about: str) -> None:
    """It was shared: the draft is not needed any more."""
    run("DELETE FROM posts_saveddraft WHERE person_id = %s AND about = %s", [person.pk, about])
