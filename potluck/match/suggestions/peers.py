"""People a step ahead on what one is learning, and one who is as far as oneself: nearer to ask than those who know all.

A step ahead is who says they find their way where one starts, or whose shares show it though they said nothing; then
who can help. What shows it is public, so nobody learns from here what is not for them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from potluck.lib.ids import first_id
from potluck.lib.sql import ask
from potluck.people.directory import shown_sql
from potluck.people.models import Person, Stage
from potluck.search.bm25 import counted, known
from potluck.search.tokens import facet

# So many topics are looked at, the latest said first; of each so many people ahead, and as far as oneself.
TOPICS, AHEAD, ALONGSIDE = 6, 2, 1
# Who shared so much on it in these days has come some way, though they did not say so.
SHARES, DAYS = 2, 730
# Of a topic on which so much was shared, only what is among the newest in the network is looked at.
MUCH, NEWEST = 500, 2000

# Nearest first: what those ahead say of themselves, by what one says oneself. "" is who said nothing, and shares.
_AHEAD = {
    Stage.STARTING.value: (Stage.FINDING.value, "", Stage.HELPING.value),
    Stage.FINDING.value: (Stage.HELPING.value, ""),
}

_MINE = """
SELECT tag, stage FROM people_topic WHERE person_id = %(me)s AND stage IN ('starting', 'finding')
ORDER BY since DESC, id DESC LIMIT %(most)s
"""
_SAID = "SELECT tag, person_id, stage FROM people_topic WHERE tag = ANY(%(tags)s) AND person_id <> %(me)s"
_SHARED = """
SELECT t.tag, p.author_id, count(*), max(p.id) FROM {posts} p CROSS JOIN LATERAL unnest(p.tags) t(tag)
WHERE p.tags && %(tags)s::varchar[] AND t.tag = ANY(%(tags)s) AND p.id > %(since)s AND p.audience = 0
  AND p.kind <> 'question' AND p.via_id IS NULL AND p.deleted_at IS NULL AND p.held_at IS NULL
  AND p.author_id <> %(me)s
GROUP BY t.tag, p.author_id
"""
_EVER = _SHARED.format(posts="posts_post")
_LATELY = _SHARED.format(
    posts=f"""(SELECT * FROM posts_post WHERE audience = 0 AND reply_to_id IS NULL AND deleted_at IS NULL
               AND held_at IS NULL ORDER BY id DESC LIMIT {NEWEST})"""
)
_MET = """
SELECT p.id, COALESCE(NULLIF(p.name, ''), p.handle), p.handle,
       EXISTS (SELECT FROM people_follow f WHERE f.by_id = %(me)s AND f.who_id = p.id AND f.tag = '')
FROM people_person p WHERE p.id = ANY(%(people)s) AND p.account_id IS NOT NULL AND {shown}
  AND NOT EXISTS (SELECT FROM people_mute m WHERE m.by_id = %(me)s AND m.who_id = p.id)
"""
_WORDS = "SELECT id, COALESCE(NULLIF(title, ''), excerpt) FROM posts_post WHERE id = ANY(%(posts)s)"


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody near on one topic, as people/parts.html shows them. `stage` is what they say of themselves, or '';
    `post` what they shared on it last, with its first `words`; 0 where there is nothing."""

    id: int
    name: str
    url: str
    follows: bool
    tag: str
    stage: str
    ahead: bool
    post: int = 0
    words: str = ""


@dataclass(slots=True)
class _Case:
    stage: str = ""
    shares: int = 0
    post: int = 0


def peers(viewer: Person, now: datetime | None = None, *, new_only: bool = False) -> list[Peer]:
    """For each topic this member is learning, the nearest few. With `new_only` none whom they follow already, and
    nobody twice."""
    mine = ask(_MINE, {"me": viewer.id, "most": TOPICS})
    if not mine:
        return []
    cases = _cases([tag for tag, _stage in mine], viewer, now or timezone.now())
    met = _met({person for of_tag in cases.values() for person in of_tag}, viewer)
    left_out = {person for person, (_name, _url, follows) in met.items() if new_only and follows}
    found: list[tuple[str, int, bool, _Case]] = []
    for tag, stage in mine:
        here = {person: case for person, case in cases[tag].items() if person in met.keys() - left_out}
        for person, ahead in _nearest(here, stage):
            found.append((tag, person, ahead, here[person]))
            left_out |= {person} if new_only else set()
    return _told(found, met)


def _cases(tags: Sequence[str], viewer: Person, now: datetime) -> dict[str, dict[int, _Case]]:
    """What speaks for whom, by topic."""
    values = {"tags": list(tags), "me": viewer.id, "since": first_id(now - timedelta(days=DAYS))}
    cases: dict[str, dict[int, _Case]] = defaultdict(lambda: defaultdict(_Case))
    for tag, person, stage in ask(_SAID, {"tags": values["tags"], "me": viewer.id}):
        cases[tag][person].stage = stage
    having = counted(known(), [frozenset(facet("tag", tag) for tag in tags)]).having
    busy = [tag for tag in tags if having.get(facet("tag", tag), 0) > MUCH]
    rest = [tag for tag in tags if tag not in busy]
    rows = ask(_EVER, {**values, "tags": rest}) if rest else []
    rows += ask(_LATELY, {**values, "tags": busy}) if busy else []
    for tag, person, shares, post in rows:
        case = cases[tag][person]
        case.shares, case.post = shares, post
    return cases


def _nearest(cases: dict[int, _Case], mine: str) -> list[tuple[int, bool]]:
    """(person, whether they are ahead), nearest first; among equals who shared on it last."""
    order = _AHEAD[mine]
    ahead = [
        person
        for person, case in cases.items()
        if case.stage in order and (case.stage or case.shares >= SHARES)
    ]
    ahead.sort(key=lambda person: (order.index(cases[person].stage), -cases[person].post, -person))
    level = [person for person, case in cases.items() if case.stage == mine]
    level.sort(key=lambda person: (-cases[person].post, -person))
    return [(person, True) for person in ahead[:AHEAD]] + [(person, False) for person in level[:ALONGSIDE]]


def _met(people: set[int], viewer: Person) -> dict[int, tuple[str, str, bool]]:
    """Name, page and whether they are followed, of those members who may appear to this one and are not muted."""
    shown = shown_sql(viewer).format(p="p").replace("%s", "%(me)s")
    rows = ask(_MET.format(shown=shown), {"people": list(people), "me": viewer.id}) if people else []
    return {key: (name, f"/@{handle}", follows) for key, name, handle, follows in rows}


def _told(found: Sequence[tuple[str, int, bool, _Case]], met: dict[int, tuple[str, str, bool]]) -> list[Peer]:
    posts = [case.post for _tag, _person, _ahead, case in found if case.post]
    words = dict(ask(_WORDS, {"posts": posts})) if posts else {}
    return [
        Peer(person, *met[person], tag, case.stage, ahead, case.post, words.get(case.post, ""))
        for tag, person, ahead, case in found
    ]
