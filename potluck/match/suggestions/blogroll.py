"""Places elsewhere that several people here share from, and nobody brings in: somebody there whom one may follow.

Only what everybody may see is counted, so nobody learns from here what is not for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from potluck.lib.sql import ask
from potluck.people.directory import shown_to
from potluck.people.models import Person

# So many of the newest shares are looked at; so many people make a place worth naming; so many places are named.
NEWEST, PEOPLE, PLACES = 3000, 2, 3
# Where everybody writes, a place is nobody in particular.
_CROWDED = (
    "github.com", "gitlab.com", "codeberg.org", "youtube.com", "youtu.be", "vimeo.com", "wikipedia.org", "archive.org",
    "twitter.com", "x.com", "bsky.app", "facebook.com", "instagram.com", "linkedin.com", "reddit.com", "medium.com",
    "docs.google.com", "google.com", "amazon.com", "nytimes.com", "theguardian.com", "bbc.co.uk", "bbc.com", "doi.org",
    "arxiv.org", "stackoverflow.com", "news.ycombinator.com", "goodreads.com",
)  # fmt: skip
_PLACES = """
WITH shared AS (
    SELECT split_part(p.link_key, '/', 1) AS host, p.author_id, p.id FROM posts_post p
    JOIN people_person author ON author.id = p.author_id
    WHERE p.link <> '' AND p.link_key <> '' AND p.audience = 0 AND p.deleted_at IS NULL AND p.held_at IS NULL
      AND author.account_id IS NOT NULL AND author.suspended_at IS NULL
    ORDER BY p.id DESC LIMIT %(newest)s
), places AS (
    SELECT host, array_agg(DISTINCT author_id) AS people, max(id) AS last FROM shared
    WHERE host <> ALL(%(crowded)s) AND host NOT LIKE '%%.wikipedia.org'
    GROUP BY host HAVING count(DISTINCT author_id) >= %(people)s
)
SELECT host, people FROM places WHERE NOT EXISTS (
    SELECT FROM people_source s
    WHERE host IN (split_part(split_part(replace(s.url, '//www.', '//'), '//', 2), '/', 1),
                   split_part(split_part(replace(s.home_url, '//www.', '//'), '//', 2), '/', 1)))
ORDER BY cardinality(people) DESC, last DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place elsewhere: its host, and who here shared something from it."""

    host: str
    shared_by: Sequence[str]

    @property
    def url(self) -> str:
        """Where to begin to look for a feed."""
        return f"https://{self.host}/"


def places_to_follow(viewer: Person) -> list[Place]:
    """At most three, most people first. Each is shared from by several whom this member may see."""
    values = {"newest": NEWEST, "people": PEOPLE, "crowded": list(_CROWDED), "most": PLACES * 4}
    rows = ask(_PLACES, values)
    named = {key for _host, people in rows for key in people}
    shown = {who.id: who.shown_name for who in shown_to(viewer).filter(id__in=named)}
    places = [Place(host, [shown[key] for key in people if key in shown]) for host, people in rows]
    return [place for place in places if len(place.shared_by) >= PEOPLE][:PLACES]
