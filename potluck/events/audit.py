"""The audit log: every decision one person makes for others, written in the transaction that carries it out."""

from potluck.events.models import AuditEntry, Decision
from potluck.lib.sql import insert


def note(
    what: Decision, *, by: int | None, whom: int | None = None, about: int | None = None, words: str = ""
) -> None:
    """Write down a decision. `by` None is the host at the command line."""
    insert([AuditEntry(what=what, by=by, whom=whom, about=about, words=words)])
