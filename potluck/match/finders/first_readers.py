"""The first readers: what a newcomer shares first is put before two people likely to care, and they hear who.

Nobody fits: then whoever invited them, else who looks after the network. What nobody has said a word to after a few
days is put before one more person, once. Nobody is one of the first more often a week than they wish.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from potluck.events.models import Event, Kind
from potluck.events.record import record_all
from potluck.lib.ids import first_id
from potluck.lib.sql import Select, ask, columns, made
from potluck.match.answerers.candidates import Text
from potluck.match.answerers.ranking import Answerer, rank_answerers
from potluck.people.models import Person
from potluck.posts.audience import VISIBLE_SQL, Audience
from potluck.posts.models import Post
from potluck.questions.models import FirstReader

# Somebody is new for so long, and for so many shares; each is put before so many.
NEW, SHARES, READERS = timedelta(days=60), 3, 2
A_WEEK = 2
# A share that nobody has said a word to for so long is put before one more; until it is so old, others may be found.
QUIET_FOR, TOO_LATE = timedelta(days=3), timedelta(days=21)
# So many likely people are looked at, as some have had enough or follow them already.
LOOKED_AT = 20

_HOSTS = "SELECT id FROM people_person WHERE moderator_since IS NOT NULL ORDER BY moderator_since LIMIT 3"
# Of %(people)s, in that order, those who may be a first reader of the post at %(now)s.
_MAY_READ = f"""
SELECT viewer.id FROM unnest(%(people)s::bigint[]) WITH ORDINALITY AS meant(person, rank)
JOIN people_person viewer ON viewer.id = meant.person
JOIN posts_post p ON p.id = %(post)s JOIN people_person author ON author.id = p.author_id
LEFT JOIN questions_askingwishes w ON w.person_id = viewer.id
WHERE {VISIBLE_SQL} AND viewer.id <> p.author_id AND viewer.removed_at IS NULL
  AND COALESCE(w.firsts_a_week, {A_WEEK}) > (
      SELECT count(*) FROM questions_firstreader r WHERE r.person_id = viewer.id
      AND r.at > %(now)s::timestamptz - interval '7 days' AND r.at <= %(now)s::timestamptz)
  AND NOT EXISTS (SELECT FROM people_mute mu WHERE mu.by_id = viewer.id AND mu.who_id = p.author_id)
  AND NOT EXISTS (SELECT FROM people_follow f WHERE f.by_id = viewer.id AND f.who_id = p.author_id AND f.tag = '')
  AND NOT EXISTS (SELECT FROM questions_firstreader r WHERE r.post_id = p.id AND r.person_id = viewer.id)
GROUP BY viewer.id ORDER BY min(meant.rank) LIMIT %(most)s
"""
_FIRST = """
SELECT r.event AS event, r.person_id AS person, r.post_id AS post, 1 AS place, 2.0::float8 AS score,
       why.reason AS reason
FROM questions_firstreader r JOIN events_event e ON e.id = r.event
CROSS JOIN LATERAL (SELECT jsonb_build_object('code', CASE e.kind WHEN 'further' THEN 'first_word' ELSE 'first' END,
                                              'who', (r.reason->>'who')::bigint) AS reason
                    UNION ALL SELECT r.reason WHERE r.reason->>'code' <> 'first') why
WHERE r.event = ANY(%(firsts)s)
"""
_RECEIVED = """
SELECT r.event, p.author_id, r.post_id, 2, 1.0::float8, jsonb_build_object('code', 'received', 'who', r.person_id)
FROM questions_firstreader r JOIN posts_post p ON p.id = r.post_id WHERE r.event = ANY(%(firsts)s)
"""


def find(events: Sequence[Event]) -> Select | None:
    """Put what newcomers shared before their first readers, and tell them who that is."""
    shared = [event for event in events if event.kind in (Kind.SHARED, Kind.FURTHER)]
    if not shared:
        return None
    by_post = {event.about: event for event in shared if event.about}
    firsts = _firsts(list(by_post))
    for post in firsts:
        _put_before(post, by_post[post.id])
    brought = [by_post[post.id].id for post in firsts]
    return Select(f"{_FIRST}\nUNION ALL\n{_RECEIVED}", {"firsts": brought}) if brought else None


# What a newcomer shared themselves, of the first few. A question is put before those who may know it.
_IS_FIRST = f"""
a.account_id IS NOT NULL AND p.arrived_at - a.joined_at < %(new)s
    AND p.source_id IS NULL AND p.reply_to_id IS NULL AND p.via_id IS NULL AND p.held_at IS NULL
    AND p.deleted_at IS NULL AND p.audience <= {Audience.MEMBERS:d} AND p.kind <> 'question'
    AND (SELECT count(*) FROM (
            SELECT FROM posts_post o WHERE o.author_id = p.author_id AND o.id < p.id AND o.reply_to_id IS NULL
                AND o.source_id IS NULL AND o.audience <= {Audience.MEMBERS:d} AND o.kind <> 'question'
            LIMIT {SHARES}) before) < {SHARES}
