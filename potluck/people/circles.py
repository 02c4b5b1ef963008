"""Keep a short list of people for oneself. Nobody else knows of it, nor of being in it."""

from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed, Refused
from potluck.people.models import Block, Circle, CircleMember, Person

MOST_PEOPLE = 150


def make_circle(name: str, *, by: Person) -> Circle:
    """Begin a circle, or return the one of that name."""
    name = name.strip()[:100]
    if not name:
        raise Malformed(_("Give the circle a name, only you will see it."))
    return Circle.objects.get_or_create(owner=by, name=name)[0]


def put_in(circle: Circle, who: Person, *, by: Person) -> CircleMember:
    """Put one person into one's circle."""
    _own(circle, by)
    if not who.is_member:
        raise Refused(
            _("%(name)s is not a member, so nothing can be shared with them alone.")
            % {"name": who.shown_name}
        )
    if who == by or Block.objects.filter(by=who, who=by).exists():
        raise Refused(_("You cannot put this person into a circle."))
    if circle.members.count() >= MOST_PEOPLE:
        raise Refused(_("A circle holds at most %(most)s people.") % {"most": MOST_PEOPLE})
    return CircleMember.objects.get_or_create(circle=circle, person=who)[0]


def take_out(circle: Circle, who: Person, *, by: Person) -> None:
    """Take one person out again. They see no more of what is shared with this circle."""
    _own(circle, by)
    CircleMember.objects.filter(circle=circle, person=who).delete()


def _own(circle: Circle, by: Person) -> None:
    if circle.owner_id != by.id:
        raise Refused(_("This is not your circle."))
