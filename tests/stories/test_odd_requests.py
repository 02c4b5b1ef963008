"""Whatever a machine sends, the answer is one of ours: never an error of the house, never without its policy."""

import random
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client

from potluck.people.models import Person
from tests.rules.seen_addresses import address_of, filled, routes
from tests.rules.seen_world import EVERYBODY, World, build

As = Callable[[Person | None], Client]
STRANGE = [
    "\0",
    "a\0b",
    "\u202eevil\u202c",
    "\u200b\u200d\ufeff",
    "\U0001f331" * 30,
    "Z͑ͫ̓a̴l̷g̵o̶" * 20,
    "x" * 10_000,
    "word" * 5_000,
    "'; DROP TABLE posts_post; --",
    "%s%n%x{0}{{7*7}}${7*7}",
    "../../../../etc/passwd",
    "..\\..\\secret_key",
    "-1",
    "1e309",
    "NaN",
    "9" * 40,
    "٣٤",
    "²",
    "9223372036854775808",
    "2024-02-30",
    "\r\nSet-Cookie: a=b",
    "<svg onload=alert(1)>",
]
FIELDS = [
    "text",
    "title",
    "tags",
    "kind",
    "audience",
    "readers",
    "attachment",
    "draft",
    "name",
    "handle",
    "about",
    "place",
    "languages",
    "affiliations",
    "tag",
    "stage",
    "note",
    "daily",
    "time_zone",
    "language",
    "theme",
    "level",
    "undo",
    "q",
    "who",
    "drop",
    "answer",
    "days",
    "story",
    "where",
    "old",
    "into",
    "joining",
    "tagline",
    "norms",
    "email",
    "login",
    "password",
    "code",
    "typed",
    "posts",
    "urls",
    "feed",
    "only_tags",
    "chosen",
    "whose",
    "follow",
    "next",
    "stay",
    "yes",
]
ASKED = [
    "q",
    "before",
    "after",
    "tag",
    "helps",
    "learns",
    "place",
    "language",
    "outside",
    "text",
    "title",
    "url",
    "kind",
    "audience",
    "next",
    "follow",
    "form",
]
STRICT = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)


@pytest.fixture
def world(db: None, settings: pytest.FixtureRequest, tmp_path: object) -> World:
    settings.MEDIA_ROOT = tmp_path
    return build()


def guarded(response: object) -> list[str]:
    """What the headers of an answer lack."""
    policy = response["Content-Security-Policy"]
    lacks = [] if "unsafe" not in policy and "*" not in policy else [policy]
    if "sandbox" not in policy:
        lacks += [part for part in STRICT if part not in policy]
    return lacks + ([] if response["X-Content-Type-Options"] == "nosniff" else ["nosniff"])


def test_every_answer_carries_the_strict_policy(world: World, as_: As) -> None:
    for who in (None, world.of("author"), world.of("moderator")):
        client = as_(who)
        for route in routes():
            path, _post = next(iter(filled(route, world)))
            for response in (client.get(path), client.post(path), client.get(path + "/none")):
                assert guarded(response) == [], (path, response.status_code)
                response.getvalue()
    for path in ("/health", "/none", "/static/none.css", "/@nobody", "/%00", "/posts/x"):
        assert guarded(Client().get(path)) == [], path
    assert guarded(Client(enforce_csrf_checks=True).post("/share")) == []


def test_nothing_strange_in_a_field_or_an_address_breaks_the_house(world: World, as_: As) -> None:
    chance = random.Random(20261121)
    for role in sorted(EVERYBODY):
        client = as_(world.of(role))
        keep = client.cookies.output()
        for route in routes():
            path, _post = chance.choice(list(filled(route, world))[:8])
            odd = {name: chance.choice(STRANGE) for name in FIELDS}
            asked = {name: chance.choice(STRANGE) for name in ASKED}
            for response in (client.get(path, asked), client.post(path, odd)):
                assert response.status_code < 500, (role, path)
                response.getvalue()
            if (address_of(route) and "logout" in route) or client.cookies.output() != keep:
                client = as_(world.of(role))


