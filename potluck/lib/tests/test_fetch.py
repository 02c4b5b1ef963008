"""What other hosts answer, and what becomes of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from potluck.lib.errors import TryLater, Undeliverable
from potluck.lib.http import Answer, Request, fetch, fetch_each, fetch_many, fetch_now
from potluck.lib.http.models import retry_after
from potluck.lib.tests.wire import host, page, redirect, status


@pytest.fixture(autouse=True)
def _one_machine(settings):
    settings.ALLOW_PRIVATE_NETWORK = True
    settings.HOST_RATE = 0
    settings.HOST_CONNECTIONS = 0


def ask(routes, path="/", **request):
    async def story():
        async with host(routes) as origin:
            return origin, await fetch(Request(origin + path, **request))

    return asyncio.run(story())


def test_a_page_is_read_with_its_type_charset_and_marks():
    async def feed(request):
        assert request.headers["Accept"] == "application/atom+xml"
        assert request.headers["User-Agent"].startswith("Potluck/")
        assert "(+http" in request.headers["User-Agent"]
        return web.Response(
            body="Grüße".encode("latin-1"),
            headers={
                "Content-Type": "text/HTML; charset=latin-1",
                "ETag": '"a"',
                "Cache-Control": "public, max-age=3600",
            },
        )

    origin, answer = ask({"/": feed}, accept="application/atom+xml")
    assert answer.url == origin + "/"
    assert answer.text() == "Grüße"
    assert (answer.media_type, answer.etag, answer.max_age) == ("text/html", '"a"', 3600)
    assert answer.permanent_url is None


def test_an_unchanged_page_is_said_to_be_unchanged():
    async def feed(request):
        known = (
            request.headers.get("If-None-Match") == '"a"'
            and request.headers.get("If-Modified-Since") == "then"
        )
        return web.Response(status=304 if known else 200, text="" if known else "new")

    _, answer = ask({"/": feed}, etag='"a"', last_modified="then")
    assert answer.unchanged
    assert answer.body == b""


def test_a_permanent_move_is_remembered_up_to_the_first_passing_one():
    routes = {
        "/old": redirect(301, "/newer"),
        "/newer": redirect(308, "/newest"),
        "/newest": redirect(302, "/today"),
        "/today": redirect(301, "/here"),
        "/here": page("found"),
    }
    origin, answer = ask(routes, "/old")
    assert answer.text() == "found"
    assert answer.url == origin + "/here"
    assert answer.permanent_url == origin + "/newest"


def test_a_passing_move_is_not_remembered():
    _, answer = ask({"/": redirect(302, "/here"), "/here": page("found")})
    assert answer.text() == "found"
    assert answer.permanent_url is None


def test_a_page_that_moved_for_good_may_be_unchanged_there():
    async def here(request):
        assert request.headers["If-None-Match"] == '"a"'
        return web.Response(status=304)

    origin, answer = ask({"/": redirect(301, "/here"), "/here": here}, etag='"a"')
    assert answer.unchanged
    assert answer.permanent_url == origin + "/here"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_circle_of_redirects_ends_in_a_sentence(code):
    with pytest.raises(TryLater, match="on and on"):
        ask({"/": redirect(code, "/again"), "/again": redirect(code, "/")})


def test_a_redirect_to_nowhere_ends_in_a_sentence():
    with pytest.raises(Undeliverable, match="without saying where"):
        ask({"/": status(302)})


def test_secrets_are_not_sent_on_after_a_redirect():
    seen = []

    async def there(request):
        seen.append(dict(request.headers))
        return web.Response(text=(await request.text()))

    async def story():
        async with host({"/": there}) as other, host({"/": redirect(307, other + "/")}) as origin:
            secrets = {"Authorization": "Bearer secret", "Cookie": "secret", "X-Key": "secret"}
            return await fetch(Request(origin, headers=secrets, method="POST", body=b"kept"))

    assert asyncio.run(story()).text() == "kept"
    assert "secret" not in str(seen)


def test_a_name_and_password_in_the_address_are_not_sent():
    async def here(request):
        return web.Response(text=request.headers.get("Authorization", "none"))

    async def story():
        async with host({"/": here}) as origin:
            return await fetch(Request(origin.replace("http://", "http://ada:secret@")))

    answer = asyncio.run(story())
    assert answer.text() == "none"
    assert "secret" not in answer.url


def test_a_form_sent_to_a_page_that_moved_is_then_asked_for():
    async def here(request):
        return web.Response(text=request.method)

    _, answer = ask({"/": redirect(303, "/here"), "/here": here}, method="POST", body=b"x=1")
    assert answer.text() == "GET"


@pytest.mark.parametrize("code", [404, 410, 401, 403, 451])
def test_a_no_is_undeliverable_and_keeps_its_status(code):
    with pytest.raises(Undeliverable) as failure:
        ask({"/": status(code)})
    assert failure.value.status == code
    assert str(failure.value).endswith(".")


@pytest.mark.parametrize("code", [408, 429, 500, 503])
def test_a_not_now_is_try_later_and_keeps_status_and_wait(code):
    with pytest.raises(TryLater) as failure:
        ask({"/": status(code, Retry_After="120")})
    assert (failure.value.status, failure.value.after) == (code, 120)


def test_a_wait_may_be_given_as_a_date():
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert retry_after({"Retry-After": format_datetime(now + timedelta(minutes=5), usegmt=True)}, now) == 300
    assert retry_after({"Retry-After": format_datetime(now - timedelta(minutes=5), usegmt=True)}, now) == 0
    assert retry_after({"Retry-After": "120"}) == 120
    assert retry_after({"Retry-After": "9" * 400}) == 365 * 24 * 3600
    for odd in ("soon", "-5", "", "Sun, 99 Foo", "٣"):
        assert retry_after({"Retry-After": odd}) is None


def test_an_answer_without_cache_rules_has_no_age():
    assert Answer("https://a.example/", 200, {}).max_age is None
    assert Answer("https://a.example/", 200, {"Cache-Control": "no-cache, max-age=x"}).max_age is None
    assert Answer("https://a.example/", 200, {"Cache-Control": 's-maxage=9, max-age="60"'}).max_age == 60


def test_a_mark_that_is_no_plain_text_is_as_good_as_none():
    for odd in ('"\udce4"', '"a\nb"', "ä", "", "x" * 5000):
        assert Answer("https://a.example/", 200, {"ETag": odd, "Last-Modified": odd}).etag is None


def test_only_the_head_of_a_large_page_can_be_asked_for():
    _, answer = ask({"/": page("x" * 5000)}, method="HEAD", max_bytes=10)
    assert (answer.body, answer.headers["Content-Length"]) == (b"", "5000")


def test_a_name_of_this_machine_is_found_where_that_is_allowed():
    async def story():
        async with host({"/": page("here")}) as origin:
            return await fetch(Request(origin.replace("127.0.0.1", "localhost")))

    assert asyncio.run(story()).text() == "here"


def test_a_silent_server_and_a_closed_door_end_in_a_sentence():
    with pytest.raises(TryLater, match="cannot be reached"):
        fetch_now(Request("http://127.0.0.1:9/"))
    with pytest.raises(TryLater, match="no server of the name"):
        fetch_now(Request("http://nobody.invalid/"))


def test_a_batch_gives_each_request_its_own_outcome():
    async def story():
        async with host({"/a": page("a"), "/b": status(404), "/c": status(503)}) as origin:
            requests = [Request(f"{origin}/{name}") for name in "abc" * 40]
            return requests, [pair async for pair in fetch_many(requests, at_once=8)]

    requests, pairs = asyncio.run(story())
    assert sorted(request.url for request, _ in pairs) == sorted(request.url for request in requests)
    kinds = {request.url[-1]: type(outcome) for request, outcome in pairs}
    assert kinds == {"a": Answer, "b": Undeliverable, "c": TryLater}


def test_a_batch_can_be_read_and_left_from_code_that_is_not_async():
    requests = [Request("ftp://example.org/"), Request("http://127.0.0.1:9/"), Request("http://[broken")]
    assert len(list(fetch_each(requests))) == 3
    assert list(fetch_each([])) == []
    for _request, outcome in fetch_each(requests):
        assert isinstance(outcome, TryLater | Undeliverable)
        break


def test_one_host_sees_few_connections_at_once_and_a_steady_pace(settings):
    settings.HOST_CONNECTIONS = 2
    settings.HOST_RATE = 40
    now, most, times = 0, 0, []

    async def here(request):
        nonlocal now, most
        now += 1
        most = max(most, now)
        times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.06)
        now -= 1
        return web.Response(text="")

    async def story():
        async with host({"/": here}) as origin:
            return [outcome async for _, outcome in fetch_many([Request(origin)] * 8)]

    assert all(isinstance(outcome, Answer) for outcome in asyncio.run(story()))
    assert most == 2
    assert times[-1] - times[0] >= 7 / 40 - 0.01


def test_a_host_with_a_long_line_before_it_is_asked_later(settings):
    settings.HOST_RATE = 0.01
    requests = [Request("http://nobody-else.invalid/")] * 2
    outcomes = [outcome for _, outcome in fetch_each(requests, at_once=1)]
    assert "no server of the name" in str(outcomes[0])
    assert "go slowly" in str(outcomes[1])
    assert isinstance(outcomes[1], TryLater)
    assert 90 < (outcomes[1].after or 0) <= 100
