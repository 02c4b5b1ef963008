"""What a connection to PostgreSQL reaches: the server itself or a pooler, one that takes writing or a standby.

A pooler such as PgBouncer in transaction mode gives each transaction any of its connections, so nothing that belongs
to a connection may be relied on: LISTEN, prepared statements, temporary tables, cursors outside of transactions.
"""

from typing import Any

import psycopg

WHO = "SELECT pg_backend_pid()"
# False on a standby, and on a primary that is being given up.
TAKES_WRITING = "SELECT NOT (pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool)"


def is_pooled(connection: "psycopg.Connection[Any]") -> bool:
    """Whether the process that answers is another than the one we were told of when connecting."""
    row = connection.execute(WHO).fetchone()
    if not connection.autocommit:
        connection.rollback()
    return row is not None and row[0] != connection.info.backend_pid


async def configure(connection: "psycopg.AsyncConnection[Any]") -> None:
    """Rely on nothing that a pooler would not keep. For new connections, in a pool too."""
    row = await (await connection.execute(WHO)).fetchone()
    if not connection.autocommit:
        await connection.rollback()
    if row is not None and row[0] != connection.info.backend_pid:
        connection.prepare_threshold = None


async def check(connection: "psycopg.AsyncConnection[Any]") -> None:
    """Raise OperationalError if this connection is broken or its server takes no more writing; it is closed then.

    A pool would take one that is open back, and give it again.
    """
    row = await (await connection.execute(TAKES_WRITING)).fetchone()
    if not connection.autocommit:
        await connection.rollback()
    if row is None or not row[0]:
        await connection.close()
        raise psycopg.OperationalError("the server takes no more writing")
