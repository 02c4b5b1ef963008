"""What measures golden questions: how each figure is counted, and that a folder's own network is asked."""

import json
from pathlib import Path

import pytest

from bench.matching.formats import Golden, GoldenQuestion, communities
from bench.matching.golden import Outcome, golden, measured
from potluck.people.models import Person

ROWS = [
    {
        "id": 1, "q": "What eats my lettuce at night?", "lang": "en",
        "relevant": [{"post": "Slugs come", "grade": 2}], "experts": [{"handle": "ben", "grade": 2}],
    },
    {"id": 2, "q": "Which visa for Peru?", "lang": "en", "relevant": [], "experts": [], "none": True},
]  # fmt: skip
PEOPLE = "@ada Ada\nhelps: roses\n@ben Ben\nhelps: slugs: by hand, at night\n@cleo Cleo\n"
SHARES = """== ben 40 | Slugs come at night
tags: slugs
They eat the lettuce in the dark. Go out with a lamp and pick them from the leaves.
== ada 30 | Roses after the frost
tags: roses
Cut the brown wood away.
"""


def lay(folder: Path) -> Golden:
    (folder / "golden.jsonl").write_text("\n".join(json.dumps(row) for row in ROWS))
    ((_name, (found,)),) = communities(folder)
    assert isinstance(found, Golden)
    return found


def test_golden_questions_are_of_the_demo_unless_their_folder_holds_a_network(tmp_path: Path) -> None:
    assert lay(tmp_path).scripts is None
    (tmp_path / "people.txt").write_text(PEOPLE)
    found = lay(tmp_path)
    assert found.scripts == tmp_path
    assert [one.has_nothing for one in found.questions] == [False, True]
    assert found.questions[0].grade("Slugs come at night") == 2 and found.questions[0].grade("Slugs") == 0


def test_golden_figures_count_only_the_questions_that_have_an_answer_or_an_expert() -> None:
    asks = GoldenQuestion("1", "?", {"Slugs": 2, "Snails": 1}, {"ben": 2, "cleo": 1})
    nothing = GoldenQuestion("2", "?", {}, {})
    rows = [
        Outcome(asks, typed=["Roses", "Snails"], sure=["Snails"], people=["ada"], asked=["cleo", "ada"]),
        Outcome(nothing, typed=["Roses"], sure=[], asked=[], row=["ada"]),
    ]
    found = {one.metric: one.value for one in measured(rows)}
    assert (found["typed@4"], found["typed2@4"]) == (1, 0)
    assert (found["sure-found"], found["sure-precision"], found["sure-silent"]) == (1, 1, 1)
    assert (found["shown-expert"], found["asked-expert"], found["asked-expert2"]) == (0, 1, 0)
    assert (found["asked-right"], found["asked-mean"], found["asked-silent"]) == (0.5, 2, 1)
    assert (found["row-expert"], found["row-top"]) == (0, 0.5)


@pytest.mark.django_db(transaction=True)
def test_a_network_of_ones_own_is_filled_and_asked_and_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "people.txt").write_text(PEOPLE)
    (tmp_path / "1-garden.txt").write_text(SHARES)
    found = {one.metric: one.value for one in golden(lay(tmp_path))}
    assert found["asked-expert"] == found["search@5"] == 1
    assert not Person.objects.filter(handle="golden-newcomer").exists()
