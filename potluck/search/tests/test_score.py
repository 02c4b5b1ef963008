"""Words and meaning become one order."""

import pytest

from potluck.search.fusion import Likeness, joined, z


def test_each_value_is_told_in_standard_deviations() -> None:
    assert z([1.0, 2.0, 3.0]) == pytest.approx([-1.2247, 0, 1.2247], abs=1e-4)
    assert z([]) == [] and z([5.0]) == [0.0] and z([2.0, 2.0]) == [0.0, 0.0]


def test_what_is_not_known_is_taken_as_the_mean() -> None:
    assert z([1.0, None, 3.0]) == [-1.0, 0.0, 1.0]
    assert z([None, None]) == [0.0, 0.0]


def test_meaning_decides_between_those_of_the_same_words_and_the_other_way_round() -> None:
    by_meaning = joined([Likeness(words=3, whole=0.1), Likeness(words=3, whole=0.6)])
    by_words = joined([Likeness(words=7, whole=0.4), Likeness(words=3, whole=0.4)])
    assert by_meaning[1] > by_meaning[0] and by_words[0] > by_words[1]


def test_a_good_reply_speaks_for_its_question() -> None:
    with_reply = Likeness(words=3, whole=0.3, reply_words=5, reply=0.7)
    without = Likeness(words=3, whole=0.3)
    scores = joined([with_reply, without])
    assert scores[0] > scores[1]


def test_a_reply_that_is_far_off_takes_nothing_away() -> None:
    assert Likeness(whole=0.3, reply=-0.5).by_meaning() == Likeness(whole=0.3).by_meaning()


def test_without_any_meaning_words_alone_decide() -> None:
    scores = joined([Likeness(words=1), Likeness(words=2)])
    assert scores[1] > scores[0] and Likeness(words=1).by_meaning() is None


def test_what_has_the_words_is_not_pushed_aside_because_its_meaning_is_not_known() -> None:
    vague = [Likeness(words=0.5, whole=0.02 * number) for number in range(20)]
    scores = joined([Likeness(words=20.0), *vague])
    assert max(scores) == scores[0]
