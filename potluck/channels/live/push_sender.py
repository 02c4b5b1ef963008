"""Tell devices what waits: the job that claims deliveries in batches, seals each word and gives it to push services.

A device that is gone (404, 410) is forgotten. A service that has trouble is tried again, later each time, for a day:
after that it is no news any more, and it is at home anyway.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from potluck.channels.live.models import Device, Knocking
from potluck.channels.live.outbound import KNOCK, PUSH
from potluck.channels.live.push_encryption import sealed, signed
from potluck.channels.live.push_subscriptions import quiet_end
from potluck.channels.live.push_texts import Note, notes, trial
from potluck.deliver.models import Delivery
from potluck.deliver.queue import DONE_SQL, claim_sql, take_over
from potluck.lib.errors import TryLater, Undeliverable
from potluck.lib.http import Outcome, Request, fetch_each
from potluck.lib.sql import ask, run
from potluck.people.models import Person

log = logging.getLogger(__name__)

RESTS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]
# How long a push service keeps a word for a device that is off, in seconds.
KEPT_FOR = 24 * 3600
GONE = (404, 410)
_CLAIM = claim_sql(PUSH)
_LATER = """
UPDATE deliver_delivery SET due = %s, claimed_at = NULL, claimed_by = NULL, tries = tries - %s, trouble = %s
WHERE id = ANY(%s)
"""


@app.task(name=KNOCK, queue="carrying", lock="live-knock", pass_context=True)
def knock(context: JobContext) -> None:
    """Tell all that waits."""
    take_over(KNOCK)
    knock_all(context.job.id or 0 if context.job else 0)


@app.periodic(cron="* * * * *")
@app.task(
    name="potluck.live.knock_rest",
    queue="carrying",
    lock="live-knock",
    queueing_lock="live-knock-rest",
    pass_context=False,
)
def knock_rest(timestamp: int) -> None:
    """Every minute: what rested, what was quiet, and what a job left that died."""
    knock_all(-timestamp)


@app.task(name="potluck.live.trial", queue="carrying", pass_context=False)
def knock_once(device: int) -> None:
    """Show somebody what it looks like on one device."""
    for one in Device.objects.select_related("person").filter(pk=device):
        _send([(trial(one.person), one)])


def knock_all(job: int) -> int:
    """Tell, batch after batch, until nothing waits. Returns how many words went out."""
    went = 0
    while claimed := ask(_CLAIM, {"job": job}):
        went += _tell(_without_the_quiet(claimed))
    return went


def _without_the_quiet(claimed: Sequence[tuple[int, int]]) -> list[int]:
    """Those whose people may hear a sound now; the others wait until theirs do."""
    now = timezone.now()
    people = Person.objects.in_bulk({person for _key, person in claimed})
    wishes = Knocking.objects.in_bulk(list(people))
    loud = []
    for key, person in claimed:
        end = quiet_end(wishes.get(person) or Knocking(), people[person].time_zone, now)
        if end is None:
            loud.append(key)
        else:
            run(_LATER, [end, 1, "", [key]])
    return loud


def _tell(claimed: Sequence[int]) -> int:
    ready = notes(claimed)
    late = set(claimed) - {key for note in ready for key in note.deliveries}
    if late:
        run(DONE_SQL, ["not for them any more, or seen already", list(late)])
    devices: dict[int, list[Device]] = {}
    for device in Device.objects.filter(person__in={note.person for note in ready}):
        devices.setdefault(device.person_id, []).append(device)
    outcomes = _send([(note, device) for note in ready for device in devices.get(note.person, [])])
    for note in ready:
        _settle(note, [outcomes[note, device.id] for device in devices.get(note.person, [])])
    return len(ready)


def _send(pairs: Sequence[tuple[Note, Device]]) -> dict[tuple[Note, int], Outcome]:
    """Give each word to each device's push service, and remember what was said of the device."""
    asked = [(_request(note, device), note, device) for note, device in pairs]
    whose = {id(request): (note, device) for request, note, device in asked}
    outcomes: dict[tuple[Note, int], Outcome] = {}
    for request, outcome in fetch_each([request for request, _note, _device in asked], at_once=32):
        note, device = whose[id(request)]
        outcomes[note, device.id] = outcome
        _remember(device, outcome)
    return outcomes


def _request(note: Note, device: Device) -> Request:
    """https://www.rfc-editor.org/rfc/rfc8030#section-5"""
    headers = {
        "Authorization": signed(device.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_FOR),
        "Urgency": "normal",
        # What waits at the service for a device that is off is replaced by what came later in the same thread.
        "Topic": note.tag[:32],
    }
    body = sealed(note.text(), key=device.key, secret=device.secret)
    return Request(device.endpoint, method="POST", headers=headers, body=body, max_bytes=65536, in_line=False)


def _remember(device: Device, outcome: Outcome) -> None:
    mine = Device.objects.filter(pk=device.pk)
    if isinstance(outcome, Undeliverable) and outcome.status in GONE:
        mine.delete()
    elif isinstance(outcome, TryLater | Undeliverable):
        mine.update(trouble=str(outcome)[:300])
    else:
        mine.update(told_at=timezone.now(), trouble="")


def _settle(note: Note, outcomes: Sequence[Outcome]) -> None:
    """Done if it reached a device, or if none will ever take it; else it rests."""
    later = [one for one in outcomes if isinstance(one, TryLater)]
    never = [one for one in outcomes if isinstance(one, Undeliverable)]
    keys = list(note.deliveries)
    tries = max(Delivery.objects.filter(pk__in=keys).values_list("tries", flat=True), default=0)
    if len(later) + len(never) < len(outcomes):
        run(DONE_SQL, ["", keys])
    elif later and tries <= len(RESTS):
        run(_LATER, [timezone.now() + RESTS[tries - 1], 0, str(later[0])[:300], keys])
    else:
        trouble = next((str(one) for one in [*later, *never]), "no device any more")
        run(DONE_SQL, [trouble[:300], keys])
