"""A short-lived ticket by which the stream process knows who listens to what, without reading sessions."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core import signing

# A page gets a new one each time it is loaded; one that is open longer than this loads itself again.
HOURS = 24


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose ticket it is: a person's id, or 0; and the mark of the session they are signed in with, or nothing."""

    who: int = 0
    mark: str = ""


def address(stream: str, facts: object, *, who: int = 0, session: str | None = None) -> str:
    """Where an open page listens to this stream; `facts` (JSON) say who it is, and to what. With the key of a
    `session` it holds no longer than that."""
    mark = sha256(session.encode()).hexdigest() if session else ""
    ticket = signing.dumps([facts, who, mark], salt=_salt(stream))
    return f"{settings.STREAM_ORIGIN}/{stream}?ticket={ticket}"


def facts_of(stream: str, ticket: str) -> Any:
    """What we wrote on a ticket; None if it is not ours, for another stream, or too old."""
    return _read(stream, ticket)[0]


def holder_of(stream: str, ticket: str) -> Holder:
    """Whose ticket it is."""
    return Holder(*_read(stream, ticket)[1:])


def _read(stream: str, ticket: str) -> tuple[Any, int, str]:
    try:
        said = signing.loads(ticket, salt=_salt(stream), max_age=HOURS * 3600)
        facts, who, mark = said
    except (signing.BadSignature, ValueError, TypeError):
        return None, 0, ""
    return facts, who, mark


def _salt(stream: str) -> str:
    return f"potluck.stream.{stream}"
