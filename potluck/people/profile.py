"""What a member says of themselves, and how much of a day they give."""

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from potluck.lib import markdown
from potluck.lib.errors import Malformed
from potluck.lib.licences import LICENCES
from potluck.people.join import check_handle
from potluck.people.models import Person, Seat, Stage, Topic, Way

MOST_TOPICS = 60
MOST_DAILY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All one can say of oneself. Nothing of it is required."""

    name: str = ""
    handle: str = ""
    about: str = ""
    place: str = ""
    languages: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    seat_ways: tuple[str, ...] = ()
    seat_words: str = ""


def describe(person: Person, profile: Profile) -> Person:
    """Say who one is. The old page address does not lead on when the handle changes."""
    if profile.handle and profile.handle != person.handle:
        person.handle = check_handle(profile.handle, of=person)
    person.name = profile.name.strip().replace("\x00", "")[:200]
    person.about = profile.about.strip().replace("\x00", "")[:5000]
    person.about_html = markdown.render(person.about)
    person.place = profile.place.strip().replace("\x00", "")[:200]
    person.languages = [word.strip()[:12] for word in profile.languages if word.strip()][:20]
    person.affiliations = [word.strip()[:200] for word in profile.affiliations if word.strip()][:20]
    try:
        with transaction.atomic():
            # Only what is said here: somebody may have changed the rest meanwhile.
            person.save(update_fields=_SAID)
            _offer(person, profile)
    except IntegrityError:
        raise Malformed(_("Somebody has this handle already. Choose another.")) from None
    return person


def _offer(person: Person, profile: Profile) -> None:
    """Keep an open seat; with no way to come by there is none."""
    ways = [way for way in Way.values if way in profile.seat_ways]
    if ways:
        words = profile.seat_words.strip().replace("\x00", "")[:300]
        Seat.objects.update_or_create(person=person, defaults={"ways": ways, "words": words})
    else:
        Seat.objects.filter(person=person).delete()


_SAID = ("handle", "name", "about", "about_html", "place", "languages", "affiliations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How Potluck behaves for one person."""

    daily: int
    time_zone: str
    language: str = ""
    theme: str = ""
    licence: str = ""


@cache
def time_zones() -> frozenset[str]:
    """The zones one may choose: those with a name of a place, and UTC."""
    named = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
    return frozenset({"UTC", *named})


def settle(person: Person, wishes: Settings) -> Person:
    """Turn what only this person sees."""
    if not 1 <= wishes.daily <= MOST_DAILY:
        raise Malformed(_("Say a number from 1 to %(most)s for a day.") % {"most": MOST_DAILY})
    if wishes.time_zone not in time_zones():
        raise Malformed(_("Choose a time zone from the list, such as Europe/Paris."))
    person.daily, person.time_zone = wishes.daily, wishes.time_zone
    person.language = wishes.language[:12]
    person.theme = wishes.theme if wishes.theme in ("light", "dark") else ""
    person.licence = wishes.licence if wishes.licence in LICENCES else ""
    person.save(update_fields=["daily", "time_zone", "language", "theme", "licence"])
    return person


@transaction.atomic
def say_topic(person: Person, tag: str, stage: str, note: str = "") -> Topic:
    """Declare that one can help with a topic, or wants to learn it, and how far one is."""
    if not tag:
        raise Malformed(_("Name the topic in a word or two."))
    if stage not in Stage.values:
        raise Malformed(_("Say how far you are with it."))
    row = Topic.objects.filter(person=person, tag=tag).first() or Topic(person=person, tag=tag)
    if row.pk is None and person.topics.count() >= MOST_TOPICS:
        raise Malformed(_("At most %(most)s topics. Take one away first.") % {"most": MOST_TOPICS})
    row.stage, row.note = stage, note.strip()[:300]
    row.save()
    return row
