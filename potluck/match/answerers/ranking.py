"""Who is likely to be able to answer: people who answered something like it, shared on it, or say they can.

Each similar past thread gives each person who answered in it one vote, worth how similar it is, fading over a year.
That is joined with what they shared and say they can help with, with what they tend to answer (`answer_model.py`),
and with how much and how lately they answered. How often somebody may be asked, and whether they wish to, is for the
caller.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from potluck.lib.ids import first_id, moment_of
from potluck.lib.sql import ask
from potluck.match.answerers.answer_model import bent
from potluck.match.answerers.candidates import Near, Text, asked_of, fading, near, title_of
from potluck.match.answerers.train_ranking import powers_here
from potluck.match.answerers.weights import Powers, values_of
from potluck.people.models import Person
from potluck.search.bm25 import Asked
from potluck.search.embeddings import whole_of
from potluck.search.encoder import encoder

LATELY_DAYS, LONG_DAYS = 90.0, 180.0


# The least that something near of one's own is worth: where there are few, half are below the mean.
LEAST = 0.1
# What one says one can help with is worth this many near things.
DECLARED = 2.0
# The people who answered most in the last month are looked at, whatever the question.
BUSY = 50
_BUSY_DAYS = 30

# Whoever replied to somebody else in these threads, with their last reply there. What was said between few speaks for
# nobody: who asks may see the question, and not each answer.
_ANSWERED = """
SELECT p.thread, p.author_id, max(p.id) FROM posts_post p JOIN posts_post root ON root.id = p.thread
WHERE p.thread = ANY(%(threads)s) AND p.reply_to_id IS NOT NULL AND p.author_id <> root.author_id
  AND p.deleted_at IS NULL AND p.held_at IS NULL AND p.audience = root.audience AND p.audience < 3
GROUP BY p.thread, p.author_id
"""
_BUSY = f"""
SELECT author_id FROM posts_post
WHERE id > %(since)s::bigint AND id < %(now)s::bigint AND reply_to_id IS NOT NULL AND audience = 0
  AND deleted_at IS NULL
GROUP BY author_id ORDER BY count(*) DESC, author_id LIMIT {BUSY}
"""
# How much members replied to others, in public: lately (fading), last, and ever.
_ACTIVE = f"""
SELECT m.id, coalesce(sum(exp((r.id - %(now)s::bigint) / (65536.0 * 86400000 * {LATELY_DAYS})))
                      FILTER (WHERE r.id > %(since)s::bigint), 0)::float8,
       coalesce(max(r.id), 0), count(r.id)
FROM people_person m LEFT JOIN LATERAL (
    SELECT p.id FROM posts_post p JOIN posts_post root ON root.id = p.thread
    WHERE p.author_id = m.id AND p.reply_to_id IS NOT NULL AND p.audience = 0 AND p.deleted_at IS NULL
      AND p.id < %(now)s::bigint AND root.author_id <> m.id) r ON true
