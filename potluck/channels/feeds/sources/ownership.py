"""Two members name one place: what it brings stands under the name of who named it first, until one shows that it is
theirs, by the proofs of `claim.py`."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.channels.feeds.sources.add_source import is_within, look_soon
from potluck.channels.feeds.sources.claim import code_for, look_for, take_items, take_posts
from potluck.lib.errors import Refused
from potluck.people.models import Person, Source
from potluck.posts.models import Post, Thanks


def holders(sources: Iterable[Source]) -> dict[int, Source]:
    """Of those of one member's places whose things stand under another's name: that other's place, by id of theirs."""
    mine = {source.url: source for source in sources if source.proved_at is None}
    others = Source.objects.filter(
        url__in=mine, channel="feeds", retired_at=None, person__account__isnull=False
    )
    found: dict[int, Source] = {}
    for other in others.select_related("person").order_by(F("proved_at").asc(nulls_last=True), "id"):
        source = mine[other.url]
        if other.person_id != source.person_id and (other.proved_at or other.id < source.id):
            found.setdefault(source.id, other)
    return found


def code(source: Source) -> str:
    """What to put on the page, to show that the place is whose source this is."""
    return code_for(f"source:{source.id}:{source.person_id}")


def prove(source: Source) -> None:
    """Go and look whether it is theirs. Refused, with what was not found, if it does not say so."""
    _not_proved(source)
    # A page that only names the feed proves nothing: it must be the place the feed belongs to.
    home = [source.home_url] if is_within(source.url, source.home_url) else []
    look_for(code(source), source.person, [*home, source.url])


@transaction.atomic
def take_over(source: Source) -> None:
    """Give all that came from there to whoever has shown that it is theirs. Others let go of it."""
    _not_proved(source)
    by, now = source.person, timezone.now()
    for other in _others(source):
        ids = list(Post.objects.filter(source=other).values_list("id", flat=True))
        take_items(other, source)
        take_posts(ids, by)
        Thanks.objects.filter(post__in=ids, by=by).delete()
        Thanks.objects.filter(post__in=ids).update(helper=by)
        note = _("%(name)s has shown that this is theirs.") % {"name": by.shown_name}
        Source.objects.filter(pk=other.pk).update(retired_at=now, note=note)
    Source.objects.filter(pk=source.pk).update(proved_at=now)
    look_soon([source.url])


def _others(source: Source) -> list[Source]:
    rows = Source.objects.select_for_update(of=("self",)).filter(url=source.url, channel="feeds")
    return list(
        rows.filter(person__account__isnull=False).exclude(person=source.person).select_related("person")
    )


def _not_proved(source: Source) -> None:
    shown = Source.objects.filter(url=source.url, proved_at__isnull=False, retired_at=None)
    other = shown.exclude(person=source.person).select_related("person").first()
    if other is not None:
        raise Refused(
            _("%(name)s has shown that this is theirs. Write to a moderator if it is yours, too.")
            % {"name": other.person.shown_name}
        )


def words_for(person: Person) -> str:
    """What to say to somebody who has just named what is another's already; nothing where none is."""
    found = holders(Source.objects.filter(person=person, retired_at=None))
    if not found:
        return ""
    names = ", ".join(dict.fromkeys(other.person.shown_name for other in found.values()))
    return _("%(names)s named one of your places before. Below you can show that it is yours.") % {
        "names": names
    }
