"""Is it from whom it says? What our own mail server found out, as it wrote into the message (RFC 8601); where none
stands before us, what we find out ourselves (`sender_policy.py`)."""

from enum import Enum

from authres import AuthenticationResultsHeader, AuthResError
from django.conf import settings

from potluck.channels.mail.inbound.message import Handed, Message
from potluck.channels.mail.inbound.sender_policy import is_public, may_write
from potluck.channels.mail.models import Letter


class Proof(Enum):
    """How sure it is that a message is from the address it bears. VOUCHED: whoever has the address said so since."""

    VOUCHED = "vouched"
    PASSED = "passed"
    UNKNOWN = "unknown"
    FAILED = "failed"


def own_look(letter: Letter | None) -> Proof | None:
    """What we find out of a letter that somebody in the wide world handed to us. None: it is not ours to find out."""
    if letter is None or settings.MAIL_SERVERS or not is_public(letter.peer):
        return None
    known = may_write(bytes(letter.raw or b""), Handed(letter.peer, letter.helo, letter.sender))
    return {True: Proof.PASSED, False: Proof.FAILED, None: Proof.UNKNOWN}[known]


def proof(message: Message) -> Proof:
    """By the newest results of servers we trust; others may have written themselves what they like.

    DMARC decides where it was looked at; else a signature, or the server's right to send, of the sender's own domain.
    """
    found = [result for said in message.results if (result := _of_ours(said))]
    if not found:
        return Proof.FAILED if settings.MAIL_SERVERS else Proof.UNKNOWN
    outcomes = {(str(one.method).lower(), str(one.result).lower()) for one in found[0].results if one.method}
    if ("dmarc", "pass") in outcomes:
        return Proof.PASSED
    if ("dmarc", "fail") in outcomes:
        return Proof.FAILED
    domain = message.sender.address.rpartition("@")[2]
    if any(_vouches(one, domain) for one in found[0].results):
        return Proof.PASSED
    failed = any(result in ("fail", "softfail", "permerror", "policy") for _method, result in outcomes)
    return Proof.FAILED if failed or settings.MAIL_SERVERS else Proof.UNKNOWN


def _of_ours(said: str) -> AuthenticationResultsHeader | None:
    try:
        read = AuthenticationResultsHeader.parse_value(said[:10_000])
    except (AuthResError, ValueError, IndexError, RecursionError):
        return None
    trusted = settings.MAIL_SERVERS or [settings.MAIL_DOMAIN]
    return read if str(read.authserv_id or "").lower() in trusted else None


def _vouches(one: object, domain: str) -> bool:
    """Whether a signature or an envelope of the sender's own domain held."""
    if str(getattr(one, "result", "")).lower() != "pass":
        return False
    said = (getattr(one, name, None) for name in ("header_d", "header_i", "smtp_mailfrom"))
    domains = {str(each).lower().rpartition("@")[2] for each in said if each}
    return any(
        each == domain or domain.endswith(f".{each}") for each in domains if "." in each or each == domain
    )
