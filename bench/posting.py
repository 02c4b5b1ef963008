"""What sharing costs: the request alone, with its job and its home rows, and the way to ten thousand homes."""

import itertools
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench.build import COOKIES
from bench.house import ALL, TINY, WEB, House
from bench.pages import Figures, ask, sessions

TIMES = 10 if TINY else 160
LENGTH = 60
_WAITING = "SELECT count(*) FROM events_event WHERE handled_at IS NULL"
_MANY = "SELECT count(*) FROM home_arrival WHERE thing = %s"


def posting(house: House, data: Path) -> Figures:
    """Both figures of a post; the worker is held still for the first, so that only the request is seen."""
    cookies = list(sessions(data).values())
    texts = _texts(data)
    for cookie in cookies[:20]:
        _share(house, cookie, next(texts))
    _until_handled(house, data)
    house.rest("potluck-worker")
    before = house.cpu(WEB)
    for turn in range(TIMES):
        _share(house, cookies[turn % len(cookies)], next(texts))
    alone = (house.cpu(WEB) - before) * 1000 / TIMES
    house.rest("potluck-worker", go_on=True)
    time.sleep(1)
    _until_handled(house, data)
    return {"post_request": (alone, "CPU ms"), **_whole(house, data, cookies, texts)}


def _texts(data: Path) -> Iterator[str]:
    """Texts of words that were shared before, half of them from one post and half from another."""
    chance = random.Random(5)
    shared = (
        "SELECT text FROM posts_post WHERE array_length(string_to_array(text, ' '), 1) >= {half} LIMIT 4000"
    )
    known = [str(text).split() for text in ask(data, shared.format(half=LENGTH // 2))]
    for turn in itertools.count():
        words = [word for post in chance.sample(known, 2) for word in chance.sample(post, LENGTH // 2)]
        chance.shuffle(words)
        yield f"{' '.join(words)} #subject{turn % 50}"


def _whole(house: House, data: Path, cookies: list[str], texts: Iterator[str]) -> Figures:
    """One post at a time, each with a job of its own, less what the house costs when nothing happens."""
    idle = _idle(house)
    homes = ask(data, "SELECT count(*) FROM home_arrival")[0]
    began, before = time.monotonic(), house.cpu(ALL)
    for turn in range(TIMES):
        _share(house, cookies[turn % len(cookies)], next(texts))
        time.sleep(0.12)
    time.sleep(0.5)
    spent = house.cpu(ALL) - before - idle * (time.monotonic() - began)
    _until_handled(house, data)
    rows = (ask(data, "SELECT count(*) FROM home_arrival")[0] - homes) / TIMES
    return {"post_with_job": (spent * 1000 / TIMES, "CPU ms"), "post_home_rows": (rows, "rows")}


def _idle(house: House) -> float:
    """Processor seconds a second when nothing happens."""
    time.sleep(1)
    began, before = time.monotonic(), house.cpu(ALL)
    time.sleep(8)
    return (house.cpu(ALL) - before) / (time.monotonic() - began)


def _share(house: House, cookie: str, text: str) -> None:
    status, to = house.post("/share", {"text": text, "audience": "public"}, cookie)
    assert status == 302 and to.startswith("/posts/"), (status, to)


def _until_handled(house: House, data: Path) -> None:
    while ask(data, _WAITING)[0]:
        time.sleep(0.1)
    house.line.close()  # The server has closed it, if this took long; the next request opens another.


def far(house: House, data: Path) -> Figures:
    """Seconds from the answer of the request until ten thousand homes hold the post; the middle of seven."""
    famous = list(json.loads((data / COOKIES).read_text()).values())[-1]
    taken = []
    with psycopg.connect(
        host=str(data / "run"), user="potluck", dbname="potluck", autocommit=True
    ) as database:
        for turn in range(7):
            _, to = house.post(
                "/share", {"text": f"To all of you, for the {turn}th time.", "audience": "public"}, famous
            )
            start = time.perf_counter()
            thing = int(to.rsplit("/", 1)[1])
            while (database.execute(_MANY, [thing]).fetchone() or [0])[0] < 10_000:
                time.sleep(0.005)
                assert time.perf_counter() - start < 30, "It did not arrive."
            taken.append(time.perf_counter() - start)
            time.sleep(0.5)
    return {"post_to_10000": (sorted(taken)[3], "s"), "post_to_10000_worst": (max(taken), "s")}
