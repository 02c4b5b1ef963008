"""What is one's own: profile, settings, whom and what one follows, circles, peace, and what came of one's shares."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from potluck.lib.errors import Malformed, Missing
from potluck.lib.licences import choices
from potluck.lib.parameters import number
from potluck.match.suggestions.peers import peers
from potluck.people import circles as circle_verbs
from potluck.people.acquaintance import waiting_for
from potluck.people.follow import Wish, follow, unfollow
from potluck.people.models import Block, Circle, Follow, Level, Mute, Seat, Stage, Topic, Way
from potluck.people.profile import Profile, Settings, describe, say_topic, settle
from potluck.people.suggestion_dismissals import wish_for_people
from potluck.posts.list_rows import lines
from potluck.posts.models import Post
from potluck.posts.tags import word_for
from potluck.rendering import paging
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say
from potluck.web.people.choices import languages, zones
from potluck.web.people.views import LEVELS, follow_answer, known_to
from potluck.web.posts.views import seen_by


@require_safe
@members_only
def you(request: MemberRequest) -> HttpResponse:
    """Where everything of one's own is found."""
    return render(request, "you/you.html", {"met": waiting_for(request.viewer)})


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def profile(request: MemberRequest) -> HttpResponse:
    """Say who one is."""
    form, error = request.POST, ""
    if request.method == "POST":
        try:
            describe(request.viewer, _said(form))
            say(request, _("Saved."))
            return redirect(request.viewer.page)
        except Malformed as wrong:
            error = str(wrong)
    context = {
        "error": error,
        "given": form,
        "seat": Seat.objects.filter(person=request.viewer).first(),
        "ways": Way.choices,
        "topics": request.viewer.topics.order_by("tag"),
        "stages": Stage.choices,
        "peers": peers(request.viewer),
    }
    return render(request, "you/profile.html", context, status=422 if error else 200)


def _said(form: QueryDict) -> Profile:
    return Profile(
        name=form.get("name", ""),
        handle=form.get("handle", ""),
        about=form.get("about", ""),
        place=form.get("place", ""),
        languages=tuple(form.get("languages", "").replace(",", " ").split()),
        affiliations=tuple(form.get("affiliations", "").split("\n")),
        seat_ways=tuple(form.getlist("seat_ways")),
        seat_words=form.get("seat_words", ""),
    )


@require_POST
@members_only
def topics(request: MemberRequest) -> HttpResponse:
    """Declare a topic."""
    form = request.POST
    say_topic(request.viewer, word_for(form.get("tag", "")), form.get("stage", ""), form.get("note", ""))
    return redirect("/you/profile#topics")


@require_POST
@members_only
def topic_removal(request: MemberRequest, topic_id: int) -> HttpResponse:
    """Declare it no longer."""
    Topic.objects.filter(pk=topic_id, person=request.viewer).delete()
    return redirect("/you/profile#topics")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def settings(request: MemberRequest) -> HttpResponse:
    """How much a day holds, when it begins, how it looks."""
    form, error = request.POST, ""
    if request.method == "POST":
        wishes = Settings(
            daily=number(form.get("daily")) or 0,
            time_zone=form.get("time_zone", ""),
            language=form.get("language", ""),
            theme=form.get("theme", ""),
            licence=form.get("licence", request.viewer.licence),
        )
        try:
            settle(request.viewer, wishes)
            say(request, _("Saved."))
            return redirect("/you/settings")
        except Malformed as wrong:
            error = str(wrong)
            request.viewer.refresh_from_db()
    context = {"error": error, "zones": zones(), "languages": languages(), "licences": choices()}
    return render(request, "you/settings.html", context, status=422 if error else 200)


@require_safe
@members_only
def following(request: MemberRequest) -> HttpResponse:
    """Everybody and everything one follows, and how much of each: the one place for all of it."""
    rows = Follow.objects.filter(by=request.viewer).select_related("who", "source").order_by("-id")
    page = paging.by_key(request, rows, 100)
    threads = {row.thread for row in page.rows if row.thread}
    titles = {post.id: post for post in Post.objects.visible_to(request.viewer).filter(id__in=threads)}
    faded = (
        Follow.objects.filter(by=request.viewer, faded_at__isnull=False).select_related("who").order_by("-id")
    )
    follows = sorted(page.rows, key=lambda row: bool(row.thread))  # people and topics first
    context = {"page": page, "follows": follows, "levels": Level.choices, "threads": titles, "faded": faded}
    return render(request, "you/following.html", context)


