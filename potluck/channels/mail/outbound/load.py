"""What a batch of deliveries says, and to whom: asked once more of the gate, at the moment of sending.

A batch is read in a handful of statements, however many people it goes to. Only reasons that speak of more than who
wrote the post are looked up for each reader.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import translation
from markupsafe import Markup

from potluck.channels.mail.outbound.carrier import GUEST_SQL, MAY_SQL
from potluck.deliver.reasons.checks import still_so
from potluck.deliver.reasons.pending import Below, what_waits
from potluck.deliver.reasons.registry import Reason, names_of, on_thread, worded
from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.people.network import the_network
from potluck.posts.anonymity import VEILED, somebody
from potluck.posts.audience import VISIBLE_SQL
from potluck.posts.models import Post


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom it goes to. `first` where nobody has told them yet how to turn what comes."""

    id: int
    name: str
    address: str
    language: str
    zone: str
    is_member: bool
    first: bool


@dataclass(slots=True)
class Ready:
    """One delivery that may go: the post, why it came, and whether the reader may see what began its thread, and may
    know who wrote it."""

    delivery: int
    key: int
    place: int
    event: int
    reader: Reader
    post: Post
    reasons: list[Reason]
    veiled: bool
    why: list[Markup] = field(default_factory=list)
    root: Post | None = None
    below: Below | None = None

    @property
    def who(self) -> str:
        """Who wrote it, as it is said to the reader, in the language that is set."""
        return somebody() if self.veiled else self.post.author.shown_name


# `pe` is who is written to, with what is wished; their address is in use and theirs.
READER_SQL = """
    viewer.id, COALESCE(NULLIF(viewer.name, ''), viewer.handle), COALESCE(acc.email, guest.address),
    viewer.language, viewer.time_zone, viewer.account_id IS NOT NULL, w.told_at IS NULL
"""
READER_JOINS = """
    LEFT JOIN people_account acc ON acc.id = viewer.account_id AND acc.is_active
    LEFT JOIN LATERAL (SELECT g.address FROM mail_guest g WHERE g.person_id = viewer.id AND viewer.account_id IS NULL
                       ORDER BY g.confirmed_at IS NULL, g.id LIMIT 1) guest ON true
    LEFT JOIN deliver_wishes w ON w.person_id = viewer.id
"""
WRITABLE_SQL = """
    w.off_at IS NULL AND w.paused_at IS NULL AND COALESCE(acc.email, guest.address) IS NOT NULL
    AND NOT EXISTS (SELECT FROM account_emailaddress ea WHERE ea.user_id = acc.id AND ea.email = acc.email
                    AND NOT ea.verified)
"""
_MAY_GO = f"""
SELECT m.id, m.key, m.place, m.event, m.post_id, jsonb_agg(m.reason),
       {VEILED.format(p="p", me="viewer.id")}, {READER_SQL}
FROM (SELECT d.*, r.reason FROM deliver_delivery d CROSS JOIN LATERAL jsonb_array_elements(d.reasons) r(reason)
      WHERE d.id = ANY(%(ids)s)) m
JOIN posts_post p ON p.id = m.post_id
JOIN people_person author ON author.id = p.author_id
JOIN people_person viewer ON viewer.id = m.person_id
{READER_JOINS}
WHERE {MAY_SQL} AND {WRITABLE_SQL}
GROUP BY m.id, m.key, m.place, m.event, m.post_id, p.id, viewer.id, acc.id, guest.address, w.person_id
ORDER BY m.post_id, m.id
"""
_SEEN = f"""
SELECT viewer.id, p.id FROM unnest(%(people)s::bigint[], %(posts)s::bigint[]) pair(person, post)
JOIN people_person viewer ON viewer.id = pair.person
JOIN posts_post p ON p.id = pair.post
JOIN people_person author ON author.id = p.author_id
WHERE ({VISIBLE_SQL}) OR {GUEST_SQL}
"""


def reader_of(row: Sequence[object]) -> Reader:
    """The reader of the columns of READER_SQL."""
    key, name, address, language, zone, is_member, first = row
    said = str(language or "") or the_network().language
    return Reader(key, str(name), str(address), said, str(zone), bool(is_member), bool(first))  # type: ignore[arg-type]


def ready(ids: Sequence[int]) -> list[Ready]:
    """Those of these deliveries that may go now, those of one post together. The others came too late."""
    rows = ask(_MAY_GO, {"ids": list(ids)})
    posts = Post.objects.select_related("author", "reply_to").in_bulk({row[4] for row in rows})
    found = [
        Ready(row[0], row[1], row[2], row[3], reader_of(row[7:]), posts[row[4]], json.loads(row[5]), row[6])
        for row in rows
        if row[4] in posts
    ]
    held = still_so([(one.post.id, one.post.author_id, one.reasons) for one in found])
    for one, reasons in zip(found, held, strict=True):
        one.reasons = reasons
    _begun(found)
    _word(found)
    return [one for one in found if one.why]


def _begun(found: Sequence[Ready]) -> None:
    """Set what began the thread, where it is something else and the reader may see it."""
    pairs = [(one.reader.id, one.post.thread) for one in found if one.post.thread != one.post.id]
    if not pairs:
        return
    people, threads = zip(*pairs, strict=True)
    seen = set(ask(_SEEN, {"people": list(people), "posts": list(threads)}))
    roots = Post.objects.in_bulk(set(threads))
    for one in found:
        if (one.reader.id, one.post.thread) in seen:
            one.root = roots.get(one.post.thread)


def _word(found: Sequence[Ready]) -> None:
    said: dict[tuple[object, ...], list[Markup]] = {}
    simple = [one for one in found if _is_simple(one)]
    for one in simple:
        key = (one.post.id, json.dumps(one.reasons, sort_keys=True), one.reader.language, one.root is None)
        if key not in said:
            said[key] = _worded(one, None)
        one.why = said[key]
    special = [one for one in found if not _is_simple(one)]
    readers = Person.objects.in_bulk({one.reader.id for one in special})
    for one in special:
        reader = readers[one.reader.id]
        one.reasons, one.below = what_waits([(one.post.id, one.reasons)], reader)[0]
        one.why = _worded(one, reader)


def _is_simple(one: Ready) -> bool:
    """Whether the reasons name nobody but who wrote it: then they read the same to all who may see it."""
    return all(
        reason.get("who", one.post.author_id) == one.post.author_id
        and not ({"asker", "question", "evidence"} & reason.keys())
        and not str(reason["code"]).startswith(("asked_", "found", "suggested"))
        for reason in one.reasons
    )


def _worded(one: Ready, reader: Person | None) -> list[Markup]:
    author = one.post.author
    known = {author.id: (author.shown_name, author.page)}
    with translation.override(one.reader.language):
        names = names_of(one.reasons, known, reader or _NOBODY)
        why = worded(one.reasons, names)
        if why and one.root is not None:
            why = [*why, on_thread(one.root.page, one.root.title or one.root.excerpt)]
    return why


# Where the reasons speak only of who wrote it, nothing is looked up for a reader.
_NOBODY = Person(id=0)
