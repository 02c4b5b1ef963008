"""How often one person or address may do a thing. Generous for people, narrow for machines."""

import time
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from potluck.lib.errors import Refused


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times in `seconds`."""

    most: int
    seconds: int


LIMITS = {
    "share": Limit(60, 3600),
    "first share": Limit(120, 3600),  # by address on the network, which a whole school may have in common
    "reply": Limit(120, 3600),
    "say": Limit(600, 3600),  # in a room, where people talk in short lines
    "thank": Limit(200, 3600),
    "follow": Limit(300, 3600),
    "source": Limit(200, 3600),
    "upload": Limit(100, 3600),
    "preview": Limit(60, 600),
    "send": Limit(20, 86400),  # to somebody who is not here
    "invite": Limit(50, 86400),
    "image": Limit(2000, 600),
    "export": Limit(10, 3600),
    "letter": Limit(200, 3600),  # mail from one address
    "mail answer": Limit(20, 86400),  # answers by return to one address
    "confirmation": Limit(1, 86400),  # asking one address whether it wrote something, until it answers
    "confirmations": Limit(200, 3600),  # asking people who never wrote before, all together
    "stranger answer": Limit(200, 3600),  # answers by return to them, all together
    "server letters": Limit(600, 3600),  # mail that one server hands in
    "server kB": Limit(300_000, 3600),
    "token letters": Limit(300, 3600),  # mail to one address that has a token
    "token kB": Limit(60_000, 3600),
    "stranger letters": Limit(60, 3600),  # mail of people who never wrote before, by one server
    "stranger kB": Limit(20_000, 3600),
    "strangers letters": Limit(600, 3600),  # and by all together
    "strangers kB": Limit(60_000, 3600),
}


def take(what: str, who: str | int, times: int = 1) -> None:
    """Count this time, and refuse with a sentence when it was once too often."""
    limit = LIMITS[what]
    window = int(time.time()) // limit.seconds * limit.seconds
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO safety_tally (what, who, "window", count) VALUES (%s, %s, %s, %s)'
            ' ON CONFLICT (what, who, "window") DO UPDATE SET count = safety_tally.count + EXCLUDED.count'
            " RETURNING count",
            [what, str(who)[:100], window, times],
        )
        count = cursor.fetchone()[0]
    if count > limit.most:
        minutes = max(1, (window + limit.seconds - int(time.time())) // 60)
        raise Refused(
            _("That is a lot at once. Nothing is lost; try again in %(minutes)s minutes.")
            % {"minutes": minutes}
        )


def give_back(what: str, who: str | int) -> None:
    """Begin to count anew."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM safety_tally WHERE what = %s AND who = %s", [what, str(who)[:100]])


def forget_old() -> int:
    """Drop windows that are over. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM safety_tally WHERE "window" < %s', [int(time.time()) - 2 * 86400])
        return int(cursor.rowcount)
