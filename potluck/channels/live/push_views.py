"""The page where one says on which devices one is told of things, of which, and when not."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from potluck.channels.live.models import Device
from potluck.channels.live.push_encryption import public_key
from potluck.channels.live.push_sender import knock_once
from potluck.channels.live.push_subscriptions import add_device, knocking_of, wish_knocks
from potluck.deliver.categories import Kind
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.lib.parameters import number
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say

HERE = "/you/devices"


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def devices(request: MemberRequest) -> HttpResponse:
    """Which devices are told, of what, and in which hours of none."""
    error, viewer, form = "", request.viewer, request.POST
    if request.method == "POST":
        hours = {name: _hour(form.get(name, "")) for name in ("quiet_from", "quiet_until")}
        try:
            wish_knocks(viewer, kinds=form.getlist("kinds"), **hours)
            say(request, _("Saved."))
            return redirect(HERE)
        except Malformed as wrong:
            error = str(wrong)
    return render(request, "live/devices.html", _page(request, error), status=422 if error else 200)


def _page(request: MemberRequest, error: str) -> dict[str, object]:
    return {
        "devices": list(request.viewer.devices.order_by("-since")),
        "wishes": knocking_of(request.viewer),
        "kinds": [(kind.value, kind.label) for kind in Kind],
        "hours": [("", _("no hour"))] + [(hour, f"{hour}:00") for hour in range(24)],
        "key": public_key(),
        "error": error,
    }


def _hour(said: str) -> int | None:
    found = number(said, most=99)
    return None if said == "" else -1 if found is None else found


@require_POST
@members_only
def add(request: MemberRequest) -> HttpResponse:
    """Tell me on this browser: sent by devices.js when the browser agreed."""
    form = request.POST
    facts = {name: form.get(name, "") for name in ("endpoint", "key", "secret", "name")}
    try:
        add_device(request.viewer, **facts)
    except (Malformed, Refused) as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    say(request, _("You are told of things on this device from now on."))
    return HttpResponse(status=204)


@require_POST
@members_only
def removal(request: MemberRequest, device_id: int) -> HttpResponse:
    """Not on that one any more."""
    _mine(request, device_id).delete()
    say(request, _("Nothing more is told on that device."))
    return redirect(HERE)


@require_POST
@members_only
def trial(request: MemberRequest, device_id: int) -> HttpResponse:
    """See that it works."""
    knock_once.defer(device=_mine(request, device_id).id)
    say(request, _("A word is on its way to that device."))
    return redirect(HERE)


def _mine(request: MemberRequest, device_id: int) -> Device:
    found: Device | None = request.viewer.devices.filter(pk=device_id).first()
    if found is None:
        raise Missing(_("This device is not told of anything any more."))
    return found
