"""Our own look at a sender, where no server of ours did it: may whoever handed a letter in write for its From?

DKIM (RFC 6376) and SPF (RFC 7208) by kept libraries; what they vouch for must be the domain of From, or of the same
organization (DMARC, RFC 7489; the organization is found by walking up the names, as RFC 9989 has it). All questions
to the DNS go by `lib/dns.py`.
"""

import ipaddress
import time
from contextlib import suppress
from email import policy
from email.parser import BytesHeaderParser

import dkim
import spf

from potluck.channels.mail.inbound import headers
from potluck.channels.mail.inbound.message import Handed
from potluck.channels.mail.inbound.parse import MOST_HEADER_BYTES
from potluck.lib.dns import look_up
from potluck.lib.errors import TryLater

# All questions about one letter may take so long, in seconds; and so many of its signatures are looked at.
PATIENCE, MOST_SIGNATURES, MOST_STEPS = 15.0, 4, 8


def is_public(peer: str) -> bool:
    """Whether a letter was handed in from the wide world: a server in our own network is one that took it in before."""
    try:
        return ipaddress.ip_address(peer).is_global
    except ValueError:
        return False


def may_write(raw: bytes, handed: Handed) -> bool | None:
    """Whether the domain of From vouches for this letter. None: it cannot be known now, the DNS does not answer."""
    return found_of(raw, handed)[0]


def found_of(raw: bytes, handed: Handed) -> tuple[bool | None, bool]:
    """The same; and whether the domain says that what it does not vouch for is forged."""
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:MOST_HEADER_BYTES])
    author = one_author(raw)
    if not author:
        return False, False
    look = _Look(author.rpartition("@")[2])
    if look.is_signed(raw, headers.all_raw(parsed, "DKIM-Signature")) or look.is_sent(handed):
        return True, False
    return (None, False) if look.unanswered else (False, look.is_forbidden)


def one_author(raw: bytes) -> str:
    """The one address in the one From; empty where there are more or none, as in letters made to be misread."""
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:MOST_HEADER_BYTES])
    named = [box.address for box in headers.people(parsed, "From")]
    return named[0] if len(named) == 1 == len(headers.all_raw(parsed, "From")) else ""


def comes_from(domain: str, raw: bytes, handed: Handed) -> bool | None:
    """Whether a server of this domain sent it (a list's, say), whoever wrote it. None: the DNS does not answer."""
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:MOST_HEADER_BYTES])
    look = _Look(domain)
    if look.is_signed(raw, headers.all_raw(parsed, "DKIM-Signature")) or look.is_sent(handed):
        return True
    return None if look.unanswered else False


def sealed_results(domain: str, raw: bytes) -> str:
    """What a server of this domain found of the author before it changed the letter, as it sealed it (ARC, RFC 8617).

    The value of the newest ARC-Authentication-Results, if the whole chain holds and this domain sealed it last.
    """
    look = _Look(domain)
    # As with signatures: what a stranger wrote there may trip the library.
    with suppress(Exception):
        found, sets, _why = dkim.arc_verify(raw, dnsfunc=look._key)
        newest = max(sets, key=lambda each: int(each["instance"]))
        by = newest["as-domain"].decode("ascii").lower()
        if found == dkim.CV_Pass and look._speaks(by, "adkim"):
            parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:MOST_HEADER_BYTES])
            for said in headers.all_raw(parsed, "ARC-Authentication-Results"):
                number, _mark, results = said.partition(";")
                if number.strip().lower() == f"i={newest['instance']}":
                    return headers.words(results)
    return ""


