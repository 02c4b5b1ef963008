"""The seam for carriers: matches in, this channel's deliveries out."""

from functools import partial
from typing import Any, Protocol, cast
from weakref import WeakSet

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from potluck.lib.sql import Select, is_pooled, run


class Carrier(Protocol):
    """What a channel offers to carry matches out.

    `take` is given a SELECT of matches (event, person, post, place, score, reason) and writes its deliveries in one
    statement, in the caller's transaction. It may be given the same matches again and must then change nothing.
    It leaves out what a person may not see or does not want (`posts.audience.VISIBLE_SQL`, `wishes.WANTED_SQL`).
    """

    def take(self, matches: Select) -> None: ...


# One connection's own, and empty after each transaction.
_LAID_OUT = """
CREATE TEMPORARY TABLE IF NOT EXISTS deliver_match
    (event bigint, person bigint, post bigint, place smallint, score float8, reason jsonb) ON COMMIT DELETE ROWS
"""
# The connections that have it. Behind a pooler each transaction may meet another.
_laid_out: WeakSet[Any] = WeakSet()
# In place of what the same transaction carried before. A reason does not name who is not to be known to whom it would
# be told; where nobody is, nothing is asked of each row.
_FILL = """
WITH before AS (DELETE FROM deliver_match)
INSERT INTO deliver_match SELECT m.* FROM ({found}) m(event, person, post, place, score, reason)
WHERE NOT EXISTS (SELECT FROM posts_veil) OR NOT EXISTS (
    SELECT FROM posts_post p JOIN posts_veil veil ON veil.thread_id = p.thread
    WHERE p.id = m.post AND veil.person_id = m.person AND m.reason->>'who' = veil.who_id::text)
"""
_MATCHES = Select("SELECT event, person, post, place, score, reason FROM deliver_match")


def carry(found: Select) -> None:
    """Find out once who is meant, and hand that to every carrier. In the caller's transaction."""
    if is_pooled() or connection.connection not in _laid_out:
        run(_LAID_OUT, ())
        transaction.on_commit(partial(_laid_out.add, connection.connection))
    if run(_FILL.format(found=found.sql), found.params):
        for carrier in carriers():
            carrier.take(_MATCHES)


def carriers() -> list[Carrier]:
    """The carriers named in settings, in their order."""
    return [cast(Carrier, import_string(path)) for path in settings.CARRIERS]
