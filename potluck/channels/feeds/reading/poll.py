"""Look at what is due: many at once, each change told to the network in one batch."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck.channels.feeds.ingest.deletions import look_for_missing
from potluck.channels.feeds.ingest.items import Reading, Taken, newest, take
from potluck.channels.feeds.ingest.save_results import Look, settle
from potluck.channels.feeds.models import Subscription
from potluck.channels.feeds.reading import schedule
from potluck.channels.feeds.reading.parse import parse
from potluck.channels.feeds.reading.types import Feed
from potluck.channels.feeds.sources.discover import feeds_in
from potluck.lib.errors import Malformed, PotluckError, TryLater
from potluck.lib.http import Answer, Outcome, Request, fetch_batches
from potluck.people.models import Source

log = logging.getLogger(__name__)
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, application/json;q=0.7,"
    " application/xml;q=0.7, text/xml;q=0.7, text/html;q=0.3, */*;q=0.1"
)
# Of what is due so much is claimed at once that hosts which hang do not fill it.
CLAIM = 1000
# Of one feed so many items are taken, the newest: more are an archive that nobody meant to send each time.
MOST_ITEMS = 5000
# Changed feeds are taken in so many at a time: enough for one statement each, not so many that a fault costs much.
TOGETHER = 20
# A run ends before the next one begins; what is due then is simply claimed by it.
RUN_SECONDS = 50.0

_CLAIM = """
UPDATE feeds_subscription s SET next_look_at = now() + interval '15 minutes'
FROM (SELECT id FROM feeds_subscription d
      WHERE next_look_at <= now()
        AND EXISTS (SELECT FROM people_source o JOIN people_person w ON w.id = o.person_id
                    WHERE o.url = d.url AND o.paused_at IS NULL AND o.retired_at IS NULL
                      AND w.removed_at IS NULL AND w.suspended_at IS NULL
                      AND (w.account_id IS NULL OR w.approved_at IS NOT NULL))
      ORDER BY next_look_at LIMIT %s FOR UPDATE SKIP LOCKED) due
