"""Let everybody read a private answer: only when who asked and who answered have both said yes."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from potluck.events.models import Kind
from potluck.events.record import record
from potluck.lib.errors import Refused
from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.models import Audience, Post, Reader, Revision
from potluck.posts.models import Kind as PostKind
from potluck.questions.anonymous import is_quiet, open_up
from potluck.questions.models import Adaptation, Ask, Consent, Routing
from potluck.questions.permissions import seen


def between(answer: Post, question: Post) -> bool:
    """Whether this is an answer to the question that only its asker and its author see."""
    to_it = answer.reply_to_id == question.pk and answer.author_id != question.author_id
    narrow = answer.audience == Audience.NAMED and answer.deleted_at is None
    return to_it and narrow and (question.audience != Audience.NAMED or is_quiet(question))


@dataclass(frozen=True, slots=True)
class Between:
    """An answer between the viewer and one other: who that is, and which of the two would let everybody read it."""

    other: int
    yes: bool
    other_yes: bool


_BETWEEN = f"""
SELECT p.id, p.author_id, (SELECT array_agg(c.by_id) FROM questions_consent c WHERE c.answer_id = p.id)
FROM posts_post p
WHERE p.reply_to_id = %(question)s AND p.audience = {Audience.NAMED:d} AND p.deleted_at IS NULL
  AND p.author_id <> %(asker)s AND %(me)s IN (p.author_id, %(asker)s)
"""


def betweens(question: Post, viewer: Person | None) -> Mapping[int, Between]:
    """The answers to a question that only its asker and the viewer see, if the viewer is not both, by id."""
    if viewer is None or (question.audience == Audience.NAMED and not is_quiet(question)):
        return {}
    facts = {"question": question.pk, "asker": question.author_id, "me": viewer.id}
    told = {}
    for answer, author, said in ask(_BETWEEN, facts):
        other = question.author_id if author == viewer.id else author
        told[answer] = Between(other, viewer.id in (said or ()), other in (said or ()))
    return told


@transaction.atomic
def agree(answer: Post, *, by: Person) -> bool:
    """Say that everybody may read it, and the question with it. Returns whether both have now said so."""
    answer, question = _both(answer, by)
    said = max(filter(None, (answer.edited_at, question.edited_at)), default=None)
    if said is not None:  # a yes was to what it said then
        Consent.objects.filter(answer=answer, at__lt=said).delete()
    __, new = Consent.objects.get_or_create(answer=answer, by=by)
    other = question.author_id if by.id == answer.author_id else answer.author_id
    if Consent.objects.filter(answer=answer, by=other).exists():
        _publish(answer, question)
        record(Kind.PUBLISHED, by=by.key, about=answer.key, to=other)
        return True
    if new:
        record(Kind.PROPOSED, by=by.key, about=answer.key, to=other)
    return False


@transaction.atomic
def withdraw(answer: Post, *, by: Person) -> None:
    """Rather not. Nothing is told of it, and it stays between the two."""
    answer, _question = _both(answer, by)
    Consent.objects.filter(answer=answer, by=by).delete()


def _both(answer: Post, by: Person) -> tuple[Post, Post]:
    """The two as they are now, held so that two who say yes at once are one after the other."""
    answer = seen(answer.pk, by)
    question = seen(answer.reply_to_id or 0, by)
    held = Post.objects.order_by("pk").select_for_update().in_bulk([answer.pk, question.pk])
    answer, question = held[answer.pk], held[question.pk]
    if not between(answer, question) or by.id not in (answer.author_id, question.author_id):
        raise Refused(_("This is not an answer between two, or it is not yours."))
    if question.kind != PostKind.QUESTION:
        raise Refused(_("This is not a question."))
    return answer, question


def _publish(answer: Post, question: Post) -> None:
    """As if both had been said openly. Who else was asked quietly stays unsaid, and so do earlier wordings."""
    if is_quiet(question):
        Ask.objects.filter(question=question).exclude(person=answer.author_id).delete()
        Routing.objects.update_or_create(
            question=question, defaults={"round": 1, "next_at": None, "reserve": []}
        )
        open_up(question)
    Reader.objects.filter(post=answer).delete()
    Revision.objects.filter(post=answer).delete()
    answer.audience, answer.circle_id, answer.edited_at = question.audience, question.circle_id, None
    answer.save(update_fields=["audience", "circle", "edited_at"])
    for whose in Adaptation.objects.filter(answer=answer).values_list("of__author", flat=True):
        if whose != answer.author_id:
            record(Kind.ADAPTED, by=answer.author_id, about=answer.key, to=whose)
