"""How many are asked, and whose turn it is: as few as it takes, and the surer the oftener somebody was asked lately.

Two are asked where it is likely that one of them can help, up to five where it is less so, and nobody for whom nothing
speaks. Each question that somebody was asked this week raises how well the next must fit them, so that the last of a
week is left for what only they know; and it is the next on the topic who follows.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from potluck.lib.sql import ask
from potluck.match.answerers.ranking import Answerer

# So many are asked at least and at most; less than the least once it is so likely that one of them can help.
LEAST, MOST, LIKELY = 2, 5, 0.9
# Nobody is asked whose log odds are so much below those of the best who has room, or below what is sure where the best
# is surer; less for each question they had this week, measured by how many they take as parts of the usual number.
BELOW, SURE, A_QUESTION, USUAL_WEEK = 3.0, 1.0, 1.0, 3
WEEK = timedelta(days=7)

_ASKED = """
SELECT person_id, count(*) FROM questions_ask
WHERE round > 0 AND person_id = ANY(%(people)s) AND at > %(since)s::timestamptz AND at <= %(now)s::timestamptz
GROUP BY person_id
"""


def asked_lately(people: Sequence[int], now: datetime) -> dict[int, int]:
    """How many questions each of these people was asked in the last week."""
    return dict(ask(_ASKED, {"people": list(people), "since": now - WEEK, "now": now}))


def in_turn(ranked: Sequence[Answerer], asked: Mapping[int, int], takes: Mapping[int, int]) -> list[Answerer]:
    """Those for whom a question is worth a turn, best first: `asked` this week, of as many as each `takes`."""
    telling = [one for one in ranked if one.speaks]
    if not telling:
        return []
    best = min(SURE, max(one.score for one in telling))

    def handicap(one: Answerer) -> float:
        return A_QUESTION * asked.get(one.person, 0) * USUAL_WEEK / max(1, takes.get(one.person, USUAL_WEEK))

    return [one for one in telling if one.score - handicap(one) >= best - BELOW]


def enough(ranked: Sequence[Answerer], most: int = MOST) -> int:
    """How many of these, who have room, are asked."""
    nobody = 1.0
    for number, one in enumerate(ranked[:most]):
        if number >= LEAST and 1 - nobody >= LIKELY:
            return number
        nobody *= 1 - one.chance
    return min(most, len(ranked))
