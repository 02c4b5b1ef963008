"""What a device is told: who and why in one line, the first words in another, and where it leads."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from potluck.channels.live.outbound import MAY_SQL
from potluck.deliver.reasons.checks import still_so
from potluck.deliver.reasons.registry import names_of, worded
from potluck.lib.html import excerpt
from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.people.network import the_network
from potluck.posts.models import Post

# So many at once are told one by one; more are told as one.
FEW = 3
# Still for them, not seen at home meanwhile, and not where they say they are just now.
_MAY_GO = f"""
SELECT m.id, m.post_id, m.person_id, jsonb_agg(m.reason)
FROM (SELECT d.*, r.reason FROM deliver_delivery d CROSS JOIN LATERAL jsonb_array_elements(d.reasons) r(reason)
      WHERE d.id = ANY(%(ids)s)) m
JOIN posts_post p ON p.id = m.post_id
JOIN people_person author ON author.id = p.author_id
JOIN people_person viewer ON viewer.id = m.person_id
WHERE {MAY_SQL}
  AND NOT EXISTS (SELECT FROM home_arrival a
                  WHERE a.person_id = viewer.id AND a.post_id = p.id AND a.seen_at IS NOT NULL)
  AND NOT EXISTS (SELECT FROM live_here h WHERE h.thread = p.thread AND h.person_id = viewer.id AND h.until > now())
GROUP BY m.id, m.post_id, m.person_id ORDER BY m.id
"""


@dataclass(frozen=True, slots=True)
class Note:
    """One word to one person, for these deliveries. What has the same `tag` takes the place of what was told before."""

    person: int
    deliveries: tuple[int, ...]
    title: str
    body: str
    url: str
    tag: str

    def text(self) -> str:
        """As the service worker reads it (web/static/js/sw.js)."""
        facts: dict[str, Any] = {"title": self.title, "body": self.body, "url": self.url, "tag": self.tag}
        return json.dumps(facts, ensure_ascii=False)


def notes(ids: Sequence[int]) -> list[Note]:
    """What is to be told for those of these deliveries that may go now. The others came too late."""
    rows = ask(_MAY_GO, {"ids": list(ids)})
    posts = Post.objects.select_related("author").in_bulk({row[1] for row in rows})
    people = Person.objects.in_bulk({row[2] for row in rows})
    held = still_so([(row[1], posts[row[1]].author_id, json.loads(row[3])) for row in rows])
    by_person: dict[int, list[Note]] = {}
    for (key, post, person, _reasons), reasons in zip(rows, held, strict=True):
        note = _note(key, posts[post], people[person], reasons)
        if note is not None:
            by_person.setdefault(person, []).append(note)
    return [note for key, all_ in by_person.items() for note in _few(people[key], all_)]


def language_of(person: Person) -> str:
    """The language one is told things in."""
    return person.language or the_network().language


def _note(delivery: int, post: Post, person: Person, reasons: Sequence[Any]) -> Note | None:
    with translation.override(language_of(person)):
        known = {post.author_id: (post.author.shown_name, post.author.page)}
        why = worded(reasons, names_of(reasons, known, person))
        if not why:
            return None
        title = excerpt(why[0].striptags(), 120)
        return Note(person.id, (delivery,), title, _words(post), _page(post), f"thread-{post.thread}")


def _words(post: Post) -> str:
    return excerpt(post.title or post.excerpt, 160)


def _page(post: Post) -> str:
    if post.whence == "live":
        return f"/posts/{post.thread}/live"
    return post.place


def _few(person: Person, all_: list[Note]) -> list[Note]:
    if len(all_) <= FEW:
        return all_
    with translation.override(language_of(person)):
        title = ngettext("One thing for you", "%(num)s things for you", len(all_)) % {"num": len(all_)}
        body = excerpt(" · ".join(note.title for note in all_), 200)
    return [
        Note(person.id, tuple(key for note in all_ for key in note.deliveries), title, body, "/home", "home")
    ]


def trial(person: Person) -> Note:
    """To see that it works."""
    with translation.override(language_of(person)):
        return Note(
            person.id, (), _("Here you are told"), _("This is what it looks like."), "/you/devices", "trial"
        )
