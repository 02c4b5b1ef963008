"""Build, measure, print, and keep the table of docs/performance.md."""

import os
import platform
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.house import TINY, TOP, House, python, serving
from bench.pages import Figures

# Counts up when what is built changes, so that an old one is not taken for it.
VERSION = 2
# The fixed piece of work is a part of what is told: so many turns of a million.
_WORK = 100_000
DOCS = TOP / "docs/performance.md"


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of the table: a figure by name, what it is, what it may be at most (or at least), in which unit."""

    name: str
    what: str
    bound: float
    unit: str
    least: bool = False

    def holds(self, value: float) -> bool:
        return value >= self.bound if self.least else value <= self.bound


PROMISES = (
    Promise("home_40", "home with 40 entries", 6, "CPU ms"),
    Promise("thread_50", "thread of 50", 6, "CPU ms"),
    Promise("person_page", "person page", 5, "CPU ms"),
    Promise("search_two_words_p95", "search of two words, 95 in 100", 60, "ms"),
    Promise("post_request", "a post, in the request", 7, "CPU ms"),
    Promise("post_with_job", "a post with its job and 200 home rows", 14, "CPU ms"),
    Promise("post_to_10000", "a post at home with 10,000 followers", 0.5, "s"),
    Promise("feeds_new", "feeds, all new, stored and searchable", 20, "a CPU second", least=True),
    Promise(
        "feeds_unchanged", "feeds, unchanged, each on a new connection", 1500, "a CPU second", least=True
    ),
    Promise("while_typing_p95", "what is known already, while one types, 95 in 100", 120, "ms"),
    Promise("who_may_know_p95", "who is likely to know, 95 in 100", 150, "ms"),
    Promise("share_against_open_p95", "a share against all open questions, 95 in 100", 30, "ms"),
    Promise("backlog", "texts encoded in the background", 20, "a second", least=True),
    Promise("backlog_slows_pages", "pages beside that", 1.2, "times as long"),
    Promise("live_p99", "a message in a room, to 1,000 readers, 99 in 100", 250, "ms"),
    Promise("live_lost", "messages lost to readers who come and go", 0, ""),
    Promise("live_twice", "messages that came to one of them twice", 0, ""),
    Promise("live_memory", "the stream process with 1,000 readers", 120, "MB"),
    Promise("letters_out", "letters handed over, unsigned", 300, "a CPU second", least=True),
    Promise("letters_out_signed", "letters handed over, signed here", 250, "a CPU second", least=True),
    Promise("idle_memory", "all processes idle after a restart", 400, "MB"),
    Promise("second_start", "a second start", 4, "s"),
)


def _served(measure: Callable[[House, Path], Figures]) -> Callable[[Path], Figures]:
    def on(scratch: Path) -> Figures:
        with serving(_large(scratch)) as house:
            return measure(house, scratch / "now")

    return on


def _pages(scratch: Path) -> Figures:
    from bench.pages import pages

    return _served(pages)(scratch)


def _search(scratch: Path) -> Figures:
    from bench.pages import search

    return _served(search)(scratch)


def _posting(scratch: Path) -> Figures:
    from bench.posting import far, posting

    return _served(lambda house, data: {**posting(house, data), **({} if TINY else far(house, data))})(
        scratch
    )


def _feeds(scratch: Path) -> Figures:
    from bench.feeds import feeds

    def measure(house: House, data: Path) -> Figures:
        house.rest("potluck-worker")  # It would poll as well.
        return feeds(data)

    return _served(measure)(scratch)


def _asking(scratch: Path) -> Figures:
    from bench.asking import asking

    return _served(asking)(scratch)


def _backlog(scratch: Path) -> Figures:
    from bench.backlog import backlog

    return _served(backlog)(scratch)


def _live(scratch: Path) -> Figures:
    from bench.live import live

    small = _small(scratch)
    with serving(small) as house:
        return live(house, small)


def _idle(scratch: Path) -> Figures:
    from bench.idle import idle

    return idle(_small(scratch))


def _letters(scratch: Path) -> Figures:
    from bench.letters import letters

    place = scratch / "letters"
    place.mkdir(mode=0o711, exist_ok=True)
    return letters(place)


PARTS = {
    "pages": _pages,
    "search": _search,
    "posting": _posting,
    "asking": _asking,
    "feeds": _feeds,
    "backlog": _backlog,
    "live": _live,
    "letters": _letters,
    "idle": _idle,
}
_PART_OF = {"home": "pages", "thread": "pages", "person": "pages", "post": "posting", "second": "idle"}
_PART_OF |= {"while": "asking", "who": "asking", "share": "asking"}


def run(names: Sequence[str]) -> None:
    """Measure these, by their name or that of their part, or all; print each figure as it is known."""
    wanted = list(dict.fromkeys(_part(name) for name in names)) or list(PARTS)
    scratch = Path(os.environ.get("POTLUCK_BENCH") or TOP / ".cache/bench").absolute()
    scratch.mkdir(mode=0o711, parents=True, exist_ok=True)
    found: Figures = {}
    beside: dict[str, float] = {}
    for part in wanted:
        with Machine() as machine:
            figures = PARTS[part](scratch)
        for name, (value, unit) in {**figures, f"machine_beside_{part}": (machine.mean, "ms")}.items():
            print(f"{name} {value:.4g} {unit}", flush=True)
        found |= figures
        beside |= dict.fromkeys(figures, machine.mean)
    if TINY:
        return  # Such figures say nothing.
    _write(found, beside)
    broken = [p for p in PROMISES if p.name in found and not p.holds(found[p.name][0])]
    for promise in broken:
        print(f"Over what it may cost: {promise.what}, {found[promise.name][0]:.4g}.", file=sys.stderr)


class Machine(threading.Thread):
    """What one fixed piece of work costs while something else is measured, in processor milliseconds in the mean.

    The same work costs twice as much from one second to the next where a machine is shared with others; beside what
    the same seconds made of a known piece, figures of different hours can be held against each other.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.taken: list[float] = []
        self.over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        self.join()

    @property
    def mean(self) -> float:
        return sum(self.taken) / len(self.taken)

    def run(self) -> None:
        while not self.taken or not self.over.wait(1.0):
            start, total = time.thread_time(), 0
            for n in range(_WORK):
                total += n * n % 7
            self.taken.append((time.thread_time() - start) * 1000 * 1_000_000 / _WORK)


