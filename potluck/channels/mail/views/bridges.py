"""The host's page of bridges to mailing lists: make one, answer the list's program, end it."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from potluck.channels.mail.addresses import list_address
from potluck.channels.mail.lists.bridge import answer, let_in, make, stop
from potluck.channels.mail.models import Bridge
from potluck.channels.mail.newsletters.pending import asides, drop, one_of
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.rendering.decorators import MemberRequest, moderators_only
from potluck.rendering.pages import render, say

HERE = "/moderation/bridges"


@require_http_methods(["GET", "HEAD", "POST"])
@moderators_only
def bridges(request: MemberRequest) -> HttpResponse:
    """What is bridged, what the lists said to us, and a form for one more."""
    form, error = request.POST, ""
    if request.method == "POST":
        try:
            make(form.get("address", ""), form.get("asked", ""), by=request.viewer)
            say(request, _("The list is asked. What it answers appears here."))
            return redirect(HERE)
        except (Malformed, Refused) as wrong:
            error = str(wrong)
    rows = Bridge.objects.select_related("by").order_by("retired_at", "-id")
    made = [
        (row, address, asides(request.viewer, address) if row.by_id == request.viewer.id else [])
        for row in rows
        if (address := list_address(row.token))
    ]
    context = {"made": made, "given": form, "error": error}
    return render(request, "mail/bridges.html", context, status=422 if error else 200)


@require_POST
@moderators_only
def retirement(request: MemberRequest, bridge_id: int) -> HttpResponse:
    """End one; or ask the list again."""
    row = _bridge(bridge_id)
    if request.POST.get("undo"):
        make(row.address, row.asked, by=request.viewer)
    else:
        stop(row, by=request.viewer)
        said = _("Nothing goes over it any more, and the list is told. What came stays.")
        say(request, said, undo=f"{HERE}/{row.id}/retirement")
    return redirect(HERE)


@require_POST
@moderators_only
def letter(request: MemberRequest, bridge_id: int, letter_id: int) -> HttpResponse:
    """Answer what a list's program asked, or drop it."""
    bridge, row = _bridge(bridge_id), one_of(letter_id, request.viewer)
    if request.POST.get("said") == "answer":
        answer(row, bridge, by=request.viewer)
        say(request, _("Answered."))
    elif request.POST.get("said") == "share":
        let_in(row, bridge, by=request.viewer)
        say(request, _("It is shared in a moment, and so is what the same server of the list brings next."))
    else:
        drop(row)
    return redirect(HERE)


def _bridge(bridge_id: int) -> Bridge:
    row = Bridge.objects.filter(pk=bridge_id).first()
    if row is None:
        raise Missing(_("There is no such bridge."))
    return row
