"""What a person wishes of being asked, of what is found, and of what comes unasked."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed
from potluck.people.models import Person
from potluck.posts.tags import normal, resolve
from potluck.questions.models import AskingWishes

MOST_A_WEEK, MOST_FIRSTS, MOST_CHANCES, MOST_TOPICS = 50, 20, 5, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """All of them at once, as a form gives them."""

    a_week: int
    topics_never: tuple[str, ...]
    finds: str
    firsts_a_week: int
    chances_a_day: int


def wishes_of(person: Person) -> AskingWishes:
    """Their wishes, as they said them or as they are for whoever said nothing."""
    return AskingWishes.objects.filter(person=person).first() or AskingWishes(person=person)


def wish(person: Person, said: Wishes) -> AskingWishes:
    """Say them. 0 is off."""
    limits = (
        (said.a_week, MOST_A_WEEK),
        (said.firsts_a_week, MOST_FIRSTS),
        (said.chances_a_day, MOST_CHANCES),
    )
    for number, most in limits:
        if not 0 <= number <= most:
            raise Malformed(_("Say a number from 0 to %(most)s; 0 is none.") % {"most": most})
    if said.finds not in AskingWishes.Finds.values:
        raise Malformed(_("Say what you would like to hear of."))
    topics = _topics(said.topics_never)
    row, __ = AskingWishes.objects.update_or_create(
        person=person,
        defaults={
            "a_week": said.a_week,
            "topics_never": topics,
            "finds": said.finds,
            "firsts_a_week": said.firsts_a_week,
            "chances_a_day": said.chances_a_day,
        },
    )
    return row


def never_on(person: Person, topic: str) -> AskingWishes:
    """Not me, on this topic, any more."""
    row, __ = AskingWishes.objects.get_or_create(person=person)
    row.topics_never = _topics((*row.topics_never, topic))
    row.save(update_fields=["topics_never"])
    return row


def again_on(person: Person, topic: str) -> None:
    """Ask me on this topic again."""
    row = AskingWishes.objects.filter(person=person).first()
    if row is not None and topic in row.topics_never:
        row.topics_never = [each for each in row.topics_never if each != topic]
        row.save(update_fields=["topics_never"])


def _topics(said: tuple[str, ...]) -> list[str]:
    found = resolve([list(dict.fromkeys(name for word in said if (name := normal(word))))])[0]
    if len(found) > MOST_TOPICS:
        raise Malformed(_("That are many topics. You can say that you take no asks at all instead."))
    return found
