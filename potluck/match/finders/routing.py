"""Who is asked: a new question is put before the few most likely to know, and before more when nobody answers.

A question is open to all from the start; this is extra. Each person is asked a question once, with the reason, and no
oftener a week than they wish. As few are asked as it takes, and nobody for whom nothing speaks (`answerers/`). What is
asked quietly is put before fewer, once: nobody else may know of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from potluck.events.models import Event, Kind
from potluck.events.record import record_all
from potluck.lib.sql import Select, ask
from potluck.match.answerers.candidates import Text
from potluck.match.answerers.quota import MOST, asked_lately, enough, in_turn
from potluck.match.answerers.ranking import Answerer, rank_answerers
from potluck.match.answerers.weights import UNKNOWN
from potluck.posts.models import Audience, Post
from potluck.questions.anonymous import is_quiet, put_before
from potluck.questions.capacity import may_be_asked, takes
from potluck.questions.models import Ask, Routing

# How long after the first the other rounds follow if nobody answered.
ROUNDS = (timedelta(0), timedelta(hours=48), timedelta(days=7))
# A question that is asked quietly is put before so many, once.
QUIETLY = 3
# So many likely people are looked at; those who would be next are remembered.
LOOKED_AT, RESERVE = 40, 3
# In a network of so few everybody is asked, whatever is known of them.
FEW = 8

_FEW = f"""
SELECT id FROM people_person WHERE account_id IS NOT NULL AND approved_at IS NOT NULL AND suspended_at IS NULL
    AND removed_at IS NULL ORDER BY id LIMIT {FEW + 1}
"""
_QUESTIONS = f"""
SELECT id FROM posts_post WHERE id = ANY(%(ids)s) AND kind = 'question' AND reply_to_id IS NULL
    AND deleted_at IS NULL AND held_at IS NULL
    AND (audience <= {Audience.CIRCLE:d} OR EXISTS (SELECT FROM questions_quiet quiet WHERE quiet.question_id = id))
"""
_ASKED = """
SELECT a.event AS event, a.person_id AS person, a.question_id AS post, 0 AS place, 3.0::float8 + a.score AS score,
       jsonb_strip_nulls(why.reason) AS reason
FROM questions_ask a CROSS JOIN LATERAL (
    SELECT a.reason UNION ALL
    SELECT jsonb_build_object('code', 'asked_quietly', 'who', a.reason->'who') FROM questions_quiet quiet
    WHERE quiet.question_id = a.question_id) why(reason)
WHERE a.event = ANY(%(asking)s)
"""
_TOLD = """
SELECT e.id, e."to", e.about, CASE e.kind WHEN 'proposed' THEN 0 ELSE 2 END, 1.0::float8,
       jsonb_strip_nulls(jsonb_build_object('code', e.kind, 'who', e.by, 'evidence', a.of_id))
