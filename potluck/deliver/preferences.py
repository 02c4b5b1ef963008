"""What a person does not wish to be brought, whoever carries it, and how they wish the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.deliver.categories import Kind
from potluck.deliver.models import Hush, Rhythm, Wishes
from potluck.lib.errors import Malformed
from potluck.people.models import Person

# For a match `m`, its `people_person viewer`, and its post `p` with the author as `author`. Whoever did what the
# reason tells of may be another: who passed it on, or thanked for it. Talk in a room is many short lines: who talks
# along sees them there, and who does not is brought the first, not each, unless it speaks to them.
WANTED_SQL = """
    NOT EXISTS (SELECT FROM people_mute mu WHERE mu.by_id = viewer.id
                AND mu.who_id IN (author.id, (m.reason->>'who')::bigint))
    AND NOT EXISTS (
        SELECT FROM people_follow lf
        WHERE lf.by_id = viewer.id AND lf.level = 0
          AND (lf.thread = p.thread OR (lf.who_id = author.id AND lf.tag = '')
               OR (lf.who_id IS NULL AND lf.tag <> '' AND lf.tag = ANY(p.tags))))
    AND NOT (p.whence = 'live' AND m.reason->>'code' NOT IN ('mention', 'named')
             AND COALESCE(m.reason->>'about', '') IN ('', p.thread::text) AND (
        EXISTS (SELECT FROM posts_post own WHERE own.thread = p.thread AND own.author_id = viewer.id
                AND own.whence = 'live' AND own.arrived_at > p.arrived_at - interval '10 minutes')
        OR EXISTS (SELECT FROM home_arrival ha JOIN posts_post line ON line.id = ha.post_id
                   WHERE ha.person_id = viewer.id AND ha.at > p.arrived_at - interval '30 minutes'
                     AND line.thread = p.thread AND line.whence = 'live' AND line.id < p.id)))
"""
# The same for what knocks at one's door, as mail does: a thread, a person or a topic one has had enough mail of. What
# speaks to one comes all the same, whatever its topic.
HUSHED_SQL = """
    EXISTS (SELECT FROM deliver_hush hu WHERE hu.by_id = viewer.id AND (
        (hu.thread <> 0 AND hu.thread = p.thread) OR (hu.who <> 0 AND hu.who = author.id)
        OR (hu.tag <> '' AND m.place = 1 AND hu.tag = ANY(p.tags))))
"""
MOST_IN_A_DIGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """All one can say of how things reach one by mail. `rhythms` by the value of each `Kind`; `most` 0 is as home."""

    rhythms: Mapping[str, int]
    hour: int
    weekday: int
    most: int = 0


def wishes_of(person: Person) -> Wishes:
    """What a person wishes; an unsaved row where they never said."""
    return Wishes.objects.filter(person=person).first() or Wishes(person=person)


def wish(person: Person, how: How) -> Wishes:
    """Say how. To say so ends a pause: whoever turns it wants to hear."""
    if set(how.rhythms) != set(Kind.values) or not all(
        each in Rhythm.values for each in how.rhythms.values()
    ):
        raise Malformed(_("Say for each kind when you would like to hear of it."))
    if not (0 <= how.hour < 24 and 0 <= how.weekday < 7):
        raise Malformed(_("Say an hour from 0 to 23, and a day."))
    if not 0 <= how.most <= MOST_IN_A_DIGEST:
        most = {"most": MOST_IN_A_DIGEST}
        raise Malformed(_("Say a number up to %(most)s, or nothing: then it is as many as home.") % most)
    said: dict[str, object] = {kind: Rhythm(each) for kind, each in how.rhythms.items()}
    said |= {"hour": how.hour, "weekday": how.weekday, "most": how.most or None}
    return _kept(person, **said, off_at=None, paused_at=None, trouble="")


def set_rhythm(person: Person, rhythm: Rhythm, kinds: Iterable[Kind] = tuple(Kind)) -> Wishes:
    """All of these kinds at once, daily, weekly, or not at all; one who had turned all off hears again."""
    said: dict[str, object] = {kind.value: rhythm for kind in kinds}
    return _kept(person, **said, **({} if rhythm == Rhythm.NONE else {"off_at": None}))


def turn_off(person: Person) -> None:
    """No mail at all, for now. What was wished is kept."""
    _kept(person, off_at=timezone.now())


def turn_on(person: Person) -> None:
    """Mail again, as it was wished; this ends a pause too."""
    _kept(person, off_at=None, paused_at=None, trouble="")


def pause(person: Person, trouble: str) -> None:
    """Stop for now, as their mailbox takes nothing; the web says so in these words."""
    _kept(person, paused_at=timezone.now(), trouble=trouble[:300])


def warn(person: Person, trouble: str) -> None:
    """Say on the web, in these words, that their mailbox makes trouble."""
    _kept(person, trouble=trouble[:300])


def hush(person: Person, *, thread: int = 0, tag: str = "", who: int = 0) -> None:
    """No mail of one thread, topic or person any more."""
    Hush.objects.get_or_create(by=person, thread=thread, tag=tag, who=who)


def unhush(person: Person, *, thread: int = 0, tag: str = "", who: int = 0) -> None:
    """Mail of it again."""
    Hush.objects.filter(by=person, thread=thread, tag=tag, who=who).delete()


def told(person: int) -> None:
    """They were told how to turn what comes."""
    Wishes.objects.bulk_create([Wishes(person_id=person)], ignore_conflicts=True)
    Wishes.objects.filter(person_id=person, told_at=None).update(told_at=timezone.now())


def _kept(person: Person, **said: object) -> Wishes:
    return Wishes.objects.update_or_create(person=person, defaults=said)[0]
