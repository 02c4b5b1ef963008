"""What a letter says, shared: a reply in its thread, a question to everybody, or what somebody sends to be shared."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck import door
from potluck.channels.mail.actions.to_draft import Read, is_answer, plain_subject, reply_of, share_of
from potluck.channels.mail.addresses import act_address
from potluck.channels.mail.inbound.message import Message
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.channels.mail.threading import posts_of
from potluck.lib.errors import Missing
from potluck.lib.format import in_language
from potluck.match.answerers.candidates import Text
from potluck.match.suggestions.as_you_type import Answer, known_for
from potluck.people.models import Person
from potluck.posts.models import Kind, Post

# A subject alone says which thread is meant for so long.
_RECENT = timedelta(days=60)
# Of what is near and surely answers nothing, so much is named.
_CLOSE = 2


def reply(message: Message, to: int, by: Person, *, has_token: bool = False) -> Outcome:
    """Below what it answers. Whoever has the address that came with a mail may answer it, member or not."""
    seen = (
        Post.objects.filter(deleted_at=None)
        if has_token and not by.is_member
        else Post.objects.visible_to(by)
    )
    parent = seen.select_related("author").filter(pk=to).first()
    if parent is None:
        raise Missing(_("What you answer is not there any more, or not for you."))
    read = reply_of(message, parent, by=by)
    post = door.admit(read.draft)
    told = [*read.left]
    if post.held_at:
        told.append(_held())
    elif not by.is_member:
        told.append(_("Your answer is here: %(page)s") % {"page": _page(post)})
    return Outcome(post=post, person=by, said="\n\n".join(told))


def question(message: Message, by: Person) -> Outcome:
    """To everybody; and what is already shared that may answer it goes back at once."""
    read = share_of(message, by=by, kind=Kind.QUESTION)
    known = known_for(Text(title=read.draft.title, text=read.draft.text), by)
    post = door.admit(read.draft)
    told = [_told(post, read, by), *_answers(known.answers, known.close)]
    return Outcome(post=post, person=by, said="\n\n".join(told))


def share(message: Message, by: Person) -> Outcome:
    """As the member whose secret address it came to, from whatever address it was sent."""
    read = share_of(message, by=by)
    post = door.admit(read.draft)
    return Outcome(post=post, person=by, said=_told(post, read, by))


def meant(message: Message, by: Person) -> int | None:
    """The post that a letter to a plain address answers: by the names it refers to, else by a subject of late."""
    known = posts_of(message.references)
    for name in reversed(message.references):
        if name in known:
            return known[name]
    title = plain_subject(message.subject)
    if not is_answer(message.subject) or len(title) < 4:
        return None
    lately = Post.objects.visible_to(by).filter(published_at__gt=timezone.now() - _RECENT, reply_to=None)
    found = list(lately.filter(title__iexact=title).values_list("id", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def _told(post: Post, read: Read, by: Person) -> str:
    if post.held_at:
        lines = [_held()]
    else:
        said = _("Your question is out: %(page)s") if post.kind == Kind.QUESTION else _("It is out: %(page)s")
        lines = [said % {"page": _page(post)}]
    if read.left:
        lines.append("\n".join(read.left))
    lines.append(f"{_('To take it back, send any mail to')}\n{act_address('take-back', post.id, by.id)}")
    return "\n\n".join(lines)


def _answers(answers: Sequence[Answer], close: Sequence[Answer]) -> list[str]:
    """What may answer, and where nothing does, the nearest."""
    told = []
    if answers:
        told = [_("What is already shared that may answer it:")]
    elif close:
        told = [_("Nothing that surely answers it is here yet. Close to it:")]
    for one in answers or close[:_CLOSE]:
        title = one.line.title or one.line.excerpt[:100]
        by = f"{one.by.author_name}, {in_language(one.language)}" if one.language else one.by.author_name
        passage = f"\n{one.passage}" if one.passage else ""
        told.append(f"{title} ({by}){passage}\n{settings.ORIGIN}{one.page}")
    return told


def _held() -> str:
    return _(
        "It has many links for a first mail, so a moderator looks at it before others see it. You need do nothing."
    )


def _page(post: Post) -> str:
    return f"{settings.ORIGIN}/posts/{post.id}"
