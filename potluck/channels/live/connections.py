"""An open room: its readers, and where each of them is."""

from dataclasses import dataclass, field

from potluck.lib.streaming import Reader


class Ear(Reader):
    """One open page of a room. `person` is 0 for a visitor.

    `place` is how far we have looked for this reader in the order of changes, `told` the place of the last event
    sent: whoever comes back with it is told all that came after.
    """

    __slots__ = ("here", "language", "person", "place", "thread", "told", "zone")

    def __init__(self, thread: int, person: int, language: str, zone: str, place: str) -> None:
        super().__init__()
        self.thread, self.person = thread, person
        self.language, self.zone = language, zone
        self.place = self.told = place
        self.here = b""


@dataclass(slots=True)
class Room:
    """The readers of one thread."""

    thread: int
    ears: set[Ear] = field(default_factory=set)
    # Whoever of those who are here is connected now.
    present: frozenset[int] = frozenset()
