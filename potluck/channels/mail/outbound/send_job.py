"""Hand over what waits: the job that claims deliveries in batches and gives each letter to the mail server.

A letter is marked right after the server's "250", in a transaction of its own. Whatever dies, each is handed over in
the end; only the one that was in the server's hands at that moment may be given twice, under the same Message-ID,
which mail programs show once. A server that does not answer is left in peace for a while, longer each time.
"""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from potluck.channels.mail.digest.letter import digest_letters
from potluck.channels.mail.invites.letter import sending_letters
from potluck.channels.mail.invites.send import forget_addresses
from potluck.channels.mail.outbound.bounces import bounced
from potluck.channels.mail.outbound.carrier import CARRY, MAIL
from potluck.channels.mail.outbound.compose import Composer, Letter, own_address
from potluck.channels.mail.outbound.dkim import signer_for
from potluck.channels.mail.outbound.load import ready
from potluck.channels.mail.outbound.smtp import Relay, forget_files, relay
from potluck.channels.mail.outgoing_models import Mailbox
from potluck.deliver.models import Delivery, Hush, Wishes
from potluck.deliver.preferences import told
from potluck.deliver.queue import DONE_SQL, claim_sql, take_over
from potluck.lib.errors import TryLater, Undeliverable
from potluck.lib.sql import ask, run

log = logging.getLogger(__name__)

# How long one letter rests after its first, second ... try; after the last it is given up.
RESTS = [
    timedelta(minutes=minutes) for minutes in (1, 3, 10, 30, 60, 120, 240, 480, 480, 720, 720, 1440, 1440)
]
# The same for a server that does not answer, in seconds; letters are not given up for that.
DOWN = (5, 15, 60, 180, 600)
# How long the mark of a letter that was given is tried for, in seconds.
MARKING = 60
KEPT = timedelta(days=30)
_TOO_LATE = "not for them any more when it was to go"
_CLAIM = claim_sql(MAIL)
_LATER = """
UPDATE deliver_delivery SET due = statement_timestamp() + %s::interval, claimed_at = NULL, claimed_by = NULL,
    trouble = %s WHERE id = %s
"""
_FREE = (
    "UPDATE deliver_delivery SET claimed_at = NULL, claimed_by = NULL, tries = tries - 1 WHERE id = ANY(%s)"
)


class _Server:
    """What this process knows of the server: how often it did not answer, and until when it is left in peace."""

    failed = 0
    until = 0.0

    def rests(self) -> bool:
        return time.monotonic() < self.until

    def went_well(self) -> None:
        self.failed, self.until = 0, 0.0

    def did_not_answer(self) -> None:
        self.until = time.monotonic() + DOWN[min(self.failed, len(DOWN) - 1)]
        self.failed += 1


server = _Server()


@app.task(name=CARRY, queue="carrying", lock="mail-carry", pass_context=True)
def carry(context: JobContext) -> None:
    """Hand over all that waits."""
    take_over(CARRY)
    carry_all(context.job.id or 0 if context.job else 0)


@app.periodic(cron="* * * * *")
@app.task(
    name="potluck.mail.carry_rest",
    queue="carrying",
    lock="mail-carry",
    queueing_lock="mail-carry-rest",
    pass_context=False,
)
def carry_rest(timestamp: int) -> None:
    """Every minute: what rested, and what a job left that died."""
    carry_all(-timestamp)


@app.periodic(cron="41 3 * * *")
@app.task(name="potluck.mail.forget_carried", queue="chores", pass_context=False)
def forget_carried(timestamp: int) -> None:
    """Every night: what was carried a month ago need not be known any more, nor what those wished who left."""
    Delivery.objects.filter(done_at__lt=timezone.now() - KEPT).delete()
    gone = {"person__account": None, "person__mail_addresses": None}
    for rows in (Wishes.objects.filter(**gone), Mailbox.objects.filter(**gone)):
        rows.delete()
    Hush.objects.filter(by__account=None, by__mail_addresses=None).delete()
    forget_addresses(timezone.now() - KEPT)
    forget_files(KEPT.days)


def carry_all(job: int) -> int:
    """Hand over, batch after batch, until nothing waits or the server does not answer. Returns how many went."""
    went = 0
    if server.rests():
        return went
    while claimed := [row[0] for row in ask(_CLAIM, {"job": job})]:
        try:
            went += _carry(claimed)
        except TryLater as error:
            log.warning("Mail waits: %s", error)
            server.did_not_answer()
            break
    return went


def _carry(claimed: Sequence[int]) -> int:
    """One batch. Raises TryLater, with all that is left unclaimed again, where the server went away."""
    letters = _letters(claimed)
    left = dict.fromkeys(letter.delivery for letter in letters)
    late = [key for key in claimed if key not in left]
    if late:
        run(DONE_SQL, [_TOO_LATE, late])
    try:
        with relay() as way:
            for letter in letters:
                _give(way, letter)
                del left[letter.delivery]
                server.went_well()
    except TryLater:
        run(_FREE, [list(left)])
        raise
    return len(letters)


def _letters(claimed: Sequence[int]) -> list[Letter]:
    return [*Composer(ready(claimed)).letters(), *digest_letters(claimed), *sending_letters(claimed)]


def _give(way: Relay, letter: Letter) -> None:
    """One letter. Raises TryLater where the server takes none at all."""
    signer = signer_for(own_address())
    signed = signer.sign(letter.headers, letter.body) if signer else b""
    try:
        way.hand_over(letter, signed)
    except TryLater as error:
        if error.status is None:
            raise
        _rest(letter, str(error))
    except Undeliverable as error:
        _mark(letter, str(error))
        if error.status is not None:
            bounced(letter.reader, True, str(error))
    else:
        _mark(letter, "")


def _rest(letter: Letter, trouble: str) -> None:
    (tries,) = ask("SELECT tries FROM deliver_delivery WHERE id = %s", [letter.delivery])[0]
    if tries > len(RESTS):
        _mark(letter, f"Given up: {trouble}"[:300])
        bounced(letter.reader, False, trouble)
    else:
        run(_LATER, [RESTS[tries - 1], trouble[:300], letter.delivery])


def _mark(letter: Letter, trouble: str) -> None:
    """The letter is the server's. That must not be forgotten because the database restarts just now."""
    for left in range(MARKING, -1, -1):
        try:
            run(DONE_SQL, [trouble[:300], [letter.delivery]])
            if letter.first:
                told(letter.reader)
            return
        except (OperationalError, InterfaceError):
            if not left:
                raise
            connection.close()
            time.sleep(1)
