"""Point to something shared that answers a question: it need not be said twice, and whoever said it has the credit."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from potluck.events.models import Kind
from potluck.events.record import record
from potluck.lib.errors import Malformed, Refused
from potluck.lib.url_key import link_key
from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.questions.feedback import judge
from potluck.questions.models import Found, Says, Telling
from potluck.questions.permissions import question_for, seen

PASSAGE = 300
_PAGE = re.compile(r"(?:^|/)posts/(\d{1,18})\b")


@transaction.atomic
def point(question: Post, post: Post, *, by: Person) -> None:
    """It is put before all who ask; who asked first says with it that it answers."""
    question, post = question_for(question, by), seen(post.pk, by)
    if post.thread == question.thread:
        raise Refused(_("That is in this conversation already."))
    if question.author_id == by.id:
        judge(question, post, Says.ANSWERS, by=by)
        return
    if not Post.objects.visible_to(question.author).filter(pk=post.pk).exists():
        raise Refused(_("That is not for everybody who asks this."))
    row, new = Found.objects.get_or_create(
        question=question,
        post=post,
        defaults={"by": by, "passage": post.excerpt[:PASSAGE], "chance": 1.0, "told": Telling.TOLD},
    )
    if new:
        row.event = record(Kind.POINTED, by=by.key, about=post.key, to=question.author_id).id
        row.save(update_fields=["event"])


def at_address(said: str, viewer: Person) -> Post:
    """What somebody may see at an address they typed: a page of ours, or of what was shared from elsewhere."""
    here = Post.objects.visible_to(viewer).select_related("author")
    ours = _PAGE.search(said.strip())
    post = here.filter(pk=int(ours[1])).first() if ours else None
    if post is None and said.strip().startswith(("http://", "https://")):
        post = here.filter(link_key=link_key(said.strip())).order_by("id").first()
    if post is None:
        raise Malformed(_("Nothing shared here has that address. Share it first, or write it as an answer."))
    return post
