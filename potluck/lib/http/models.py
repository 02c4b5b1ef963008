"""What is asked and what comes back: plain data between the steps."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
LONGEST_MARK = 500
# A year: nobody's cache rule or rest should put an address out of mind for longer.
LONGEST_REST = 365 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Request:
    """One question to another host. `etag` and `last_modified` are the last answer's, as they were.

    `headers` reach only the first host: nothing in them is sent on after a redirect.
    `max_bytes` counts after decompression; None is `settings.FETCH_BYTES`. `seconds` is how long it may take in
    all; None is `settings.FETCH_SECONDS`. Where a reader waits, `in_line` is False: it is asked at once, as a
    browser would, and not in its turn among all we ask of the host.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    accept: str = "*/*"
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes | None = None
    max_bytes: int | None = None
    seconds: float | None = None
    in_line: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: status 2xx, or 304 for "as you know it" (then `body` is empty).

    `url` is where it came from in the end. `permanent_url` is where the address has moved for good: the last
    one reached by permanent redirects (301, 308) alone, or None if the first step was not one.
    Header names are matched whatever their case.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    permanent_url: str | None = None

    @property
    def unchanged(self) -> bool:
        return self.status == 304

    @property
    def etag(self) -> str | None:
        return _mark(self.headers.get("ETag"))

    @property
    def last_modified(self) -> str | None:
        return _mark(self.headers.get("Last-Modified"))

    @property
    def media_type(self) -> str:
        """The type without its parameters, lower case; empty if it was not said."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset the headers name, if Python knows it."""
        message = Message()
        message["Content-Type"] = self.headers.get("Content-Type", "")
        try:
            return codecs.lookup(message.get_content_charset() or "").name
        except (LookupError, ValueError):
            return None

    @property
    def max_age(self) -> float | None:
        """Seconds for which this answer stays fresh, by Cache-Control; None if it was not said."""
        found = _MAX_AGE.search(self.headers.get("Cache-Control", ""))
        return min(float(found[1]), LONGEST_REST) if found else None

    @property
    def retry_after(self) -> float | None:
        return retry_after(self.headers)

    def text(self) -> str:
        """The body as text, by the charset of the headers, else UTF-8; what cannot be read becomes U+FFFD."""
        return self.body.decode(self.charset or "utf-8", errors="replace")


def _mark(text: str | None) -> str | None:
    """A validator that can be stored and sent back; what is no plain text cannot, and is as good as none."""
    return text if text and len(text) <= LONGEST_MARK and text.isascii() and text.isprintable() else None


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait by Retry-After, in either of its forms (RFC 9110, 10.2.3); None if not readable."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_REST)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - (now or datetime.now(UTC))).total_seconds()), LONGEST_REST)
