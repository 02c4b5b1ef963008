"""Somebody as their page shows them: topics, open seat, where they share, and what ties the viewer to them."""

from dataclasses import dataclass
from datetime import datetime

from potluck.lib.sql import ask, columns, made
from potluck.people.directory import shown_sql
from potluck.people.models import Circle, Person, Seat, Source, Topic


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties the viewer to somebody: whether they follow them, on which topics alone, and the viewer's circles
    with whether this person is in them; who of the two says that they have met."""

    follow: bool
    topics: list[str]
    muted: bool
    circles: list[tuple[Circle, bool]]
    i_met: bool
    they_met: bool


@dataclass(frozen=True, slots=True)
class Met:
    """A person and what their page says beside what they shared. No seat nor tie for a visitor, no tie to oneself."""

    who: Person
    topics: list[Topic]
    sources: list[Source]
    seat: Seat | None
    tie: Tie | None


_MET = f"""
SELECT {columns(Person, "p")},
    (SELECT json_agg(json_build_array(t.tag, t.stage, t.note) ORDER BY t.tag)
     FROM people_topic t WHERE t.person_id = p.id),
    (SELECT json_agg(json_build_array(s.url, s.home_url, s.title, s.note, s.paused_at, s.last_item_at)
                     ORDER BY s.title, s.url)
     FROM people_source s WHERE s.person_id = p.id AND s.retired_at IS NULL),
    (SELECT json_build_array(s.ways, s.words) FROM people_seat s WHERE s.person_id = p.id AND %(me)s <> 0),
    (SELECT json_agg(f.tag) FROM people_follow f WHERE f.by_id = %(me)s AND f.who_id = p.id),
    EXISTS (SELECT FROM people_mute m WHERE m.by_id = %(me)s AND m.who_id = p.id),
    (SELECT json_agg(json_build_array(c.id, c.name, EXISTS (
                SELECT FROM people_circlemember cm WHERE cm.circle_id = c.id AND cm.person_id = p.id)) ORDER BY c.id)
     FROM people_circle c WHERE c.owner_id = %(me)s),
    ARRAY(SELECT m.by_id FROM people_meeting m
          WHERE (m.by_id = %(me)s AND m.who_id = p.id) OR (m.by_id = p.id AND m.who_id = %(me)s))
FROM people_person p WHERE p.handle = %(handle)s AND (p.id = %(me)s OR {{shown}})
"""


def met(handle: str, viewer: Person | None) -> Met | None:
    """The person of this handle, in one query, if they may appear to this viewer."""
    me = viewer.id if viewer else 0
    shown = shown_sql(viewer).format(p="p").replace("%s", "%(me)s")
    found = ask(_MET.format(shown=shown), {"handle": handle.lower(), "me": me})
    if not found:
        return None
    who, end = made(Person, found[0])
    topics, sources, seat, follows, muted, circles, say_met = found[0][end:]
    tie = None
    if viewer is not None and viewer.id != who.id:
        inside = [(Circle(id=key, name=name), within) for key, name, within in circles or ()]
        followed = [tag for tag in follows or () if tag]
        tie = Tie("" in (follows or ()), followed, muted, inside, me in say_met, who.id in say_met)
    return Met(
        who,
        [_topic(*row) for row in topics or ()],
        [_source(*row) for row in sources or ()],
        seat and Seat(ways=seat[0], words=seat[1]),
        tie,
    )


def _topic(tag: str, stage: str, note: str) -> Topic:
    return Topic(tag=tag, stage=stage, note=note)


def _source(
    url: str, home_url: str, title: str, note: str, paused_at: str | None, last_item_at: str | None
) -> Source:
    return Source(
        url=url,
        home_url=home_url,
        title=title,
        note=note,
        paused_at=paused_at and datetime.fromisoformat(paused_at),
        last_item_at=last_item_at and datetime.fromisoformat(last_item_at),
    )
