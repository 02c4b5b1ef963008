"""What pages cost: processor milliseconds of the pages and the database together, one request after another."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench.build import COOKIES, FAMOUS, PEOPLE
from bench.house import TINY, WEB, House

Figures = dict[str, tuple[float, str]]
TIMES, WARM = (10, 5) if TINY else (400, 200)


def sessions(data: Path) -> dict[int, str]:
    """Person id to session, the famous one left out."""
    everybody = {int(key): cookie for key, cookie in json.loads((data / COOKIES).read_text()).items()}
    return dict(list(everybody.items())[:-1])


def ask(data: Path, question: str) -> list[int]:
    """The first column of an answer of the database that is being served."""
    with psycopg.connect(host=str(data / "run"), user="potluck", dbname="potluck") as database:
        return [row[0] for row in database.execute(question)]


def pages(house: House, data: Path) -> Figures:
    """Home, a thread, a person."""
    chance = random.Random(3)
    threads = ask(
        data,
        "SELECT reply_to_id FROM posts_post WHERE reply_to_id IS NOT NULL GROUP BY 1 HAVING count(*) = 50",
    )
    people = [number for number in range(0, PEOPLE * 9 // 10, 7) if number != FAMOUS]
    found: Figures = {}
    found |= _cost("home_40", house, data, lambda: "/home")
    found |= _cost("thread_50", house, data, lambda: f"/posts/{chance.choice(threads)}")
    found |= _first_look(house, data)
    found |= _cost("person_page", house, data, lambda: f"/@p{chance.choice(people)}")
    return found


def _first_look(house: House, data: Path) -> Figures:
    """Posts that nobody looked at before: what is related to each is found then, and kept."""
    posts = ask(
        data,
        "SELECT id FROM posts_post WHERE reply_to_id IS NULL AND audience = 0 ORDER BY md5(id::text) LIMIT 100",
    )
    cookies = list(sessions(data).values())
    return _measured(
        "post_first_look", house, [(f"/posts/{post}", cookies[post % len(cookies)]) for post in posts]
    )


def _cost(name: str, house: House, data: Path, path: object) -> Figures:
    assert callable(path)
    cookies = list(sessions(data).values())
    for turn in range(WARM):
        status, text = house.get(path(), cookies[turn % len(cookies)])
        assert status == 200, (name, status)
        if name == "home_40":
            assert text.count('<article class="entry') == 40, text.count('<article class="entry')
    return _measured(name, house, [(path(), cookies[turn % len(cookies)]) for turn in range(TIMES)])


def _measured(name: str, house: House, asked: list[tuple[str, str]]) -> Figures:
    """What these pages cost in the mean, the part of the database, and how long they took."""
    before, inside, taken = house.cpu(WEB), house.cpu(("postgres",)), []
    for path, cookie in asked:
        start = time.perf_counter()
        house.get(path, cookie)
        taken.append((time.perf_counter() - start) * 1000)
    spent, inside = house.cpu(WEB) - before, house.cpu(("postgres",)) - inside
    each = 1000 / len(asked)
    return {
        name: (spent * each, "CPU ms"),
        f"{name}_database": (inside * each, "CPU ms"),
        **wall(name, taken),
    }


def wall(name: str, taken: list[float]) -> Figures:
    """The middle one of these milliseconds, and what 95 in 100 stay below."""
    taken.sort()
    return {
        f"{name}_p50": (taken[len(taken) // 2], "ms"),
        f"{name}_p95": (taken[int(len(taken) * 0.95)], "ms"),
    }


def search(house: House, data: Path) -> Figures:
    """Searches of two words that come together in some post, as members make them."""
    cookies = list(sessions(data).values())
    asked = list(_two_words(data, TIMES + WARM))
    for turn, words in enumerate(asked[:WARM]):
        assert house.get(f"/search?q={words}", cookies[turn % len(cookies)])[0] == 200
    paths = [(f"/search?q={words}", cookies[turn % len(cookies)]) for turn, words in enumerate(asked[WARM:])]
    return _measured("search_two_words", house, paths)


def _two_words(data: Path, number: int) -> Iterator[str]:
    chance = random.Random(4)
    texts = [
        str(text)
        for text in ask(data, f"SELECT text FROM posts_post TABLESAMPLE SYSTEM (5) LIMIT {number * 3}")
    ]
    chance.shuffle(texts)
    for text in texts:
        telling = sorted({word for word in text.split() if len(word) > 3})
        if len(telling) > 1 and number:
            yield "+".join(chance.sample(telling, 2))
            number -= 1
