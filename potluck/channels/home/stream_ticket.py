"""Where a person's open homes listen, and whose ticket it is."""

from potluck.lib.streaming import ticket
from potluck.people.models import Person

STREAM = "stream"


def address(person: Person, session: str | None = None) -> str:
    """Where this person's open pages listen, as long as their session goes on."""
    return ticket.address(STREAM, person.id, who=person.id, session=session)


def person_id(given: str) -> int | None:
    """Whose ticket it is; None if it is nobody's, or too old."""
    facts = ticket.facts_of(STREAM, given)
    return facts if isinstance(facts, int) else None
