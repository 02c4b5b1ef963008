"""Who holds what: the posts each person keeps or shared, in memory, to hold a share against all of them at once.

Made anew every hour, and at each call where there is little. What somebody keeps is seen by nobody else; here it is
only ever counted together, and what comes of it is shown to those who hold the things themselves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potluck.lib.sql import ask
from potluck.lib.ttl_cache import Kept

Keys = NDArray[np.int64]
Floats = NDArray[np.float64]

_LITTLE = 2000
# Of somebody who holds very much, the newest tell what they care for.
_MOST = 500

_HELD = f"""
SELECT person, post FROM (
    SELECT person, post, row_number() OVER (PARTITION BY person ORDER BY post DESC) AS place FROM (
        SELECT k.person_id AS person, k.post_id AS post FROM posts_kept k
        UNION SELECT p.author_id, p.id FROM posts_post p
        WHERE p.audience = 0 AND p.reply_to_id IS NULL AND p.deleted_at IS NULL AND p.held_at IS NULL) held
    ) ranked WHERE place <= {_MOST} ORDER BY person, post
"""


@dataclass(frozen=True, slots=True)
class Holdings:
    """A sparse table of people and posts, both ways; places are those in `people` and `posts`, which are sorted.

    The posts of person n are `held[starts[n]:starts[n + 1]]`, the people of post n `by[ends[n]:ends[n + 1]]`.
    """

    people: Keys
    posts: Keys
    starts: Keys
    held: Keys
    ends: Keys
    by: Keys

    @property
    def sizes(self) -> Floats:
        """How much each person holds."""
        return np.diff(self.starts).astype(np.float64)

    def to_people(self, worth: Floats) -> Floats:
        """What the posts are worth, added up for each person who holds them; and back."""
        return _added(worth, self.posts, self.ends, self.by, len(self.people))

    def to_posts(self, worth: Floats) -> Floats:
        """What people are worth, added up for each post they hold."""
        return _added(worth, self.people, self.starts, self.held, len(self.posts))

    def of(self, person: int) -> Keys:
        """The ids of what one person holds."""
        place = int(np.searchsorted(self.people, person))
        if place == len(self.people) or self.people[place] != person:
            return np.zeros(0, dtype=np.int64)
        return self.posts[self.held[self.starts[place] : self.starts[place + 1]]]


def _read() -> Holdings:
    return _made(np.array(ask(_HELD, ()), dtype=np.int64).reshape(-1, 2))


def _made(pairs: Keys) -> Holdings:
    people, rows = np.unique(pairs[:, 0], return_inverse=True)
    posts, columns = np.unique(pairs[:, 1], return_inverse=True)
    return Holdings(
        people=people,
        posts=posts,
        starts=_starts(rows, len(people)),
        held=columns[np.argsort(rows, kind="stable")],
        ends=_starts(columns, len(posts)),
        by=rows[np.argsort(columns, kind="stable")],
    )


def _starts(places: Keys, many: int) -> Keys:
    return np.concatenate([[0], np.cumsum(np.bincount(places, minlength=many))]).astype(np.int64)


def _added(worth: Floats, these: Keys, starts: Keys, others: Keys, many: int) -> Floats:
    """Only those that are worth something are looked at."""
    places = np.flatnonzero(worth)
    sizes = starts[places + 1] - starts[places]
    chosen = np.repeat(starts[places] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    return np.bincount(others[chosen], np.repeat(worth[places], sizes), many).astype(np.float64)


# Who holds what, as of the last hour.
holdings = Kept(_read, seconds=3600, worth=lambda held: len(held.held) >= _LITTLE)