def test_no_strange_name_in_a_path_breaks_the_house(world: World, as_: As) -> None:
    client = as_(world.of("author"))
    for odd in STRANGE:
        _try_name(client, quote(odd, safe=""))
    assert client.get("/home").status_code == 200


def _try_name(client: Client, said: str) -> None:
    paths = [
        f"/@{said}",
        f"/@{said}.atom",
        f"/tags/{said}",
        f"/tags/{said}.rss",
        f"/posts/{said}",
        f"/files/{said}/a",
    ]
    paths += [
        f"/files/7/{said}",
        f"/{said}",
        f"/join/{said}",
        f"/@{said}/tags/{said}.json",
        f"/image/{said}/{said}",
    ]
    paths += [
        f"/you/sources/files/{said}",
        f"/accounts/{said}/",
        f"/search?q={said}",
        f"/home/newer?after={said}",
    ]
    for path in paths:
        response = client.get(path)
        assert response.status_code < 500, path
        response.getvalue()
    for act in ("follow", "mute", "block"):
        assert client.post(f"/@{said}/{act}").status_code < 500
    assert client.post(f"/tags/{said}/follow").status_code < 500


def test_a_number_that_is_no_post_is_not_found(world: World, as_: As) -> None:
    client = as_(world.of("moderator"))
    for key in (0, -1, 2**31, 2**63 - 1, 2**63, 2**64, 10**30, "1.5", "0x10", "٣"):
        _try_number(client, key)
    assert client.get("/home").status_code == 200


def _try_number(client: Client, key: object) -> None:
    for path in (f"/posts/{key}", f"/posts/{key}.atom", f"/files/{key}/a", f"/posts/{key}/history"):
        assert client.get(path).status_code == 404, path
    for path in (
        f"/posts/{key}/thanks",
        f"/posts/{key}/deletion",
        f"/posts/{key}/seen",
        f"/moderation/held/{key}",
    ):
        assert client.post(path).status_code in (302, 404), path
    for path in (
        "/you/circles/{}/removal",
        "/you/following/{}",
        "/you/topics/{}/removal",
        "/moderation/joining/{}",
    ):
        assert client.post(path.format(key)).status_code in (302, 404), path


def test_bytes_that_are_no_text_break_nothing(world: World, as_: As) -> None:
    client = as_(world.of("author"))
    for raw in ("%ff%fe", "%c0%80", "%ed%a0%80", "%f4%90%80%80", "%", "%zz", "a=%ff&a[]=1&&==&%00=%00"):
        for path in (
            "/search?q=",
            "/people?q=",
            "/share?text=",
            "/archive?before=",
            "/?",
            "/fresh.atom?before=",
        ):
            assert client.get(path + raw).status_code < 500, path + raw
    for body in (b"\xff\xfe\0", b"text=%ff%fe%00&audience=public", b"{", b"a" * 100_000):
        for kind in (
            "application/x-www-form-urlencoded",
            "application/json",
            "multipart/form-data; boundary=x",
            "x",
        ):
            assert client.post("/share", body, content_type=kind).status_code < 500, (body[:20], kind)


def test_huge_headers_and_cookies_break_nothing(world: World) -> None:
    client = Client(
        headers={"Accept-Language": "x," * 20_000, "User-Agent": "\xff" * 5_000, "HX-Request": "a" * 9_000}
    )
    client.cookies["sessionid"] = "x" * 8_000
    client.cookies["theme"] = '"><script>alert(1)</script>'
    client.cookies["messages"] = "[[[]"
    for path in ("/", "/home", "/search?q=a", "/accounts/login/"):
        response = client.get(path)
        assert response.status_code < 500 and b"<script>alert" not in response.content
