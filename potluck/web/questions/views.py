"""The small acts on a question, each a noun one posts to: me too, on it, not me, answers it, closed."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from potluck import door
from potluck.lib.errors import Malformed, Missing, PotluckError, Refused
from potluck.lib.parameters import address, number
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.questions.adapt import may_adapt, words_of
from potluck.questions.anonymous import ask_everybody, is_quiet
from potluck.questions.ask_replies import ask_by_name, decline, name_another, take_on, unsay, who_had_enough
from potluck.questions.close import close, reopen
from potluck.questions.feedback import judge, unjudge
from potluck.questions.mark_as_answer import at_address, point
from potluck.questions.me_too import ask_no_more, ask_too
from potluck.questions.models import Closure, Found, Said, Says
from potluck.questions.publish import agree, withdraw
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import back_or, render, say
from potluck.web.people.views import known_to
from potluck.web.posts.compose_form import picked
from potluck.web.posts.views import seen_by


@require_POST
@members_only
def me_too(request: MemberRequest, post_id: int) -> HttpResponse:
    """Ask it, too, or no more."""
    question = seen_by(request.viewer, post_id)
    if request.POST.get("undo"):
        ask_no_more(question, by=request.viewer)
    else:
        ask_too(question, by=request.viewer)
        words = _("You ask this, too, and hear whatever comes to it. What you had written is kept.")
        say(request, words, undo=f"{question.page}/me-too")
    return redirect(question.page)


@require_POST
@members_only
def closure(request: MemberRequest, post_id: int) -> HttpResponse:
    """Close one's question, with what answered it or without; or open it again."""
    question = seen_by(request.viewer, post_id)
    if request.POST.get("undo"):
        reopen(question, by=request.viewer)
        say(request, _("It is open again, and held against all that is shared."))
    else:
        answer = request.POST.get("on", "")
        close(question, by=request.viewer, answer=_post(request, answer) if answer else None)
        say(request, _("Closed, and it can be opened again."), undo=f"{question.page}/closure")
    return redirect(question.page)


@require_POST
@members_only
def asking(request: MemberRequest, post_id: int) -> HttpResponse:
    """Say what one says to being asked: on it, not now, not me, somebody else; or take it back."""
    question, viewer = seen_by(request.viewer, post_id), request.viewer
    said = "" if request.POST.get("undo") else request.POST.get("said", "-")
    if not said:
        unsay(question, by=viewer)
    elif said == Said.ON_IT:
        take_on(question, by=viewer)
    elif said == Said.ELSE:
        try:
            name_another(question, known_to(viewer, _who(request)), by=viewer)
        except (Malformed, Missing) as error:
            return _mistyped(request, question, error)
    else:
        decline(question, said, by=viewer)
    facts = {"piece": "asked", "id": question.id, "said": said, "quiet": is_quiet(question)}
    return _piece(request, question, facts)


@require_POST
@members_only
def before(request: MemberRequest, post_id: int) -> HttpResponse:
    """Put one's question before somebody by name."""
    question = seen_by(request.viewer, post_id)
    try:
        people = picked(request.POST, request.viewer)
    except Malformed as error:
        return _mistyped(request, question, error)
    full = who_had_enough(question, people, by=request.viewer)
    ask_by_name(question, people, by=request.viewer)
    if not people:
        return _mistyped(
            request, question, Malformed(_("Write the handle of whom you think of, such as @ben."))
        )
    say(request, full or _("It is put before those of them who take such questions."))
    return redirect(question.page)


@require_POST
@members_only
def opening(request: MemberRequest, post_id: int) -> HttpResponse:
    """Ask of everybody what one asked quietly."""
    question = ask_everybody(seen_by(request.viewer, post_id), by=request.viewer)
    say(request, _("Everybody can see it now, and answer. What was answered already stays between two."))
    return redirect(question.page)


@require_POST
@members_only
def publishing(request: MemberRequest, post_id: int) -> HttpResponse:
    """Say that everybody may read an answer between two, or rather not."""
    answer = seen_by(request.viewer, post_id)
    if request.POST.get("undo"):
        withdraw(answer, by=request.viewer)
        say(request, _("It stays between the two of you."))
    elif agree(answer, by=request.viewer):
        say(request, _("You both said yes. Everybody can read it now."))
    else:
        say(
            request,
            _("You said yes. It is public once the other says so, too."),
            undo=f"{answer.page}/publishing",
        )
    return redirect(answer.place)


