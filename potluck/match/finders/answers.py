"""What answers a question that still stands: each new share, from any channel, is held against all open questions.

What very likely fits is told at once, what may fit is offered with the rest of the day, and the rest is silence.
Whoever shared something that answered or helped hears whom.
"""

from collections.abc import Sequence
from itertools import groupby

from potluck.events.models import Event, Kind
from potluck.lib.sql import Select, ask, columns, insert, made
from potluck.match.answers.scoring import Fit, fits, verdict
from potluck.match.answers.train_classifier import taught_gate
from potluck.posts.anonymity import VEILED
from potluck.posts.audience import VISIBLE_SQL, Audience
from potluck.posts.models import Kind as PostKind
from potluck.posts.models import Post
from potluck.questions.models import Found, Telling
from potluck.questions.open_filter import STANDS

_TELLING = {"tell": Telling.TOLD, "offer": Telling.OFFERED}
# However much fits a question, no more is brought to those who ask it in a week: the likeliest of what comes at once.
A_WEEK = 7

_NEW = f"""
SELECT {columns(Post, "p")} FROM posts_post p WHERE p.id = ANY(%s) AND p.deleted_at IS NULL AND p.held_at IS NULL
  AND p.audience < {Audience.ME:d} AND p.kind <> '{PostKind.QUESTION}'
"""
# Of pairs of a question and a share, those that may meet: the asker may see the share, did not write it, and it is
# neither older than the question nor said in its thread.
_MAY_MEET = f"""
SELECT q.id, p.id, (SELECT count(*) FROM questions_found f WHERE f.question_id = q.id AND f.by_id IS NULL
                    AND f.at > now() - interval '7 days')
FROM unnest(%(questions)s::bigint[], %(posts)s::bigint[]) pair(question, post)
JOIN posts_post q ON q.id = pair.question
JOIN posts_post p ON p.id = pair.post
JOIN people_person author ON author.id = p.author_id
JOIN people_person viewer ON viewer.id = q.author_id
WHERE {VISIBLE_SQL} AND p.author_id <> q.author_id AND p.thread <> q.thread AND p.id > q.id AND q.reply_to_id IS NULL
  AND q.deleted_at IS NULL AND q.held_at IS NULL
  AND {STANDS.format(q="q")}
  AND NOT EXISTS (SELECT FROM questions_found f WHERE f.question_id = q.id AND f.post_id = p.id)
  AND NOT EXISTS (SELECT FROM questions_found f JOIN posts_post o ON o.id = f.post_id
                  WHERE f.question_id = q.id AND o.thing = p.thing AND o.audience = 0)
"""
# Everybody who asks it and may still see it (here the question is `p`), as each wishes.
_FOUND = f"""
SELECT f.event AS event, viewer.id AS person, f.post_id AS post, CASE f.told WHEN 'told' THEN 0 ELSE 1 END AS place,
       2.0::float8 + f.chance AS score,
       jsonb_strip_nulls(jsonb_build_object(
           'code', CASE WHEN f.by_id IS NOT NULL THEN 'pointed' WHEN p.author_id = viewer.id THEN 'found'
                        ELSE 'found_too' END,
           'question', p.id, 'asker', p.author_id, 'who', f.by_id)) AS reason
FROM questions_found f JOIN posts_post fp ON fp.id = f.post_id
JOIN posts_post p ON p.id = f.question_id JOIN people_person author ON author.id = p.author_id
JOIN LATERAL (SELECT p.author_id AS id UNION SELECT m.person_id FROM questions_metoo m WHERE m.question_id = p.id) asks
    ON true
JOIN people_person viewer ON viewer.id = asks.id
LEFT JOIN questions_askingwishes w ON w.person_id = viewer.id
WHERE f.event = ANY(%(held)s) AND fp.author_id <> viewer.id AND f.by_id IS DISTINCT FROM viewer.id
  AND {VISIBLE_SQL}
  AND (w.finds IS NULL OR w.finds = 'all' OR (w.finds = 'sure' AND f.told = 'told'))
"""
# Whoever shared what answered hears it, if they may see the question.
_HELPED = f"""
SELECT e.id, e."to", e.about, 2, 2.0::float8,
       jsonb_build_object('code', e.kind, 'who', e.by, 'question', p.id)
FROM events_event e JOIN questions_verdict v ON v.post_id = e.about AND v.by_id = e.by
JOIN posts_post p ON p.id = v.question_id JOIN people_person author ON author.id = p.author_id
JOIN people_person viewer ON viewer.id = e."to"
WHERE e.id = ANY(%(helped)s) AND v.says = CASE e.kind WHEN 'helped' THEN 'helps' ELSE 'answers' END
  AND {VISIBLE_SQL} AND NOT {VEILED.format(p="p", me="viewer.id")}
"""


def find(events: Sequence[Event]) -> Select | None:
    """What this batch brings to those who wait for it, and whom it helped."""
    held = [event for event in events if event.kind in (Kind.SHARED, Kind.REPLIED, Kind.PUBLISHED)]
    held = _hold(held) if held else []
    helped = [event.id for event in events if event.kind in (Kind.ANSWERED_IT, Kind.HELPED)]
    pointed = [event.id for event in events if event.kind == Kind.POINTED]
    parts = ([_FOUND] if held or pointed else []) + ([_HELPED] if helped else [])
    params = {"held": [*(event.id for event in held), *pointed], "helped": helped}
    return Select("\nUNION ALL\n".join(parts), params) if parts else None


def _hold(events: Sequence[Event]) -> list[Event]:
    """Hold new shares against every open question, and write down what fits. Returns the events that brought it."""
    by_post = {event.about: event for event in events}
    posts = [made(Post, row)[0] for row in ask(_NEW, [list(by_post)])]
    if not posts:
        return []
    fit = [one for one in fits(posts, gate=taught_gate()) if verdict(one.chance) in _TELLING]
    if not fit:
        return []
    kept = _that_may_meet(fit)
    insert([_found(one, by_post[one.post]) for one in kept])
    return [by_post[post] for post in dict.fromkeys(one.post for one in kept)]


def _that_may_meet(fit: Sequence[Fit]) -> list[Fit]:
    """Those of these that may be brought to who asks: the likeliest for each question, as many as its week holds."""
    pairs = {"questions": [one.question for one in fit], "posts": [one.post for one in fit]}
    left = {(question, post): A_WEEK - had for question, post, had in ask(_MAY_MEET, pairs)}
    may = sorted(
        (one for one in fit if (one.question, one.post) in left), key=lambda one: (one.question, -one.chance)
    )
    each = (list(group) for _, group in groupby(may, lambda one: one.question))
    return [one for group in each for one in group[: max(0, left[group[0].question, group[0].post])]]


def _found(one: Fit, event: Event) -> Found:
    return Found(
        question_id=one.question,
        post_id=one.post,
        passage=one.passage,
        chance=one.chance,
        score=one.score,
        case=list(one.case),
        told=_TELLING[verdict(one.chance)],
        event=event.id,
        at=event.at,
    )
