"""The first readers: what a newcomer shares first is put before two people likely to care, and they hear who.

Nobody fits: then whoever invited them, else who looks after the network. Nobody is one of the first more often a week
than they wish.
"""

from collections.abc import Sequence
from datetime import timedelta

from potluck.events.models import Event, Kind
from potluck.kit.sql import Select, ask, columns, made
from potluck.match.kin import Kin, people_for
from potluck.people.models import Person
from potluck.posts.audience import VISIBLE_SQL, Audience
from potluck.posts.models import Post
from potluck.questions.models import FirstReader

# Somebody is new for so long, and for so many shares; each is put before so many.
NEW, SHARES, READERS = timedelta(days=60), 3, 2
A_WEEK = 2
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
GROUP BY viewer.id ORDER BY min(meant.rank) LIMIT {READERS}
"""
_FIRST = """
SELECT r.event AS event, r.person_id AS person, r.post_id AS post, 1 AS place, 2.0::float8 AS score,
       why.reason AS reason
FROM questions_firstreader r
CROSS JOIN LATERAL (SELECT jsonb_build_object('code', 'first', 'who', (r.reason->>'who')::bigint) AS reason
                    UNION ALL SELECT r.reason WHERE r.reason->>'code' <> 'first') why
WHERE r.event = ANY(%(firsts)s)
"""
_RECEIVED = """
SELECT r.event, p.author_id, r.post_id, 2, 1.0::float8, jsonb_build_object('code', 'received', 'who', r.person_id)
FROM questions_firstreader r JOIN posts_post p ON p.id = r.post_id WHERE r.event = ANY(%(firsts)s)
"""


def find(events: Sequence[Event]) -> Select | None:
    """Put what newcomers shared before their first readers, and tell them who that is."""
    shared = [event for event in events if event.kind == Kind.SHARED]
    if not shared:
        return None
    by_post = {event.about: event for event in shared if event.about}
    firsts = _firsts(list(by_post))
    for post in firsts:
        _put_before(post, by_post[post.id])
    brought = [by_post[post.id].id for post in firsts]
    return Select(f"{_FIRST}\nUNION ALL\n{_RECEIVED}", {"firsts": brought}) if brought else None


_FIRSTS = f"""
SELECT {columns(Post, "p")}, {columns(Person, "a")} FROM posts_post p JOIN people_person a ON a.id = p.author_id
WHERE p.id = ANY(%(ids)s) AND a.account_id IS NOT NULL AND p.arrived_at - a.joined_at < %(new)s
    AND p.source_id IS NULL AND p.reply_to_id IS NULL AND p.via_id IS NULL AND p.held_at IS NULL
    AND p.deleted_at IS NULL AND p.audience <= {Audience.MEMBERS:d} AND p.kind <> 'question'
    AND (SELECT count(*) FROM (
            SELECT FROM posts_post o WHERE o.author_id = p.author_id AND o.id < p.id AND o.reply_to_id IS NULL
                AND o.source_id IS NULL AND o.audience <= {Audience.MEMBERS:d} AND o.kind <> 'question'
            LIMIT {SHARES}) before) < {SHARES}
ORDER BY p.id
"""


def _firsts(ids: Sequence[int]) -> list[Post]:
    """Of these, what newcomers shared themselves. A question is put before those who may know it."""
    posts = []
    for row in ask(_FIRSTS, {"ids": list(ids), "new": NEW}):
        post, end = made(Post, row)
        post.author, _end = made(Person, row, end)
        posts.append(post)
    return posts


def _put_before(post: Post, event: Event) -> None:
    likely = {one.person: one for one in people_for(post, limit=LOOKED_AT)}
    invited = [post.author.invited_by_id] if post.author.invited_by_id else []
    meant = [*likely, *invited, *(row[0] for row in ask(_HOSTS, ()))]
    facts = {"people": meant, "post": post.id, "now": event.at}
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


def _reason(kin: Kin | None, invited: bool, author: int) -> dict[str, object]:
    """Why this person: what is theirs already is the evidence, and only they are told of it."""
    if kin is not None and kin.own_post:
        return {"code": "first_near", "who": author, "evidence": kin.own_post}
    return {"code": "first_invited" if invited else "first", "who": author}
