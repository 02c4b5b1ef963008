"""What becomes of a letter."""

from dataclasses import dataclass

from potluck.channels.mail.models import State
from potluck.people.models import Person
from potluck.posts.models import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it ended, what its sender is told (nothing if empty), and where an answer to that goes."""

    state: State = State.DONE
    said: str = ""
    reply_to: str = ""
    post: Post | None = None
    person: Person | None = None
    why: str = ""
