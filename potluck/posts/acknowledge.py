"""Thank, and tell what one did with a gift. The giver hears of both by name."""

from django.db import transaction
from django.utils.translation import gettext as _

from potluck.events.models import Kind
from potluck.events.record import record
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.people.models import Person
from potluck.posts.anonymity import no_veil
from potluck.posts.models import Post, Thanks, Use


@transaction.atomic
def thank(post: Post, *, by: Person, note: str = "") -> Thanks:
    """Give credit for help. Refuses self-thanks; a second thanks changes nothing but the note."""
    _may(post, by)
    if post.author_id == by.id:
        raise Refused(_("You cannot thank yourself."))
    thanks, new = Thanks.objects.get_or_create(
        by=by, post=post, defaults={"helper": post.author, "note": note[:500]}
    )
    if new:
        record(Kind.THANKED, by=by.key, about=post.key, to=post.author_id)
    elif note and note != thanks.note:
        thanks.note = note[:500]
        thanks.save(update_fields=["note"])
    return thanks


def unthank(post: Post, *, by: Person) -> None:
    """Take thanks back, given by a slip of the finger."""
    Thanks.objects.filter(post=post, by=by).delete()


@transaction.atomic
def use(post: Post, *, by: Person, story: str = "", where: str = "") -> Use:
    """Tell that one used this, how, and where it can be seen. The same said twice is said once."""
    _may(post, by)
    if post.author_id == by.id:
        raise Refused(_("You made this yourself. Tell of it in a reply."))
    where = where.strip()
    if where and not where.startswith(("https://", "http://")):
        raise Malformed(_("The address of where you used it begins with https://."))
    # One after the other, so that a form sent twice tells it once.
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)
    row, new = Use.objects.get_or_create(by=by, post=post, story=story.strip()[:5000], where=where[:2000])
    if new:
        record(Kind.USED, by=by.key, about=post.key, to=post.author_id)
    return row


def _may(post: Post, by: Person) -> None:
    if by.is_suspended:
        raise Refused(_("Your account is suspended for now."))
    if not Post.objects.visible_to(by).filter(pk=post.pk).exists():
        raise Missing(_("This is not there any more, or not for you."))
    no_veil(post, by)
