"""Say of something whether it answers a question, helps, or does not. That teaches what is found next."""

from django.db import transaction
from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed, Refused
from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.questions.close import close, reopen, say_of
from potluck.questions.models import Closure, Says, Verdict
from potluck.questions.permissions import asks, question_for, seen


@transaction.atomic
def judge(question: Post, post: Post, says: str, *, by: Person) -> Verdict:
    """Only who asks it can say. When its first asker says that it answers, the question is closed with it."""
    question, post = question_for(question, by), seen(post.pk, by)
    if says not in Says.values:
        raise Malformed(_("Say whether it answers, helps, or does not."))
    if not asks(question, by):
        raise Refused(_("Only who asks this can say what answers it. You can ask it, too."))
    if says == Says.ANSWERS and question.author_id == by.id:
        close(question, by=by, answer=post)
        return Verdict.objects.get(question=question, post=post, by=by)
    _not_the_answer(question, post, by)
    return say_of(question, post, says, by=by)


@transaction.atomic
def unjudge(question: Post, post: Post, *, by: Person) -> None:
    """Take back what one said of it; a question it closed is open again."""
    question = question_for(question, by)
    _not_the_answer(question, post, by)
    Verdict.objects.filter(question=question, post=post, by=by).delete()


def _not_the_answer(question: Post, post: Post, by: Person) -> None:
    """What does not answer it any more does not close it either."""
    if Closure.objects.filter(question=question, by=by, answer=post).exists():
        reopen(question, by=by)
