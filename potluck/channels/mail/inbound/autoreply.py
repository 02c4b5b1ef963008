"""Written by a machine? Auto-replies, bounces and loops are told from letters, and never answered (RFC 3834)."""

import re
from enum import Enum

from potluck.channels.mail.addresses import is_ours
from potluck.channels.mail.inbound.message import Message
from potluck.channels.mail.threading import is_name_of_ours

_MACHINES = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|listserv|majordomo|owner-.*|.*-(?:request|bounces?|owner))"
    r"(?:\+.*)?@",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"(?:auto(?:matic|mated)?[ -]?(?:reply|response|antwort)|out of (?:the )?office|abwesenheit|abwesend"
    r"|automatische antwort|réponse automatique|absence du bureau|respuesta automática|risposta automatica"
    r"|automatisch antwoord|autosvar)\b",
    re.IGNORECASE,
)
_LISTS = frozenset(("bulk", "list", "junk", "auto_reply"))


class Made(Enum):
    """What made a message."""

    BY_HAND = "by hand"
    BY_A_LIST = "by a list"
    BY_A_MACHINE = "by a machine"
    BY_US = "by us"


def made(message: Message, sender: str) -> Made:
    """Who or what made it; `sender` is the one of the envelope."""
    said = message.headers
    if (
        is_name_of_ours(message.message_id)
        or is_ours(message.sender.address)
        or is_ours(said.get("x-loop", ""))
    ):
        return Made.BY_US
    automatic = said.get("auto-submitted", "no").split(";")[0].strip().lower()
    if automatic not in ("no", "") or {"x-autoreply", "x-autorespond"} & set(said):
        return Made.BY_A_MACHINE
    if _AWAY.match(message.subject) or _MACHINES.match(message.sender.address) or _MACHINES.match(sender):
        return Made.BY_A_MACHINE
    if said.get("return-path", "").strip() == "<>":
        return Made.BY_A_MACHINE
    if said.get("list-id") or said.get("precedence", "").strip().lower() in _LISTS:
        return Made.BY_A_LIST
    return Made.BY_HAND
