"""Every address, as each of the cast, for each audience: nobody sees what is not theirs.

Start with `seen_world.py` (who may read what) and `seen_addresses.py` (every address and who may use it).
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from potluck.people.models import Person
from potluck.posts.models import Post
from tests.rules.seen_addresses import FORMS, ONE_CLICK, OWN_LISTS, Address, address_of, filled, routes
from tests.rules.seen_world import EVERYBODY, MAY_READ, SIGNED_IN, VISITOR, World, build, mark

As = Callable[[Person | None], Client]
LOGIN = "/accounts/login/"
ROLES = sorted(EVERYBODY)
# What changes though nobody did anything: sessions, limits, the log of mails, what is near a post as last looked up,
# and who was put forward this week.
HIDDEN = ("suspended", "waiting")
PASSING = (
    "django_session",
    "safety_tally",
    "web_account_limits",
    "usersessions_usersession",
    "search_related",
    "people_putforward",
)


@pytest.fixture
def world(db: None, settings: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    return build()


def told(response: HttpResponse) -> str:
    """All that an answer says: its body, unpacked, and its headers."""
    body = response.getvalue()
    text = body.decode("utf-8", "replace")
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [
                name + "\n" + archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            ]
            text = "\n".join(parts)
    return text + "\n".join(f"{name}: {value}" for name, value in response.items())


def leaks(world: World, role: str, route: str, path: str, said: str) -> list[str]:
    """What this role should not have met there, in one line."""
    found = world.met(reader_of(route, role), said, but=path)
    if route in OWN_LISTS:
        found = [word for word in found if not re.search(r"(name|handle|about)$", word)]
    return [f"{role} {path}: {' '.join(found)}"] if found else []


def reader_of(route: str, role: str) -> str:
    """For whom an answer is: a private feed for whose address it is, a public one for everybody alike."""
    if "token" in route:
        return "author"
    return VISITOR if route.endswith((FORMS, ".opml")) and not route.startswith("you/") else role


def expected(world: World, role: str, code: str, post: int, path: str) -> range | tuple[int, ...]:
    """The statuses that are right: done or shown, sent to sign in, or not there."""
    missing, anything = (404,), range(200, 500)
    if code == "":
        return (405,)
    if code == "any":
        return anything
    if code == "room":
        asked_quietly = {world.posts[name].id for name in ("quiet", "quietanswer")}
        return missing if post in asked_quietly else expected(world, role, "sees", post, path)
    if code in ("sees", "public"):
        return range(200, 400) if world.may_read(VISITOR if code == "public" else role, post) else missing
    if code in ("all", "person"):
        return range(200, 400) if code == "all" or _meets(world, role, path) else missing
    if role == VISITOR:
        return (302, 403)  # refused where there are words, so that they can be given back
    who = world.people[role]
    mine = any(one.id == post and one.author_id == who.id for one in world.posts.values())
    sees = world.may_read(role, post)
    allowed = {
        "members": True,
        "moderators": role == "moderator",
        "own": role == "author",
        "person+": "@" in path and _meets(world, role, path),
        "author": sees and mine,
        "deletes": mine or (sees and role == "moderator"),
        "sees+": sees,
    }[code]
    return anything if allowed else (403, 404)


def _meets(world: World, role: str, path: str) -> bool:
    """Whether the person a path names has a page, or public feeds, for this role; the hidden only their own page."""
    named = next(one for one in sorted(SIGNED_IN) if f"zq{one}handle" in path)
    reader = VISITOR if "." in path.rsplit("/", 1)[-1] else role
    return reader in world.may_meet[f"zq{named}name"] and (named not in HIDDEN or reader == named)


def state() -> str:
    """All that the network keeps, as one number."""
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(
            ("people_", "posts_", "events_", "home_", "feeds_", "search_", "account_", "mfa_", "questions_")
        )
        and name not in PASSING
    ]
    sums = ", ".join(f"(SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {t} t)" for t in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT md5(concat({sums}))")
        return str(cursor.fetchone()[0])


def written() -> int:
    """How many rows this transaction has written so far, to what the network keeps."""
    tables = "^(people|posts|events|home|feeds|search|account|mfa|questions)_"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables WHERE relname ~ %s",
            [tables],
        )
        return int(cursor.fetchone()[0])


def as_each(world: World, as_: As) -> Iterator[tuple[str, Client]]:
    for role in ROLES:
        client = as_(world.of(role))
        client.raise_request_exception = True
        yield role, client


def test_every_address_has_its_line_in_the_table() -> None:
    known = [route for route in routes() if address_of(route) is None]
    assert known == [], "say in seen_addresses.py who may use these"


def test_the_table_is_what_the_gate_says(world: World) -> None:
    for role in ROLES:
        ids = set(Post.objects.visible_to(world.of(role)).values_list("id", flat=True))
        seen = {name for name, post in world.posts.items() if post.id in ids}
        assert seen == {name for name, may in MAY_READ.items() if role in may}, role


def test_no_page_shows_anybody_what_is_not_theirs_and_looking_changes_nothing(world: World, as_: As) -> None:
    wrong = []
    for turn, (role, client) in enumerate(as_each(world, as_)):
        before = state()
        for route, address in _all():
            for path, post in filled(route, world, turn):
                for query in address.queries:
                    response = client.get(path + query)
                    wrong += leaks(world, role, route, path + query, told(response))
                    if response.status_code not in expected(world, role, address.get, post, path):
                        wrong.append(f"{role} GET {path}{query}: {response.status_code}")
                if not address.get:
                    break
        if state() != before:
            wrong.append(f"{role} changed something by looking")
    assert not wrong, "\n".join(wrong)


def test_no_act_is_open_to_those_it_is_not_for(world: World, as_: As) -> None:
    wrong = []
    for role, client in as_each(world, as_):
        signed_in = client.cookies.output().replace("Set-Cookie: ", "")
        for route, address in _all():
            for path, post in filled(route, world):
                with transaction.atomic():
                    client.cookies = SimpleCookie(signed_in)
                    before = written()
                    response = client.post(path, dict(address.form))
                    said = told(response)
                    changed = response.status_code in (403, 404, 405) and written() != before
                    transaction.set_rollback(True)
                wrong += leaks(world, role, route, path, said)
                if changed:
                    wrong.append(f"{role} POST {path} was refused and yet done")
                if response.status_code not in expected(world, role, address.post, post, path):
                    wrong.append(f"{role} POST {path}: {response.status_code}")
                if not address.post:
                    break
    assert not wrong, "\n".join(wrong)


def _all() -> Iterator[tuple[str, Address]]:
    for route in routes():
        address = address_of(route)
        if address is not None:
            yield route, address


def test_whoever_may_read_a_post_is_shown_all_of_it(world: World, as_: As) -> None:
    """The other half: the gate opens where it should."""
    for role, client in as_each(world, as_):
        for name, may in MAY_READ.items():
            post, file = world.posts[name], world.files[name]
            if role not in may:
                continue
            page = told(client.get(f"/posts/{post.id}", follow=True)).lower()
            parts = ["text", "tag"] if post.reply_to_id else ["title", "text", "high", "tag", "filename"]
            parts = ["title"] if name == "narrowed" else parts
            assert [part for part in parts if mark(name, part) not in page] == [], (role, name)
            assert mark(name, "bytes") in told(client.get(f"{file.page}/{file.name}")), (role, name)


def test_what_is_not_for_one_looks_like_what_is_not_there(world: World, as_: As) -> None:
    for role, client in as_each(world, as_):
        for ending in ("", "/history", "/edit", "/ripple", ".atom"):
            nothing = _plain(client.get(f"/posts/7{ending}"), 7)
            for name, may in MAY_READ.items():
                post = world.posts[name].id
                if (VISITOR if ending == ".atom" else role) not in may:
                    assert _plain(client.get(f"/posts/{post}{ending}"), post) == nothing, (role, name, ending)


def _plain(response: HttpResponse, post: int) -> str:
    """An answer without what differs from one answer to the next."""
    said = re.sub(
        r'name="csrfmiddlewaretoken" value="\w+"|csrftoken=\w+|"X-CSRFToken": ?"\w+"', "", told(response)
    )
    return re.sub(r"value=\"\w{64}\"|\w{64}", "", said.replace(f"/posts/{post}", "/posts/0"))


def test_no_form_works_from_another_site(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    who = world.of("moderator")
    assert who and who.account
    client.force_login(who.account)
    before = state()
    for route, address in _all():
        if address.post and not route.startswith(ONE_CLICK):
            path, _post = next(iter(filled(route, world)))
            assert client.post(path, dict(address.form)).status_code in (401, 403, 404, 405), path
    assert state() == before


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    " https://evil.example",
    "http://localhost:8000@evil.example/",
)


def test_no_address_leads_away_from_here(world: World, as_: As) -> None:
    client = as_(world.of("stranger"))
    signed_in = client.cookies.output().replace("Set-Cookie: ", "")
    for route, address in _all():
        path, _post = next(iter(filled(route, world)))
        for there in ELSEWHERE if address.post else ELSEWHERE[:1]:
            with transaction.atomic():
                client.cookies = SimpleCookie(signed_in)
                if address.get:
                    assert _stays(client.get(path, {"next": there}, HTTP_REFERER=there))
                if address.post:
                    assert _stays(client.post(path, {**address.form, "next": there}, HTTP_REFERER=there))
                transaction.set_rollback(True)


def _stays(response: HttpResponse) -> bool:
    """Whether it leads nowhere, or to a page of ours."""
    told(response)  # to its end, so that files are closed
    to = response.headers.get("Location", "")
    ours = re.fullmatch(r"(?:/(?![/\\])[^\s\\]*|\?\S*|)", to, re.S)
    return ours is not None and "HX-Redirect" not in response.headers


def test_signing_in_leads_to_no_other_site(world: World) -> None:
    who = world.of("stranger")
    assert who and who.account
    for there in ELSEWHERE:
        secret = {"login": who.account.email, "password": "a long enough secret", "next": there}
        assert _stays(Client().post(LOGIN, secret))
        assert _stays(Client().post(f"{LOGIN}?{urlencode({'next': there})}", secret | {"next": ""}))
