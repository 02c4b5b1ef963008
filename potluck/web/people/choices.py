"""What one chooses from in settings."""

from functools import cache

from django.conf import settings
from django.utils.translation import get_language_info

from potluck.people.profile import time_zones


@cache
def zones() -> list[tuple[str, str]]:
    """Every time zone, by name."""
    named = sorted(time_zones() - {"UTC"})
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in named)]


@cache
def languages() -> list[tuple[str, str]]:
    """The languages this interface speaks."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
