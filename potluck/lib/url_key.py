"""The normal form of a web address, by which the same thing is known when it comes by two ways; ids of any length."""

import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

# Parameters that say how a reader came, not what they read.
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "ref_src", "igshid", "_hsenc", "_hsmi")
LONGEST_KEY = 2000
_HALF_ESCAPE = re.compile(r"%[0-9A-Fa-f]?\Z")


@lru_cache(maxsize=4096)
def link_key(url: str) -> str:
    """An address without scheme, `www.`, fragment, tracking and closing slash; empty if it is no web address."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    query = urlencode(
        sorted((k, v) for k, v in parse_qsl(parts.query) if not k.lower().startswith(_TRACKING))
    )
    host = parts.hostname.removeprefix("www.")
    key = host + port + (parts.path.rstrip("/") or "") + (f"?{query}" if query else "")
    return bounded_uri(key, LONGEST_KEY)


def bounded_uri(text: str, most: int) -> str:
    """An id or an address of at most `most` characters (at least 64), for a column of that size.

    What is longer keeps its beginning and ends in a hash of the whole, so that two long ids which begin alike stay
    two. The same text gives the same id each time.
    """
    if len(text) <= most:
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    # An escape that is cut in two would make what is left no address.
    begun = _HALF_ESCAPE.sub("", text[: most - len(digest) - 1])
    return f"{begun}~{digest}"
