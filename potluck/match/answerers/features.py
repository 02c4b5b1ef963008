"""Features of each candidate for a text: topics they declare, posts and answers near it, activity, recency.

Only what the asker may see counts. What somebody saved is private: it counts only for candidates for whom something
visible speaks already, and it is never given as a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log, sqrt

from potluck.lib.ids import first_id
from potluck.lib.sql import ask
from potluck.match.answerers.candidates import Near, Text, asked_of, fading, near, title_of
from potluck.match.answerers.language_model import language_model
from potluck.match.answerers.topics import Declared, declared_by
from potluck.people.models import Person
from potluck.search.bm25 import known

# The nearest posts speak for people, as many as the root of how many there are; each at least so much.
LEAST_POSTS, LEAST = 15, 0.1
# What somebody did in a thread that is near, as a part of answering a question there or having shared what began it.
ANSWERED, SHARED, REPLIED, USED, THANKED, SAVED = 1.0, 1.0, 0.5, 0.5, 0.25, 0.25
# All near posts together speak with so much, however many they are.
_ALL = 20.0
# The people who answered most in the last month are looked at, whatever the text.
_BUSY, _BUSY_DAYS, _LATELY_DAYS, _LONG_DAYS = 50, 30, 90.0, 180

# Who shared what began these threads (is_root), and who replied to somebody else there, with their last reply. What was
# said between few speaks for nobody: who asks may see the thread, and not each reply.
_SAID = """
SELECT p.thread, p.author_id, root.kind = 'question', p.id = p.thread, max(p.id),
       bool_or(EXISTS (SELECT FROM posts_thanks t WHERE t.post_id = p.id AND t.by_id <> p.author_id))
FROM posts_post p JOIN posts_post root ON root.id = p.thread
WHERE p.thread = ANY(%(threads)s) AND p.deleted_at IS NULL AND p.held_at IS NULL AND p.audience = root.audience
  AND p.audience < 3 AND (p.id = p.thread OR p.author_id <> root.author_id)
GROUP BY p.thread, p.author_id, root.kind, p.id = p.thread
"""
_USED = """
SELECT p.thread, u.by_id, p.id FROM posts_use u JOIN posts_post p ON p.id = u.post_id WHERE p.id = ANY(%(posts)s)
"""
_SAVED = """
SELECT p.thread, k.person_id FROM posts_kept k JOIN posts_post p ON p.id = k.post_id
WHERE p.id = ANY(%(posts)s) AND k.person_id = ANY(%(people)s)
"""
_MOST_BUSY = f"""
SELECT author_id FROM posts_post
WHERE id > %(since)s::bigint AND id < %(now)s::bigint AND reply_to_id IS NOT NULL AND audience = 0
  AND deleted_at IS NULL AND kind = 'answer'
GROUP BY author_id ORDER BY count(*) DESC, author_id LIMIT {_BUSY}
"""
# How much members answered the questions of others, in public, of late: each answer fades in three months.
_ACTIVE = f"""
SELECT m.id, coalesce(sum(exp((r.id - %(now)s::bigint) / (65536.0 * 86400000 * {_LATELY_DAYS}))), 0)::float8
FROM people_person m LEFT JOIN LATERAL (
    SELECT p.id FROM posts_post p JOIN posts_post root ON root.id = p.thread
    WHERE p.author_id = m.id AND p.reply_to_id IS NOT NULL AND p.audience = 0 AND p.deleted_at IS NULL
      AND p.id > %(since)s::bigint AND p.id < %(now)s::bigint AND root.author_id <> m.id
      AND root.kind = 'question') r ON true
WHERE m.id = ANY(%(people)s) AND m.account_id IS NOT NULL AND m.suspended_at IS NULL AND m.approved_at IS NOT NULL
  AND m.removed_at IS NULL
GROUP BY m.id
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """A post that shows what somebody knows: `code` says how (answered, shared, replied, used). `alike`: its thread is
    about the same, and not only the nearest there is."""

    worth: float
    post: int
    code: str
    alike: bool


