"""Answer with something shared before, changed for this question: its author keeps the credit, and hears of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from potluck.events.models import Kind
from potluck.events.record import record
from potluck.lib.errors import Refused
from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.list_rows import Line, lines
from potluck.posts.models import Audience, Post
from potluck.posts.models import Kind as PostKind
from potluck.questions.models import Adaptation
from potluck.questions.permissions import question_for, seen


@dataclass(frozen=True, slots=True)
class Adapted:
    """One answer that was made from something: the line of each, and of the question."""

    answer: Line
    question: Line


def may_adapt(question: Post, of: Post, *, by: Person) -> tuple[Post, Post]:
    """The question and what is to be changed for it, as they are now. What is for few is not told to more."""
    question, of = question_for(question, by), seen(of.pk, by)
    if of.kind == PostKind.QUESTION:
        raise Refused(_("A question does not answer this. Choose something that was shared."))
    narrow = of.audience if of.audience <= Audience.MEMBERS else Audience.ME
    if of.author_id != by.id and narrow > question.audience:
        raise Refused(_("That is not for everybody who reads this. Ask whoever wrote it."))
    return question, of


def words_of(of: Post) -> str:
    """What one begins with: all of it, or of what was published elsewhere the beginning, and where the rest is."""
    if of.author.is_member and of.text:
        return of.text
    quoted = "\n".join(f"> {line}" for line in of.excerpt.splitlines())
    return f"{quoted}\n\n{of.link or of.url}".strip()


@transaction.atomic
def adapted(answer: Post, of: Post, *, by: Person) -> Adaptation:
    """Write down what an answer was made from, and tell whoever shared that."""
    if "".join(answer.text.split()) == "".join(of.text.split()):
        raise Refused(_("Nothing is changed. If it answers as it is, point to it instead."))
    row, new = Adaptation.objects.get_or_create(answer=answer, defaults={"of": of})
    if new and of.author_id != by.id:
        record(Kind.ADAPTED, by=by.key, about=answer.key, to=of.author_id)
    return row


_MADE_FROM = "SELECT answer_id, of_id FROM questions_adaptation WHERE answer_id = ANY(%s)"
_MADE_OF = """
SELECT a.answer_id, p.thread FROM questions_adaptation a JOIN posts_post p ON p.id = a.answer_id
WHERE a.of_id = %s ORDER BY a.answer_id DESC LIMIT %s
"""


def made_from(answers: Iterable[int], viewer: Person | None) -> dict[int, Line]:
    """What these answers were made from, by answer, as far as this reader may see it."""
    ids = list(answers)
    rows: dict[int, int] = dict(ask(_MADE_FROM, [ids])) if ids else {}
    if not rows:
        return {}
    seen_ids = Post.objects.visible_to(viewer).filter(id__in=rows.values()).values_list("id", flat=True)
    there = {line.id: line for line in lines(seen_ids, viewer)}
    return {answer: there[of] for answer, of in rows.items() if of in there}


def made_of(post: Post, viewer: Person | None, most: int = 20) -> list[Adapted]:
    """The answers that were made from this, newest first, with what they answer."""
    pairs = ask(_MADE_OF, [post.pk, most])
    if not pairs:
        return []
    ids = Post.objects.visible_to(viewer).filter(id__in={key for pair in pairs for key in pair})
    there = {line.id: line for line in lines(ids.values_list("id", flat=True), viewer)}
    return [Adapted(there[a], there[q]) for a, q in pairs if a in there and q in there]