"""
_FIRSTS = f"""
SELECT {columns(Post, "p")}, {columns(Person, "a")} FROM posts_post p JOIN people_person a ON a.id = p.author_id
WHERE p.id = ANY(%(ids)s) AND {_IS_FIRST}
ORDER BY p.id
"""


def _firsts(ids: Sequence[int]) -> list[Post]:
    """Of these, what newcomers shared first."""
    posts = []
    for row in ask(_FIRSTS, {"ids": list(ids), "new": NEW}):
        post, end = made(Post, row)
        post.author, _end = made(Person, row, end)
        posts.append(post)
    return posts


def _put_before(post: Post, event: Event) -> None:
    ranked = rank_answerers(Text.of(post), asker=post.author, limit=LOOKED_AT, at=event.at)
    likely = {one.person: one for one in ranked if one.speaks}
    invited = [post.author.invited_by_id] if post.author.invited_by_id else []
    meant = [*likely, *invited, *(row[0] for row in ask(_HOSTS, ()))]
    most = READERS if event.kind == Kind.SHARED else 1
    facts = {"people": meant, "post": post.id, "now": event.at, "most": most}
    rows = [
        FirstReader(
            post=post,
            person_id=person,
            reason=_reason(likely.get(person), person in invited, post.author_id),
            event=event.id,
            at=event.at,
        )
        for (person,) in ask(_MAY_READ, facts)
    ]
    FirstReader.objects.bulk_create(rows, ignore_conflicts=True)


def _reason(one: Answerer | None, invited: bool, author: int) -> dict[str, object]:
    """Why this person: what is theirs already is the evidence, and only they are told of it."""
    if one is not None and one.evidence_post:
        return {"code": "first_near", "who": author, "evidence": one.evidence_post}
    if one is not None and "tag" in one.reason:
        return {"code": "first_topic", "who": author, "tag": one.reason["tag"]}
    return {"code": "first_invited" if invited else "first", "who": author}


_WAITS = f"""
SELECT p.id FROM posts_post p JOIN people_person a ON a.id = p.author_id
WHERE a.joined_at > %(since)s::timestamptz AND p.id > %(oldest)s AND p.id < %(youngest)s AND {_IS_FIRST}
  AND {READERS} >= (SELECT count(*) FROM questions_firstreader r WHERE r.post_id = p.id)
  AND NOT EXISTS (SELECT FROM questions_firstreader r WHERE r.post_id = p.id AND r.at > %(lately)s::timestamptz)
  AND NOT EXISTS (SELECT FROM posts_thanks t WHERE t.post_id = p.id)
  AND NOT EXISTS (SELECT FROM posts_use u WHERE u.post_id = p.id AND u.by_id <> p.author_id)
  AND NOT EXISTS (SELECT FROM posts_post r WHERE r.via_id = p.id AND r.author_id <> p.author_id
                  AND r.deleted_at IS NULL)
  AND NOT EXISTS (SELECT FROM posts_post r WHERE r.thread = p.id AND r.author_id <> p.author_id
                  AND r.deleted_at IS NULL AND r.held_at IS NULL)
  AND NOT EXISTS (SELECT FROM questions_verdict v WHERE v.post_id = p.id AND v.says <> 'no')
ORDER BY p.id LIMIT 500
"""


@transaction.atomic
def further(now: datetime) -> int:
    """Put first shares that nobody has said a word to before one more. Returns how many wait for one.

    Where nobody has room that day, it is tried again the next.
    """
    facts = {"new": NEW, "since": now - NEW - TOO_LATE, "lately": now - QUIET_FOR}
    facts |= {"oldest": first_id(now - TOO_LATE), "youngest": first_id(now - QUIET_FOR)}
    waits = [row[0] for row in ask(_WAITS, facts)]
    record_all([Event(kind=Kind.FURTHER, about=post, at=now) for post in waits])
    return len(waits)


@app.periodic(cron="41 8 * * *")
@app.task(name="potluck.match.further", queue="chores", pass_context=False)
def further_daily(timestamp: int) -> None:
    """Every morning."""
    further(timezone.now())
