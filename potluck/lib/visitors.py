"""The network address of a visitor, by which limits count. What a proxy reports is believed of ours alone."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "nowhere"


def address_of(request: HttpRequest) -> str:
    """The address of whoever sent this request; NOWHERE where it cannot be known."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return visitor(request.META.get("REMOTE_ADDR", ""), forwarded) or NOWHERE


def visitor(peer: str, forwarded: str) -> str:
    """The visitor's address: the peer's own, unless it is one of our proxies and says for whom it asks.

    `forwarded` is X-Forwarded-For: each proxy adds whom it had the request from at the end, so of N proxies the Nth
    from the end was written by ours; all before it by anybody. Empty where that is no address.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if not proxies or not is_within(peer, settings.PROXY_NETWORKS):
        return _plain(peer)
    said = forwarded.split(",")
    return _plain(said[-proxies]) if len(said) >= proxies else ""


def network_of(address: str) -> str:
    """What one visitor or server has in hand: an IPv4 address, or the /64 of an IPv6 one. Text that is none stays."""
    try:
        found = ip_address(address.strip().partition("%")[0])
    except ValueError:
        return address.strip()[:64]
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of these networks; "" (a socket of this machine) counts as loopback."""
    try:
        found = ip_address(address.strip() or "127.0.0.1")
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in ip_network(each) for each in networks)


def _plain(said: str) -> str:
    try:
        return str(ip_address(said.strip()))
    except ValueError:
        return ""
