"""Home's stream: it tells the open homes of a person that something came. It sends no content; pages ask for that
themselves, through the gate."""

import time
from collections import defaultdict

from potluck.channels.home.outbound import CHANNEL
from potluck.channels.home.stream_ticket import person_id
from potluck.lib.streaming import Database, Reader, Work, event

HERE = """
SELECT DISTINCT person_id FROM home_arrival
WHERE person_id = ANY(%s::bigint[]) AND at > now() - interval '2 minutes' AND event = ANY(%s::bigint[])
"""


class HomeStream:
    """Who has their home open now, in this process."""

    name = "stream"
    channel = CHANNEL

    def __init__(self) -> None:
        self.ears: dict[int, set[Reader]] = defaultdict(set)
        self.whose: dict[Reader, int] = {}
        self.work = Work(self._tell)
        self.database = Database()

    def join(self, ticket: str, since: str, database: Database) -> Reader | None:
        person = person_id(ticket)
        if person is None:
            return None
        self.database = database
        reader = Reader()
        self.whose[reader] = person
        self.ears[person].add(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        person = self.whose.pop(reader)
        self.ears[person].discard(reader)
        if not self.ears[person]:
            del self.ears[person]

    def hear(self, notice: str) -> None:
        if notice:
            self.work.add(*(int(event) for event in notice.split(",")))
        else:  # Whatever came while nobody listened: every page asks once.
            self._send(list(self.ears))

    def beat(self) -> None:
        for reader in self.whose:
            reader.send(b": still here\n\n")

    async def tick(self) -> None:
        return None

    async def _tell(self, events: list[int]) -> None:
        """One question a notice finds which of the people here it is for."""
        if self.ears:
            self._send([row[0] for row in await self.database.ask(HERE, [list(self.ears), events])])

    def _send(self, people: list[int]) -> None:
        said = event("home", str(time.time_ns()))
        for person in people:
            for reader in self.ears.get(person, ()):
                reader.send(said)
