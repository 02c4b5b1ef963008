"""What is needed, and what one wishes of being asked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from potluck.lib.errors import Malformed
from potluck.lib.parameters import number
from potluck.match.answerers import train_ranking
from potluck.match.discovery import serendipity
from potluck.people.models import Person
from potluck.posts.tags import word_for
from potluck.questions.board import needs
from potluck.questions.expertise_claims import believed
from potluck.questions.models import AskingWishes
from potluck.questions.preferences import Wishes, again_on, never_on, wish, wishes_of
from potluck.rendering import paging
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say
from potluck.web.posts.views import seen_by


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Open questions: one's own, those of who helped one, those that most ask, the newest, and a few old ones."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = needs(viewer, paging.place(request).before)
    alone = (
        viewer is not None and Person.objects.filter(account__isnull=False, removed_at=None)[:2].count() < 2
    )
    return render(request, "questions/board.html", {"needs": found, "alone": alone})


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def wishes(request: MemberRequest) -> HttpResponse:
    """What one is asked, how much of it one takes, and what the network believes one knows."""
    error = ""
    if request.method == "POST":
        try:
            wish(request.viewer, _said(request))
            say(request, _("Saved."))
            return redirect("/you/asking")
        except Malformed as wrong:
            error = str(wrong)
    taught = train_ranking.kept()
    context = {
        "wishes": wishes_of(request.viewer),
        "believed": believed(request.viewer),
        "learned": taught,
        "weighs": train_ranking.what_counts(taught),
        "least": train_ranking.LEAST,
        "finds": AskingWishes.Finds.choices,
        "error": error,
    }
    return render(request, "you/asking.html", context, status=422 if error else 200)


def _said(request: MemberRequest) -> Wishes:
    form = request.POST
    return Wishes(
        a_week=_count(form.get("a_week", "")),
        topics_never=tuple(form.get("topics_never", "").replace(",", " ").split()),
        finds=form.get("finds", ""),
        firsts_a_week=_count(form.get("firsts_a_week", "")),
        chances_a_day=_count(form.get("chances_a_day", "")),
    )


def _count(said: str) -> int:
    found = number(said, most=9999)
    return -1 if found is None else found


@require_POST
@members_only
def topic(request: MemberRequest) -> HttpResponse:
    """Not me, on this topic; or again."""
    word = word_for(request.POST.get("tag") or request.GET.get("tag", ""))
    if not word:
        raise Malformed(_("Say which topic."))
    if request.POST.get("undo"):
        again_on(request.viewer, word)
    else:
        never_on(request.viewer, word)
        words = _("You are not asked about #%(topic)s any more.") % {"topic": word}
        say(request, words, undo=f"/you/asking/topics?tag={word}")
    return redirect("/you/asking#known")


@require_POST
@members_only
def chance(request: MemberRequest, post_id: int) -> HttpResponse:
    """Not for me: what was brought from afar goes; or it comes back."""
    post, undo = seen_by(request.viewer, post_id), bool(request.POST.get("undo"))
    serendipity.turn_down(post, by=request.viewer, again=undo)
    if not undo:
        say(request, _("It is gone, and nobody is told."), undo=f"{post.page}/chance")
    return redirect("/home")