@require_POST
@members_only
def verdicts(request: MemberRequest, post_id: int) -> HttpResponse:
    """Say whether something answers one's question, helps, or does not; or take it back."""
    question, post = seen_by(request.viewer, post_id), _post(request, request.GET.get("on", ""))
    says = "" if request.POST.get("undo") else request.POST.get("says", "-")
    was_closed = _is_closed(question)
    if says:
        judge(question, post, says, by=request.viewer)
    else:
        unjudge(question, post, by=request.viewer)
    if says in (Says.ANSWERS, Says.HELPS):
        say(request, _heard(post, question, says, request))
    passage = Found.objects.filter(question=question, post=post).values_list("passage", flat=True).first()
    if _is_closed(question) != was_closed and _on_its_page(request, question):
        return HttpResponse(headers={"HX-Refresh": "true"})  # much else on it says otherwise now
    piece = "under" if request.GET.get("in") == "reply" else "fits"
    facts = {"piece": piece, "question": question.id, "id": post.id, "passage": passage or "", "says": says}
    return _piece(request, question, facts)


@require_POST
@members_only
def pointing(request: MemberRequest, post_id: int) -> HttpResponse:
    """Point to something shared that answers it."""
    question = seen_by(request.viewer, post_id)
    point(question, at_address(request.POST.get("address", ""), request.viewer), by=request.viewer)
    say(request, _("Thank you. It is put before those who ask this."))
    return redirect(question.page)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def adapting(request: MemberRequest, post_id: int) -> HttpResponse:
    """Change something shared for this question: an address leads to the box that holds it, the box is the answer."""
    question, form = seen_by(request.viewer, post_id), request.POST
    if form.get("address"):
        return redirect(f"{question.page}/adapting?of={at_address(form['address'], request.viewer).id}")
    question, of = may_adapt(question, _post(request, request.GET.get("of", "")), by=request.viewer)
    context: dict[str, object] = {"question": question, "of": of, "text": words_of(of)}
    if request.method == "POST":
        try:
            draft = Draft(author=request.viewer, text=form.get("text", ""), reply_to=question)
            answer = door.admit_adapted(draft, of)
        except (Refused, Malformed) as error:
            context |= {"text": form.get("text", ""), "error": str(error)}
            return render(request, "questions/adapting.html", context, status=422)
        return redirect(answer.place)
    return render(request, "questions/adapting.html", context)


def _is_closed(question: Post) -> bool:
    return Closure.objects.filter(question=question).exists()


def _on_its_page(request: MemberRequest, question: Post) -> bool:
    """Whether htmx asks, and from the question's own page."""
    return address(request.headers.get("HX-Current-URL", "")).path == question.page


def _heard(post: Post, question: Post, says: str, request: MemberRequest) -> str:
    """What one's verdict brings about."""
    name = post.author.shown_name
    if says == Says.ANSWERS and question.author_id == request.viewer.id:
        return _("Answered by %(name)s. Your question is closed; you can open it again.") % {"name": name}
    return _("%(name)s is named for it.") % {"name": name}


def _post(request: MemberRequest, key: str) -> Post:
    return seen_by(request.viewer, number(key) or 0)


def _who(request: MemberRequest) -> str:
    """The handle somebody typed, or pressed."""
    who = (request.POST.get("who") or request.GET.get("who", "")).strip().lstrip("@")
    if not who:
        raise Malformed(_("Write the handle of whom you think of, such as @ben."))
    return who


def _mistyped(request: MemberRequest, question: Post, error: PotluckError) -> HttpResponse:
    """Back to the question, where the handle was typed, with what is wrong about it."""
    say(request, str(error), wrong=True)
    return redirect(question.page)


def _piece(request: MemberRequest, question: Post, facts: dict[str, object]) -> HttpResponse:
    """The piece as it is now for htmx; the page it came from otherwise."""
    if request.headers.get("HX-Request"):
        return render(request, "questions/asked.html", {**facts, "layout": None})
    return back_or(request, question.page)
