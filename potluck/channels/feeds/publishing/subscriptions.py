"""Lists of feeds to take along: where a person shares, and what a person follows."""

from urllib.parse import quote, urlencode

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from potluck.lib.feedwriter import Subscription
from potluck.people.directory import shown_to
from potluck.people.models import Follow, Level, Person, Source


def sources_of(person: Person) -> list[Subscription]:
    """The feeds a person named as theirs, those let go left out."""
    found = Source.objects.filter(person=person, channel="feeds", retired_at=None).order_by("id")
    return [_source(source) for source in found]


def following_of(person: Person) -> list[Subscription]:
    """What a person follows, each as the feed that brings it; people outside by their own feeds."""
    follows = Follow.objects.filter(by=person).exclude(level=Level.MUTED).order_by("id")
    # Whoever is hidden now has no feed to follow.
    rows = list(follows.filter(Q(who=None) | Q(who__in=shown_to(person))).select_related("who", "source"))
    outside = [row.who_id for row in rows if row.who and not row.who.is_member and not row.tag]
    theirs: dict[int, list[Subscription]] = {}
    for source in Source.objects.filter(person__in=outside, channel="feeds", retired_at=None).order_by("id"):
        theirs.setdefault(source.person_id, []).append(_source(source))
    found = [each for row in rows for each in theirs.get(row.who_id or 0, []) or [_followed(row)]]
    return list({each.feed_url: each for each in found}.values())


def _source(source: Source) -> Subscription:
    return Subscription(source.title, source.url, source.home_url or None)


def _followed(row: Follow) -> Subscription:
    if row.source:
        return _source(row.source)
    if row.who and row.tag:
        named = _("%(who)s on #%(tag)s") % {"who": row.who.shown_name, "tag": row.tag}
        return _ours(named, f"/@{row.who.handle}/tags/{row.tag}")
    if row.who:
        return _ours(row.who.shown_name, f"/@{row.who.handle}")
    if row.tag:
        return _ours(f"#{row.tag}", f"/tags/{row.tag}")
    if row.thread:
        return _ours(row.name or _("A conversation"), f"/posts/{row.thread}")
    return _ours(row.name or row.query, "/search", f"?{urlencode({'q': row.query})}")


def _ours(title: str, page: str, query: str = "") -> Subscription:
    page = settings.ORIGIN + quote(page, "/@")
    return Subscription(title, f"{page}.atom{query}", page + query)
