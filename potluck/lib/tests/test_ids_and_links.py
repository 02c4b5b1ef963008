"""Ids carry their time and fit everywhere; an address has one normal form."""

from datetime import UTC, datetime, timedelta

import pytest

from potluck.lib.ids import first_id, moment_of, new_id
from potluck.lib.url_key import bounded_uri, link_key

NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def test_an_id_tells_its_moment_and_sorts_by_it() -> None:
    assert moment_of(new_id(NOW)) == NOW
    assert first_id(NOW) <= new_id(NOW) < first_id(NOW + timedelta(milliseconds=1))
    assert new_id(NOW) < new_id(NOW + timedelta(milliseconds=1))


def test_many_things_of_one_second_do_not_meet() -> None:
    second = NOW.replace(microsecond=0)
    ids = {new_id(second) for _ in range(100_000)}
    assert len(ids) == 100_000
    assert {moment_of(key).replace(microsecond=0) for key in ids} == {second}


def test_what_happens_as_a_second_begins_keeps_its_place() -> None:
    for _ in range(70_000):  # until the counter has come round
        begun = new_id(NOW.replace(microsecond=400))
    assert moment_of(begun) == NOW.replace(microsecond=0)


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_any_date_makes_an_id_the_database_can_keep(year: int) -> None:
    assert 0 <= new_id(datetime(year, 1, 1, tzinfo=UTC)) < 2**63


@pytest.mark.parametrize(
    "url",
    [
        "https://www.bean.example/climb/",
        "http://bean.example/climb#how",
        "https://BEAN.example:443/climb?utm_source=x&fbclid=1",
        " https://bean.example/climb ",
    ],
)
def test_one_page_has_one_key(url: str) -> None:
    assert link_key(url) == "bean.example/climb"


def test_what_makes_another_page_makes_another_key() -> None:
    pages = [
        "a.example/?b=1",
        "a.example/?b=2",
        "a.example/b",
        "a.example/B",
        "a.example:81/b",
        "b.example/b",
    ]
    assert len({link_key(f"https://{page}") for page in pages}) == len(pages)
    assert link_key("https://a.example/?c=2&b=1") == link_key("https://a.example/?b=1&c=2")


@pytest.mark.parametrize(
    "url", ["", "mailto:a@b.example", "https://", "https://[bad", "https://a:99999999/", "//x"]
)
def test_what_is_no_web_address_has_none(url: str) -> None:
    assert link_key(url) == ""


def test_long_ids_that_begin_alike_stay_apart_within_their_column() -> None:
    long = "https://bean.example/" + "climb/" * 500
    ids = [bounded_uri(long + end, 500) for end in ("", "a", "b", "a" * 5000, "%C3%A9")]
    assert len(set(ids)) == 5 and {len(one) for one in ids} == {500}
    assert bounded_uri(long + "a", 500) == ids[1] and ids[1].startswith(long[:400])
    assert bounded_uri("https://bean.example/", 500) == "https://bean.example/"
    assert bounded_uri(long[:500], 500) == long[:500] != bounded_uri(long[:501], 500)


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_a_long_id_never_ends_in_half_an_escape(shift: int) -> None:
    begun = bounded_uri("https://bean.example/" + "x" * shift + "%C3%A9" * 500, 500).rpartition("~")[0]
    assert "%" not in begun[-2:]


def test_two_long_pages_have_two_keys() -> None:
    page = "https://bean.example/" + "climb" * 500
    assert link_key(page + "1") != link_key(page + "2") and len(link_key(page + "1")) <= 2000