FROM events_event e LEFT JOIN questions_adaptation a ON a.answer_id = e.about AND e.kind = 'adapted'
WHERE e.id = ANY(%(told)s) AND e."to" <> e.by
"""
# What of a question, or of an answer to it, somebody is told who asked, answered, or shared what it was made from.
_TELLING = (Kind.ME_TOO, Kind.ON_IT, Kind.PROPOSED, Kind.PUBLISHED, Kind.ADAPTED)


def find(events: Sequence[Event]) -> Select | None:
    """Ask those whom the questions in this batch are put before, and tell askers who joined and who is on it."""
    asking = [event for event in events if event.kind in (Kind.SHARED, Kind.WIDENED)]
    if asking:
        asking = _route(asking)
    ids = [event.id for event in (*asking, *(one for one in events if one.kind == Kind.SUGGESTED))]
    told = [event.id for event in events if event.kind in _TELLING]
    parts = ([_ASKED] if ids else []) + ([_TOLD] if told else [])
    return Select("\nUNION ALL\n".join(parts), {"asking": ids, "told": told}) if parts else None


def _route(events: Sequence[Event]) -> list[Event]:
    """Write whom each question is put before; a round that was written already is not written again. Returns the
    events that are of questions."""
    asked = [row[0] for row in ask(_QUESTIONS, {"ids": [event.about for event in events if event.about]})]
    questions = (
        {post.id: post for post in Post.objects.filter(id__in=asked).select_related("author")}
        if asked
        else {}
    )
    if not questions:
        return []
    done = Routing.objects.in_bulk(list(questions))
    for event in events:
        question = questions.get(event.about or 0)
        if question is None:
            continue
        far = done.get(question.id) or Routing(question=question)
        if event.kind == Kind.WIDENED or far.round == 0:
            done[question.id] = ask_round(question, far, event)
    return [event for event in events if event.about in questions]


def ask_round(question: Post, far: Routing, event: Event) -> Routing:
    """Put a question before the next few, as of the moment of the event."""
    ranked, quietly = candidates(question, event.at), is_quiet(question)
    if far.round == 0:
        _remember(question, far, ranked)
    with connection.cursor() as cursor:  # two batches at once must not ask one person over their cap
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('questions_ask'))")
    people = [one.person for one in ranked if one.speaks]
    room = set(may_be_asked(question, people, event.at))
    may = [one for one in ranked if one.person in room]
    if far.round == 0:  # later it has waited, and whoever may help at all is asked
        may = in_turn(may, asked_lately(people, event.at), takes(people))
    now = may[: min(enough(may), QUIETLY if quietly else MOST)]
    if not quietly:
        now += _all_of_few(question, ranked, event.at)[: MOST - len(now)]
    far.round += 1
    put_before(question, [_ask(question, one, far.round, event) for one in now])
    far.reserve = [] if quietly else [one.person for one in may if one not in now][:RESERVE]
    far.next_at = None
    if far.round < len(ROUNDS) and not quietly:
        far.next_at = event.at + ROUNDS[far.round] - ROUNDS[far.round - 1]
    far.save()
    return far


def candidates(question: Post, now: datetime) -> list[Answerer]:
    """People likely to be able to answer, best first; those for whom nothing speaks come last."""
    return rank_answerers(Text.of(question), asker=question.author, limit=LOOKED_AT, at=now)


def _remember(question: Post, far: Routing, ranked: Sequence[Answerer]) -> None:
    """Who was looked at, and what spoke for each: it teaches, where everybody may know; and whom the board tells."""
    far.people = [one.person for one in ranked]
    far.fits = [one.person for one in in_turn(ranked, {}, {})]
    if question.audience == Audience.PUBLIC:
        far.encoder = settings.ENCODER
        far.cases = [value for one in ranked for value in one.values or UNKNOWN]


def _all_of_few(question: Post, ranked: Sequence[Answerer], now: datetime) -> list[Answerer]:
    """Where the network is small, everybody for whom nothing speaks, too."""
    everybody = [row[0] for row in ask(_FEW, ())]
    if len(everybody) > FEW:
        return []
    telling = {one.person for one in ranked if one.speaks}
    rest = [person for person in everybody if person not in telling]
    return [
        Answerer(person, 0.0, {"code": "few", "who": person}) for person in may_be_asked(question, rest, now)
    ]


def _ask(question: Post, one: Answerer, number: int, event: Event) -> Ask:
    """The row, with why in words that speak to whoever is asked."""
    reason = {
        "code": f"asked_{one.reason['code']}",
        "who": question.author_id,
        "evidence": one.evidence_post,
        "tag": one.reason.get("tag"),
    }
    reason = {key: value for key, value in reason.items() if value is not None}
    return Ask(
        question=question,
        person_id=one.person,
        round=number,
        reason=reason,
        score=one.score,
        event=event.id,
        at=event.at,
    )


_DUE = """
UPDATE questions_routing r SET next_at = NULL FROM posts_post p
WHERE p.id = r.question_id AND r.next_at <= %(now)s::timestamptz
RETURNING p.id, p.deleted_at IS NULL AND p.held_at IS NULL
    AND NOT EXISTS (SELECT FROM questions_closure c WHERE c.question_id = p.id)
    AND NOT EXISTS (SELECT FROM posts_post a WHERE a.thread = p.id AND a.author_id <> p.author_id
                    AND a.deleted_at IS NULL AND a.held_at IS NULL),
    r.round < 2 AND EXISTS (SELECT FROM questions_ask a WHERE a.question_id = p.id AND a.said = 'on_it')
"""


@transaction.atomic
def widen_due(now: datetime) -> int:
    """Put every question that nobody has answered before more people, where it is time. Returns how many."""
    rows = ask(_DUE, {"now": now})
    # Somebody is on it: they have until the last round.
    taken = [key for key, waits, is_taken in rows if waits and is_taken]
    Routing.objects.filter(pk__in=taken).update(round=len(ROUNDS) - 1, next_at=now + ROUNDS[-1] - ROUNDS[-2])
    due = [key for key, waits, is_taken in rows if waits and not is_taken]
    record_all([Event(kind=Kind.WIDENED, about=key, at=now) for key in due])
    return len(due)


@app.periodic(cron="*/10 * * * *")
@app.task(name="potluck.match.widen", queue="chores", pass_context=False)
def widen(timestamp: int) -> None:
    """Every ten minutes."""
    widen_due(timezone.now())
