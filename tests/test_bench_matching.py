"""What measures the matching: which data it knows folders by, and how each figure is counted."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.matching.figures import figure, figures, first, gini, hit, over, recall
from bench.matching.formats import Answered, Libraries, Reply, Similar, Thread, Threads, communities
from bench.matching.replay import STRETCH, Asking, stretch
from bench.matching.routing import Histories, questions
from bench.matching.standing import first_answer, recall_at, unrelated
from potluck.match.answerers.ranking import Answerer

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def lay(path: Path, rows: Iterable[object]) -> None:
    """A file with a row a line, packed where its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = "\n".join(json.dumps(row) for row in rows) + "\n\n"
    path.write_bytes(gzip.compress(said.encode()) if path.suffix == ".gz" else said.encode())


def thread(
    key: str, day: float, asker: str, *replies: tuple[float, str, str], **more: object
) -> dict[str, object]:
    said = [{"ts": seconds(at), "user": who, "body": body} for at, who, body in replies]
    asked = {"title": f"On {key}", "body": f"What of {key}?"}
    return {"id": key, "ts": seconds(day), "asker": asker, "replies": said, **asked, **more}


def seconds(day: float) -> float:
    return (BEGAN + day * DAY).timestamp()


def threads(tmp_path: Path, *rows: dict[str, object]) -> Threads:
    lay(tmp_path / "data.jsonl", rows)
    ((_name, (found,)),) = communities(tmp_path)
    assert isinstance(found, Threads)
    return found


def test_folders_are_known_by_what_their_files_hold_whatever_they_are_called(tmp_path: Path) -> None:
    lay(tmp_path / "a/x.jsonl.gz", [thread("slugs", 0, "ada", (1, "ben", "Bran."))])
    lay(tmp_path / "b/x.jsonl", [{"id": 1, "question": "Slugs?", "answers": ["Bran."]}])
    lay(tmp_path / "b/y.jsonl", [{"q": "What eats lettuce?", "faq": 1}])
    related = {"id": "2", "subject": "S", "body": "B", "rank": "1", "lab": "Relevant"}
    lay(tmp_path / "c/x.jsonl", [{"id": 1, "subject": "S", "body": "B", "rel": [related]}])
    lay(tmp_path / "d/items.jsonl", [{"i": 1, "bow": [[4, 2]]}, {"i": 2, "bow": [[5, 1]], "cold": True}])
    lay(tmp_path / "d/people.jsonl", [{"u": 7, "train": [1], "cold": [2]}])
    lay(tmp_path / "e/none.jsonl", [{"something": "else"}])
    found = communities(tmp_path)
    assert [(name, [type(one) for one in held]) for name, held in found] == [
        ("a", [Threads]),
        ("b", [Answered]),
        ("c", [Similar]),
        ("d", [Libraries]),
    ]
    answered, similar, libraries = found[1][1][0], found[2][1][0], found[3][1][0]
    assert isinstance(answered, Answered) and answered.queries == (("What eats lettuce?", "1"),)
    assert isinstance(similar, Similar) and similar.queries[0][3] == (("2", "S", "B", 1, True),)
    assert isinstance(libraries, Libraries)
    assert (libraries.items, libraries.cold) == ({1: "w4 w4", 2: "w5"}, {2})


def test_threads_are_in_order_of_time_and_tags_make_a_site(tmp_path: Path) -> None:
    rows = (
        thread("late", 9, "ada", (12, "cleo", "Later."), (10, "ben", "Sooner.")),
        thread("early", 1, "ada", tags=["soil"]),
    )
    found = threads(tmp_path, *rows)
    assert [one.key for one in found.threads] == ["early", "late"] and found.site
    assert [reply.user for reply in found.threads[1].replies] == ["ben", "cleo"]
    assert found.threads[0].at == BEGAN + DAY


def test_the_folder_says_which_time_is_tested_else_the_last_two_years(tmp_path: Path) -> None:
    rows = [thread("a", 0, "ada"), thread("b", 2000, "ada")]
    assert threads(tmp_path, *rows).period.test[0] == BEGAN + 1270 * DAY + timedelta(seconds=1)
    given = {
        "tune": ["2020-01-01", "2020-12-31"],
        "test": ["2021-01-01", "2021-12-31"],
        "sample": 9,
        "seed": 4,
    }
    (tmp_path / "period.json").write_text(json.dumps(given))
    period = threads(tmp_path, *rows).period
    assert period.test == (datetime(2021, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC))
    assert (period.sample, period.seed) == (9, 4)


def test_a_figure_is_a_mean_with_what_drawing_anew_makes_of_it() -> None:
    assert str(figure("routing", "mrr", [1.0, 1.0])) == "routing mrr 1.000 1.000 1.000"
    one = figure("routing", "mrr", [0.0, 1.0] * 50)
    assert one.value == 0.5 and 0.38 < one.low < 0.5 < one.high < 0.62
    assert one == figure("routing", "mrr", [0.0, 1.0] * 50)
    told = figures("t", [{"a": 1.0}, {"a": 0.0, "b": 1.0}])
    assert [(row.metric, row.value) for row in told] == [("a", 0.5), ("b", 1.0)]
    assert over("t", "none", [], len).value == 0.0


