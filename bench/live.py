"""A room with a thousand readers: how long a message takes to all of them, and what the stream process takes.

Every reader is a member of their own, so the gate is asked for each. Time runs from the sending of the form to the
arrival at a reader; the one process of all readers (`live_readers.py`) and the house share the machine. A third of the
readers break off and come back every second; in the middle the stream process is killed. Whatever anybody lost or
got twice is counted.
"""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from bench.house import TOP, House, environment, python
from bench.pages import Figures

READERS = 1000
SPEAKERS = 10
CALM, STORM = 60, 20
BETWEEN = 0.4


def fill() -> None:
    """A thousand members and a thread; prints the ticket of each, and sessions for those who speak."""
    from django.contrib.sessions.backends.db import SessionStore

    from potluck.channels.live.stream import address
    from potluck.door import admit
    from potluck.lib.ids import new_id
    from potluck.people.models import Account, Person
    from potluck.posts.draft import Draft

    now, name = timezone.now(), new_id()
    accounts = [Account(email=f"live{name}-{n}@example.org", password="!") for n in range(READERS)]
    Account.objects.bulk_create(accounts)
    people = [
        Person(account=one, handle=f"live{name}-{n}", name=f"Reader {n}", uri=f"urn:live:{name}:{n}", approved_at=now)
        for n, one in enumerate(accounts)
    ]  # fmt: skip
    Person.objects.bulk_create(people)
    sessions = []
    for one in accounts[:SPEAKERS]:
        session = SessionStore()
        session[SESSION_KEY] = str(one.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = one.get_session_auth_hash()
        session.save()
        sessions.append(session.session_key)
    root = admit(Draft(author=people[0], text="A thousand of us are here."))
    tickets = [parse_qs(urlsplit(address(root.id, one, "en")).query)["ticket"][0] for one in people]
    print(json.dumps({"thread": root.id, "tickets": tickets, "sessions": sessions}))


def live(house: House, data: Path) -> Figures:
    """The figures of a calm hour, and whether all held in a storm."""
    facts = json.loads(python("bench.live:fill", data))
    facts["place"] = python("bench.live:place", data).strip()
    asked = {**facts, "port": house.port + 1}
    readers = subprocess.Popen(
        [sys.executable, "-m", "bench.live_readers"], env=environment(data), cwd=TOP, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert readers.stdin and readers.stdout
    print(json.dumps(asked), file=readers.stdin, flush=True)
    assert readers.stdout.readline() == "all here\n"
    sent: dict[int, float] = {}
    for turn in range(CALM):
        _say(house, facts, turn, sent)
    memory = _memory(house)
    calm = set(sent)
    print("storm", file=readers.stdin, flush=True)
    for turn in range(STORM):
        _say(house, facts, CALM + turn, sent)
        if turn == STORM // 2:
            _worker(house).send_signal(signal.SIGKILL)
    time.sleep(12)
    print("enough", file=readers.stdin, flush=True)
    told = json.loads(readers.communicate(timeout=60)[0])
    return {**_figures(told, sent, calm), "live_memory": (memory, "MB")}


def place() -> None:
    """Where in the order of changes we are."""
    from potluck.channels.live.changes import place_now

    print(place_now())


def _say(house: House, facts: dict[str, object], turn: int, sent: dict[int, float]) -> None:
    sessions = facts["sessions"]
    assert isinstance(sessions, list)
    began = time.monotonic()
    form = {"text": f"This is said as the {turn}th thing.", "once": f"{facts['thread']}-{turn}"}
    status, to = house.post(f"/posts/{facts['thread']}/live/messages", form, sessions[turn % SPEAKERS])
    assert status == 302, status
    sent[int(to.rpartition("-")[2])] = began
    time.sleep(BETWEEN)


def _figures(told: list[dict[str, list[float]]], sent: dict[int, float], calm: set[int]) -> Figures:
    took = sorted(
        at - sent[key]
        for reader in told
        for key, times in ((int(name), times) for name, times in reader.items())
        for at in times[:1]
        if key in calm
    )
    lost = sum(str(key) not in reader for reader in told for key in sent)
    twice = sum(len(times) - 1 for reader in told for times in reader.values())
    part = {"live_p50": 0.5, "live_p99": 0.99, "live_worst": 1.0}
    figures = {name: (took[min(int(len(took) * p), len(took) - 1)] * 1000, "ms") for name, p in part.items()}
    return {**figures, "live_lost": (lost, "messages"), "live_twice": (twice, "messages")}


def _worker(house: House) -> psutil.Process:
    """The process that holds the streams: the largest of that name."""
    return max(house.processes(("potluck-stream",)), key=lambda one: one.memory_info().rss)


def _memory(house: House) -> float:
    """What the process has of its own, and its share of what it has in common with its parent (PSS), in MB."""
    return float(_worker(house).memory_full_info().pss / 1024 / 1024)
