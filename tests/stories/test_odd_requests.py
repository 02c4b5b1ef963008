"""Whatever a machine sends, the answer is one of ours: never an error of the house, never without its policy."""

import os
import traceback
from collections.abc import Callable
from itertools import islice
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from potluck.people.join import join
from potluck.people.models import Account, Person
from potluck.safety import rate_limits
from tests.cast import member
from tests.rules.seen_addresses import filled, routes
from tests.rules.seen_world import EVERYBODY, World, build
from tests.stories.odd_requests import STRANGE, Odd, OddRequests

As = Callable[[Person | None], Client]
ROLES = [*sorted(EVERYBODY), "admin", "newcomer"]
# Requests of each role: all of them in a soak, else a tenth. POTLUCK_SEED makes others.
EACH = 20_000 if os.environ.get("POTLUCK_SOAK") else 2_000
SEED = int(os.environ.get("POTLUCK_SEED", "20261129"))
BATCH = 250
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


@pytest.fixture
def without_limits(settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told to wait, and nobody outside is asked."""
    settings.ACCOUNT_RATE_LIMITS = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    monkeypatch.setattr(
        rate_limits, "LIMITS", dict.fromkeys(rate_limits.LIMITS, rate_limits.Limit(10**9, 3600))
    )

    def nowhere(*_asked: object, **_how: object) -> None:
        raise OSError("no network here")

    monkeypatch.setattr("socket.getaddrinfo", nowhere)


@pytest.mark.parametrize("role", ROLES)
def test_no_request_breaks_the_house(role: str, world: World, as_: As, without_limits: None) -> None:
    """All that `odd_requests.py` makes, each few hundred of them beginning in the world as it was built."""
    who = somebody(role, world)
    client = as_(who)
    client.raise_request_exception = False
    cookies, broken, sent = client.cookies.output(header="", sep=";"), [], 0
    requests = iter(OddRequests(world, seed=SEED + ROLES.index(role)))
    while sent < EACH:
        with transaction.atomic():
            for odd in islice(requests, min(BATCH, EACH - sent)):
                client.cookies.load(cookies)
                sent += 1
                if trouble := _trouble(client, odd):
                    broken.append(f"{trouble}: {odd}")
                    break
            transaction.set_rollback(True)
    assert broken == [], f"{len(broken)} of {sent}:\n" + "\n".join(one[-1500:] for one in broken[:5])


def somebody(role: str, world: World) -> Person | None:
    """One of the world, or whom it has not: the admin, and who has just joined."""
    if role == "admin":
        host = member("zqadminhandle", "zqadminname", moderator_since=timezone.now())
        Account.objects.filter(pk=host.account_id).update(is_superuser=True)
        return Person.objects.get(pk=host.pk)
    return join(Account.objects.create_user("zq@new.example")) if role == "newcomer" else world.of(role)


def _trouble(client: Client, odd: Odd) -> str:
    """What is wrong with the answer; nothing, as a rule."""
    try:
        response = odd.send(client)
        response.getvalue()
    except Exception:
        return traceback.format_exc()
    if response.status_code >= 500:
        return (
            "".join(traceback.format_exception(*response.exc_info))
            if response.exc_info
            else str(response.status_code)
        )
    return " ".join(guarded(response))


def test_no_strange_name_in_a_path_breaks_the_house(world: World, as_: As) -> None:
    client = as_(world.of("author"))
    for odd in STRANGE:
        _try_name(client, quote(odd.encode("utf-8", "surrogatepass"), safe=""))
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
