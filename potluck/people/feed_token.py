"""The secret part of the address by which a person reads their home in a feed reader."""

import secrets

from potluck.people.models import Person


def feed_token(person: Person) -> str:
    """The token, made when it is first asked for."""
    return person.feed_token or renew_feed_token(person)


def renew_feed_token(person: Person) -> str:
    """A new token. Whoever had the old address reads nothing by it any more."""
    person.feed_token = secrets.token_urlsafe(32)
    person.save(update_fields=["feed_token"])
    return person.feed_token