@require_POST
@members_only
def follow_change(request: MemberRequest, follow_id: int) -> HttpResponse:
    """Hear more or less of one thing, or nothing."""
    row = Follow.objects.filter(pk=follow_id, by=request.viewer).first()
    if row is None:
        raise Missing(_("You do not follow this any more."))
    level = request.POST.get("level", "")
    if level == "none":
        unfollow(row, by=request.viewer)
    elif level in LEVELS:
        wish = Wish(who=row.who, tag=row.tag, source=row.source, thread=row.thread, query=row.query)
        follow(wish, by=request.viewer, level=int(level))
    else:
        raise Malformed(_("Choose how much you would like to hear."))
    return redirect("/you/following")


@require_POST
@members_only
def thread_following(request: MemberRequest, post_id: int) -> HttpResponse:
    """Hear what is said in a thread, or no more."""
    post = seen_by(request.viewer, post_id)
    return follow_answer(request, Wish(thread=post.thread), _("this thread"), f"/posts/{post.thread}")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def circles(request: MemberRequest) -> HttpResponse:
    """One's short lists of people."""
    if request.method == "POST":
        circle_verbs.make_circle(request.POST.get("name", ""), by=request.viewer)
        return redirect("/you/circles")
    mine = Circle.objects.filter(owner=request.viewer).prefetch_related("members__person").order_by("name")
    return render(request, "you/circles.html", {"circles": mine})


@require_POST
@members_only
def circle_place(request: MemberRequest, circle_id: int, handle: str) -> HttpResponse:
    """Put somebody into a circle, or take them out."""
    circle = Circle.objects.filter(pk=circle_id, owner=request.viewer).first()
    if circle is None:
        raise Missing(_("You have no such circle."))
    who = known_to(request.viewer, request.POST.get("handle", handle).strip().lstrip("@") or handle)
    if request.POST.get("undo"):
        circle_verbs.take_out(circle, who, by=request.viewer)
        undo = ""
    else:
        circle_verbs.put_in(circle, who, by=request.viewer)
        undo = f"/you/circles/{circle.id}/people/{who.handle}"
    say(request, _("Changed. Only you know of your circles."), undo=undo)
    return redirect(request.POST.get("next", "") if request.POST.get("next") == "/you/circles" else who.page)


@require_POST
@members_only
def circle_removal(request: MemberRequest, circle_id: int) -> HttpResponse:
    """Let a circle go. What was shared with it is then seen by its author alone."""
    Circle.objects.filter(pk=circle_id, owner=request.viewer).delete()
    return redirect("/you/circles")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def peace(request: MemberRequest) -> HttpResponse:
    """Whom one does not hear, who does not see one, and whether anybody is put forward."""
    if request.method == "POST":
        wish_for_people(request.viewer, request.POST.get("people") == "1")
        return redirect("/you/peace")
    mutes = Mute.objects.filter(by=request.viewer).select_related("who").order_by("-since")
    blocks = Block.objects.filter(by=request.viewer).select_related("who").order_by("-since")
    return render(request, "you/peace.html", {"mutes": mutes, "blocks": blocks})


@require_safe
@members_only
def shares(request: MemberRequest) -> HttpResponse:
    """What one brought, each with its ripple."""
    mine = Post.objects.filter(author=request.viewer, deleted_at=None).only("id")
    page = paging.by_key(request, mine)
    context = {"page": page, "items": lines([row.id for row in page.rows], request.viewer)}
    return render(request, "you/shares.html", context)


@require_safe
@members_only
def capture(request: MemberRequest) -> HttpResponse:
    """Ways to share from anywhere: bookmarklet, phone, address."""
    return render(request, "you/capture.html")
