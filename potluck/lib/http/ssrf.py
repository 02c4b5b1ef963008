"""Where we go and where we do not: server-side request forgery has this one gate.

The address that is checked is the address that is connected to. Names are resolved once, by our own resolver;
the socket is made by our own factory, which sees each address last, however the URL spelled it.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

# Where people serve pages: the two of the web, and the range they use for servers of their own (8000, 8080,
# 8443, 8888). Other ports belong to mail, databases and the like, which should never hear a request of ours.
PORTS = frozenset({80, 443, *range(8000, 9000)})

# IANA's special-purpose registries, as far as `is_global` of Python 3.11 lets them pass, the metadata address
# of one cloud that looks public, and the IPv6 ranges that carry an IPv4 address inside (NAT64, 6to4, Teredo,
# IPv4-compatible), with which a private one could be reached.
_CLOSED = [
    ip_network(text)
    for text in (
        *(
            "0.0.0.0/8",
            "100.64.0.0/10",
            "168.63.129.16/32",
            "192.0.0.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
        ),
        *("192.88.99.0/24", "192.175.48.0/24", "198.18.0.0/15", "224.0.0.0/3"),
        *(
            "::/96",
            "::ffff:0:0/96",
            "::ffff:0:0:0/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
        ),
        *(
            "2001:db8::/32",
            "2002::/16",
            "2620:4f:8000::/48",
            "3fff::/20",
            "5f00::/16",
            "fc00::/7",
            "fe80::/9",
            "ff00::/8",
        ),
    )
]
# getaddrinfo blocks for as long as the name servers are silent; it gets threads of its own.
_threads = ThreadPoolExecutor(16, thread_name_prefix="names")


class ClosedAddress(OSError):
    """An address we do not connect to. An OSError, because that is what aiohttp expects of a socket."""


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Whether an IP address, as getaddrinfo writes it, lies in the public network."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved:
        return False
    return not any(parsed in network for network in _CLOSED if network.version == parsed.version)


def may_ask(url: URL, *, private: bool) -> bool:
    """Whether the scheme and the port are ours to ask; `private` opens every port."""
    return url.scheme in ("http", "https") and bool(url.raw_host) and (private or url.port in PORTS)


def look_up(
    host: str, port: int, family: socket.AddressFamily
) -> list[tuple[socket.AddressFamily, str, int]]:
    """What the name servers say of a host, as (family, address, port)."""
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [(kind, str(address[0]), int(address[1])) for kind, _, _, _, address in found]


class Resolver(AbstractResolver):
    """Resolves a name and keeps only what may be connected to."""

    def __init__(self, *, private: bool) -> None:
        self._private = private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(_threads, look_up, host, port, family)
        open_ = [one for one in found if self._private or is_public(one[1])]
        if found and not open_:
            raise ClosedAddress(host)
        return [
            ResolveResult(
                hostname=host, host=address, port=at, family=kind, proto=0, flags=socket.AI_NUMERICHOST
            )
            for kind, address, at in open_
        ]

    async def close(self) -> None:
        """Nothing is kept: the threads serve the whole process."""


def open_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    """A socket for an address that may be connected to. Asked for last of all, for literals too."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise ClosedAddress(str(address[0]))
    return socket.socket(family, kind, protocol)


def connector(*, private: bool) -> aiohttp.TCPConnector:
    """Connections behind the guard, kept for one batch."""
    return aiohttp.TCPConnector(
        resolver=Resolver(private=private),
        socket_factory=None if private else open_socket,
        limit=0,
        ttl_dns_cache=60,
    )
