"""Who said they are here, while their page is open: renewed, shown to the others, and ended when they go."""

import time

from django.template import engines
from django.utils import translation

from potluck.channels.live.connections import Ear, Room
from potluck.channels.live.presence import PRESENT, Present
from potluck.lib.streaming import Database, Work, event
from potluck.people.directory import shown_sql

# Whose connection broke has so many seconds to come back.
GRACE = 15.0
# How long an open page keeps somebody here without being renewed: as long as a dead process may go unnoticed.
_RENEW = """
UPDATE live_here h SET until = now() + interval '60 seconds'
FROM unnest(%s::bigint[], %s::bigint[]) u(thread, person)
WHERE h.thread = u.thread AND h.person_id = u.person AND h.until > now()
  AND (h.until < now() + interval '40 seconds' OR h.until > now() + interval '61 seconds')
"""
_END = "UPDATE live_here SET until = now() WHERE thread = %s::bigint AND person_id = %s::bigint"
_BLOCKS = """
SELECT by_id, who_id FROM people_block
WHERE (by_id = ANY(%(here)s::bigint[]) AND who_id = ANY(%(people)s::bigint[]))
   OR (who_id = ANY(%(here)s::bigint[]) AND by_id = ANY(%(people)s::bigint[]))
"""
_PRESENT = PRESENT.format(shown=shown_sql(None).format(p="v"))


class Attendance:
    """The part of the rooms' stream that knows who is there, of those who said so."""

    def __init__(self, rooms: dict[int, Room], work: Work[tuple[str, int]]) -> None:
        self.rooms, self.work = rooms, work
        self.database = Database()
        self._left: dict[tuple[int, int], float] = {}

    def left(self, ear: Ear) -> None:
        """An open page went. Perhaps it comes back at once."""
        if ear.person:
            self._left[ear.thread, ear.person] = time.monotonic()

    async def keep(self) -> None:
        """Renew who is connected, end who went, and look who is left."""
        open_ = {
            (room.thread, ear.person) for room in self.rooms.values() if room.present for ear in room.ears
        }
        here = [(thread, person) for thread, person in open_ if person in self.rooms[thread].present]
        if here:
            await self.database.ask(_RENEW, [[one[0] for one in here], [one[1] for one in here]])
        for (thread, person), since in list(self._left.items()):
            if time.monotonic() - since < GRACE:
                continue
            del self._left[thread, person]
            room = self.rooms.get(thread)
            if not (room and any(ear.person == person for ear in room.ears)):
                await self.database.ask(_END, [thread, person])
        self.work.add(*(("here", room.thread) for room in self.rooms.values() if room.present))

    async def show(self, room: Room) -> None:
        """Tell each member in a room who is there, if that is news to them."""
        rows = await self.database.ask(_PRESENT, [[room.thread]])
        here = [Present(*row[1:]) for row in rows]
        room.present = frozenset(one.id for one in here)
        people = {"here": list(room.present), "people": sorted({ear.person for ear in room.ears})}
        apart: set[tuple[int, int]] = set()
        for by, who in await self.database.ask(_BLOCKS, people) if here else []:
            apart |= {(by, who), (who, by)}
        drawn: dict[object, bytes] = {}
        for ear in room.ears:
            if not ear.person:
                continue
            shown = [one for one in here if (one.id, ear.person) not in apart]
            kind = (ear.language, tuple(one.id for one in shown))
            piece = drawn.get(kind) or drawn.setdefault(kind, _piece(ear.language, shown))
            if piece != ear.here:
                ear.here = piece
                ear.send(piece)


def _piece(language: str, here: list[Present]) -> bytes:
    with translation.override(language):
        env = engines["jinja2"].env  # type: ignore[attr-defined]
        return event("here", str(env.get_template("live/here.html").module.present(here)))
