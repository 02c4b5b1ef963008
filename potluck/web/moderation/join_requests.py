"""For moderators, where they say yes first: who wants to join."""

import logging
from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from potluck.lib.errors import Missing, Refused
from potluck.lib.parameters import number
from potluck.people.join_requests import approve, turn_away, wait_again, waiting
from potluck.people.models import Person
from potluck.people.network import the_network
from potluck.posts.models import SavedDraft
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say

_log = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def joining(request: MemberRequest) -> HttpResponse:
    """Who waits for a yes, with what they wrote first."""
    if not request.viewer.is_moderator:
        raise Refused(_("Only a moderator can say who may join."))
    if request.method == "POST":
        return _answer(request)
    people = list(waiting().select_related("account", "invited_by")[:200])
    drafts = SavedDraft.objects.filter(person__in=people, about="share")
    # What they wrote for themselves is nobody else's.
    drafts = drafts.exclude(fields__audience="me")
    wrote = {draft.person_id: str(draft.fields.get("text", ""))[:400] for draft in drafts}
    return render(request, "account/joining.html", {"people": people, "wrote": wrote})


def _answer(request: MemberRequest) -> HttpResponse:
    key = number(request.POST.get("who")) or 0
    who = Person.objects.select_related("account").filter(pk=key).first()
    if who is None or who.account is None:
        raise Missing(_("This person is not here any more."))
    back = f"/moderation/joining/{who.pk}"
    if request.POST.get("answer") == "no":
        if turn_away(who, by=request.viewer):
            say(request, _("%(name)s was not let in.") % {"name": who.shown_name}, undo=back)
    elif approve(who, by=request.viewer):
        _tell(who)
        say(request, _("%(name)s is a member now.") % {"name": who.shown_name}, undo=back)
    return redirect("/moderation/joining")


@require_http_methods(["POST"])
@members_only
def undo(request: MemberRequest, person_id: int) -> HttpResponse:
    """Take an answer back."""
    who = Person.objects.filter(pk=person_id, account__isnull=False).first()
    if who is None:
        raise Missing(_("This person is not here any more."))
    wait_again(who, by=request.viewer)
    return redirect("/moderation/joining")


def tell_moderators(who: Person) -> None:
    """Write to the moderators that somebody waits; not again while others do."""
    if waiting().exclude(pk=who.pk).exists():
        return
    moderators = Person.objects.filter(
        moderator_since__isnull=False, suspended_at=None, account__is_active=True
    )
    said = _("Somebody wants to join and waits for a yes:")
    _send(
        _("Somebody wants to join"),
        said,
        "/moderation/joining",
        moderators.values_list("account__email", flat=True),
    )


def _tell(who: Person) -> None:
    said = _("A moderator has said yes: you are a member now. What you wrote first waits for you as a draft:")
    _send(_("You are in"), said, "/share", [who.account.email] if who.account else [])


def _send(subject: str, said: str, page: str, to: Iterable[str]) -> None:
    """A short letter to each. That the mail server is away must not undo what was decided."""
    network = the_network().name
    body = f"{said}\n\n{settings.ORIGIN}{page}\n\n{network}\n"
    for address in to:
        try:
            EmailMessage(f"[{network}] {subject}", body, settings.DEFAULT_FROM_EMAIL, [address]).send()
        except (OSError, SMTPException) as error:
            _log.error("The mail server did not take a letter: %s", error)
