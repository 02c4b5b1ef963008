"""Who is likely to be able to answer: people who answered something like it, shared on it, or say they can.

Each similar past thread gives each person who answered in it one vote, worth how similar it is, fading over a year.
What they shared on the subject and say they can help with is added, and how much they answered lately. How often
somebody may be asked, and whether they wish to, is for the caller.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from math import exp

from django.utils import timezone

from potluck.kit.ids import moment_of
from potluck.kit.sql import ask
from potluck.match.near import Near, Text, near
from potluck.people.models import Person

FADING_DAYS = 365.0
LATELY_DAYS = 90.0

# Whoever replied to somebody else in these threads, with the reply that shows it.
_ANSWERED = """
SELECT p.thread, p.author_id, max(p.id) FROM posts_post p JOIN posts_post root ON root.id = p.thread
WHERE p.thread = ANY(%(threads)s) AND p.reply_to_id IS NOT NULL AND p.author_id <> root.author_id
  AND p.deleted_at IS NULL AND p.held_at IS NULL AND p.audience = root.audience
GROUP BY p.thread, p.author_id
"""
_DECLARED = "SELECT person_id, tag FROM people_topic WHERE stage = 'helping' AND tag = ANY(%(tags)s)"
_MEMBERS = """
SELECT id FROM people_person WHERE id = ANY(%(ids)s) AND account_id IS NOT NULL AND suspended_at IS NULL
  AND approved_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Likely:
    """One person, best first. `reason` is data: `code` is answered, shared, declared or active.

    `evidence_post` is the id of their post that shows it, which the asker may see; None where nothing does.
    """

    person: int
    score: float
    reason: dict[str, object]
    evidence_post: int | None = None


@dataclass(slots=True)
class _Case:
    """What speaks for one person."""

    score: float = 0.0
    most: float = 0.0
    code: str = "active"
    post: int | None = None
    tag: str = ""

    def add(self, score: float, code: str, *, post: int | None = None, tag: str = "") -> None:
        self.score += score
        if score > self.most:
            self.most, self.code, self.post, self.tag = score, code, post, tag


def likely(
    text: Text,
    *,
    asker: Person | None,
    limit: int = 20,
    but: Collection[int] = (),
    at: datetime | None = None,
) -> list[Likely]:
    """Members likely to be able to answer, best first, without the asker and those in `but`.

    Only what the asker may see counts as evidence. `at` is the moment fading counts from (now).
    """
    now = at or timezone.now()
    cases: dict[int, _Case] = {}
    found = near(text, asker)
    best = found[0].score if found else 1.0
    worth: dict[int, Near] = {}
    for one in found:
        worth.setdefault(one.thread, one)
        cases.setdefault(one.author, _Case()).add(0.2 * one.score / best, "shared", post=one.post)
    for thread, person, post in ask(_ANSWERED, {"threads": list(worth)}):
        vote = (worth[thread].score / best) ** 2 * _fading(post, now)
        cases.setdefault(person, _Case()).add(vote, "answered", post=post)
    for person, tag in ask(_DECLARED, {"tags": list(text.tags)}):
        cases.setdefault(person, _Case()).add(0.5, "declared", tag=tag)
    nobody = {*but, *([asker.id] if asker else [])}
    members = {row[0] for row in ask(_MEMBERS, {"ids": list(cases)})} - nobody
    order = sorted(members, key=lambda person: (-cases[person].score, person))
    return [_told(person, cases[person]) for person in order[:limit]]


def _fading(post: int, now: datetime) -> float:
    return exp(-max(0.0, (now - moment_of(post)).total_seconds() / 86400) / FADING_DAYS)


def _told(person: int, case: _Case) -> Likely:
    reason: dict[str, object] = {"code": case.code, "who": person}
    if case.post is not None:
        reason["about"] = case.post
    if case.tag:
        reason["tag"] = case.tag
    return Likely(person, case.score, reason, case.post)
