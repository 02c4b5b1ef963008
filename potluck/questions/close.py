"""Close a question, naming what answered it if one thing did; or open it again. Nothing closes by itself."""

from django.db import transaction
from django.utils.translation import gettext as _

from potluck.events.models import Kind
from potluck.events.record import record
from potluck.lib.errors import Refused
from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.questions.models import Adaptation, Closure, Says, Verdict
from potluck.questions.permissions import question_for, seen


@transaction.atomic
def close(question: Post, *, by: Person, answer: Post | None = None) -> Closure:
    """Its asker has what they need. Whoever shared the answer hears of it."""
    question = question_for(question, by)
    if question.author_id != by.id:
        raise Refused(_("Only who asked this can close it. You can say that it answers you, too."))
    if answer is not None:
        answer = seen(answer.pk, by)
        say_of(question, answer, Says.ANSWERS, by=by)
    row, new = Closure.objects.get_or_create(question=question, defaults={"by": by, "answer": answer})
    if new:
        record(Kind.CLOSED, by=by.key, about=question.key)
    elif answer is not None and row.answer_id != answer.pk:
        row.answer = answer
        row.save(update_fields=["answer"])
    return row


@transaction.atomic
def reopen(question: Post, *, by: Person) -> None:
    """It is held against all that is shared again. Its answer stays one that helped."""
    question = question_for(question, by)
    if question.author_id != by.id:
        raise Refused(_("Only who asked this can open it again."))
    row = Closure.objects.select_for_update().filter(question=question).first()
    if row is None:
        return
    if row.answer_id:
        Verdict.objects.filter(question=question, by=by, post=row.answer_id).update(says=Says.HELPS)
    row.delete()
    record(Kind.REOPENED, by=by.key, about=question.key)


def say_of(question: Post, post: Post, says: str, *, by: Person) -> Verdict:
    """Write one verdict, and tell whoever shared it where it is a good one."""
    if post.pk == question.pk:
        raise Refused(_("A question does not answer itself. Write the answer below it."))
    row, new = Verdict.objects.get_or_create(question=question, post=post, by=by, defaults={"says": says})
    before = "" if new else row.says
    if before == says:
        return row
    row.says = says
    row.save(update_fields=["says"])
    if says != Says.NO and before != Says.ANSWERS:
        kind = Kind.ANSWERED_IT if says == Says.ANSWERS else Kind.HELPED
        # Whoever shared what an answer was made from has a part in it.
        made = Adaptation.objects.filter(answer=post).values_list("of__author", flat=True)
        for helper in sorted({post.author_id, *made} - {by.id}):
            record(kind, by=by.key, about=post.key, to=helper)
    return row
