"""A member's page of addresses: where to ask and to share by mail, and what else can be said in one."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from potluck.channels.mail.actions.commands import help_text
from potluck.channels.mail.addresses import ask_address, made_share_address, renew_share_address
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say


@require_safe
@members_only
def addresses(request: MemberRequest) -> HttpResponse:
    """The addresses, and the words."""
    context = {
        "ask": ask_address(),
        "share": made_share_address(request.viewer),
        "ways": help_text(request.viewer).split("\n\n")[1:],
    }
    return render(request, "mail/addresses.html", context)


@require_POST
@members_only
def renewal(request: MemberRequest) -> HttpResponse:
    """A secret address to share by, or a new one. The old one is nobody's any more."""
    had_one = made_share_address(request.viewer)
    renew_share_address(request.viewer)
    if had_one:
        say(request, _("This is your address from now on. The old one does nothing any more."))
    return redirect("/you/mail/addresses")
