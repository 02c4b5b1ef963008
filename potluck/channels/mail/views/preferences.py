"""How things reach one: the page where one says it, and the link under each letter that needs no sign-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from potluck.channels.mail.outbound.bounces import fine_again
from potluck.channels.mail.outbound.unsubscribe import (
    Stop,
    again,
    choices,
    hushed_words,
    off_words,
    read_off,
    stop,
)
from potluck.deliver.categories import Kind
from potluck.deliver.models import Rhythm
from potluck.deliver.preferences import How, turn_off, turn_on, unhush, wish, wishes_of
from potluck.lib import parameters
from potluck.lib.errors import Malformed
from potluck.people.models import Person
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say

HERE = "/you/mail"


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def reach(request: MemberRequest) -> HttpResponse:
    """What comes by mail, when, and how much."""
    error = ""
    if request.method == "POST":
        try:
            wish(request.viewer, _said(request))
            fine_again(request.viewer)
            say(request, _("Saved."))
            return redirect(HERE)
        except Malformed as wrong:
            error = str(wrong)
    return render(
        request, "mail/reach.html", {**_page(request.viewer), "error": error}, status=422 if error else 200
    )


def _page(person: Person) -> dict[str, object]:
    wishes = wishes_of(person)
    return {
        "wishes": wishes,
        "kinds": [(kind.value, kind.label, getattr(wishes, kind)) for kind in Kind],
        "rhythms": Rhythm.choices,
        "hours": [(hour, f"{hour}:00") for hour in range(24)],
        "weekdays": list(WEEKDAYS.items()),
        "now": timezone.now(),
        "hushes": [(row.pk, words) for row, words in hushed_words(person)],
        "address": person.account.email if person.account else "",
    }


def _said(request: MemberRequest) -> How:
    form = request.POST
    rhythms = {kind.value: _number(form.get(kind, "")) for kind in Kind}
    most = _number(form.get("most", "").strip() or "0")
    return How(
        rhythms=rhythms,
        hour=_number(form.get("hour", "")),
        weekday=_number(form.get("weekday", "")),
        most=most,
    )


def _number(said: str) -> int:
    found = parameters.number(said, most=999)
    return -1 if found is None else found


@require_POST
@members_only
def all_mail(request: MemberRequest) -> HttpResponse:
    """No mail at all for now; or again, as it was."""
    if request.POST.get("undo"):
        turn_on(request.viewer)
        fine_again(request.viewer)
        say(request, _("Mail comes again, as you wished it."))
    else:
        turn_off(request.viewer)
        say(request, _("No mail comes for now. Your home is as before."), undo=f"{HERE}/all")
    return redirect(HERE)


@require_POST
@members_only
def hushing(request: MemberRequest, hush_id: int) -> HttpResponse:
    """Mail of one thread, topic or person again."""
    row = request.viewer.hushes.filter(pk=hush_id).first()
    if row is not None:
        unhush(request.viewer, thread=row.thread, tag=row.tag, who=row.who)
        say(request, _("You get mail of it again."))
    return redirect(HERE)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, token: str) -> HttpResponse:
    """Less mail, without signing in. A GET only shows what there is to stop: programs that follow links stop
    nothing."""
    person, post, meant = read_off(token)
    ways = choices(person, post, meant)
    context: dict[str, object] = {"token": token, "ways": [off_words(way) for way in ways]}
    if request.method == "POST":
        chosen, undo = _chosen(request, ways), bool(request.POST.get("undo"))
        (again if undo else stop)(person, chosen)
        context |= {"undone" if undo else "done": off_words(chosen), "chosen": ways.index(chosen)}
    return render(request, "mail/off.html", context)


def _chosen(request: HttpRequest, ways: list[Stop]) -> Stop:
    """What was pressed; what a mail program sends (RFC 8058) names nothing, and means what the letter said."""
    number = _number(request.POST.get("way", "0"))
    if not 0 <= number < len(ways):
        raise Malformed(_("Choose what to stop."))
    return ways[number]