WHERE s.id = due.id
RETURNING s.id, s.url, s.etag, s.modified, s.digest, s.interval, s.errors
"""


@dataclass(slots=True)
class Tally:
    """What a run did: feeds looked at, unchanged, read and failed; posts new and edited."""

    looked: int = 0
    unchanged: int = 0
    read: int = 0
    failed: int = 0
    new: int = 0
    edited: int = 0


@app.periodic(cron="* * * * *")
@app.task(name="potluck.feeds.poll", queue="feeds", queueing_lock="feeds-poll", pass_context=False)
def poll_each_minute(timestamp: int) -> None:
    """Look at everything that is due."""
    poll(seconds=RUN_SECONDS)


@app.task(name="potluck.feeds.poll_now", queue="feeds", queueing_lock="feeds-poll-now")
def poll_now() -> None:
    """Look at what has just been named, without waiting for the minute."""
    poll(seconds=RUN_SECONDS)


@app.periodic(cron="41 3 * * *")
@app.task(name="potluck.feeds.forget", queue="chores", pass_context=False)
def forget_each_night(timestamp: int) -> None:
    """Nightly: keep no address that nobody names any more."""
    forget_unused()


def forget_unused() -> None:
    """Drop how an address is read where no source has it; who names it again begins anew."""
    named = Source.objects.filter(url=OuterRef("url"), retired_at=None)
    Subscription.objects.exclude(Exists(named)).delete()


def poll(*, seconds: float = 1e9, told: Callable[[Tally], None] = lambda tally: None) -> Tally:
    """Look at what is due until nothing is, or the time is over. `told` hears of each batch."""
    tally = Tally()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        due = claim(CLAIM)
        if not due:
            break
        asked = {row.url: row for row in due}
        # What failed last time is asked last: it may hang again.
        due.sort(key=lambda row: row.errors > 0)
        for outcomes in fetch_batches([_request(row) for row in due], TOGETHER):
            _take_batch([(asked[request.url], outcome) for request, outcome in outcomes], tally)
            told(tally)
    return tally


def claim(most: int) -> list[Subscription]:
    """Take what is due, so that nobody else looks at it meanwhile; it is due again if we die."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [most])
        names = [column.name for column in cursor.description]
        return [Subscription(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _request(row: Subscription) -> Request:
    return Request(url=row.url, etag=row.etag or None, last_modified=row.modified or None, accept=ACCEPT)


def _take_batch(outcomes: Sequence[tuple[Subscription, Outcome]], tally: Tally) -> None:
    now = timezone.now()
    looks = [_look(row, outcome, now) for row, outcome in outcomes]
    read = [look for look in looks if look.feed is not None]
    try:
        taken = _store(looks, read)
    except (IntegrityError, DataError, PotluckError):
        # Somebody else brought one of these at the same moment, and each alone finds it known now; or one of them
        # cannot be taken in, which must not hold up the others.
        taken = Taken()
        looks = [_alone(look, taken) for look in looks]
    tally.looked += len(looks)
    tally.failed += sum(1 for look in looks if look.note)
    tally.read += sum(1 for look in looks if look.feed is not None)
    tally.unchanged = tally.looked - tally.failed - tally.read
    tally.new, tally.edited = tally.new + taken.new, tally.edited + taken.edited


def _alone(look: Look, taken: Taken) -> Look:
    """Store one look, or that it cannot be stored."""
    try:
        alone = _store([look], [look] if look.feed is not None else [])
    except (IntegrityError, DataError, PotluckError) as error:
        log.warning("What %s brought could not be taken in: %r", look.subscription.url, error)
        errors = look.subscription.errors + 1
        note = _("What came from there could not be taken in. We try again later.")
        look = Look(
            look.subscription, look.at, schedule.after_failure(errors, None), note=note, errors=errors
        )
        _store([look], [])
    else:
        taken.new, taken.edited = taken.new + alone.new, taken.edited + alone.edited
    return look


@transaction.atomic
def _store(looks: Sequence[Look], read: Sequence[Look]) -> Taken:
    readings = list(_readings(read))
    taken = take(readings) if read else Taken()
    look_for_missing(readings)
    settle(looks, taken)
    return taken


def _readings(read: Sequence[Look]) -> Iterator[Reading]:
    by_url = {look.subscription.url: look for look in read}
    rows = Source.objects.filter(url__in=by_url, paused_at=None, retired_at=None)
    standing = rows.filter(person__removed_at=None, person__suspended_at=None)
    waiting = Q(person__account__isnull=False, person__approved_at=None)
    # What two members name goes to who showed that it is theirs, else to who named it first.
    order = F("proved_at").asc(nulls_last=True), "id"
    for source in standing.exclude(waiting).select_related("person").order_by(*order):
        look = by_url[source.url]
        if look.feed is not None:
            yield Reading(source, look.feed, look.url)


def _look(row: Subscription, outcome: Outcome, now: datetime) -> Look:
    """What one answer means."""
    if isinstance(outcome, TryLater) and outcome.status is None and outcome.after is not None:
        # We were the ones in a hurry: this host is asked again when its turn comes.
        return Look(row, now, int(outcome.after) + 1, errors=row.errors)
    if not isinstance(outcome, Answer):
        errors = row.errors + 1
        wait = schedule.after_failure(errors, getattr(outcome, "after", None))
        return Look(row, now, wait, note=str(outcome), errors=errors, gone=outcome.status == 410)
    digest = hashlib.blake2b(outcome.body, digest_size=16).digest()
    if outcome.unchanged or digest == bytes(row.digest):
        return Look(
            row,
            now,
            schedule.after_nothing_new(row.interval, outcome),
            answer=outcome,
            digest=bytes(row.digest),
        )
    try:
        feed: Feed = parse(
            outcome.body, url=outcome.url, content_type=outcome.headers.get("Content-Type", "")
        )
    except Malformed as error:
        if named := _named_by(row, outcome):
            return Look(row, now, 0, errors=1, moved=named)
        errors = row.errors + 1
        return Look(row, now, schedule.after_failure(errors, None), note=str(error), errors=errors)
    wait = schedule.after_reading(feed, outcome, now)
    feed = newest(feed, MOST_ITEMS)
    return Look(row, now, wait, answer=outcome, feed=feed, digest=digest, url=outcome.url)


def _named_by(row: Subscription, page: Answer) -> str:
    """The feed that a page names, where a list gave the page's address for the feed's: at the first look only."""
    if row.errors or row.digest:
        return ""
    return next((one.url for one in feeds_in(page.body, page.url) if one.url != row.url), "")


def waiting_note() -> str:
    """What is said of a source not looked at yet."""
    return _("We look at it in a moment.")
