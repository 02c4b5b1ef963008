"""Reasons that hold only while something waits for the reader: a question put before them, something that may answer.

What was declined, closed or taken back does not stand at home any more. What waits brings what one can say to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from potluck.deliver.reasons.registry import Reason
from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.questions.models import Said
from potluck.questions.view import Named, named

_ASKED = """
SELECT a.question_id, a.said, r.reserve,
       EXISTS (SELECT FROM questions_quiet quiet WHERE quiet.question_id = a.question_id)
FROM questions_ask a
LEFT JOIN questions_routing r ON r.question_id = a.question_id
WHERE a.person_id = %(me)s AND a.question_id = ANY(%(posts)s) AND a.said NOT IN ('not_me', 'not_now', 'else')
  AND NOT EXISTS (SELECT FROM questions_closure c WHERE c.question_id = a.question_id)
"""
_FOUND = """
SELECT f.question_id, f.post_id, f.passage, v.says FROM questions_found f
JOIN posts_post q ON q.id = f.question_id
LEFT JOIN questions_verdict v ON v.question_id = f.question_id AND v.post_id = f.post_id AND v.by_id = %(me)s
WHERE f.post_id = ANY(%(posts)s) AND COALESCE(v.says, '') <> 'no' AND q.deleted_at IS NULL
  AND (q.author_id = %(me)s
       OR EXISTS (SELECT FROM questions_metoo m WHERE m.question_id = q.id AND m.person_id = %(me)s))
  AND (v.says IS NOT NULL OR NOT EXISTS (SELECT FROM questions_closure c WHERE c.question_id = q.id))
"""
_FOUND_CODES = frozenset(("found", "found_too", "pointed"))


@dataclass(frozen=True, slots=True)
class Below:
    """What stands below an entry: what one can say to being asked, or the passage that may answer a question."""

    asked: bool = False
    said: str = ""
    others: Sequence[Named] = ()
    quiet: bool = False
    question: int = 0
    passage: str = ""
    says: str = ""


def is_asking(reason: Reason) -> bool:
    """Whether a reason is that a question was put before the reader."""
    return str(reason["code"]).startswith("asked_") or reason["code"] == "suggested"


def what_waits(
    found: Sequence[tuple[int, Sequence[Reason]]], reader: Person
) -> list[tuple[list[Reason], Below | None]]:
    """For each (post, reasons): the reasons that hold, and what stands below it. At most one query for each kind."""
    asked = _asked({post for post, reasons in found if any(map(is_asking, reasons))}, reader)
    waits = {post for post, reasons in found if any(r["code"] in _FOUND_CODES for r in reasons)}
    fits = _fits(waits, reader)
    told: list[tuple[list[Reason], Below | None]] = []
    for post, reasons in found:
        kept = [r for r in reasons if _holds(r, post, asked, fits)]
        below = next((fits[post, r["question"]] for r in kept if r["code"] in _FOUND_CODES), None)
        told.append((kept, below or (asked.get(post) if any(map(is_asking, kept)) else None)))
    return told


def _holds(
    reason: Reason, post: int, asked: Mapping[int, Below], fits: Mapping[tuple[int, int], Below]
) -> bool:
    if reason["code"] in _FOUND_CODES:
        return (post, reason.get("question", 0)) in fits
    return post in asked if is_asking(reason) else True


def _asked(posts: set[int], reader: Person) -> dict[int, Below]:
    if not posts:
        return {}
    rows = ask(_ASKED, {"me": reader.id, "posts": list(posts)})
    next_ones = {key for _post, said, reserve, _quiet in rows if not said for key in reserve or ()}
    next_ones.discard(reader.id)
    names = named(list(next_ones), reader)
    return {
        post: Below(
            asked=True,
            said=said,
            others=[names[key] for key in reserve or () if key in names][:1] if said == Said.NOTHING else [],
            quiet=quiet,
        )
        for post, said, reserve, quiet in rows
    }


def _fits(posts: set[int], reader: Person) -> dict[tuple[int, int], Below]:
    if not posts:
        return {}
    rows = ask(_FOUND, {"me": reader.id, "posts": list(posts)})
    seen = set(
        Post.objects.visible_to(reader).filter(id__in={row[0] for row in rows}).values_list("id", flat=True)
    )
    return {
        (post, question): Below(question=question, passage=passage, says=says or "")
        for question, post, passage, says in rows
        if question in seen
    }
