"""Where a member shares: name a place, see before saying yes what would come in, mind what was named."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from potluck.channels.feeds.importing import import_file
from potluck.channels.feeds.models import Bringing
from potluck.channels.feeds.sources import add_source, ownership
from potluck.channels.feeds.sources.health import health
from potluck.channels.feeds.sources.preview import Chosen, chosen, preview
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.lib.parameters import number
from potluck.people import sources as verbs
from potluck.people.follow import follow_all
from potluck.people.models import Person, Source
from potluck.posts.tags import normal_all
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say
from potluck.safety import rate_limits

LARGEST_FILE = 16 * 1024 * 1024
HERE = "/you/sources"


@require_safe
@members_only
def sources(request: MemberRequest) -> HttpResponse:
    """What a member named, how each is, and one field to name another."""
    return _page(request)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def look(request: MemberRequest) -> HttpResponse:
    """Look at addresses, or into a file, and show what would come in."""
    if request.method != "POST":
        return redirect(HERE)
    rate_limits.take("preview", request.viewer.id)
    file = request.FILES.get("file")
    addresses = request.POST.get("urls", "").split()
    try:
        if file:
            return _to_file(request, _read(file), str(file.name))
        shown = preview(addresses, request.viewer)
        if shown.files:
            return _to_file(request, shown.files[0].body, shown.files[0].url)
    except Malformed as wrong:
        return _page(request, error=str(wrong))
    if not shown.offers:
        return _page(request, troubles=shown.troubles)
    context = {"shown": shown, "next": _next(request), "follow": request.POST.get("follow")}
    return render(request, "feeds/preview.html", context)


@require_POST
@members_only
def add(request: MemberRequest) -> HttpResponse:
    """Yes: these are mine. Or: they are somebody else's, whom I follow."""
    picked = [chosen(token) for token in request.POST.getlist("feed")[:50]]
    rate_limits.take("source", request.viewer.id, max(len(picked), 1))
    if not picked:
        raise Malformed(_("Tick at least one, or go back."))
    if request.POST.get("follow"):
        _follow(request, picked)
    else:
        tags = tuple(normal_all(request.POST.get("only_tags", "").replace(",", " ").split()))
        for one in picked:
            add_source.name_source(
                one.url,
                person=request.viewer,
                by=request.viewer,
                only_tags=tags,
                title=one.title,
                home_url=one.home_url,
            )
        say(request, _("Named. What is there comes in within a minute; nobody is flooded with it."))
        if told := ownership.words_for(request.viewer):
            say(request, told)
    return redirect(_next(request) or HERE)


def _follow(request: MemberRequest, picked: list[Chosen]) -> None:
    people: list[Person] = []
    for one in picked:
        person, _source = add_source.name_outside(
            one.url, by=request.viewer, title=one.title, home_url=one.home_url, name=one.name
        )
        people.append(person)
    follow_all(people, by=request.viewer)
    say(request, _("You follow them. The latest few are on their way to your home."))


@require_POST
@members_only
def tags(request: MemberRequest, source_id: int) -> HttpResponse:
    """Let in only what carries one of these tags; or everything again."""
    source = _mine(request, source_id)
    words = tuple(normal_all(request.POST.get("only_tags", "").replace(",", " ").split()))
    add_source.choose_tags(source, words, by=request.viewer)
    say(request, _("Saved. It holds for what comes from now on."))
    return redirect(HERE)


@require_POST
@members_only
def rest(request: MemberRequest, source_id: int) -> HttpResponse:
    """Look no more for now; or again."""
    source = _mine(request, source_id)
    if request.POST.get("undo"):
        add_source.resume(source, by=request.viewer)
        say(request, _("We look at it again, from now on."))
    else:
        verbs.pause(source, by=request.viewer)
        say(request, _("It rests. What came from it stays."), undo=f"{HERE}/{source.id}/rest")
    return redirect(HERE)


