"""A short-lived ticket by which the stream process knows who listens to what, without reading sessions."""

from typing import Any

from django.conf import settings
from django.core import signing

# A page gets a new one each time it is loaded; one that is open longer than this loads itself again.
HOURS = 24


def address(stream: str, facts: object) -> str:
    """Where an open page listens to this stream; `facts` (JSON) say who it is, and to what."""
    return f"{settings.STREAM_ORIGIN}/{stream}?ticket={signing.dumps(facts, salt=_salt(stream))}"


def facts_of(stream: str, ticket: str) -> Any:
    """What we wrote on a ticket; None if it is not ours, for another stream, or too old."""
    try:
        return signing.loads(ticket, salt=_salt(stream), max_age=HOURS * 3600)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def _salt(stream: str) -> str:
    return f"potluck.stream.{stream}"