@dataclass(slots=True)
class Candidate:
    """One person, and what speaks for them. `near` is of all near posts; `active` the answers of late."""

    person: int
    declared: Declared = field(default_factory=Declared)
    near: float = 0.0
    active: float = 0.0
    language: float = 0.0
    proofs: list[Proof] = field(default_factory=list)

    @property
    def values(self) -> tuple[float, ...]:
        """In the order of `weights.FEATURES`."""
        declared = self.declared
        return (
            declared.named,
            declared.meaning,
            declared.about,
            self.near,
            self.language,
            log(1 + self.active),
        )


def gather_features(text: Text, asker: Person | None, now: datetime) -> list[Candidate]:
    """Every member for whom anything speaks, and those who answer most, without the asker."""
    asked = asked_of(text)
    found = near(text, asker, asked=asked)
    cases = {person: Candidate(person, one) for person, one in declared_by(text).items()}
    _add_near(cases, found, asker.id if asker else 0, now)
    moment = first_id(now)
    busy = {"since": first_id(now - timedelta(days=_BUSY_DAYS)), "now": moment}
    people = {*cases, *(row[0] for row in ask(_MOST_BUSY, busy))} - {asker.id if asker else 0}
    since = first_id(now - timedelta(days=_LONG_DAYS))
    members = dict(ask(_ACTIVE, {"people": list(people), "since": since, "now": moment}))
    model = language_model(now)
    tends = model.of(title_of(text), now) if model else {}
    for person, active in members.items():
        one = cases.setdefault(person, Candidate(person))
        one.active, one.language = float(active), tends.get(person, 0.0)
    return [cases[person] for person in members]


def _add_near(cases: dict[int, Candidate], found: Sequence[Near], asker: int, now: datetime) -> None:
    """What people did in the nearest threads. A thread speaks with its nearest post, once; one in which nobody but the
    asker said anything that helps, such as the question itself, does not speak."""
    most = max(LEAST_POSTS, int(sqrt(known().posts)))
    found = found[: 2 * most]
    said = [
        row
        for row in ask(_SAID, {"threads": list({one.thread for one in found})})
        if row[1] != asker and not (row[2] and row[3])
    ]
    telling = {row[0] for row in said}
    found = [one for one in found if one.thread in telling][:most]
    worth: dict[int, float] = {}
    for one in found:
        worth.setdefault(one.thread, max(one.score, LEAST))
    alike = {one.thread for one in found if one.alike}
    total = sum(worth.values()) or 1.0
    parts = {thread: _ALL * part / total for thread, part in worth.items()}
    best: dict[tuple[int, int], Proof] = {}

    def speaks(thread: int, person: int, proof: Proof) -> None:
        before = best.get((thread, person))
        if before is None or proof.worth > before.worth:
            best[thread, person] = proof

    for thread, person, is_question, is_root, post, is_thanked in said:
        if thread in parts:
            role, code = _role(is_question, is_root)
            role += THANKED if is_thanked and not is_root else 0
            speaks(
                thread, person, Proof(parts[thread] * role * fading(post, now), post, code, thread in alike)
            )
    posts = [one.post for one in found]
    for thread, person, post in ask(_USED, {"posts": posts}):
        if thread in parts:
            speaks(
                thread, person, Proof(parts[thread] * USED * fading(post, now), post, "used", thread in alike)
            )
    for (_thread, person), proof in best.items():
        case = cases.setdefault(person, Candidate(person))
        case.near += proof.worth
        case.proofs.append(proof)
    for thread, person in ask(_SAVED, {"posts": posts, "people": [person for _thread, person in best]}):
        if thread in parts:
            cases[person].near += SAVED * parts[thread]


def _role(is_question: bool, is_root: bool) -> tuple[float, str]:
    if is_root:
        return SHARED, "shared"
    return (ANSWERED, "answered") if is_question else (REPLIED, "replied")
