"""What one says to a question: I'm on it, not now, not me, somebody else. Each can be taken back."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.events.models import Kind
from potluck.events.record import record
from potluck.lib.errors import Malformed, Refused
from potluck.lib.format import names
from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.questions.anonymous import not_quietly, put_before
from potluck.questions.capacity import had_enough, may_be_asked
from potluck.questions.models import Ask, Said
from potluck.questions.open_filter import take_up
from potluck.questions.permissions import question_for


@transaction.atomic
def take_on(question: Post, *, by: Person) -> Ask:
    """I'm on it: whoever asked hears of it by name. One need not have been asked."""
    question = question_for(question, by)
    if question.author_id == by.id:
        raise Refused(_("You ask this yourself."))
    take_up(question)
    row, __ = Ask.objects.get_or_create(question=question, person=by)
    if row.said != Said.ON_IT:
        _say(row, Said.ON_IT)
        record(Kind.ON_IT, by=by.key, about=question.key, to=question.author_id)
    return row


@transaction.atomic
def decline(question: Post, said: str, *, by: Person) -> Ask:
    """Not now, or not me: nobody is told, and this question does not come again."""
    question = question_for(question, by)
    if said not in (Said.NOT_NOW, Said.NOT_ME):
        raise Malformed(_("Say: not now, or not me."))
    row, __ = Ask.objects.get_or_create(question=question, person=by)
    _say(row, said)
    return row


@transaction.atomic
def name_another(question: Post, who: Person, *, by: Person) -> Ask:
    """Somebody else: it is put before them if they take such asks, and nobody learns whether they do."""
    question = question_for(question, by)
    if who.id == by.id:
        raise Refused(_("That is you. Say “I’m on it” instead."))
    not_quietly(question)
    row, __ = Ask.objects.get_or_create(question=question, person=by)
    _say(row, Said.ELSE)
    if may_be_asked(question, [who.id], timezone.now()):
        event = record(Kind.SUGGESTED, by=by.key, about=question.key, to=who.key)
        reason = {"code": "suggested", "who": by.id}
        Ask.objects.create(question=question, person=who, by=by, round=1, reason=reason, event=event.id)
    return row


@transaction.atomic
def ask_by_name(question: Post, people: list[Person], *, by: Person) -> list[Ask]:
    """Its asker puts a question before people they name: those who take such questions, and may see it."""
    question = question_for(question, by)
    if question.author_id != by.id:
        raise Refused(_("Only who asks this can ask somebody by name."))
    rows = []
    for key in may_be_asked(question, [who.id for who in people], timezone.now()):
        event = record(Kind.SUGGESTED, by=by.key, about=question.key, to=key)
        reason = {"code": "asked_named", "who": by.id}
        rows.append(Ask(question=question, person_id=key, by=by, round=1, reason=reason, event=event.id))
    put_before(question, rows)
    return rows


def who_had_enough(question: Post, people: list[Person], *, by: Person) -> str:
    """What to say to an asker of those they named who had as many questions this week as they take; before they are
    asked."""
    full = (
        set(had_enough(question, [who.id for who in people], timezone.now()))
        if question.author_id == by.id
        else ()
    )
    if not full:
        return ""
    said = names([who.shown_name for who in people if who.id in full])
    return _(
        "%(names)s had as many questions this week as they take, so it is not put before them. Name somebody else, or"
        " name them again in some days."
    ) % {"names": said}


@transaction.atomic
def unsay(question: Post, *, by: Person) -> None:
    """Take back what one said. Who was named meanwhile keeps the question."""
    question = question_for(question, by)
    row = Ask.objects.filter(question=question, person=by).first()
    if row is None:
        return
    if row.event is None:
        row.delete()  # they came by themselves
    else:
        _say(row, Said.NOTHING)


def _say(row: Ask, said: str) -> None:
    row.said, row.said_at = said, timezone.now()
    row.save(update_fields=["said", "said_at"])
