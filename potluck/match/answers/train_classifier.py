"""The gate as people have taught it: what they said of what was found, learned anew every hour.

Few verdicts move it little; it begins with the one that comes with Potluck. A verdict counts once for each person
who gave it, and what somebody takes back teaches nothing.
"""

import numpy as np

from potluck.lib.sql import ask
from potluck.lib.ttl_cache import Kept
from potluck.match.answers.classifier import Gate, learn
from potluck.match.answers.scoring import FEATURES, GATE

# Fewer verdicts than this teach nothing, and only the newest so many do.
LEAST, MOST = 20, 5000

_JUDGED = f"""
SELECT f."case"::text, v.says <> 'no' FROM questions_verdict v
JOIN questions_found f ON f.question_id = v.question_id AND f.post_id = v.post_id
WHERE cardinality(f."case") = %(features)s ORDER BY v.id DESC LIMIT {MOST}
"""


def teach() -> Gate:
    """The gate that all verdicts so far make."""
    rows = ask(_JUDGED, {"features": len(FEATURES)})
    if len(rows) < LEAST:
        return GATE
    cases = np.array([[float(value) for value in case.strip("{}").split(",")] for case, _good in rows])
    right = np.array([float(good) for _case, good in rows])
    return learn(FEATURES, cases, right, start=GATE)


# The gate to hold new shares against, as of the last hour.
taught_gate = Kept(teach, seconds=3600)
