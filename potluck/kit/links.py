"""The normal form of a web address, by which the same thing is known when it comes by two ways."""

from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

# Parameters that say how a reader came, not what they read.
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "ref_src", "igshid", "_hsenc", "_hsmi")


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
    return key[:2000]
