"""The rooms' stream: what comes into a thread, changes in it or goes from it, told to the open pages of its room.

    notice: this thread changed ──► what has each reader not heard of? ──► who may see it? ──► drawn once for all
                                    (changes.py)                           (sight.py)          who see the same

Every reader has a place in the order of changes. Whoever comes back brings theirs, and is told the rest. Nobody's
being here is written down, but for those who said they are (`presence_tracker.py`).
"""

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone, translation

from potluck.channels.live.bulk_visibility import Sight, look
from potluck.channels.live.changes import CHANGED, CHANNEL, is_known, snapshot_of
from potluck.channels.live.connections import Ear, Room
from potluck.channels.live.messages import BY_ID, Message, drawn, message
from potluck.channels.live.presence_tracker import Attendance
from potluck.lib.streaming import Database, Work, event, ticket
from potluck.people.models import Person

STREAM = "room"


def address(thread: int, viewer: Person | None, language: str, session: str | None = None) -> str:
    """Where an open page of this room listens, as long as the session of whoever is signed in goes on."""
    zone, who = (viewer.time_zone, viewer.id) if viewer else ("UTC", 0)
    return ticket.address(STREAM, [thread, who, language, zone], who=who, session=session if viewer else None)


class RoomStream:
    """The rooms that are open now, in this process."""

    name = STREAM
    channel = CHANNEL

    def __init__(self) -> None:
        self.rooms: dict[int, Room] = {}
        self.database = Database()
        self.work: Work[tuple[str, int]] = Work(self._do)
        self.attendance = Attendance(self.rooms, self.work)

    def join(self, given: str, since: str, database: Database) -> Ear | None:
        facts = ticket.facts_of(STREAM, given)
        if not (isinstance(facts, list) and len(facts) == 4):
            return None
        self.database = self.attendance.database = database
        thread, person, language, zone = facts
        ear = Ear(thread, person, language, zone, since)
        room = self.rooms.setdefault(ear.thread, Room(ear.thread))
        room.ears.add(ear)
        self.work.add(("said", ear.thread), ("here", ear.thread))
        return ear

    def leave(self, reader: Ear) -> None:
        room = self.rooms[reader.thread]
        room.ears.discard(reader)
        self.attendance.left(reader)
        if not room.ears:
            del self.rooms[reader.thread]

    def hear(self, notice: str) -> None:
        what, _, thread = notice.rpartition(" ")
        if not notice:
            self.work.add(*((kind, key) for key in self.rooms for kind in ("said", "here")))
        elif int(thread) in self.rooms:
            self.work.add((what or "said", int(thread)))

    def beat(self) -> None:
        """The word that keeps a connection also brings the place up to date; and access is looked at again."""
        for room in self.rooms.values():
            self.work.add(("access", room.thread))
            for ear in room.ears:
                ear.send(event("beat", key=ear.told))

    async def tick(self) -> None:
        await self.attendance.keep()

    async def _do(self, things: list[tuple[str, int]]) -> None:
        for kind, thread in things:
            room = self.rooms.get(thread)
            if room is None:
                continue
            if kind == "said":
                await self._said(room)
                continue
            await self._access(room)
            if kind == "here":
                await self.attendance.show(room)

    async def _access(self, room: Room) -> None:
        ears = list(room.ears)
        self._admitted(room, ears, await look(self.database, [room.thread], _people(ears)))

    async def _said(self, room: Room) -> None:
        """Bring every reader of a room from their place to now."""
        by_place: defaultdict[str, list[Ear]] = defaultdict(list)
        for ear in room.ears:
            by_place[ear.place].append(ear)
        for place, ears in by_place.items():
            asked = {"since": snapshot_of(place), "thread": room.thread}
            found = await self.database.ask(CHANGED, asked) if is_known(place) else []
            if not found or found[0][1]:
                _again(ears)
                continue
            now, _other, posts, fresh = found[0]
            if posts:
                await self._tell(room, ears, posts, frozenset(fresh), now)
            for ear in ears:
                ear.place = now

    async def _tell(
        self, room: Room, ears: list[Ear], posts: list[int], fresh: frozenset[int], now: str
    ) -> None:
        """One event with all of it for each reader: what they may see, and what they see no longer."""
        found = [message(row) for row in await self.database.ask(BY_ID, [posts])]
        there = [one for one in found if one.id != room.thread]
        asked = {room.thread, *(one.id for one in there), *(one.to_id for one in there if one.to_id)}
        people = _people(ears)
        sees = await look(self.database, sorted(asked), people)
        gone = set(posts) - {one.id for one in found} - fresh
        saw = await self._saw({one.id for one in there} - fresh, sees, people)
        pieces: dict[object, bytes] = {}
        for ear in self._admitted(room, ears, sees):
            kind = (ear.language, ear.zone, sees.of(ear.person), saw.of(ear.person))
            if kind not in pieces:
                pieces[kind] = _piece(ear, there, kind[2], kind[3] | gone, now)
            if pieces[kind]:
                ear.send(pieces[kind])
                ear.told = now

    async def _saw(self, there: set[int], sees: Sight, people: list[int]) -> Sight:
        """What was on people's pages and was taken away, or held, since."""
        was = [one for one in there if not sees.all_see(one, people)]
        return (await look(self.database, was, people, before=True)).but(sees) if was else Sight({})

    def _admitted(self, room: Room, ears: Iterable[Ear], sees: Sight) -> list[Ear]:
        """Those who may see what began the thread. The others are shown out."""
        stay = []
        for ear in ears:
            if room.thread in sees.of(ear.person):
                stay.append(ear)
            elif not ear.has_ended:
                ear.send(event("closed"))
                ear.end()
        return stay


def _people(ears: Iterable[Ear]) -> list[int]:
    return sorted({ear.person for ear in ears})


def _again(ears: Iterable[Ear]) -> None:
    """Whose place we do not know is asked to load the page's messages anew."""
    for ear in ears:
        if not ear.has_ended:
            ear.send(event("again"))
            ear.end()


def _piece(ear: Ear, there: list[Message], sees: frozenset[int], gone: frozenset[int], now: str) -> bytes:
    with translation.override(ear.language), timezone.override(ear.zone):
        said = [drawn(one, with_parent=one.to_id in sees) for one in there if one.id in sees]
    said += [f'<li id="post-{key}" data-gone></li>' for key in sorted(gone)]
    return event("said", "\n".join(said), now) if said else b""
