"""Whom would it delight, though they follow none of it: people by what they keep and share.

A share is near to some posts; whoever holds these is near to it, and so, less, is whoever holds what is held together
with these, by two people or more. Ranking people for a share and shares for a person are two questions: the first is
made even for those who hold much, the second for shares on busy subjects, which would fit everybody.

What somebody keeps is seen by nobody else: what comes from here is for that person's eyes only.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potluck.match.answerers.candidates import Text, near_by_words
from potluck.match.discovery.user_items import Holdings, holdings
from potluck.people.directory import members_among
from potluck.posts.models import Post

Floats = NDArray[np.float64]

# How many posts may speak for a share, of how many; their score counts by this power.
NEAR, FOUND, POWER = 300, 3000, 2.0
# How much holding things that are held together counts, and how many people and posts are looked at for it.
TOGETHER, PEOPLE, POSTS = 2.0, 2000, 3000
# How far somebody who holds much, and a share on a busy subject, is held back.
MUCH, BUSY = 0.3, 0.7


@dataclass(frozen=True, slots=True)
class Kin:
    """A person and a share that are alike. `own_post` is what the person holds that is nearest to it, 0 if unknown."""

    person: int
    post: int
    score: float
    own_post: int


@dataclass(frozen=True, slots=True)
class Share:
    """One share and what each person's holdings say of it, in the order of `Holdings.people`; `worth` by near post."""

    post: Post
    scores: Floats
    worth: Mapping[int, float]


def weighed(posts: Iterable[Post]) -> list[Share]:
    """Each share held against what everybody holds: most of the work, to be done once where both ways are asked."""
    held = holdings()
    return [_share(post, held) for post in posts] if len(held.people) else []


def people_for(share: Post | Share, *, limit: int = 10, but: Collection[int] = ()) -> list[Kin]:
    """Members whom a share would help by what they keep and share, best first; not its author nor those in `but`."""
    held = holdings()
    if not len(held.people):
        return []
    share = share if isinstance(share, Share) else _share(share, held)
    even = share.scores / np.maximum(held.sizes, 1.0) ** MUCH
    order = np.argsort(-even, kind="stable")
    order = order[even[order] > 0][: limit * 2 + len(but) + 1]
    members = members_among(held.people[order].tolist()) - {share.post.author_id, *but}
    chosen = [place for place in order.tolist() if int(held.people[place]) in members][:limit]
    return [_kin(int(held.people[place]), share, float(even[place]), held) for place in chosen]


def shares_for(
    people: Collection[int], posts: Sequence[Post | Share], *, limit: int = 20
) -> dict[int, list[Kin]]:
    """Which of these shares would help each of these people, best first, without what they hold already."""
    held = holdings()
    kin: dict[int, list[Kin]] = {person: [] for person in people}
    ids = np.array(sorted(people), dtype=np.int64)
    ids = ids[np.isin(ids, held.people)]
    if not len(ids) or not posts:
        return kin
    shares = [one if isinstance(one, Share) else _share(one, held) for one in posts]
    places = np.searchsorted(held.people, ids)
    scores = np.stack([one.scores[places] / (one.scores.sum() + 1e-6) ** BUSY for one in shares])
    keys = np.array([one.post.id for one in shares])
    scores[np.array([one.post.author_id for one in shares])[:, None] == ids] = 0.0
    for place, person in enumerate(ids.tolist()):
        mine = np.where(np.isin(keys, held.of(person)), 0.0, scores[:, place])
        order = np.argsort(-mine, kind="stable")[:limit]
        kin[person] = [_kin(person, shares[n], float(mine[n]), held) for n in order.tolist() if mine[n] > 0]
    return kin


def _share(post: Post, held: Holdings) -> Share:
    """What everybody's holdings say of one share."""
    found = near_by_words(Text.of(post), limit=NEAR, finding=FOUND)
    worth = {near: score**POWER for near, score in found if near != post.id}
    first = _placed(worth, held)
    scores = held.to_people(first)
    if TOGETHER:
        scores = scores + TOGETHER * held.to_people(_together(first, held))
    return Share(post, scores, worth)


def _together(first: Floats, held: Holdings) -> Floats:
    """What posts are worth because people hold them together with near ones, made even for much held posts."""
    often = np.maximum(np.diff(held.ends).astype(np.float64), 1.0)
    people = _most(held.to_people(first / np.sqrt(often)) / np.maximum(held.sizes, 1.0), PEOPLE)
    posts = held.to_posts(people)
    # What one person alone holds together says something of that person.
    posts[held.to_posts((people > 0).astype(np.float64)) < 2] = 0.0
    return _most(posts / np.sqrt(often), POSTS)


def _most(values: Floats, many: int) -> Floats:
    """The highest values; the rest is nothing."""
    if np.count_nonzero(values) > many:
        values = np.where(values >= np.partition(values, -many)[-many], values, 0.0)
    return values


def _placed(worth: Mapping[int, float], held: Holdings) -> Floats:
    values = np.zeros(len(held.posts))
    places = np.searchsorted(held.posts, list(worth))
    for place, (post, value) in zip(places.tolist(), worth.items(), strict=True):
        if place < len(held.posts) and held.posts[place] == post:
            values[place] = value
    return values


def _kin(person: int, share: Share, score: float, held: Holdings) -> Kin:
    own = max(
        ((share.worth[post], post) for post in held.of(person).tolist() if post in share.worth),
        default=(0, 0),
    )
    return Kin(person, share.post.id, score, own[1])
