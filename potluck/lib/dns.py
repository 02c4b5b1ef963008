"""Ask the DNS: the one way by which names are looked up for the checks of mail. `settings.DNS` says whom."""

from functools import lru_cache
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.resolver
from django.conf import settings

from potluck.lib.errors import TryLater

OFF = "off"
# One question may take so long, in seconds, tries of several servers included.
PATIENCE = 4.0


def look_up(name: str, kind: str) -> list[str]:
    """What the DNS says of a name, each record as text: the pieces of a TXT joined, an MX as "10 mail.example.org".

    Empty where there is nothing. Raises TryLater where nobody answers, or nobody is to be asked.
    """
    if settings.DNS == OFF:
        raise TryLater("The DNS is not asked here.")
    try:
        asked = dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError):
        return []  # It can be nobody's name.
    try:
        found = _resolver(settings.DNS).resolve(asked, kind, lifetime=PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise TryLater(f"The DNS does not answer: {error}"[:300]) from error
    if kind == "TXT":
        return [b"".join(record.strings).decode("utf-8", "replace") for record in found]
    return [record.to_text().rstrip(".") for record in found]


@lru_cache(maxsize=4)
def _resolver(server: str) -> dns.resolver.Resolver:
    """The one that this machine uses, or the one named; it remembers answers as long as they say."""
    resolver = dns.resolver.Resolver(configure=not server)
    if server:
        parts = urlsplit(f"//{server}")
        resolver.nameservers, resolver.port = [parts.hostname or "127.0.0.1"], parts.port or 53
    resolver.cache = dns.resolver.LRUCache(max_size=2_000)
    return resolver
