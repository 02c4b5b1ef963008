"""The query language reads anything, and its normal form reads the same."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potluck.search.query import LONGEST, Part, parse

PIECES = [
    "from:",
    "tag:",
    "-",
    '"',
    " ",
    "#",
    "kind:",
    "question",
    "in:",
    "mine",
    "before:",
    "after:",
    "2024-13",
    "2024",
]
PIECES += [
    "a",
    "b-c",
    "@",
    "lang:",
    "en",
    "_",
    ":",
    "“",
    "\u2003",
    "\x85",
    "\x00",
    "²",
    "ß",
    "İ",
    "٣",
    "9" * 30,
]


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)))
def test_anything_is_read_and_its_normal_form_reads_the_same(typed: str) -> None:
    query = parse(typed)
    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)
    assert len(str(query)) <= LONGEST
    assert "\x00" not in str(query)


def test_every_operator_is_read() -> None:
    query = parse(
        'soil "raised bed" -peat from:@Ben tag:"Garden Soil" #compost kind:questions'
        " in:following after:2024-03 -from:ada"
    )
    assert query.problems == ()
    assert query.parts == (
        Part("word", "soil"),
        Part("phrase", "raised bed"),
        Part("word", "peat", True),
        Part("from", "ben"),
        Part("tag", "garden-soil"),
        Part("tag", "compost"),
        Part("kind", "question"),
        Part("in", "following"),
        Part("after", "2024-03"),
        Part("from", "ada", True),
    )
    assert str(query) == (
        'soil "raised bed" -peat from:ben tag:garden-soil tag:compost kind:question'
        " in:following after:2024-03 -from:ada"
    )


def test_dates_bound_what_is_found_on_both_sides() -> None:
    query = parse("after:2023 before:2024-03-05 before:2025")
    assert (query.since, query.until) == (datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 3, 5, tzinfo=UTC))
    assert str(parse("-before:2024")) == "after:2024"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("before:soon", "“soon” is not a date"),
        ("after:2024-13", "“2024-13” is not a date"),
        ("kind:poem", "There is no kind “poem”"),
        ("in:nowhere", "“in:nowhere” is no place"),
        ("in:" + "9" * 30, "is no place"),
        ("lang:english", "“english” is not a language code"),
    ],
)
def test_what_cannot_be_read_is_taken_as_words_and_said(typed: str, said: str) -> None:
    query = parse(typed)
    assert query.parts == (Part("word", typed),)
    assert said in query.problems[0]


def test_unknown_operators_are_words() -> None:
    assert parse("note:well http://x.example").parts == (
        Part("word", "note:well"),
        Part("word", "http://x.example"),
    )


def test_an_open_quote_runs_to_the_end_and_curly_ones_are_quotes() -> None:
    assert parse('“two words” "not closed').parts == (
        Part("phrase", "two words"),
        Part("phrase", "not closed"),
    )
