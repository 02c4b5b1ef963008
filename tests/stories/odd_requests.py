"""Requests as no browser sends them, seeded: every route of the URLconf, each with fields, numbers, headers and bytes
that are right, nearly right or nothing at all.

The fields are those that our forms and views name, and the right values those of the world they are sent to, so that
a request gets past the first check as often as not.
"""

import inspect
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from django.http import HttpResponse
from django.test import Client
from django.test.client import FakePayload

import potluck
from potluck.posts.models import Audience, Kind
from potluck.web.environ import readable
from tests.rules.seen_addresses import address_of, filled, views
from tests.rules.seen_world import World

View = Callable[..., object]

# fmt: off
NUMBERS = (
    "-1", "-0", "+1", "1_000", "1e309", "NaN", "0x10", "1.5", " 7 ", "9" * 40, "9" * 5_000, "٣٤", "²", "൧", "Ⅷ", "①",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "4102444800000000", "99999999999999999",
)
DATES = (
    "2024-02-30", "0001-01-01", "9999-12-31", "9999-12-31T23:59", "0001-01-01T00:00", "2026-11-29T10:00+99:99",
    "-4712-01-01", "2026-W01-1", "20261129", "2026-11-29T24:00", "2027-03-28T02:30",
)
TEXTS = (
    "\0", "a\0b", "\u202eevil\u202c", "\u200b\u200d\ufeff", "\ud800", "a\udfffb", "\U0001f331" * 30, "\u3164", "İ" * 60,
    "Z͑ͫ̓a̴l̷g̵o̶" * 20, "x" * 10_000, "word" * 5_000, "'; DROP TABLE posts_post; --", "\r\nSet-Cookie: a=b", "\x7f\x1b[",
    "%s%n%x{0}{{7*7}}${7*7}", "../../../../etc/passwd", "..\\..\\secret_key", "<svg onload=alert(1)>", "%", "%zz",
)
ADDRESSES = (
    "http://[", "https://[::1", "http://a:b@c:99999999/", "//evil.example/", "/\\evil.example", "javascript:alert(1)",
    "data:,x", "http://\u2100.example/", "https://xn--.example/", "https://a..b/", "http://%00/", "/posts/²",
    f"https://{'a' * 300}.example/", f"https://a.example/{'b' * 3_000}", f"http://localhost:8000/posts/{'9' * 30}",
)
WRITINGS = (
    "[]", "{}", "null", "[" * 3_000, '{"a":' * 500, '"', "(((", '"a OR -(', "in:", "by:@", "before:99999-99-99",
    "#" * 300, "=\n" * 200, "> " * 300, "`" * 300, "*a " * 200, "@" * 300, "a@b@c@d", f"a@{'b' * 300}.example", "in:²",
    '{"type": ["h-entry"], "properties": {"content": ["\\ud800\\u0000"]}}', '{"type": 7, "properties": [[]]}',
)
WORDS = (
    "circle-", "circle-²", "edit-²", "reply-" + "9" * 30, "later-²", "again-1", "again-²", "share-", "quiet", "edit-",
)
GROUPS = (NUMBERS, DATES, TEXTS, ADDRESSES, WRITINGS, WORDS)
STRANGE = [value for group in GROUPS for value in group]
METHODS = ["GET"] * 9 + ["POST"] * 11 + ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "get", ""]
URLS = ["http://[", "http://localhost:8000/home", "/home", "http://[::1]:x/", "\xff\xfe", "http://\ud800/", "x" * 9_000]
HEADERS: dict[str, list[str]] = {
    "HX-Current-URL": [*URLS, "http://testserver/@zqauthorhandle"],
    "Referer": [*URLS, "http://testserver/home"],
    "Origin": [*URLS, "null", "http://testserver"],
    "HX-Request": ["true", "true", "true", "false", "\xff"],
    "HX-Boosted": ["true", "a" * 9_000],
    "HX-History-Restore-Request": ["true"],
    "HX-Target": ["main", "\xff"],
    "HX-Trigger": ["{", "\xff"],
    "X-Requested-With": ["XMLHttpRequest", ""],
    "Accept-Language": ["x," * 20_000, "fr;q=nan", "en;q=1e309", "*", "\xff", "zh-" + "a" * 500],
    "Accept": ["application/json", "text/html;q=²", "*/*;" * 500, "\xff"],
    "Accept-Encoding": ["gzip;q=0", "br, zstd", "\xff"],
    "User-Agent": ["\xff" * 5_000, "", "a\0b"],
    "If-None-Match": ['"', "W/", '"a", "b', "*"],
    "If-Modified-Since": ["Mon, 31 Feb 2026 25:61:61 GMT", "0", "Sun, 06 Nov 99999 08:49:37 GMT", "²"],
    "If-Unmodified-Since": ["Thu, 01 Jan 0000 00:00:00 GMT"],
    "Range": ["bytes=0-", "bytes=-" + "9" * 5_000, "bytes=²-", "bytes=5-1", "lines=1-2"],
    "Host": ["[", "a b", "testserver:99999999", "\xff", "evil.example"],
    "X-Forwarded-For": ["²", "::1, 9.9.9.9", "a" * 5_000, "\xff", "1.2.3.4, , "],
    "X-Forwarded-Proto": ["https", "x"],
    "Authorization": ["Bearer ", "Bearer \xff", "Basic !!!", "Bearer " + "a" * 9_000, "\0"],
    "Cookie": [
        "sessionid=\xff", "csrftoken=²; csrftoken=", "messages=[[[]", 'theme="><script>', "sessionid=a\0b", ";;;=;",
        "x" * 9_000, 'messages="a\\303"', "sessionid=" + "z" * 32, "django_language=²",
    ],
    "X-CSRFToken": ["²"],
    "Content-Encoding": ["gzip"],
    "Transfer-Encoding": ["chunked"],
    "X-HTTP-Method-Override": ["DELETE"],
}
URLENCODED, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
CHARSETS = ("utf-16", "hex", "idna", "utf-7", "zlib", "²", "\xff", "a\0", "punycode", "rot13")
TYPES = [
    f"{PARTS}; boundary=", f'{PARTS}; boundary=""', PARTS, f"{PARTS}; boundary=x", f"{PARTS}; boundary=\xff", "", ";",
    f"{PARTS}; boundary={'b' * 300}", f"{PARTS}; boundary=x; charset=hex", "multipart/mixed; boundary=x", "x", "\xff",
    *(f"{URLENCODED}; charset={name}" for name in CHARSETS), "application/json", "application/json; charset=utf-16",
]
FILES = [
    ("a.png", b"\x89PNG\r\n\x1a\n"), ("a.jpg", b"\xff\xd8\xff"), ("", b"x"), ("a\0.txt", b"x"), ("a" * 3_000, b""),
    ("a.svg", b"<svg onload=alert(1)>"), ("a.csv", b"\xff\xfe\0"), ("a.opml", b"<opml>"), ("../../a", b"x"),
    ("a.html", b"<a href='http://['>"), ("a.zip", b"PK\3\4"), ("\u202egnp.exe", b"MZ"), ("\ud800.gif", b"GIF89a"),
]
ALLAUTH = [
    "email", "login", "password", "password1", "password2", "oldpassword", "code", "credential", "action_primary",
]
# fmt: on

