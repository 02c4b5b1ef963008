"""What is looked at before anything said is let in: the one screen, at the one door."""

from enum import Enum

from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed, Refused
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post

# Longer than a long book chapter; what comes from elsewhere is cut by its channel before this.
MOST_TEXT = 200_000
# A first post with more links than this waits for a moderator.
MOST_FIRST_LINKS = 5


class Verdict(Enum):
    """What the screen says of a draft it did not refuse."""

    PASS = "pass"  # noqa: S105
    HOLD = "hold"


def screen(draft: Draft) -> Verdict:
    """Look at one draft. Raises Refused or Malformed with a sentence; says whether to hold it for a moderator."""
    _who(draft)
    if not (
        draft.text.strip()
        or draft.title.strip()
        or draft.attachments
        or draft.html
        or draft.link
        or draft.via
    ):
        raise Malformed(_("There is nothing here yet. Write a line, or add a link or a file."))
    if draft.source is None:
        screen_length(draft.text)
    if draft.reply_to:
        _may_read(draft, draft.reply_to)
    if draft.via:
        _may_pass_on(draft, draft.via)
    if draft.audience == Audience.CIRCLE and (
        draft.circle is None or draft.circle.owner_id != draft.author.id
    ):
        raise Malformed(_("Choose one of your circles, or another audience."))
    if draft.audience == Audience.NAMED and not draft.readers and not draft.reply_to:
        raise Malformed(_("Name at least one person this is for."))
    return _suspicion(draft)


def screen_length(text: str) -> None:
    """Refuse what is too long, said now or by a change."""
    if len(text) > MOST_TEXT:
        raise Malformed(_("This is longer than a post can be. Attach it as a file, or share it in parts."))


def _who(draft: Draft) -> None:
    if draft.author.is_suspended:
        raise Refused(_("Your account is suspended, so nothing can be shared from it for now."))
    if draft.author.removed_at:
        raise Refused(_("This person asked not to appear here."))
    if draft.author.is_member and not draft.author.approved_at and draft.source is None:
        raise Refused(_("A moderator has not said yes yet. Your text is kept as a draft."))


def _may_read(draft: Draft, other: Post) -> None:
    if draft.author.is_member and not Post.objects.visible_to(draft.author).filter(pk=other.pk).exists():
        raise Refused(_("What you answer is not there any more. Your text is kept as a draft."))


def _may_pass_on(draft: Draft, other: Post) -> None:
    _may_read(draft, other)
    if other.audience != Audience.PUBLIC and draft.audience != Audience.ME:
        raise Refused(_("This was not meant for everybody, so it cannot be passed on."))


def _suspicion(draft: Draft) -> Verdict:
    links = draft.text.count("http://") + draft.text.count("https://")
    if draft.source or draft.before or links <= MOST_FIRST_LINKS or draft.author.is_moderator:
        return Verdict.PASS
    known = Post.objects.filter(author=draft.author, source=None, held_at=None, deleted_at=None).exists()
    if known or _audience(draft) == Audience.ME:
        return Verdict.PASS
    if _audience(draft) > Audience.MEMBERS:
        # Nobody could let it out: moderators see nothing that was narrowed.
        raise Refused(
            _(
                "Your first share has many links. Leave some out, or share it with all members; then a moderator looks."
            )
        )
    return Verdict.HOLD


def _audience(draft: Draft) -> int:
    """For whom it will be: a reply is for whomever what it answers is for."""
    return draft.reply_to.audience if draft.reply_to else draft.audience
