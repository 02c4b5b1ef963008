"""Be left in peace: mute (they are not told) and block (neither sees the other)."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from potluck.lib.errors import Refused
from potluck.people.models import Block, CircleMember, Follow, Meeting, Mute, Person


def mute(who: Person, *, by: Person) -> Mute:
    """Hear nothing of somebody any more. They are not told."""
    if who == by:
        raise Refused(_("You cannot mute yourself."))
    return Mute.objects.get_or_create(by=by, who=who)[0]


def unmute(who: Person, *, by: Person) -> None:
    """Hear of them again."""
    Mute.objects.filter(by=by, who=who).delete()


@transaction.atomic
def block(who: Person, *, by: Person) -> Block:
    """Neither sees the other any more: follows, circle places and having met end both ways."""
    if who == by:
        raise Refused(_("You cannot block yourself."))
    row, _new = Block.objects.get_or_create(by=by, who=who)
    for model in (Follow, Meeting):
        model.objects.filter(Q(by=by, who=who) | Q(by=who, who=by)).delete()
    CircleMember.objects.filter(Q(circle__owner=by, person=who) | Q(circle__owner=who, person=by)).delete()
    return row


def unblock(who: Person, *, by: Person) -> None:
    """Let them see you again. What was followed before stays ended."""
    Block.objects.filter(by=by, who=who).delete()