_NAMED = re.compile(
    r"""name="([\w-]+)"|(?:get|getlist|pop|lists?)\(\s*"([\w-]+)"|(?:POST|GET|FILES|form)\["([\w-]+)"\]"""
)
# What any page may be asked.
ANYWHERE = ["undo", "next", "before", "after", "to", "text", "page"]


@cache
def fields(view: Callable[..., object]) -> list[str]:
    """The fields and questions that a view's module names, with those of the templates it draws."""
    module = inspect.getmodule(inspect.unwrap(view))
    source = inspect.getsource(module)
    home = Path(potluck.__file__).parent
    drawn = (home.glob(f"**/templates/{name}") for name in re.findall(r'"([\w/]+\.html)"', source))
    texts = [source, *(file.read_text() for files in drawn for file in files)]
    said = {name for text in texts for names in _NAMED.findall(text) for name in names if name}
    return sorted({*said, *ANYWHERE, *(ALLAUTH if "allauth" in module.__name__ else ())})


@dataclass(frozen=True)
class Odd:
    """One request: the path and query as bytes on the line, headers and body as they go out."""

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    type: str = ""
    body: bytes = b""

    def send(self, client: Client) -> HttpResponse:
        environ: dict[str, object] = {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": unquote_to_bytes(self.path).decode("latin-1"),
            "QUERY_STRING": self.query,
            "CONTENT_LENGTH": str(len(self.body)),
            "CONTENT_TYPE": self.type,
            "wsgi.input": FakePayload(self.body),
        }
        for name, value in self.headers.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value.encode("utf-8", "surrogatepass").decode(
                "latin-1"
            )
        return client.request(**readable(environ))

    def __str__(self) -> str:
        headers = {name: value[:60] for name, value in self.headers.items()}
        return (
            f"{self.method} {self.path[:200]}?{self.query[:200]} {headers} {self.type!r} {self.body[:300]!r}"
        )


