"""People as lists show them, and as search engines read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from potluck.lib import html
from potluck.people.models import Follow, Person, Source, Stage


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody in a list, with the fields that parts/person.html names."""

    id: int
    name: str
    url: str
    is_member: bool
    about: str
    can_help: Sequence[str]
    follows: bool
    why: str = ""


def shown(people: Sequence[Person], viewer: Person | None) -> list[Shown]:
    """People for a list, with one more question for all of them."""
    followed: set[int | None] = set()
    if viewer is not None:
        followed = set(
            Follow.objects.filter(by=viewer, who__in=people, tag="").values_list("who_id", flat=True)
        )
    return [
        Shown(
            id=person.id,
            name=person.shown_name,
            url=person.page,
            is_member=person.is_member,
            about=" · ".join(
                part for part in (html.excerpt(html.text_of(person.about_html), 160), person.place) if part
            ),
            can_help=[t.tag for t in person.topics.all() if t.stage == Stage.HELPING][:6],
            follows=person.id in followed,
        )
        for person in people
    ]


def facts_of_person(person: Person, sources: Sequence[Source]) -> dict[str, object]:
    """https://schema.org/ProfilePage"""
    page = settings.ORIGIN + person.page
    about = {"@type": "Person", "name": person.shown_name, "url": page, "description": person.about[:500]}
    about["sameAs"] = [s.home_url or s.url for s in sources]  # type: ignore[assignment]
    return {"@context": "https://schema.org", "@type": "ProfilePage", "mainEntity": about}
