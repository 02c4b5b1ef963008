"""Who has streams open: not too many for one person or one address, and none for whoever signed out."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from django.conf import settings

from potluck.lib.streaming.client import Reader
from potluck.lib.streaming.database import Database
from potluck.lib.streaming.ticket import Holder
from potluck.lib.visitors import network_of, visitor

# The sessions of these marks that go on. The index is that of potluck/web/migrations/0002_session_mark.py.
_GO_ON = """
SELECT encode(sha256(session_key::text::bytea), 'hex') FROM django_session
WHERE sha256(session_key::text::bytea) = ANY(SELECT decode(mark, 'hex') FROM unnest(%s::text[]) mark)
  AND expire_date > now()
"""


@dataclass(frozen=True, slots=True)
class Opening:
    """One open stream: whose it is, and where from."""

    holder: Holder
    address: str


class Openings:
    """All streams that are open in this process."""

    def __init__(self) -> None:
        self.open: dict[Reader, Opening] = {}

    def may(self, opening: Opening) -> bool:
        """Whether there is room for one more of this person, and from this address."""
        theirs = [o for o in self.open.values() if o.holder.who and o.holder.who == opening.holder.who]
        near = [o for o in self.open.values() if opening.address and o.address == opening.address]
        return len(theirs) < settings.STREAMS_A_PERSON and len(near) < settings.STREAMS_AN_ADDRESS

    async def goes_on(self, holder: Holder, database: Database) -> bool:
        """Whether the session of the page that has this ticket goes on; a visitor's page has none."""
        return not holder.mark or bool(await database.ask(_GO_ON, [[holder.mark]]))

    async def end_left(self, database: Database) -> None:
        """End the streams of sessions that ended."""
        marks = {o.holder.mark for o in self.open.values() if o.holder.mark}
        if marks:
            going = {row[0] for row in await database.ask(_GO_ON, [list(marks)])}
            for reader, opening in self.open.items():
                if opening.holder.mark and opening.holder.mark not in going:
                    reader.end()


def address_of(scope: dict[str, Any]) -> str:
    """Where a request comes from, as far as it can be known; nothing where only a proxy of ours is seen."""
    forwarded = dict(scope.get("headers", ())).get(b"x-forwarded-for", b"").decode("latin-1")
    said = visitor((scope.get("client") or ("",))[0], forwarded)
    return "" if not said or ip_address(said).is_loopback else network_of(said)
