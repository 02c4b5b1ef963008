"""A few people a week whom a member might like to follow. Who was put forward once is not put forward again.

They are chosen when the page is opened and the last are a week old, and stay for the week.
"""

from collections import Counter
from datetime import datetime, timedelta

from django.utils import timezone

from potluck.match.suggestions.people import Found, Suggestion, akin, not_these, told
from potluck.people.directory import shown_to
from potluck.people.models import Person, PutForward
from potluck.posts.models import Post

WEEK, MOST = timedelta(days=7), 3
# So many are looked at, as some of them may not be shown.
LOOKED_AT = 12


def people_of_the_week(viewer: Person, now: datetime | None = None) -> list[Suggestion]:
    """At most three, less those followed or declined since. Choosing writes down whom."""
    if not viewer.meets:
        return []
    now = now or timezone.now()
    rows = list(PutForward.objects.filter(person=viewer, at__gt=now - WEEK).order_by("id"))
    if rows:
        return _shown([row for row in rows if row.declined_at is None], viewer)
    before = PutForward.objects.filter(person=viewer).values_list("who_id", flat=True)
    rows = [_row(viewer, who, found, now) for who, found in akin(viewer, but=set(before))[:LOOKED_AT]]
    chosen = _shown(rows, viewer)[:MOST]
    keys = {one.id for one in chosen}
    PutForward.objects.bulk_create([row for row in rows if row.who_id in keys], ignore_conflicts=True)
    return chosen


def _row(viewer: Person, who: int, found: Found, now: datetime) -> PutForward:
    tagged, tags = found.tagged
    near = not tagged and bool(found.near)
    post = tagged or found.near or found.newest
    return PutForward(person=viewer, who_id=who, post=post, tags=list(tags[:3]), near=near, at=now)


def _shown(rows: list[PutForward], viewer: Person) -> list[Suggestion]:
    """Those who may be put forward now, for what may be said now."""
    people = shown_to(viewer).filter(id__in=[row.who_id for row in rows]).values_list("id", flat=True)
    here = set(people) - not_these(viewer)
    tags = dict(Post.objects.public().filter(id__in=[row.post for row in rows]).values_list("id", "tags"))
    found = []
    for row in rows:
        if row.who_id in here and row.post in tags:
            common = Counter(tag for tag in row.tags if tag in tags[row.post])
            found.append((row.who_id, Found(common, row.post, row.post if row.near else 0)))
    return told(found)
