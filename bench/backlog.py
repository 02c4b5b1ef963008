"""A backlog that is encoded in the background, and how much longer pages take meanwhile.

All meaning is taken out of a large network, as after a change of encoder. The worker is then held still and let go on
by turns, and the same pages are asked for in both, so that what the machine does besides falls on both alike.
"""

import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.house import House
from bench.pages import Figures, ask, sessions, wall

# So many turns with and without, of so many pages; and so long is looked how much is encoded with nobody there.
_TURNS, _PAGES, _ALONE = 8, 60, 20.0
_BEGINS = 150.0


def backlog(house: House, data: Path) -> Figures:
    """Texts a second, with nobody there and beside pages, and how many times as long pages take beside it."""
    _empty(data)
    _begun(data)
    alone = _rate(data, lambda: time.sleep(_ALONE))
    cookies = list(sessions(data).values())
    still: list[float] = []
    beside: list[float] = []
    house.rest("potluck-worker")
    _ask(house, cookies)
    rates = []
    for _turn in range(_TURNS):
        still += _ask(house, cookies)
        house.rest("potluck-worker", go_on=True)
        rates.append(_rate(data, lambda: beside.extend(_ask(house, cookies))))
        house.rest("potluck-worker")
    house.rest("potluck-worker", go_on=True)
    ratio = (sum(beside) / len(beside)) / (sum(still) / len(still))
    return {
        "backlog": (alone, "a second"),
        "backlog_beside_pages": (sum(rates) / _TURNS, "a second"),
        **wall("backlog_without_home", still),
        **wall("backlog_beside_home", beside),
        "backlog_slows_pages": (ratio, "times as long"),
    }


def _ask(house: House, cookies: list[str]) -> list[float]:
    house.line.close()  # The server has given up a line on which nothing was asked for so long; it opens again.
    house.get("/home", cookies[0])
    taken = []
    for turn in range(_PAGES):
        start = time.perf_counter()
        assert house.get("/home", cookies[turn % len(cookies)])[0] == 200
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def _rate(data: Path, while_: Callable[[], object]) -> float:
    before, start = _encoded(data), time.perf_counter()
    while_()
    return (_encoded(data) - before) / (time.perf_counter() - start)


def _encoded(data: Path) -> int:
    return ask(data, "SELECT count(*) FROM search_meaning")[0]


def _empty(data: Path) -> None:
    with psycopg.connect(host=str(data / "run"), user="potluck", dbname="potluck") as database:
        database.execute("TRUNCATE search_meaning")


def _begun(data: Path) -> None:
    """The worker looks each minute whether anything is left."""
    until = time.monotonic() + _BEGINS
    while not _encoded(data):
        if time.monotonic() > until:
            raise RuntimeError("The worker did not take up what waits to be encoded.")
        time.sleep(0.5)
