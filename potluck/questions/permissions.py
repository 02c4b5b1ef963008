"""Who may do something with a question: whoever may see it, and is not suspended."""

from django.utils.translation import gettext as _

from potluck.lib.errors import Missing, Refused
from potluck.people.models import Person
from potluck.posts.models import Kind, Post
from potluck.questions.models import MeToo


def question_for(post: Post, by: Person) -> Post:
    """The question as it is now, for somebody to act on. Missing in the same words, whether it is there or not."""
    found = seen(post.pk, by)
    if found.kind != Kind.QUESTION:
        raise Refused(_("This is not a question."))
    return found


def seen(post_id: int, by: Person) -> Post:
    """A post that this person may see and act on."""
    if by.is_suspended:
        raise Refused(_("Your account is suspended for now."))
    found = Post.objects.visible_to(by).select_related("author").filter(pk=post_id).first()
    if found is None:
        raise Missing(_("This is not there any more, or not for you."))
    return found


def asks(question: Post, person: Person) -> bool:
    """Whether this person asks it: first, or too."""
    return question.author_id == person.id or MeToo.objects.filter(question=question, person=person).exists()
