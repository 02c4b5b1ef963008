"""Whom a new item would help, and which new items would help a person, by what people keep.

The new items are in nobody's library; whoever kept one of them later is right. People with three or more known items.
"""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import log2

from django.db import connection

from bench.matching.alike import say
from bench.matching.community import draft, empty, members, write
from bench.matching.figures import Figure, figure, recall
from bench.matching.formats import Libraries
from potluck.match.discovery.collaborative import Share, people_for, shares_for, weighed
from potluck.match.discovery.user_items import holdings
from potluck.people.models import Person
from potluck.posts.models import Kind, Post
from potluck.search.statistics import refresh_statistics

LEAST = 3
BEGAN = datetime(2015, 1, 1, tzinfo=UTC)


def serendipity(community: Libraries) -> list[Figure]:
    """Both ways."""
    holdings.forget()
    people, _posts, new = _load(community)
    able = {people[str(who)].id for who, known, _cold in community.people if len(known) >= LEAST}
    right: dict[int, set[int]] = {}
    for who, _known, cold in community.people:
        for item in cold:
            if people[str(who)].id in able:
                right.setdefault(item, set()).add(people[str(who)].id)
    began = time.monotonic()
    shares = dict(zip(new, weighed(new.values()), strict=True))
    print(f"  {len(shares)} shares weighed: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return [*_people(shares, right, able), *_items(shares, right, able)]


def _load(community: Libraries) -> tuple[dict[str, Person], dict[int, Post], dict[int, Post]]:
    """The known items as posts somebody outside shared, kept by people; the new ones are not shared yet."""
    began = time.monotonic()
    empty()
    people = members(["the library", *(str(who) for who, _known, _cold in community.people)])
    known = [item for item in sorted(community.items) if item not in community.cold]
    author = people["the library"]
    drafts = [
        draft(author, community.items[item], kind=Kind.LINK, published_at=BEGAN + timedelta(minutes=n))
        for n, item in enumerate(known)
    ]
    posts = dict(zip(known, write(drafts), strict=True))
    pairs = [
        (people[str(who)].id, posts[item].id)
        for who, items, _cold in community.people
        for item in items
        if item in posts
    ]
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY posts_kept (person_id, post_id, at) FROM STDIN") as copy,
    ):
        for person, post in pairs:
            copy.write_row((person, post, BEGAN))
    refresh_statistics(anew=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    new = {
        item: Post(id=n + 1, author_id=author.id, text=community.items[item], kind=Kind.LINK)
        for n, item in enumerate(sorted(community.cold))
    }
    print(
        f"  {len(posts)} items, {len(pairs)} kept: {time.monotonic() - began:.0f} s",
        file=sys.stderr,
        flush=True,
    )
    return people, posts, new


def _people(new: dict[int, Share], right: dict[int, set[int]], able: set[int]) -> list[Figure]:
    found: dict[str, list[float]] = {"r@10": [], "r@50": []}
    taken = []
    for item, share in new.items():
        if item in right:
            began = time.perf_counter()
            kin = people_for(share, limit=100)
            taken.append(time.perf_counter() - began)
            ranked = [one.person for one in kin if one.person in able]
            found["r@10"].append(recall(ranked, right[item], 10))
            found["r@50"].append(recall(ranked, right[item], 50))
    say("serendipity, people", taken)
    return [figure("serendipity", metric, values) for metric, values in found.items()]


def _items(new: dict[int, Share], right: dict[int, set[int]], able: set[int]) -> list[Figure]:
    mine: dict[int, set[int]] = {}
    for item, people in right.items():
        for person in people:
            mine.setdefault(person, set()).add(new[item].post.id)
    began = time.monotonic()
    kin = shares_for(sorted(mine), list(new.values()), limit=100)
    print(f"  items for {len(mine)} people: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    ranked = {person: [one.post for one in kin[person]] for person in mine}
    recalls = [recall(ranked[person], wanted, 100) for person, wanted in mine.items()]
    gains = [_gain(ranked[person], wanted) for person, wanted in mine.items()]
    return [figure("serendipity", "item-r@100", recalls), figure("serendipity", "item-ndcg@20", gains)]


def _gain(ranked: Sequence[int], wanted: set[int], among: int = 20) -> float:
    """NDCG: what comes later counts for less; 1 where all that are wanted come first."""
    gained = sum(1 / log2(place + 1) for place, one in enumerate(ranked[:among], 1) if one in wanted)
    return gained / sum(1 / log2(place + 1) for place in range(1, min(among, len(wanted)) + 1))
