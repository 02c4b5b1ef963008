"""Who may know what is being asked, while it is typed: from the few threads that are near enough to be shown beside it,
and from what somebody shared again and again on a topic that it names.

`likely` ranks better and looks at everybody; this takes a few milliseconds, and each name comes with what shows it.
"""

from collections.abc import Sequence
from datetime import datetime
from math import log1p

from potluck.lib.sql import ask
from potluck.match.answerers.candidates import Text, fading
from potluck.match.answerers.ranking import Likely, declared
from potluck.people.directory import members_among
from potluck.people.models import Person
from potluck.posts.models import Kind, Post
from potluck.questions.models import AskingWishes
from potluck.search.bm25 import counted, known
from potluck.search.tokens import facet

# An answer says so much more than a share that somebody knows, and a share than that they share on the topic; what they
# say themselves, as much as an answer.
SHARED, DECLARED, ON_TOPIC = 0.5, 1.0, 0.3
_SAID, _MOST = 300, 50
# Who shared so much on a topic has an eye on it; more than so much says no more. What is on too many things tells
# nothing, and of the topics that tell something the rarest few are looked at.
OFTEN, MOST_OFTEN, TOO_MANY, TOPICS = 3, 30, 500, 4

_OFTEN = f"""
SELECT p.author_id, t.tag, count(*), max(p.id) FROM posts_post p CROSS JOIN LATERAL unnest(p.tags) t(tag)
WHERE p.tags && %(tags)s::varchar[] AND t.tag = ANY(%(tags)s) AND p.audience = 0 AND p.kind <> 'question'
  AND p.deleted_at IS NULL AND p.held_at IS NULL
GROUP BY p.author_id, t.tag HAVING count(*) >= {OFTEN} ORDER BY count(*) DESC, p.author_id LIMIT {_MOST}
"""


def who_knows(text: Text, threads: Sequence[int], viewer: Person | None, now: datetime) -> list[Likely]:
    """Members, best first, who answered in these threads (nearest first), began one with a share, or say they can
    help, or shared often on it. Not the viewer, and nobody who wishes to be left in peace."""
    place = {thread: number for number, thread in enumerate(threads)}
    cases: dict[int, tuple[float, Likely]] = {}

    def speaks(person: int, score: float, code: str, post: int | None = None, **more: object) -> None:
        before = cases[person][0] if person in cases else 0.0
        reason: dict[str, object] = {"code": code, "who": person, **more}
        best = cases[person][1] if person in cases and cases[person][1].score >= score else None
        cases[person] = (before + score, best or Likely(person, score, reason, post))

    for key, thread, author, begun_by, kind in _said(threads, viewer):
        worth = fading(key, now) / (1 + place[thread])
        if key != thread and author != begun_by:
            speaks(author, worth, "answered", key)
        elif key == thread and kind != Kind.QUESTION:
            speaks(author, worth * SHARED, "shared", key)
    for person, tag in declared(text, _MOST):
        speaks(person, DECLARED, "declared", tag=tag)
    for person, tag, times, last in _often(text):
        worth = log1p(min(times, MOST_OFTEN)) / log1p(MOST_OFTEN) * fading(last, now)
        speaks(person, ON_TOPIC * worth, "often", last, tag=tag, times=times)
    wanted = members_among(cases) - ({viewer.id} if viewer else set())
    wanted -= _left_in_peace(text, list(wanted))
    return [cases[person][1] for person in sorted(wanted, key=lambda person: -cases[person][0])]


def _often(text: Text) -> list[tuple[int, str, int, int]]:
    """(person, topic, how often, last post) of those who shared again and again on a telling topic that it names."""
    named = [tag for word in text.topics for tag in dict.fromkeys((word, word.removesuffix("s"), f"{word}s"))]
    places = {facet("tag", tag): tag for tag in named}
    having = counted(known(), [frozenset(places)]).having
    telling = sorted((having[place], tag) for place, tag in places.items() if having.get(place, 0) >= OFTEN)
    tags = [tag for times, tag in telling if times <= TOO_MANY][:TOPICS]
    rows: list[tuple[int, str, int, int]] = ask(_OFTEN, {"tags": tags}) if tags else []
    return rows


def _said(threads: Sequence[int], viewer: Person | None) -> list[tuple[int, int, int, int, str]]:
    """(post, thread, author, who began the thread, kind) of what the viewer may see there, newest first."""
    seen = Post.objects.visible_to(viewer).filter(thread__in=list(threads)).order_by("-id")
    rows = list(seen.values_list("id", "thread", "author_id", "kind")[:_SAID])
    begun = dict(Post.objects.filter(id__in=list(threads)).values_list("id", "author_id"))
    return [(key, thread, author, begun.get(thread, 0), kind) for key, thread, author, kind in rows]


def _left_in_peace(text: Text, people: list[int]) -> set[int]:
    """Those of these people who take no questions, or none on this."""
    said = " ".join(["", *text.words, ""])
    rows = AskingWishes.objects.filter(person__in=people).values_list("person_id", "a_week", "topics_never")
    return {
        person
        for person, a_week, never in rows
        if not a_week or any(tag in text.tags or f" {tag.replace('-', ' ')} " in said for tag in never)
    }
