"""What the formats share: escaping, addresses, dates, titles.

XML is put together as text, not as a tree: lxml refuses what XML cannot hold instead of dropping it, so it
would need the same cleaning and a tree besides. What makes that safe: every value passes `escape`, `element`,
`attribute` or `link`, and `finish` drops what is left of the impossible.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import unescape
from urllib.parse import quote, urlsplit

from potluck.lib.feedwriter.types import ItemOut

# XML 1.0 (2.2) forbids the first three groups; the C1 controls it merely advises against, validators reject.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LEGIBLE = re.compile("[^\\s\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_C0 = bytes([*range(9), 11, 12, *range(14, 32), 127])
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_TAG = re.compile(r"<[^>]*(?:>|$)")
_PLAIN_URL = re.compile(r"https?://[\w.~%:@-]+(?:[/?#][\w;/?:@&=+$.\-!~*'(),%#]*)?", re.ASCII)
_LOOSE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\[\]]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?=\S)")
# The host stays as it is: brackets belong there, around an address of IPv6.
_AUTHORITY = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^\s/?#\[\]<>\"{}|\\^`]*|\[[0-9A-Fa-f:.]+\](?::\d+)?)(?=[/?#]|$)"
)
_NO_IRI = re.compile(r"[\s<>\"{}|\\^`\[\]]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_IN_PATH = ";/?:@&=+$.-_!~*'(),%#"


def escape(text: str) -> str:
    """For element content."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def flat(text: str) -> str:
    """One line without anything XML cannot hold; "" if nothing is left. Not escaped."""
    if text.isprintable() and "  " not in text:  # nearly always, and tenfold cheaper
        return text.strip(" ")
    return " ".join(_ILLEGAL.sub("", text).split())


def attribute(text: str) -> str:
    """One line for between double quotes."""
    return escape(flat(text)).replace('"', "&quot;")


def element(name: str, text: str) -> str:
    """`<name>text</name>` on a line of its own, or nothing where there is no text."""
    said = flat(text)
    return f"<{name}>{escape(said)}</{name}>\n" if said else ""


def finish(document: str) -> bytes:
    """UTF-8 without what XML forbids. Done once over the whole: tenfold cheaper than value by value."""
    data = document.encode("utf-8", "ignore").translate(None, _C0)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _C1.sub(b"", data).replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


def whole(text: str) -> str:
    """Many lines, without what only a machine could have meant. For formats that are not XML."""
    return _ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def link(url: str | None) -> str | None:
    """An http(s) address in plain ASCII (RFC 3986), or None for anything else."""
    if not url:
        return None
    if _PLAIN_URL.fullmatch(url) and "%" not in url:
        return url
    try:
        parts = urlsplit(flat(url))
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:  # an impossible port, bracket or host name
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or quote(host, "[]:@%") != host:
        return None
    return f"{parts.scheme.lower()}://{host}{_rest(parts.path, parts.query, parts.fragment)}"


def _rest(path: str, query: str, fragment: str) -> str:
    whole = path + (f"?{query}" if query else "") + (f"#{fragment.replace('#', '%23')}" if fragment else "")
    return quote(_LOOSE_PERCENT.sub("%25", whole), _IN_PATH)


def name(uri: str, url: str) -> str:
    """The id as an IRI: kept as it is where it is one (it must never change), else escaped where it begins like one,
    else the page's address."""
    said = flat(uri)
    if not _SCHEME.match(said):
        return link(url) or url
    if _NAME.fullmatch(said) and "%" not in said and "#" not in said:
        return said
    host = _AUTHORITY.match(said)
    start = host.end() if host else said.index(":") + 1
    rest = _NO_IRI.sub(lambda bad: quote(bad[0], ""), _LOOSE_PERCENT.sub("%25", said[start:]))
    before, hash_, fragment = rest.partition("#")
    return said[:start] + before + hash_ + fragment.replace("#", "%23")


def language(code: str) -> str:
    """A language tag (RFC 5646), or ""."""
    return code if _LANGUAGE.fullmatch(code) else ""


def media_type(said: str) -> str:
    kind = said.split(";")[0].strip().lower()
    return kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"


def distinct(items: Sequence[ItemOut]) -> list[ItemOut]:
    """Each name once, the first of them kept: every format forbids repeats."""
    return list({name(item.id, item.url): item for item in reversed(items)}.values())[::-1]


def labels(tags: Sequence[str]) -> list[str]:
    """Tags once each, in their order, without empty ones."""
    return list(dict.fromkeys(said for tag in tags if (said := flat(tag))))


def rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat("T", "seconds") + "Z"


def rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def excerpt(html: str, length: int = 80) -> str:
    """The first words of some HTML as one plain line."""
    return shortened(unescape(_TAG.sub(" ", html[: length * 4 + 500])), length)


def shortened(text: str, length: int = 80) -> str:
    """One line of at most `length` characters, cut between words where there are any."""
    said = flat(text[: length * 4 + 500])
    if len(said) <= length:
        return said
    head, space, _ = said[:length].rpartition(" ")
    return (head if space and len(head) > length // 2 else said[: length - 1]) + "…"


def absolute(html: str, origin: str) -> str:
    """Addresses that begin at the root made whole, so that the HTML can be read elsewhere.

    Works on the cleaner's own output, where every attribute stands in double quotes.
    """
    for start in (' href="/', ' src="/'):
        if start in html:
            html = re.sub(start + r"(?!/)", f"{start[:-1]}{origin}/", html)
    return html


def opened(html: str, reason: str | None) -> str:
    """The content with why it came to this reader before it, or "" where neither says anything."""
    said = flat(reason or "")
    content = html if _LEGIBLE.search(html) else ""
    return f"<p><small>{escape(said)}</small></p>\n{content}" if said else content