class _Look:
    """One letter's questions. `unanswered` once the DNS owed us an answer that might have spoken for it."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.unanswered = False
        self.is_forbidden = False
        self.until = time.monotonic() + PATIENCE
        self.policies: dict[str, dict[str, str]] = {}

    def is_signed(self, raw: bytes, signatures: list[str]) -> bool:
        """Whether a signature of the domain holds. One over a part of the text says nothing of the rest."""
        for place, _signature in enumerate(signatures[:MOST_SIGNATURES]):
            # What a stranger wrote there may trip the library in ways it does not foresee: then nothing is vouched for.
            with suppress(Exception):
                letter = dkim.DKIM(raw)
                letter.verify_headerprep(place)
                by = bytes(letter.domain or b"").decode("ascii").lower()
                whole = b"l" not in letter.signature_fields and b"from" in letter.include_headers
                if whole and self._speaks(by, "adkim") and letter.verify(place, dnsfunc=self._key):
                    return True
        return False

    def is_sent(self, handed: Handed) -> bool:
        """Whether the domain lets this server send for it."""
        domain = (handed.sender or handed.helo).rpartition("@")[2].lower()
        if self._policy(self.domain).get("p") in ("reject", "quarantine"):
            self.is_forbidden = True
        if not domain or not self._speaks(domain, "aspf"):
            return False
        asked = spf.query(i=handed.peer, s=handed.sender, h=handed.helo or domain, querytime=PATIENCE)
        with suppress(Exception):
            found = asked.check()[0]
            self.unanswered = self.unanswered or found == "temperror"
            self.is_forbidden = self.is_forbidden or found == "fail"
            return bool(found == "pass")
        return False

    def _speaks(self, domain: str, mode: str) -> bool:
        """Whether this domain speaks for that of From: it is the same, or of one organization if that is enough."""
        if domain == self.domain:
            return True
        policy = self._policy(self.domain)
        if policy.get(mode, "r").lower() == "s":
            return False
        if policy:
            return self._policy(domain).get("organization") == policy["organization"]
        long, short = sorted((domain, self.domain), key=len, reverse=True)
        return "." in short and long.endswith(f".{short}")

    def _policy(self, domain: str) -> dict[str, str]:
        """What the domain's DMARC record says, its own or the nearest above, and of which `organization` it is."""
        if domain in self.policies:
            return self.policies[domain]
        found: dict[str, str] = {}
        labels = domain.split(".")
        for at in range(max(0, len(labels) - MOST_STEPS), len(labels)):
            above = ".".join(labels[at:])
            record = self._record(above)
            if not record:
                continue
            below = ".".join(labels[max(at - 1, 0) :])
            found = {**record, **found, "organization": below if record.get("psd") == "y" else above}
            if record.get("psd") in ("y", "n"):
                break
        self.policies[domain] = found
        return found

    def _record(self, domain: str) -> dict[str, str]:
        said = [each for each in self._ask(f"_dmarc.{domain}", "TXT") if each.lower().startswith("v=dmarc1")]
        if len(said) != 1:
            return {}
        pairs = (each.partition("=") for each in said[0].split(";"))
        return {name.strip().lower(): value.strip().lower() for name, _equals, value in pairs}

    def _key(self, name: bytes, timeout: float = 0) -> bytes | None:
        found = self._ask(name.decode("ascii", "replace"), "TXT")
        return found[0].encode() if found else None

    def _ask(self, name: str, kind: str) -> list[str]:
        try:
            if time.monotonic() > self.until:
                raise TryLater("It took too long.")
            return look_up(name, kind)
        except TryLater:
            self.unanswered = True
            return []


def _of_spf(
    name: str, kind: str, strict: bool = True, timeout: float = 0
) -> list[tuple[tuple[str, str], object]]:
    """How the library for SPF asks the DNS."""
    try:
        found = look_up(name, kind)
    except TryLater as error:
        raise spf.TempError(str(error)) from error
    return [((name, kind), _as_spf(kind, each)) for each in found]


def _as_spf(kind: str, said: str) -> object:
    if kind == "MX":
        preference, _space, host = said.partition(" ")
        return int(preference), host.rstrip(".")
    return (said.encode(),) if kind in ("TXT", "SPF") else said


# The library looks for a resolver of its own when it is loaded; this is the place it leaves for another.
spf.DNSLookup = _of_spf