@require_POST
@members_only
def removal(request: MemberRequest, source_id: int) -> HttpResponse:
    """Let a source go; or take it up again."""
    source = _mine(request, source_id)
    if request.POST.get("undo"):
        add_source.resume(source, by=request.viewer)
    else:
        verbs.retire(source, by=request.viewer)
        say(request, _("Let go. What came from it stays."), undo=f"{HERE}/{source.id}/removal")
    return redirect(HERE)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def proof(request: MemberRequest, source_id: int) -> HttpResponse:
    """Show that a place another named as well is one's own."""
    source, error = _mine(request, source_id), ""
    if request.method == "POST":
        rate_limits.take("preview", request.viewer.id)
        try:
            ownership.prove(source)
            ownership.take_over(source)
            say(request, _("It is yours: what came from there stands under your name now."))
            return redirect(HERE)
        except Refused as no:
            error = str(no)
    context = {"source": source, "holder": ownership.holders([source]).get(source.id), "error": error}
    context |= {"code": ownership.code(source), "mine": f"{settings.ORIGIN}{request.viewer.page}"}
    return render(request, "feeds/proof.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def file(request: MemberRequest, bringing_id: int) -> HttpResponse:
    """What is in a file, to choose from; then how far it is taken in, and what came of it."""
    row = Bringing.objects.filter(pk=bringing_id, person=request.viewer).first()
    if row is None:
        raise Missing(_("This file is not here any more. Bring it again, please."))
    if request.method == "POST" and not row.started_at:
        return _begin(request, row)
    context: dict[str, object] = {"row": row, "next": _next(request)}
    if row.started_at:
        context["notes"] = row.notes.split("\n") if row.notes else []
    else:
        context["found"] = import_file.read(row.kind, bytes(row.body))
    return render(request, "feeds/file.html", context)


def _begin(request: MemberRequest, row: Bringing) -> HttpResponse:
    rate_limits.take("source", request.viewer.id)
    places = [place for said in request.POST.getlist("chosen") if (place := number(said)) is not None]
    if row.kind != "bookmarks" and not places:
        raise Malformed(_("Tick at least one, or go back."))
    import_file.begin(row, chosen=places, mine=request.POST.get("whose") == "mine")
    to = _next(request)
    if to:
        say(request, _("It is being taken in. You see how far it is under “Where you share”."))
    return redirect(to or row.page)


def _to_file(request: MemberRequest, body: bytes, name: str) -> HttpResponse:
    kind = add_source.kind_of(body) or ("opml" if name.lower().endswith((".opml", ".xml")) else "bookmarks")
    row = import_file.keep_file(kind, body, person=request.viewer, name=name)
    to = _next(request)
    return redirect(f"{row.page}?{urlencode({'next': to})}" if to else row.page)


def _read(file: object) -> bytes:
    size, read = getattr(file, "size", 0) or 0, getattr(file, "read", bytes)
    if size > LARGEST_FILE:
        raise Malformed(_("This file is larger than 16 MB. Is it a list of addresses?"))
    return bytes(read())


def _page(request: MemberRequest, **more: object) -> HttpResponse:
    rows = Source.objects.filter(person=request.viewer, channel="feeds", retired_at=None).order_by("-id")
    files = Bringing.objects.filter(person=request.viewer, started_at__isnull=False).defer("body")
    wrong = bool(more.get("error") or more.get("troubles"))
    context = {
        "sources": [(source, health(source)) for source in rows],
        "holders": ownership.holders(rows),
        "files": files.order_by("-id")[:5],
        "given": request.POST.get("urls", "") or request.GET.get("url", ""),
        "follow": request.POST.get("follow") or request.GET.get("follow"),
        "next": _next(request),
        **more,
    }
    return render(request, "feeds/sources.html", context, status=422 if wrong else 200)


def _mine(request: MemberRequest, source_id: int) -> Source:
    mine = Source.objects.filter(pk=source_id, person=request.viewer, channel="feeds")
    found = mine.select_related("person").first()
    if found is None:
        raise Missing(_("You have no such source."))
    return found


def _next(request: HttpRequest) -> str:
    """Where to go after, if that is a page of ours."""
    to = request.POST.get("next", "") or request.GET.get("next", "")
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and "\n" not in to else ""
