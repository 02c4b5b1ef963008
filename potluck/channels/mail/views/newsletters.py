"""A member's page of newsletters: make an address for one, read what is for them alone, and let it go."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from potluck.channels.mail.addresses import news_address
from potluck.channels.mail.models import Newsletter
from potluck.channels.mail.newsletters.pending import asides, drop, let_in, one_of
from potluck.channels.mail.newsletters.subscribe import go_on, make, stop, ways_out
from potluck.lib.errors import Malformed, Missing
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say

HERE = "/you/newsletters"


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def newsletters(request: MemberRequest) -> HttpResponse:
    """What somebody takes in, and a form for one more."""
    form, error = request.POST, ""
    if request.method == "POST":
        try:
            make(form.get("name", ""), form.get("page", ""), form.get("tags", ""), by=request.viewer)
            say(request, _("Now subscribe to it with the address below."))
            return redirect(HERE)
        except Malformed as wrong:
            error = str(wrong)
    rows = Newsletter.objects.filter(by=request.viewer).select_related("person").order_by("retired_at", "-id")
    taken = [
        (row, address, ways_out(row), asides(request.viewer, address))
        for row in rows
        if (address := news_address(row.token))
    ]
    context = {"taken": taken, "given": form, "error": error}
    return render(request, "mail/newsletters.html", context, status=422 if error else 200)


@require_POST
@members_only
def retirement(request: MemberRequest, newsletter_id: int) -> HttpResponse:
    """Take it in no more; or again."""
    row = Newsletter.objects.filter(pk=newsletter_id, by=request.viewer).select_related("person").first()
    if row is None:
        raise Missing(_("You have no such newsletter."))
    if request.POST.get("undo"):
        go_on(row, by=request.viewer)
    else:
        stop(row, by=request.viewer)
        said = _("It comes in no more. What came stays. To stop its sender as well, use the link below.")
        say(request, said, undo=f"{HERE}/{row.id}/retirement")
    return redirect(HERE)


@require_POST
@members_only
def letter(request: MemberRequest, letter_id: int) -> HttpResponse:
    """Share what was for the member alone, or drop it."""
    row = one_of(letter_id, request.viewer)
    if request.POST.get("said") == "share":
        let_in(row)
        say(request, _("It is shared in a moment, and so is what comes from there next."))
    else:
        drop(row)
    return redirect(HERE)
