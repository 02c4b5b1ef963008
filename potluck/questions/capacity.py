"""Who has room for one more question: what keeps asking within what each person wishes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from potluck.lib.sql import ask
from potluck.posts.audience import VISIBLE_SQL
from potluck.posts.models import Post, Reader
from potluck.questions.anonymous import is_quiet
from potluck.questions.models import AskingWishes

WEEK = 3  # asks a week, unless somebody says otherwise

# Of %(people)s, in that order, those before whom the question %(question)s may be put at %(now)s: members who may see
# it, did not ask, say or answer anything there yet, hear its asker, and have not had enough this week.
_TOPICS = """
    NOT EXISTS (SELECT FROM unnest(w.topics_never) t(tag) WHERE t.tag = ANY(p.tags)
                OR strpos(' ' || regexp_replace(lower(p.title || ' ' || p.text), '[^[:alnum:]]+', ' ', 'g') || ' ',
                          ' ' || replace(lower(t.tag), '-', ' ') || ' ') > 0)
"""
_MAY_BE_ASKED = f"""
SELECT viewer.id FROM unnest(%(people)s::bigint[]) WITH ORDINALITY AS asked(person, rank)
JOIN people_person viewer ON viewer.id = asked.person
JOIN posts_post p ON p.id = %(question)s
JOIN people_person author ON author.id = p.author_id
LEFT JOIN questions_askingwishes w ON w.person_id = viewer.id
WHERE {VISIBLE_SQL} AND viewer.id <> p.author_id AND viewer.removed_at IS NULL
  AND (w.topics_never IS NULL OR {_TOPICS})
  AND COALESCE(w.a_week, {WEEK}) > CASE WHEN %(past_limit)s::boolean THEN 0 ELSE (
      SELECT count(*) FROM questions_ask a WHERE a.person_id = viewer.id AND a.round > 0
      AND a.at > %(now)s::timestamptz - interval '7 days' AND a.at <= %(now)s::timestamptz) END
  AND NOT EXISTS (SELECT FROM questions_ask a WHERE a.question_id = p.id AND a.person_id = viewer.id)
  AND NOT EXISTS (SELECT FROM questions_metoo m WHERE m.question_id = p.id AND m.person_id = viewer.id)
  AND NOT EXISTS (SELECT FROM people_mute mu WHERE mu.by_id = viewer.id AND mu.who_id = p.author_id)
  AND NOT EXISTS (SELECT FROM people_follow lf WHERE lf.by_id = viewer.id AND lf.level = 0 AND lf.thread = p.thread)
  AND NOT EXISTS (SELECT FROM posts_post r WHERE r.thread = p.id AND r.author_id = viewer.id AND r.deleted_at IS NULL)
ORDER BY asked.rank
"""


def takes(people: Collection[int]) -> dict[int, int]:
    """How many questions a week each of these people takes."""
    said = AskingWishes.objects.filter(person__in=people).values_list("person_id", "a_week")
    return {**dict.fromkeys(people, WEEK), **dict(said)}


def left_in_peace(words: Collection[str], tags: Collection[str], people: Collection[int]) -> set[int]:
    """Those of these people who take no questions, or none on what these words or tags name."""
    said = " ".join(["", *words, ""])
    rows = AskingWishes.objects.filter(person__in=people).values_list("person_id", "a_week", "topics_never")
    return {
        person
        for person, a_week, never in rows
        if not a_week or any(tag in tags or f" {tag.replace('-', ' ')} " in said for tag in never)
    }


@transaction.atomic
def may_be_asked(
    question: Post, people: Sequence[int], now: datetime, *, past_limit: bool = False
) -> list[int]:
    """Of these people, in this order, those before whom the question may be put at this moment; with `past_limit` also
    those who had as many questions this week as they take.

    One that was asked quietly is open to nobody yet, so they count as if it were; nobody learns of that.
    """
    let_in: list[int] = []
    if is_quiet(question):
        there = Reader.objects.filter(post=question, person__in=people).values_list("person_id", flat=True)
        let_in = sorted(set(people) - set(there))
        Reader.objects.bulk_create([Reader(post=question, person_id=person) for person in let_in])
    facts = {"question": question.id, "people": list(people), "now": now, "past_limit": past_limit}
    found = ask(_MAY_BE_ASKED, facts)
    if let_in:
        Reader.objects.filter(post=question, person__in=let_in).delete()
    return [row[0] for row in found]


def had_enough(question: Post, people: Sequence[int], now: datetime) -> list[int]:
    """Of these people those whom nothing but their weekly limit keeps from being asked. Who takes no questions, or none
    of this asker or on this topic, is not among them: that is told to nobody."""
    room = set(may_be_asked(question, people, now))
    return [person for person in may_be_asked(question, people, now, past_limit=True) if person not in room]
