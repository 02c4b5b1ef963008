"""What a member does with their account, and the links that invite others. Signing in itself is allauth's."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from potluck.lib.errors import Missing
from potluck.lib.parameters import number
from potluck.people.invite import DAYS, invite, restore, standing_invitation, withdraw
from potluck.people.models import Invitation
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say
from potluck.safety import rate_limits
from potluck.web.accounts.after_login import INVITATION

# A link that no longer holds stays in one's list for this long.
SHOWN = timedelta(days=30)


@require_safe
@members_only
def account(request: MemberRequest) -> HttpResponse:
    """Every way to sign in, and the way out."""
    owner = request.viewer.account
    keys = Authenticator.objects.filter(user=owner).values_list("type", flat=True)
    context = {
        "addresses": EmailAddress.objects.filter(user=owner).order_by("-primary", "email"),
        "account": owner,
        "has_password": owner.has_usable_password(),
        "passkeys": sum(kind == Authenticator.Type.WEBAUTHN for kind in keys),
        "has_app": Authenticator.Type.TOTP in keys,
        "elsewhere": bool(settings.OIDC),
    }
    return render(request, "account/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def invitations(request: MemberRequest) -> HttpResponse:
    """The links one has made, and a new one."""
    if request.method == "POST":
        rate_limits.take("invite", request.viewer.id)
        days = number(request.POST.get("days")) or 0
        row = invite(by=request.viewer, note=request.POST.get("note", ""), days=days)
        return redirect(f"/you/invitations#invitation-{row.pk}")
    since = timezone.now() - SHOWN
    rows = Invitation.objects.filter(by=request.viewer, expires_at__gt=since).order_by("-made_at")
    context = {"invitations": rows, "origin": settings.ORIGIN, "now": timezone.now(), "days": DAYS}
    return render(request, "account/invitations.html", context)


@require_POST
@members_only
def withdrawal(request: MemberRequest, invitation_id: int) -> HttpResponse:
    """Withdraw a link, or (undo) let it hold again."""
    row = Invitation.objects.filter(pk=invitation_id, by=request.viewer).first()
    if row is None:
        raise Missing(_("There is no such invitation of yours."))
    if request.POST.get("undo"):
        restore(row, by=request.viewer)
    else:
        withdraw(row, by=request.viewer)
        say(request, _("The link lets nobody in any more."), undo=f"/you/invitations/{row.pk}/withdrawal")
    return redirect("/you/invitations")


@never_cache
@require_safe
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation link opens: who invites, and the way in."""
    row = standing_invitation(token)
    if request.viewer is not None:  # type: ignore[attr-defined]
        say(request, _("You are a member already. The link is for somebody else."))
        return redirect("/home")
    request.session[INVITATION] = token
    return render(request, "account/invited.html", {"invitation": row})
