"""On which devices a person is told of things, which things, and when not."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from potluck.channels.live.models import Device, Knocking
from potluck.channels.live.push_encryption import check_keys
from potluck.deliver.categories import Kind
from potluck.lib.errors import Malformed, Refused
from potluck.lib.parameters import address
from potluck.people.models import Person

MOST = 20


def add_device(person: Person, *, endpoint: str, key: str, secret: str, name: str) -> Device:
    """Tell this person on a browser from now on. One that was another's, on a shared machine, is theirs alone now."""
    parts = address(endpoint)
    secure = parts.scheme == "https" or (parts.scheme == "http" and settings.ALLOW_PRIVATE_NETWORK)
    if not (secure and parts.netloc and len(endpoint) <= 2000 and len(key) <= 100 and len(secret) <= 40):
        raise Malformed(
            _("This browser did not say how to reach it. Load the page again, and try once more.")
        )
    check_keys(key, secret)
    known = Device.objects.filter(endpoint=endpoint).first()
    if known is None and person.devices.count() >= MOST:
        raise Refused(_("You are told on twenty devices already. Take one away first."))
    facts = {"person": person, "key": key, "secret": secret, "name": name.strip()[:100], "trouble": ""}
    return Device.objects.update_or_create(endpoint=endpoint, defaults=facts)[0]


def wish_knocks(
    person: Person, *, kinds: Iterable[str], quiet_from: int | None, quiet_until: int | None
) -> Knocking:
    """Say what is worth a sound, and when there is to be none."""
    chosen = [kind for kind in Kind.values if kind in set(kinds)]
    hours = (quiet_from, quiet_until)
    if any(hour is not None and not 0 <= hour < 24 for hour in hours) or (
        None in hours and hours != (None, None)
    ):
        raise Malformed(_("Say from which hour to which it is to be quiet, or nothing for both."))
    facts = {"kinds": chosen, "quiet_from": quiet_from, "quiet_until": quiet_until}
    return Knocking.objects.update_or_create(person=person, defaults=facts)[0]


def knocking_of(person: Person) -> Knocking:
    """What a person wishes; an unsaved row where they never said."""
    return Knocking.objects.filter(person=person).first() or Knocking(person=person)


def quiet_end(wishes: Knocking, zone: str, now: datetime) -> datetime | None:
    """When it may sound again, if it may not now. From an hour to the same hour is never quiet."""
    begin, end = wishes.quiet_from, wishes.quiet_until
    if begin is None or end is None or begin == end:
        return None
    here = now.astimezone(ZoneInfo(zone))
    over_night = begin > end
    quiet = (here.hour >= begin or here.hour < end) if over_night else begin <= here.hour < end
    if not quiet:
        return None
    day = here + timedelta(days=1) if here.hour >= end else here
    return day.replace(hour=end, minute=0, second=0, microsecond=0)
