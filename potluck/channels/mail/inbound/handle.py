"""Handle a letter: it becomes a post, an act, or one sentence of refusal; all in one transaction, and once.

waiting ──► whose? ──► an act, a word of command, a reply, a share, a question ──► done
              └──► not shown yet: asked by a mail ──► unconfirmed ──► waiting again
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from potluck.channels.mail.actions.autoresponse import answer
from potluck.channels.mail.actions.confirm import ASKED_AGAIN, handle_again, unasked
from potluck.channels.mail.inbound.authentication import Evidence, Proof, evidence, own_look
from potluck.channels.mail.inbound.message import Message
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.channels.mail.inbound.parse import read
from potluck.channels.mail.inbound.receive import HANDLE
from potluck.channels.mail.inbound.route import decide
from potluck.channels.mail.lists import bridge
from potluck.channels.mail.models import Letter, State
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.safety import rate_limits

log = logging.getLogger(__name__)

# A letter that waits longer than this has lost its job.
LOST = timedelta(minutes=5)
# A letter whose sender did not confirm it is forgotten then.
UNCONFIRMED, UNCONFIRMED_OF_STRANGER = timedelta(days=30), timedelta(days=7)
# What became nothing is remembered so long, to know it when it comes again.
ENDED = timedelta(days=30)
_ENDS = (State.DONE, State.REFUSED, State.IGNORED)


@app.task(name=HANDLE, queue="mail", retry=RetryStrategy(max_attempts=6, exponential_wait=4))
def handle(letter: int, vouched: bool = False) -> None:
    """Handle one letter. `vouched`: its sender has shown that it is from them."""
    waiting = Letter.objects.filter(pk=letter, state=State.WAITING, raw__isnull=False)
    try:
        # Before the row is held: the DNS may take its time.
        first = waiting.first()
        found = Proof.VOUCHED if vouched else own_look(first)
        by_list = True if vouched else bridge.own_look(first)
        with transaction.atomic():
            row = waiting.select_for_update().first()
            if row is not None and row.raw is not None:
                _settle(row, bytes(row.raw), found, by_list)
    except Exception as error:
        # It stays as it came, and the sweep leaves it to the host.
        Letter.objects.filter(pk=letter).update(trouble=f"{type(error).__name__}: {error}"[:1000])
        raise


def _settle(row: Letter, raw: bytes, looked: Proof | None, by_list: bool | None) -> None:
    try:
        message = read(raw)
    except Malformed as error:
        _end(row, Outcome(state=State.REFUSED, why=str(error)))
        return
    found = Evidence(evidence(row, message, raw, looked), by_list)
    outcome = _outcome(row, message, raw, found)
    if outcome.said and _may_answer(row, outcome, found.author):
        # A letter that waited is answered twice: first with a question.
        name = f"{row.id}.asked" if outcome.state == State.UNCONFIRMED else str(row.id)
        answer(message, name, outcome.said, reply_to=outcome.reply_to)
    _end(row, outcome)


def _may_answer(row: Letter, outcome: Outcome, found: Proof) -> bool:
    """Whoever is named in a forged letter did not write it, and gets no answer but the one question."""
    if outcome.state == State.UNCONFIRMED or found in (Proof.PASSED, Proof.VOUCHED):
        return True
    if found is Proof.FAILED:
        return False
    try:
        if row.is_of_stranger:
            rate_limits.take("stranger answer", "")
    except Refused:
        return False
    return True


def _outcome(row: Letter, message: Message, raw: bytes, found: Evidence) -> Outcome:
    try:
        with transaction.atomic():
            return decide(row, message, raw, found=found)
    except (Refused, Missing, Malformed) as error:
        return Outcome(state=State.REFUSED, said=_sorry(str(error)), why=str(error))


def _sorry(reason: str) -> str:
    kept = _("Your mail was not taken in. What you wrote is in your own sent mail.")
    return f"{reason}\n\n{kept} {_('Write “help” to see what you can do by mail.')}"


def _end(row: Letter, outcome: Outcome) -> None:
    row.state, row.trouble = outcome.state, outcome.why
    row.post, row.person = outcome.post, outcome.person
    if outcome.state == State.UNCONFIRMED and outcome.said:
        row.asked_at = timezone.now()
    if outcome.state in _ENDS:
        row.raw, row.handled_at = None, timezone.now()
    row.save(update_fields=["state", "trouble", "post", "person", "raw", "handled_at", "asked_at"])


@app.periodic(cron="*/5 * * * *")
@app.task(name="potluck.mail.left-over", queue="mail", pass_context=False)
def sweep(timestamp: int) -> None:
    """Take up letters whose job was lost, and forget those nobody confirmed."""
    now = timezone.now()
    lost = Letter.objects.filter(state=State.WAITING, trouble="", arrived_at__lt=now - LOST).order_by("id")
    for letter in lost.values_list("id", flat=True)[:200]:
        app.configure_task(HANDLE, queue="mail").defer(letter=letter)
    old = Letter.objects.filter(state=State.UNCONFIRMED, arrived_at__lt=now - UNCONFIRMED)
    old = old | Letter.objects.filter(
        state=State.UNCONFIRMED, is_of_stranger=True, arrived_at__lt=now - UNCONFIRMED_OF_STRANGER
    )
    old.update(state=State.IGNORED, raw=None, handled_at=now, trouble="Nobody confirmed it.")
    for key in unasked(now - ASKED_AGAIN):
        handle_again(key)
    Letter.objects.filter(
        state__in=(State.REFUSED, State.IGNORED), post=None, handled_at__lt=now - ENDED
    ).delete()
