"""Is it from whom it says? What our own mail server found out, as it wrote into the message (RFC 8601); where none
stands before us, what we find out ourselves (`sender_policy.py`)."""

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from authres import AuthenticationResultsHeader, AuthResError
from django.conf import settings

from potluck.channels.mail.inbound.message import Handed, Message
from potluck.channels.mail.inbound.receive import is_repeated
from potluck.channels.mail.inbound.sender_policy import found_of, is_public, one_author
from potluck.channels.mail.models import Letter


class Proof(Enum):
    """How sure it is that a message is from the address it bears. VOUCHED: whoever has the address said so since.

    UNKNOWN: nobody looked, or could. UNVOUCHED: nobody vouches for it. FAILED: its domain says that it is forged.
    """

    VOUCHED = "vouched"
    PASSED = "passed"
    UNKNOWN = "unknown"
    UNVOUCHED = "unvouched"
    FAILED = "failed"


# What is not done in anybody's name before they were asked.
UNPROVED = (Proof.UNVOUCHED, Proof.FAILED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found of a letter. `by_list`: whether the bridged list it came to sent it; None, not known."""

    author: Proof
    by_list: bool | None = None


def evidence(row: Letter, message: Message, raw: bytes, found: Proof | None) -> Proof:
    """How sure it is who wrote it. `found` is what we know besides what the letter says itself."""
    sure = found or proof(message)
    if sure is Proof.VOUCHED or sure is Proof.FAILED:
        return sure
    if one_author(raw) != message.sender.address or (sure is Proof.UNKNOWN and is_repeated(row)):
        return Proof.UNVOUCHED
    return sure


def own_look(letter: Letter | None) -> Proof | None:
    """What we find out of a letter that somebody in the wide world handed to us. None: it is not ours to find out."""
    if letter is None or settings.MAIL_SERVERS or not is_public(letter.peer):
        return None
    known, forged = found_of(bytes(letter.raw or b""), handed_of(letter))
    if known is False:
        return Proof.FAILED if forged else Proof.UNVOUCHED
    return Proof.PASSED if known else Proof.UNKNOWN


def handed_of(letter: Letter) -> Handed:
    """Who handed it in."""
    return Handed(letter.peer, letter.helo, letter.sender)


def vouched_in(said: str, domain: str) -> bool:
    """Whether these results, of a server that is believed, say that the author's domain vouches for a letter."""
    with suppress(AuthResError, ValueError, IndexError, RecursionError):
        results = AuthenticationResultsHeader.parse_value(said[:10_000]).results
        return any(_is_dmarc_of(one, domain) or _vouches(one, domain) for one in results)
    return False


def _is_dmarc_of(one: object, domain: str) -> bool:
    said = [str(getattr(one, name, "")).lower() for name in ("method", "result")]
    of = [str(each.value).lower() for each in getattr(one, "properties", ()) if each.name == "from"]
    return said == ["dmarc", "pass"] and of == [domain]


def sent_by(message: Message, domain: str) -> bool | None:
    """Whether servers of ours found that this domain sent a letter, whoever wrote it. None: they did not look."""
    found = [result for said in message.results if (result := _of_ours(said))]
    return any(_vouches(one, domain) for one in found[0].results) if found else None


def proof(message: Message) -> Proof:
    """By the newest results of servers we trust; others may have written themselves what they like.

    DMARC decides where it was looked at; else a signature, or the server's right to send, of the sender's own domain.
    """
    found = [result for said in message.results if (result := _of_ours(said))]
    if not found:
        return Proof.UNVOUCHED if settings.MAIL_SERVERS else Proof.UNKNOWN
    outcomes = {(str(one.method).lower(), str(one.result).lower()) for one in found[0].results if one.method}
    if ("dmarc", "pass") in outcomes:
        return Proof.PASSED
    if ("dmarc", "fail") in outcomes:
        return Proof.FAILED
    domain = message.sender.address.rpartition("@")[2]
    if any(_vouches(one, domain) for one in found[0].results):
        return Proof.PASSED
    failed = any(result in ("fail", "softfail", "permerror", "policy") for _method, result in outcomes)
    if failed:
        return Proof.FAILED
    return Proof.UNVOUCHED if settings.MAIL_SERVERS else Proof.UNKNOWN


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
