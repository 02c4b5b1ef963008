"""Ask quietly: a question that only those see before whom it is put, and answers that its asker alone sees.

Nobody else learns that it was asked, and those who are asked learn who asks once they have answered
(`posts/anonymity.py`). It can be asked of everybody later, or published with one answer (`publish.py`).
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from potluck.events.models import Kind
from potluck.events.record import record
from potluck.lib.errors import Refused
from potluck.people.models import Person
from potluck.posts.anonymity import lay
from potluck.posts.models import Audience, Post, Reader, Revision, Veil
from potluck.questions.models import Ask, Quiet, Routing, Said
from potluck.questions.permissions import question_for


def is_quiet(post: Post) -> bool:
    """Whether this is a question that was asked quietly."""
    return post.audience == Audience.NAMED and Quiet.objects.filter(pk=post.pk).exists()


def is_under_quiet(post: Post) -> bool:
    """Whether this is one, or was said in the thread of one."""
    return post.audience == Audience.NAMED and Quiet.objects.filter(pk=post.thread).exists()


def make_quiet(question: Post, *, chosen: bool) -> None:
    """Mark what was just shared. Where its asker has chosen before whom it is put, nobody else is looked for."""
    Quiet.objects.get_or_create(question=question)
    if chosen:
        Routing.objects.get_or_create(question=question, defaults={"round": 1})


def put_before(question: Post, asks: Sequence[Ask]) -> None:
    """Write before whom a question is put; one that is asked quietly is open to them from now on, without a name."""
    quietly = is_quiet(question)
    if quietly:
        for row in asks:
            row.reason.pop("who", None)
    Ask.objects.bulk_create(asks)
    if quietly:
        lay(question, [ask.person_id for ask in asks])
        rows = [Reader(post=question, person_id=ask.person_id) for ask in asks]
        Reader.objects.bulk_create(rows, ignore_conflicts=True)


def not_quietly(question: Post) -> None:
    """Refuse what would tell others of it."""
    if is_quiet(question):
        raise Refused(_("This was asked quietly. Only who asks it can put it before others."))


@transaction.atomic
def ask_everybody(question: Post, *, by: Person) -> Post:
    """Ask it of everybody after all. What was answered already stays between the two."""
    question = question_for(question, by)
    if question.author_id != by.id or not is_quiet(question):
        raise Refused(_("Only a question of your own that you asked quietly can be asked of everybody."))
    Routing.objects.filter(pk=question.pk).delete()
    return open_up(question)


def open_up(question: Post) -> Post:
    """From now on it is an ordinary question, as it stands. What was said of it in private is not told."""
    Quiet.objects.filter(pk=question.pk).delete()
    Reader.objects.filter(post=question).delete()
    Veil.objects.filter(thread=question).delete()
    Revision.objects.filter(post=question).delete()
    Ask.objects.filter(question=question, said=Said.ON_IT).update(said=Said.NOTHING)
    question.audience, question.edited_at = Audience.PUBLIC, None
    question.save(update_fields=["audience", "edited_at"])
    record(Kind.SHARED, by=question.author_id, about=question.key)
    return question
