"""Connections that know whether a pooler stands between, and leave a server that takes no more writing."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from potluck.lib import pooler
from potluck.store import paths


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of Django's.

    Behind a pooler (`is_pooled`) nothing may stay with a connection from one transaction to the next: no prepared
    statement, no cursor, no temporary table. A server that became a standby is not usable, so that the health check
    of the next request goes to its successor; DATABASE_URL names both.
    """

    is_pooled = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and see who is at the other end."""
        connection = super().get_new_connection(conn_params)
        if not paths.is_embedded():
            self.is_pooled = pooler.is_pooled(connection)
            if self.is_pooled:
                connection.prepare_threshold = None
                self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True
        return connection

    def is_usable(self) -> bool:
        """Whether the connection stands and its server takes writing."""
        if paths.is_embedded():
            return bool(super().is_usable())
        if self.connection is None:
            return False
        try:
            with self.connection.cursor() as cursor:
                return bool(cursor.execute(pooler.TAKES_WRITING).fetchone()[0])
        except psycopg.Error:
            return False
