"""Read folders of real data, recognised by what their files hold, never by their names."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """Somebody's reply, `at` in UTC."""

    at: datetime
    user: str
    body: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A question (or whatever began it) and its replies in order of time."""

    key: str
    at: datetime
    asker: str
    title: str
    body: str
    tags: tuple[str, ...]
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Threads:
    """One community of threads by time; `sites` tells question-and-answer sites from lists."""

    name: str
    threads: tuple[Thread, ...]
    site: bool
    period: "Period"


@dataclass(frozen=True, slots=True)
class Period:
    """What is tuned on and what is tested, each from the first moment to before the last."""

    tune: tuple[datetime, datetime]
    test: tuple[datetime, datetime]
    sample: int = 0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Answered:
    """Questions that have their answers, and what people ask in other words: (text, key of the right one)."""

    name: str
    known: tuple[tuple[str, str, tuple[str, ...]], ...]
    queries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """New questions, each with older ones: (key, subject, body, rank of a search engine, is relevant)."""

    name: str
    queries: tuple[tuple[str, str, str, tuple[tuple[str, str, str, int, bool], ...]], ...]


@dataclass(frozen=True, slots=True)
class Libraries:
    """Items as text, which of them are new, and who keeps what: (person, known items, new items)."""

    name: str
    items: Mapping[int, str]
    cold: frozenset[int]
    people: tuple[tuple[int, tuple[int, ...], tuple[int, ...]], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question as a newcomer types it. `relevant`: how a post begins that answers it (2) or helps (1); `experts`: the
    handle of who clearly could answer it (2), or could help (1). Both empty: the network has nothing on it."""

    key: str
    text: str
    relevant: Mapping[str, int]
    experts: Mapping[str, int]

    @property
    def has_nothing(self) -> bool:
        return not self.relevant and not self.experts

    def grade(self, beginning: str) -> int:
        """Of a post that begins like this: 2, 1, or 0."""
        return max(
            (grade for start, grade in self.relevant.items() if beginning.startswith(start)), default=0
        )


@dataclass(frozen=True, slots=True)
class Golden:
    """Labelled questions about one network: the one whose scripts lie in `scripts`, else the one of `potluck demo`."""

    name: str
    questions: tuple[GoldenQuestion, ...]
    scripts: Path | None


Community = Threads | Answered | Similar | Libraries | Golden


def communities(top: Path) -> list[tuple[str, list[Community]]]:
    """(folder, what is in it) of a folder, or of each folder in it."""
    folders = [top, *sorted(one for one in top.iterdir() if one.is_dir())]
    read = ((folder.name, _folder(folder)) for folder in folders)
    return [(name, found) for name, found in read if found]


def _folder(folder: Path) -> list[Community]:
    found: list[Community] = []
    kinds: dict[str, list[Path]] = {}
    for path in sorted([*folder.glob("*.jsonl.gz"), *folder.glob("*.jsonl")]):
        kinds.setdefault(_kind(path), []).append(path)
    for path in kinds.get("threads", []):
        found.append(_threads(path, _period(folder)))
    for path in kinds.get("similar", []):
        found.append(_similar(path))
    if "known" in kinds and "queries" in kinds:
        found.append(_answered(folder.name, kinds["known"], kinds["queries"]))
    if "items" in kinds and "libraries" in kinds:
        found.append(_libraries(folder.name, kinds))
    if "golden" in kinds:
        found.append(_golden(folder, kinds["golden"]))
    return found


def _rows(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


_KEYS = {
    "threads": {"id", "ts", "asker", "replies"},
    "similar": {"id", "subject", "rel"},
    "known": {"id", "question", "answers"},
    "queries": {"q", "faq"},
    "items": {"i", "bow"},
    "libraries": {"u", "train"},
    "golden": {"q", "relevant", "experts"},
}


def _kind(path: Path) -> str:
    first = next(islice(_rows(path), 1), None)
    if isinstance(first, str):
        return "words"
    keys = set(first) if isinstance(first, dict) else set()
    return next((kind for kind, wanted in _KEYS.items() if wanted <= keys), "")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _threads(path: Path, period: Row) -> Threads:
    rows = list(_rows(path))
    threads = tuple(sorted((_thread(row) for row in rows), key=lambda one: (one.at, one.key)))
    name = path.name.partition(".")[0]
    return Threads(name, threads, any("tags" in row for row in rows[:50]), _spans(threads, period))


def _thread(row: Row) -> Thread:
    replies = [Reply(_moment(one["ts"]), str(one["user"]), one["body"]) for one in row["replies"]]
    return Thread(
        key=str(row["id"]),
        at=_moment(row["ts"]),
        asker=str(row["asker"]),
        title=row["title"],
        body=row["body"],
        tags=tuple(row.get("tags", ())),
        replies=tuple(sorted(replies, key=lambda one: one.at)),
    )


def _period(folder: Path) -> Row:
    path = folder / "period.json"
    found: Row = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _spans(threads: tuple[Thread, ...], given: Row) -> Period:
    if "test" in given:
        tune = given["tune"] if "tune" in given else given["test"]
        return Period(_span(tune), _span(given["test"]), given.get("sample", 0), given.get("seed", 1))
    end = max((one.at for one in threads), default=datetime.now(UTC)) + timedelta(seconds=1)
    two = timedelta(days=730)
    return Period((end - 2 * two, end - two), (end - two, end), 500, 1)


def _span(days: list[str]) -> tuple[datetime, datetime]:
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days)
    return first, last + timedelta(days=1)


def _answered(name: str, known: list[Path], queries: list[Path]) -> Answered:
    return Answered(
        name,
        tuple(
            (str(row["id"]), row["question"], tuple(row["answers"])) for path in known for row in _rows(path)
        ),
        tuple((row["q"], str(row["faq"])) for path in queries for row in _rows(path)),
    )


def _similar(path: Path) -> Similar:
    queries = []
    for row in _rows(path):
        related = tuple(
            (str(r["id"]), r["subject"], r["body"], int(r["rank"]), r["lab"] in ("PerfectMatch", "Relevant"))
            for r in row["rel"]
        )
        queries.append((str(row["id"]), row["subject"], row["body"], related))
    return Similar(path.name.partition(".")[0], tuple(queries))


def _libraries(name: str, kinds: Mapping[str, list[Path]]) -> Libraries:
    """Words go by their number: a list of them that has lost a line would make most of them others."""
    items: dict[int, str] = {}
    cold: set[int] = set()
    for row in (row for path in kinds["items"] for row in _rows(path)):
        said = ((f"w{n}", times) for n, times in row["bow"])
        items[row["i"]] = " ".join(word for word, times in said for _ in range(times))
        if row.get("cold"):
            cold.add(row["i"])
    people = tuple(
        (row["u"], tuple(row["train"]), tuple(row.get("cold", ())))
        for path in kinds["libraries"]
        for row in _rows(path)
    )
    return Libraries(name, items, frozenset(cold), people)


def _golden(folder: Path, paths: list[Path]) -> Golden:
    questions = tuple(
        GoldenQuestion(
            str(row["id"]),
            row["q"],
            {one["post"]: int(one["grade"]) for one in row["relevant"]},
            {one["handle"]: int(one["grade"]) for one in row["experts"]},
        )
        for path in paths
        for row in _rows(path)
    )
    return Golden(folder.name, questions, folder if (folder / "people.txt").exists() else None)