WHERE m.id = ANY(%(people)s) AND m.account_id IS NOT NULL AND m.suspended_at IS NULL AND m.approved_at IS NOT NULL
GROUP BY m.id
"""
_DECLARED = """
SELECT person_id, tag FROM people_topic WHERE stage = 'helping' AND tag = ANY(%(tags)s) LIMIT %(most)s::bigint
"""


@dataclass(frozen=True, slots=True)
class Likely:
    """One person, best first. `reason` is data: `code` is answered, shared, declared, nearest or active.

    `evidence_post` is the id of their post that shows it, which the asker may see; None where nothing does. `values`
    are what the score was made from, in the order of `powers.FEATURES`.
    """

    person: int
    score: float
    reason: dict[str, object]
    evidence_post: int | None = None
    values: tuple[float, ...] = ()


@dataclass(slots=True)
class _Case:
    """What speaks for one person; of the posts that do, the one that says most, with how much."""

    votes: float = 0.0
    own: float = 0.0
    bent: float = 0.0
    near: float = 0.0
    lift: float = 0.0
    versed: float = 0.0
    answer: tuple[bool, float, int] = (False, 0.0, 0)
    shared: tuple[bool, float, int] = (False, 0.0, 0)
    tags: list[str] = field(default_factory=list)


def likely(
    text: Text,
    *,
    asker: Person | None,
    limit: int = 20,
    but: Collection[int] = (),
    at: datetime | None = None,
    by: Powers | None = None,
) -> list[Likely]:
    """Members likely to be able to answer, best first, without the asker and those in `but`.

    Only what the asker may see counts as evidence. `at` is the moment fading counts from (now); `by`, how much
    each thing counts, is what this network learned.
    """
    now = at or timezone.now()
    powers = by or powers_here()
    asked = asked_of(text)
    cases = _cases(text, near(text, asker, asked=asked), now, powers.threads)
    moment = first_id(now)
    busy = {"since": first_id(now - timedelta(days=_BUSY_DAYS)), "now": moment}
    people = {*cases, *(row[0] for row in ask(_BUSY, busy))}
    people.difference_update(but, [asker.id] if asker else [])
    since = first_id(now - timedelta(days=LONG_DAYS))
    active = ask(_ACTIVE, {"people": list(people), "since": since, "now": moment})
    of = {row[0]: cases.get(row[0]) or _Case() for row in active}
    _learn(of, text, asked, now)
    most = max((case.votes for case in cases.values()), default=0.0) or 1.0
    found = []
    for person, lately, last, ever in active:
        days = min(LONG_DAYS, (now - moment_of(last)).total_seconds() / 86400)
        values = _values(of[person], most, float(lately), days, int(ever))
        found.append(_told(person, of[person], powers.score(values), values))
    return sorted(found, key=lambda one: (-one.score, one.person))[:limit]


def declared(text: Text, most: int | None = None) -> list[tuple[int, str]]:
    """(person, topic) of those who say they can help with something the text is about."""
    rows: list[tuple[int, str]] = ask(_DECLARED, {"tags": text.topics, "most": most})
    return rows


def _cases(text: Text, found: Iterable[Near], now: datetime, threads: int) -> dict[int, _Case]:
    """The votes of near threads, near things of one's own, and what people say they can help with."""
    cases: dict[int, _Case] = {}
    worth: dict[int, float] = {}
    alike: set[int] = set()
    for one in found:
        if one.alike:
            alike.add(one.thread)
        worth[one.thread] = max(one.score, worth.get(one.thread, one.score))
        if one.post == one.thread and one.words > 0:
            case, share = cases.setdefault(one.author, _Case()), max(one.score, LEAST)
            case.own += share * fading(one.post, now)
            case.shared = max(case.shared, (one.alike, share, one.post))
    parts = _parts(worth, threads)
    for thread, person, post in ask(_ANSWERED, {"threads": list(parts)}):
        vote = parts[thread] * fading(post, now)
        case = cases.setdefault(person, _Case())
        case.votes += vote
        case.answer = max(case.answer, (thread in alike, vote, post))
    for person, tag in declared(text):
        case = cases.setdefault(person, _Case())
        case.own += DECLARED
        case.tags.append(tag)
    return cases


def _learn(cases: dict[int, _Case], text: Text, asked: Asked | None, now: datetime) -> None:
    """What these people tend to answer such a text by its words, by its meaning, and by the words of its title."""
    model, known = encoder(), bent(now)
    meant = {}
    if model is not None and known.encoder == model.name:
        meant = known.by_meaning(model.encode([whole_of(text.title, text.text)])[0], model.name)
    tend = known.of(asked.idf) if asked else {}
    versed = known.versed.of(title_of(text), now) if known.versed else {}
    for person, case in cases.items():
        case.bent, case.versed = tend.get(person, 0.0), versed.get(person, 0.0)
        case.near, case.lift = meant.get(person, (0.0, 0.0))


def _parts(worth: Mapping[int, float], threads: int) -> dict[int, float]:
    """What a vote is worth: one in the nearest thread, next to nothing in the last of so many."""
    ranked = sorted(worth.items(), key=lambda row: (-row[1], -row[0]))[:threads]
    if not ranked:
        return {}
    high, low = ranked[0][1], ranked[-1][1]
    low -= (high - low) / len(ranked)  # Where there are few, the last says something, too.
    return {thread: (score - low) / (high - low) if high > low else 1.0 for thread, score in ranked}


def _values(case: _Case, most: float, lately: float, since: float, ever: int) -> tuple[float, ...]:
    return values_of(
        votes=case.votes / most,
        lately=lately,
        since=since,
        own=case.own,
        ever=ever,
        bent=case.bent,
        near=case.near,
        lift=case.lift,
        versed=case.versed,
    )


def _told(person: int, case: _Case, score: float, values: tuple[float, ...]) -> Likely:
    """With what shows it best: an answer before a share, a share before a word, a word before what is merely nearest,
    and that before being there."""
    if case.answer[0]:
        code, post = "answered", case.answer[2]
    elif case.shared[0]:
        code, post = "shared", case.shared[2]
    elif case.tags:
        code, post = "declared", 0
    else:
        post = case.answer[2] or case.shared[2]
        code = "nearest" if post else "active"
    reason: dict[str, object] = {"code": code, "who": person}
    if post:
        reason["about"] = post
    if case.tags:
        reason["tag"] = case.tags[0]
    return Likely(person, score, reason, post or None, values)
