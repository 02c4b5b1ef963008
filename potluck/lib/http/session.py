"""One visit to the network: a session whose every step passes the guard.

    request ──► may we ask? ──► our turn ──► ask ──► redirect? then again, at most five times
                (guard)         (pace)       │
                                             └──► Answer, or TryLater / Undeliverable with a sentence

A redirect is a new question: the guard looks at it again, and nothing secret is sent on.
"""

import asyncio
from dataclasses import dataclass, replace
from types import TracebackType

import aiohttp
from django.conf import settings
from yarl import URL

import potluck
from potluck.lib.http import errors, rate_limit, ssrf
from potluck.lib.http.decoding import ENCODINGS, read_body
from potluck.lib.http.models import Answer, Request

MAX_REDIRECTS = 5
PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Some real sites send a policy of 10 kB in one header; a longer line than this is no page.
HEADER_BYTES = 16 * 1024
CONNECT_SECONDS = 10.0
LONGEST_COOKIES = 4096
# As good as no limit, for a setting of 0.
_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What the settings say, read once per visit."""

    private: bool
    bytes_: int
    seconds: float
    rate: float
    connections: int

    @classmethod
    def of_settings(cls) -> "Limits":
        return cls(
            private=settings.ALLOW_PRIVATE_NETWORK,
            bytes_=settings.FETCH_BYTES,
            seconds=settings.FETCH_SECONDS,
            rate=settings.HOST_RATE,
            connections=settings.HOST_CONNECTIONS or _MANY,
        )


class Trail:
    """Where a fetch has got to: the question as it stands now, and the time left for it."""

    def __init__(self, request: Request, seconds: float) -> None:
        self.request = request
        self.url = _read(request.url)
        self.headers = _headers(request)
        self.seconds = seconds
        self.permanent: str | None = None
        self.hosts: set[str] = set()
        self.cookies: aiohttp.CookieJar | None = None
        self._only_permanent = True

    def keep(self, response: aiohttp.ClientResponse) -> None:
        """Keep the cookies of a redirect for the steps that follow: some sites send each visitor round once for one."""
        if response.status in REDIRECTS and response.cookies:
            if self.cookies is None:
                self.cookies = aiohttp.CookieJar(unsafe=True)
            self.cookies.update_cookies(response.cookies, response.url)

    def follow(self, answer: Answer) -> None:
        """Turns to where a redirect points. Only our own headers go on; 307 and 308 keep the method."""
        location = answer.headers.get("Location")
        if location is None:
            raise errors.nowhere(answer.status)
        self.url = _read(location, self.url)
        self._only_permanent = self._only_permanent and answer.status in PERMANENT
        if self._only_permanent:
            self.permanent = str(self.url)
        self.request = replace(self.request, headers={})
        if answer.status not in (307, 308) and self.request.method != "HEAD":
            self.request = replace(self.request, method="GET", body=None)
        self.headers = _headers(self.request) | self._cookie()

    def _cookie(self) -> dict[str, str]:
        """The header for the cookies that this host may see, at most as long as any server takes (RFC 6265, 6.1)."""
        kept = self.cookies.filter_cookies(self.url) if self.cookies is not None else {}
        said = "; ".join(f"{one.key}={one.coded_value}" for one in kept.values())
        return {"Cookie": said} if 0 < len(said) <= LONGEST_COOKIES else {}


class Visit:
    """One session with its connections, for one fetch or a batch of them."""

    def __init__(self) -> None:
        self.limits = Limits.of_settings()
        self._turns: dict[str, asyncio.Semaphore] = {}

    async def __aenter__(self) -> "Visit":
        self._session = aiohttp.ClientSession(
            connector=ssrf.connector(private=self.limits.private),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "User-Agent": f"Potluck/{potluck.__version__} (+{settings.ORIGIN})",
                "Accept-Encoding": ENCODINGS,
            },
            # The whole fetch has one clock, in `_step`.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            auto_decompress=False,
            trust_env=False,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def fetch(self, request: Request) -> Answer:
        """One answer; raises TryLater or Undeliverable, each with a sentence."""
        trail = Trail(request, request.seconds or self.limits.seconds)
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._step(trail)
            if answer.status not in REDIRECTS:
                return replace(answer, permanent_url=trail.permanent) if trail.permanent else answer
            trail.follow(answer)
        raise errors.too_many_redirects()

    async def _step(self, trail: Trail) -> Answer:
        """One question in its turn. Waiting for the turn is not counted against the time of the fetch."""
        if not ssrf.may_ask(trail.url, private=self.limits.private):
            raise errors.not_ours()
        host = trail.url.raw_host or ""
        # A host that sends us on to itself is asked at once, as a browser would.
        rate = self.limits.rate if trail.request.in_line else 0
        if host not in trail.hosts and (wait := rate_limit.reserve(host, rate)):
            await asyncio.sleep(wait)
        trail.hosts.add(host)
        clock = asyncio.get_running_loop().time
        async with self._turn(host):
            started = clock()
            try:
                return await self._ask(trail)
            finally:
                trail.seconds -= clock() - started

    def _turn(self, host: str) -> asyncio.Semaphore:
        turn = self._turns.get(host)
        if turn is None:
            turn = self._turns[host] = asyncio.Semaphore(self.limits.connections)
        return turn

    async def _ask(self, trail: Trail) -> Answer:
        request, url = trail.request, trail.url
        limit = self.limits.bytes_ if request.max_bytes is None else request.max_bytes
        try:
            async with (
                asyncio.timeout(trail.seconds),
                self._session.request(
                    request.method, url, headers=trail.headers, data=request.body, allow_redirects=False
                ) as response,
            ):
                trail.keep(response)
                empty = response.status == 304 or response.status in REDIRECTS
                if not empty and not 200 <= response.status < 300:
                    raise errors.refusal(response)
                empty = empty or request.method == "HEAD"
                body = b"" if empty else await read_body(response, limit)
                return Answer(str(url), response.status, response.headers, body)
        except errors.FAILURES as error:
            raise errors.trouble_of(error, url, limit, self.limits.seconds) from error


def _read(text: str, base: URL | None = None) -> URL:
    """The address without fragment, name and password: what is asked of a host is asked openly."""
    try:
        url = URL(text) if base is None else base.join(URL(text))
        url = url.with_fragment(None)
        return url.with_user(None) if url.user or url.password else url
    except ValueError as error:
        raise errors.unreadable() from error


def _headers(request: Request) -> dict[str, str]:
    headers = {"Accept": request.accept, **request.headers}
    if request.etag:
        headers["If-None-Match"] = request.etag
    if request.last_modified:
        headers["If-Modified-Since"] = request.last_modified
    return headers
