"""Somebody has shown who they are: give them their person, publish what they wrote first, show the way on."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from potluck.lib.errors import Missing
from potluck.people.invite import standing_invitation
from potluck.people.join import join
from potluck.people.leave_models import Leaving
from potluck.people.models import Account, Invitation, Person
from potluck.rendering.pages import say
from potluck.web.moderation.join_requests import tell_moderators
from potluck.web.onboarding.first_share import publish_kept

INVITATION, NAME, FIRST_POST, AFTER = "invitation", "arriving_name", "first_post", "after_welcome"
WELCOME = "/welcome/name"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where to go now; '' is wherever they were going."""

    person: Person
    page: str = ""


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The invitation this visitor came by, while it holds."""
    try:
        return standing_invitation(str(request.session[INVITATION]))
    except (KeyError, Missing):
        return None


def arrive(request: HttpRequest, account: Account) -> Arrival:
    """Join if new, then publish what is kept. Harmless to repeat."""
    new = not Person.objects.filter(account=account).exists()
    name = str(request.session.pop(NAME, ""))
    person = join(account, name=name, invitation=invitation_of(request) if new else None)
    request.session.pop(INVITATION, None)
    request.viewer = person  # type: ignore[attr-defined]
    post, sentence = publish_kept(request.session, by=person)
    if sentence:
        say(request, sentence)
    if new and person.approved_at is None:
        tell_moderators(person)
    if new:
        request.session[FIRST_POST] = post.id if post else None
        return Arrival(person, WELCOME)
    if Leaving.objects.filter(person=person).exists():
        return Arrival(person, "/you/account/leaving")  # Being here does not yet mean to stay.
    if post:
        say(request, _("It is out."))
        return Arrival(person, post.page)
    return Arrival(person, "/share" if sentence else "")
