"""Ask it, too: one joins a question instead of asking it again, and hears whatever its asker hears."""

from django.db import transaction
from django.utils.translation import gettext as _

from potluck.events.models import Kind
from potluck.events.record import record
from potluck.lib.errors import Refused
from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.questions.anonymous import not_quietly
from potluck.questions.models import MeToo
from potluck.questions.open_filter import rests, take_up
from potluck.questions.permissions import question_for


@transaction.atomic
def ask_too(question: Post, *, by: Person) -> MeToo | None:
    """Join it. Whoever asked first hears of it by name; said twice, it is said once.

    What was asked elsewhere before it came here stands from now on; whoever asked it then need say no more than that.
    """
    question = question_for(question, by)
    if question.author_id == by.id and not rests(question):
        raise Refused(_("You ask this already."))
    not_quietly(question)
    take_up(question)
    if question.author_id == by.id:
        return None
    row, new = MeToo.objects.get_or_create(question=question, person=by)
    if new:
        record(Kind.ME_TOO, by=by.key, about=question.key, to=question.author_id)
    return row


def ask_no_more(question: Post, *, by: Person) -> None:
    """Leave it again."""
    MeToo.objects.filter(question=question, person=by).delete()
