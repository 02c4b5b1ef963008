"""How much is taken in: limits by the server that hands letters in, by address, and for strangers all together.

A letter beyond them is not lost: its server is told to try again later (SMTP 4xx). Members and guests who have shown
their address, and letters to an address with a token that holds, do not count among strangers, so that these cannot
crowd them out.
"""

from django.conf import settings
from django.db.models import Q, Sum
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from potluck.channels.mail.addresses import (
    read_act,
    read_bounce,
    read_reply,
    read_share,
    read_subscribed,
)
from potluck.channels.mail.inbound.sender import known
from potluck.channels.mail.inbound.sender_policy import is_public
from potluck.channels.mail.models import Bridge, Letter, Newsletter
from potluck.lib.errors import Malformed, Refused, TryLater
from potluck.lib.visitors import network_of
from potluck.safety import rate_limits

# The largest letter of a stranger, and what may wait of one address until its owner said that it is theirs; in bytes.
MOST_OF_STRANGER, MOST_OF_WRITER = 5 * 1024 * 1024, 32 * 1024 * 1024


def is_stranger(writer: str, recipients: list[str]) -> bool:
    """Whether nothing speaks for a letter: neither an address shown to be somebody's, nor a token that holds."""
    sender = known(writer) if writer else None
    return not (sender and sender.confirmed) and not any(map(has_token, recipients))


def has_token(address: str) -> bool:
    """Whether this is an address of ours with a token that holds."""
    if subscribed := read_subscribed(address):
        kind, token = subscribed
        table = Bridge if kind == "list" else Newsletter
        return table.objects.filter(token=token, retired_at=None).exists()
    readers = (read_reply, read_act, read_bounce, read_share)
    return any(read(address) is not None for read in readers)


def take_in_turn(size: int, *, writer: str, recipients: list[str], peer: str) -> bool:
    """Whether it is a stranger's, if there is room for it. TryLater, or Malformed, with a sentence for its server."""
    stranger = is_stranger(writer, recipients)
    if stranger and size > MOST_OF_STRANGER:
        raise Malformed(_("A first letter has at most 5 MB. Share a link to what is large instead."))
    try:
        _count(size, stranger, recipients, network_of(peer) if is_public(peer) else "")
    except Refused as error:
        raise TryLater(str(error)) from error
    _look_at_room(size, stranger, writer)
    return stranger


def _count(size: int, stranger: bool, recipients: list[str], server: str) -> None:
    kilobytes = size // 1024 + 1
    if server:
        rate_limits.take("server letters", server)
        rate_limits.take("server kB", server, kilobytes)
    for address in filter(has_token, recipients):
        rate_limits.take("token letters", address)
        rate_limits.take("token kB", address, kilobytes)
    if not stranger:
        return
    if server:
        rate_limits.take("stranger letters", server)
        rate_limits.take("stranger kB", server, kilobytes)
    rate_limits.take("strangers letters", "")
    rate_limits.take("strangers kB", "", kilobytes)


def _look_at_room(size: int, stranger: bool, writer: str) -> None:
    waiting = Letter.objects.filter(raw__isnull=False).annotate(size=Length("raw"))
    found = waiting.aggregate(
        everybody=Sum("size"),
        strangers=Sum("size", filter=Q(is_of_stranger=True)),
        writer=Sum("size", filter=Q(writer=writer)),
    )
    full = (found["everybody"] or 0) + size > settings.MAIL_PENDING_BYTES
    full = full or (found["writer"] or 0) + size > MOST_OF_WRITER
    if full or (stranger and (found["strangers"] or 0) + size > settings.MAIL_STRANGERS_BYTES):
        raise TryLater(_("There is no room for it now. Try again later."))
