"""What we say when a fetch fails: each failure in one sentence, and whether it is worth another try."""

import aiohttp
from django.utils.translation import gettext as _
from yarl import URL

from potluck.lib.errors import TryLater, Undeliverable
from potluck.lib.http.decoding import TooLarge, Unpackable
from potluck.lib.http.models import retry_after
from potluck.lib.http.ssrf import ClosedAddress

Trouble = TryLater | Undeliverable
# Statuses that say "not now" rather than "no" (RFC 9110; 425 is RFC 8470, 429 is RFC 6585).
_NOT_NOW = frozenset({408, 425, 429})
# What `trouble_of` can word: all else is a mistake of ours and must be seen.
FAILURES = (aiohttp.ClientError, TimeoutError, OSError, ValueError, TooLarge, Unpackable)


def refusal(response: aiohttp.ClientResponse) -> Trouble:
    """The trouble that a status of 400 or more (or one we do not know) means."""
    status = response.status
    facts = {"status": status, "host": response.url.host or ""}
    if status in _NOT_NOW or status >= 500:
        after = retry_after(response.headers)
        if status == 429:
            return TryLater(_("%(host)s asks us to come less often.") % facts, after=after, status=status)
        return TryLater(
            _("%(host)s has trouble of its own (%(status)s).") % facts, after=after, status=status
        )
    if status == 410:
        return Undeliverable(_("What was at this address has been taken away for good."), status=status)
    if status == 404:
        return Undeliverable(_("There is nothing at this address (404)."), status=status)
    if status in (401, 403):
        return Undeliverable(_("%(host)s does not let us in (%(status)s).") % facts, status=status)
    return Undeliverable(_("%(host)s answered in a way we cannot use (%(status)s).") % facts, status=status)


def too_many_redirects() -> TryLater:
    return TryLater(_("This address sends us on and on, and never to an end."))


def nowhere(status: int) -> Undeliverable:
    return Undeliverable(_("This address sends us on without saying where."), status=status)


def unreadable() -> Undeliverable:
    return Undeliverable(_("This is not an address we can read."))


def not_ours() -> Undeliverable:
    return Undeliverable(_("Potluck asks only for public web pages, and this address is none."))


def too_large(limit: int) -> Undeliverable:
    if limit < 1024 * 1024:
        return Undeliverable(
            _("This address answered with more than %(size)s kB; we stop there.") % {"size": limit // 1024}
        )
    return Undeliverable(
        _("This address answered with more than %(size)s MB; we stop there.")
        % {"size": limit // 1024 // 1024}
    )


def trouble_of(error: BaseException, url: URL, limit: int, seconds: float) -> Trouble:
    """The sentence for anything in FAILURES."""
    facts = {"host": url.host or "", "seconds": f"{seconds:g}"}
    if isinstance(error, TooLarge):
        return too_large(limit)
    if isinstance(error, Unpackable):
        return TryLater(_("What %(host)s sent is packed in a way we cannot open.") % facts)
    if isinstance(error, TimeoutError):
        return TryLater(_("%(host)s took longer than %(seconds)s seconds; we stopped waiting.") % facts)
    if _is_closed(error):
        return Undeliverable(_("This address lies inside a private network, where Potluck does not go."))
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return unreadable()
    return _unreached(error, facts)


def _unreached(error: BaseException, facts: dict[str, str]) -> TryLater:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return TryLater(_("There is no server of the name %(host)s just now.") % facts)
    if isinstance(error, aiohttp.ClientSSLError):
        return TryLater(_("The certificate of %(host)s cannot be trusted just now.") % facts)
    if isinstance(error, aiohttp.ClientConnectorError):
        return TryLater(_("%(host)s cannot be reached just now.") % facts)
    if isinstance(error, aiohttp.ClientResponseError):
        return TryLater(_("%(host)s answered with something that is not a web page.") % facts)
    return TryLater(_("%(host)s broke off in the middle of its answer.") % facts)


def _is_closed(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ClosedAddress):
            return True
        error = error.__cause__
    return False
