"""Who may know, in a network of any size: the likely ones, and in a small one whoever shared a telling word on it.

How near things are is measured against all that is near; where little was shared, that leaves out too many.
"""

from datetime import datetime

from potluck.match.answerers.candidates import Near, Text, near
from potluck.match.answerers.ranking import Likely, likely
from potluck.people.directory import members_among
from potluck.people.models import Person
from potluck.search.bm25 import known

# With more posts than this, whoever has something to say has said it.
SMALL = 5000


def somebody(
    text: Text, asker: Person | None, *, limit: int, enough: int, at: datetime | None = None
) -> list[Likely]:
    """Up to `limit` people, best first. Where fewer than `enough` have something that speaks for them, also those
    who shared something with a word of the text; those for whom nothing speaks come last."""
    found = likely(text, asker=asker, limit=limit, at=at)
    telling = [one for one in found if one.reason["code"] != "active"]
    if len(telling) >= enough or known().posts > SMALL:
        return found
    here = {one.person for one in telling} | ({asker.id} if asker else set())
    more: dict[int, Near] = {}
    for one in near(text, asker, limit=limit * 2):
        if one.words > 0 and one.author not in here:
            more.setdefault(one.author, one)
    members = members_among(more)
    lowest = min((one.score for one in telling), default=1.0) / 2
    known_of = {one.person: one.values for one in found}
    telling += [
        Likely(
            person,
            lowest,
            {"code": "shared" if one.alike else "nearest", "who": person},
            one.post,
            known_of.get(person, ()),
        )
        for person, one in more.items()
        if person in members
    ]
    spoken_for = {one.person for one in telling}
    return [*telling, *(one for one in found if one.person not in spoken_for)][:limit]