def test_places_hits_recall_and_evenness() -> None:
    assert first(["a", "b", "c"], {"b", "c"}) == 0.5 and first(["a"], {"z"}) == 0.0
    assert hit(["a", "b"], {"b"}, 1) == 0.0 and hit(["a", "b"], {"b"}, 2) == 1.0
    assert recall(["a", "b"], {"b", "z"}, 2) == 0.5
    assert gini([1, 1, 1, 1]) == 0.0 and gini([0, 0, 0, 4]) == 0.75 and gini([]) == 0.0


def test_alerts_count_up_to_where_four_in_five_are_right() -> None:
    rows = [(0.9, True, True)] * 4 + [
        (0.8, False, False),
        (0.7, False, False),
        (0.6, True, True),
        (0.5, True, True),
    ]
    assert recall_at(rows) == pytest.approx(4 / 6)
    assert recall_at([(0.9, False, False), (0.8, True, True)]) == 0.0


def test_nothing_that_came_later_counts_for_who_may_be_asked(tmp_path: Path) -> None:
    rows = [thread(f"t{n}", n, "ada", (n + 0.5, "ben", "So.")) for n in range(3)]
    rows.append(thread("late", 2.9, "cleo", (40, "ben", "After a month."), (3, "ada", "Soon.")))
    found = threads(tmp_path, *rows)
    histories = Histories(found.threads)
    assert histories.candidates(BEGAN + 1 * DAY, "ada") == set()
    assert histories.candidates(BEGAN + 2 * DAY, "ada") == {"ben"}
    assert histories.candidates(BEGAN + 2 * DAY, "ben") == set()
    tried = questions(found, (BEGAN, BEGAN + 9 * DAY))
    assert [(one.thread.key, set(one.right)) for one in tried] == [("t2", {"ben"})]


def test_a_standing_event_is_late_by_somebody_else_and_says_something() -> None:
    long = "word " * 12

    def asked(*replies: tuple[float, str, str]) -> Thread:
        said = tuple(Reply(BEGAN + at * DAY, who, body) for at, who, body in replies)
        return Thread("t", BEGAN, "ada", "", "", (), said)

    event = first_answer(asked((0.1, "ada", long), (2, "ben", long)))
    assert event is not None and (event.user, event.own) == ("ben", "t")
    assert first_answer(asked((0.5, "ben", long), (2, "cleo", long))) is None
    assert first_answer(asked((2, "ben", "Bran."))) is None and first_answer(asked()) is None


def test_unrelated_replies_are_later_and_of_other_threads(tmp_path: Path) -> None:
    long = "word " * 12
    rows = [thread(f"t{n}", n, "ada", (n + 2, "ben", long)) for n in range(9)]
    found = threads(tmp_path, *rows)
    event = first_answer(found.threads[2])
    assert event is not None
    others = list(unrelated(found, [event]))
    assert len(others) == 4 and all(one.own != "t2" and one.event == "t2" for one in others)
    assert all(one.at > found.threads[2].at for one in others)


def test_a_cap_holds_for_a_week_and_the_next_on_the_topic_follows() -> None:
    ranked = [Answerer(person, 3.0 - person / 10, {"code": "answered"}, 0.2) for person in range(7)]
    capped = Asking(1)
    assert capped.ask(ranked, BEGAN) == [0, 1, 2, 3, 4]
    assert capped.ask(ranked, BEGAN + DAY) == [5, 6]
    assert capped.ask(ranked, BEGAN + 8 * DAY)[0] == 0
    assert capped.many == [5, 2, 5]


def test_a_replay_is_half_a_year_in_one_piece_drawn_with_the_seed(tmp_path: Path) -> None:
    found = threads(tmp_path, thread("a", 0, "ada"), thread("b", 2000, "ada"))
    start, end = stretch(found)
    assert end - start == STRETCH and found.period.test[0] <= start and end <= found.period.test[1]
    assert stretch(found) == (start, end)


def test_an_encoder_that_is_not_there_is_not_measured(tmp_path: Path) -> None:
    """A stand-in for a machine on which what it stands on is not installed."""
    hidden = "import sys\nsys.modules['onnxruntime'] = None\n"
    (tmp_path / "sitecustomize.py").write_text(hidden)
    known = {**os.environ, "PYTHONPATH": str(tmp_path), "POTLUCK_ENCODER": "minilm"}
    known["DJANGO_SETTINGS_MODULE"] = "potluck.settings"
    words = [sys.executable, "-m", "bench.matching.run", "--data", str(tmp_path), "--encoder", "minilm"]
    top = Path(__file__).parents[1]
    ended = subprocess.run(words, cwd=top, env=known, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1 and "make run" in ended.stderr and ended.stdout == ""