# Words that forms know, so that odd requests go further than the first check.
WORDS = [
    "public",
    "members",
    "named",
    "quiet",
    "me",
    "share",
    "helping",
    "starting",
    "helps",
    "answers",
    "open",
    "none",
    "all",
    "yes",
    "no",
    "UTC",
    "Europe/Paris",
    "soil",
    "worms",
    "call",
    "dark",
    "en",
    "cc-by",
    "https://garden.example/feed",
    "zq@example.org",
    "zqauthormail@example.org",
    "2027-01-02",
    "/home",
    "2027-01-02T09:00",
    "1",
    "0",
    "7",
    "20",
]


class OddRequests:
    """An endless row of them, the same for the same seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.chance, self.world = random.Random(seed), world
        self.routes = views()
        self.known = self._known()

    def _known(self) -> list[str]:
        world = self.world
        ids = [row.id for rows in (world.posts, world.files, world.people) for row in rows.values()]
        rows = (
            world.circle,
            world.topic,
            world.source,
            world.brought,
            world.device,
            world.key,
            world.newsletter,
        )
        handles = [who.handle for who in world.people.values()]
        begun = [
            f"edit-{world.posts['me'].id}",
            f"reply-{world.posts['public'].id}",
            f"circle-{world.circle.pk}",
        ]
        said = ["#soil compost", "Why does compost smell?", "a long enough secret", *Kind.values]
        keys = map(str, [*ids, *(row.pk for row in rows), int(Audience.PUBLIC)])
        return [*keys, *handles, *(f"@{handle}" for handle in handles), *begun, *WORDS, *said]

    def __iter__(self) -> Iterator[Odd]:
        while True:
            yield self._one()

    def _one(self) -> Odd:
        chance = self.chance
        (route, view), method = chance.choice(self.routes), chance.choice(METHODS)
        about = address_of(route)
        query = chance.choice(about.queries)[1:] if about and chance.random() < 0.3 else ""
        if chance.random() < 0.6:
            query = "&".join(filter(None, [query, *self._pairs(view, chance.randint(1, 4))]))
        headers = {name: chance.choice(odd) for name, odd in HEADERS.items() if chance.random() < 0.06}
        kind, body = "", b""
        if method in ("POST", "PUT", "PATCH", "BREW") or chance.random() < 0.02:
            kind, body = self._body(view, dict(about.form) if about and chance.random() < 0.6 else {})
        return Odd(
            method,
            self._path(route),
            query.encode("utf-8", "surrogatepass").decode("latin-1"),
            headers,
            kind,
            body,
        )

    def _path(self, route: str) -> str:
        chance = self.chance
        path = chance.choice(list(filled(route, self.world, chance.randint(0, 2)))[:30])[0]
        roll = chance.random()
        if roll < 0.7:
            return path
        parts = path.split("/")
        odd = self._quoted(self._value())
        if roll < 0.9:
            parts[chance.randrange(1, len(parts))] = odd
        elif roll < 0.95:
            parts.append(odd)
        else:
            parts = [
                path
                + chance.choice(
                    [
                        "%",
                        "%zz",
                        "%ff%fe",
                        "%c0%80",
                        "%ed%a0%80",
                        "//",
                        "/.",
                        "%2f",
                        "%00",
                        ";a=b",
                        "%0d%0aX: y",
                    ]
                )
            ]
        return "/".join(parts)

    def _value(self) -> str:
        chance = self.chance
        roll = chance.random()
        if roll < 0.5:
            return chance.choice(self.known)
        if roll < 0.9:
            return chance.choice(chance.choice(GROUPS))
        letters = [
            *map(chr, (*range(0, 0x180), *range(0x300, 0x320), *range(0x200B, 0x2070))),
            *"ぼ・〜٣\u0947\u200d\U0001f331\ud83c",
        ]
        return "".join(chance.choices(letters, k=chance.randint(0, 40)))

    def _quoted(self, value: str) -> str:
        return quote_from_bytes(value.encode("utf-8", "surrogatepass"), safe="")

    def _pairs(self, view: View, most: int) -> list[str]:
        chance = self.chance
        pairs = [f"{chance.choice(fields(view))}={self._quoted(self._value())}" for _ in range(most)]
        if chance.random() < 0.05:
            pairs.append(
                chance.choice(
                    ["a=%ff", "a[]=1", "&&==&", "%00=%00", "=", "%ff=%ff", "undo=1" * 50, "\ud800=\xff"]
                )
            )
        return pairs

    def _body(self, view: View, right: dict[str, str]) -> tuple[str, bytes]:
        chance = self.chance
        said = [
            *right.items(),
            *((chance.choice(fields(view)), self._value()) for _ in range(chance.randint(0, 6))),
        ]
        if right and chance.random() < 0.4:
            said.append((chance.choice(list(right)), self._value()))
        roll = chance.random()
        if roll < 0.7:
            pairs = [f"{name}={self._quoted(value)}" for name, value in said]
            return (URLENCODED if roll < 0.65 else chance.choice(TYPES)), "&".join(pairs).encode()
        if roll < 0.92:
            return (chance.choice(TYPES) if roll < 0.74 else "multipart/form-data; boundary=x"), self._parts(
                said
            )
        return chance.choice(TYPES), chance.choice(STRANGE).encode("utf-8", "surrogatepass")

    def _parts(self, said: list[tuple[str, str]]) -> bytes:
        chance = self.chance
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
            + value.encode("utf-8", "surrogatepass")
            for name, value in said
        ]
        if chance.random() < 0.7:
            name, data = chance.choice(FILES)
            kind = chance.choice(
                [
                    "",
                    "Content-Type: image/png\r\n",
                    "Content-Type: \xff\r\n",
                    "Content-Transfer-Encoding: base64\r\n",
                    "Content-Type: text/plain; charset=hex\r\n",
                ]
            )
            field = chance.choice(["file", "file", "picture", "text"])
            head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n{kind}\r\n'
            parts.append(head.encode("utf-8", "surrogatepass") + data)
        if chance.random() < 0.1:
            parts.append(
                chance.choice(
                    [
                        b"--x\r\n\r\n",
                        b"--x\r\nContent-Disposition: \xff\r\n\r\n",
                        b"--x\r\nContent-Disposition: form-data; name*=utf-8''%ff\r\n\r\na",
                    ]
                )
            )
        return b"\r\n".join([*parts, b"--x--\r\n" if chance.random() < 0.9 else b""])
