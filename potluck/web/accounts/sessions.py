"""Who is signed in, as Django keeps it, read at each page without putting a query together."""

from django.contrib.sessions.backends import db

from potluck.lib.sql import ask

_LOAD = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()"


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def load(self) -> dict[str, object]:
        """What is known of a session; nothing where it ended."""
        found = ask(_LOAD, [self.session_key])
        if not found:
            self._session_key = None
            return {}
        return dict(self.decode(found[0][0]))
