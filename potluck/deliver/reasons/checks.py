"""Reasons that tell what somebody did hold while it stands: not once it was taken back, or kept to themselves."""

from collections.abc import Sequence

from django.db import connection

from potluck.deliver.reasons.registry import Reason

_DONE = """
SELECT 'passed', via_id, author_id FROM posts_post WHERE via_id = ANY(%(posts)s) AND author_id = ANY(%(people)s)
    AND audience = 0 AND deleted_at IS NULL AND held_at IS NULL
UNION ALL SELECT 'thanked', post_id, by_id FROM posts_thanks WHERE post_id = ANY(%(posts)s) AND by_id = ANY(%(people)s)
UNION ALL SELECT 'used', post_id, by_id FROM posts_use WHERE post_id = ANY(%(posts)s) AND by_id = ANY(%(people)s)
UNION ALL SELECT 'me_too', question_id, person_id FROM questions_metoo
    WHERE question_id = ANY(%(posts)s) AND person_id = ANY(%(people)s)
UNION ALL SELECT 'on_it', question_id, person_id FROM questions_ask
    WHERE question_id = ANY(%(posts)s) AND person_id = ANY(%(people)s) AND said = 'on_it'
UNION ALL SELECT 'proposed', c.answer_id, c.by_id FROM questions_consent c JOIN posts_post a ON a.id = c.answer_id
    WHERE c.answer_id = ANY(%(posts)s) AND c.by_id = ANY(%(people)s) AND a.audience = 3
UNION ALL SELECT CASE says WHEN 'helps' THEN 'helped' ELSE 'answered_it' END, post_id, by_id FROM questions_verdict
    WHERE post_id = ANY(%(posts)s) AND by_id = ANY(%(people)s) AND says <> 'no'
"""

_ACTS = frozenset(("passed", "thanked", "used", "me_too", "on_it", "answered_it", "helped", "proposed"))
Act = tuple[str, int, int]


def still_so(found: Sequence[tuple[int, int, Sequence[Reason]]]) -> list[list[Reason]]:
    """The reasons that hold, for each (post, its author, reasons). One query, where any tells of an act."""
    acts = {
        act for post, author, reasons in found for reason in reasons if (act := _act(post, author, reason))
    }
    done = _done(acts) if acts else set()
    return [
        [reason for reason in reasons if (act := _act(post, author, reason)) is None or act in done]
        for post, author, reasons in found
    ]


def _act(post: int, author: int, reason: Reason) -> Act | None:
    """What somebody did with another's post, if that is what a reason tells; what they wrote is on the page itself."""
    who = reason.get("who")
    if not who or (who == author and reason["code"] != "proposed"):
        return None
    if reason.get("passed"):
        return "passed", post, who
    code = reason["code"]
    return (code, post, who) if code in _ACTS else None


def _done(acts: set[Act]) -> set[Act]:
    values = {"posts": [post for _, post, _ in acts], "people": [who for _, _, who in acts]}
    with connection.cursor() as cursor:
        cursor.execute(_DONE, values)
        return set(cursor.fetchall())