def _part(name: str) -> str:
    if name in PARTS:
        return name
    first = re.split(r"[_ -]", name)[0]
    part = _PART_OF.get(first, first)
    if part not in PARTS:
        raise SystemExit(f"There is nothing called {name} to measure. There are: {', '.join(PARTS)}.")
    return part


def _large(scratch: Path) -> Path:
    """A fresh copy of the large network, which is built once."""
    made = scratch / f"made-{VERSION}"
    if not (made / "built").exists():
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700)
        print("Building the network that is measured; this takes some minutes once.", file=sys.stderr)
        python("bench.build:main", made)
        (made / "built").touch()
    now = scratch / "now"
    shutil.rmtree(now, ignore_errors=True)
    # cp keeps owners: the database may belong to another user.
    os.system(f"cp -a --reflink=auto '{made}' '{now}'")
    return now


def _small(scratch: Path) -> Path:
    """The example network."""
    small = scratch / "small"
    if not (small / "built").exists():
        shutil.rmtree(small, ignore_errors=True)
        small.mkdir(mode=0o700)
        python("bench.build:small", small)
        (small / "built").touch()
    return small


def _write(found: Figures, beside: dict[str, float]) -> None:
    """Put what was measured into the table, between its marks, and when, where and beside what."""
    text = DOCS.read_text(encoding="utf-8")
    for promise in PROMISES:
        if promise.name in found:
            value = (
                f"{found[promise.name][0]:.3g}"
                if found[promise.name][0] < 100
                else f"{found[promise.name][0]:,.0f}"
            )
            bound = f"at least {promise.bound:,g}" if promise.least else f"{promise.bound:g}"
            row = f"| {promise.what} | {bound} | {value} | {promise.unit} | {beside[promise.name]:.0f} |"
            text = re.sub(rf"^\| {re.escape(promise.what)} \|.*$", row, text, flags=re.M)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    said = (
        f"Last measured {time.strftime('%Y-%m-%d')} on {os.cpu_count()} cores ({platform.machine()}, Python"
        f" {platform.python_version()}); load of the machine over 1, 5 and 15 minutes at the end: {load}."
    )
    text = re.sub(r"^Last measured .*$", said, text, flags=re.M)
    DOCS.write_text(text, encoding="utf-8")
