"""A short-lived ticket by which the stream process knows a person without reading sessions."""

from django.conf import settings
from django.core import signing

from potluck.people.models import Person

SALT = "potluck.stream"
# A page asks for a new one each time it is loaded; a browser that reconnects later than this loads a new one too.
HOURS = 24


def address(person: Person) -> str:
    """Where this person's open pages listen."""
    return f"{settings.STREAM_ORIGIN}/stream?ticket={signing.dumps(person.id, salt=SALT)}"


def person_id(ticket: str) -> int | None:
    """Whose ticket it is; None if it is nobody's, or too old."""
    try:
        return int(signing.loads(ticket, salt=SALT, max_age=HOURS * 3600))
    except (signing.BadSignature, ValueError, TypeError):
        return None
