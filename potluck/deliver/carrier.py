"""The seam for carriers: matches in, this channel's deliveries out."""

from typing import Protocol, cast

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from potluck.kit.sql import Select


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
_MATCHES = Select("SELECT event, person, post, place, score, reason FROM deliver_match")


def carry(found: Select) -> None:
    """Find out once who is meant, and hand that to every carrier."""
    with connection.cursor() as cursor:
        cursor.execute(_LAID_OUT)
        cursor.execute("DELETE FROM deliver_match")  # what the same transaction carried before
        cursor.execute(f"INSERT INTO deliver_match {found.sql}", found.params)
        anybody = cursor.rowcount > 0
    if anybody:
        for carrier in carriers():
            carrier.take(_MATCHES)


def carriers() -> list[Carrier]:
    """The carriers named in settings, in their order."""
    return [cast(Carrier, import_string(path)) for path in settings.CARRIERS]
