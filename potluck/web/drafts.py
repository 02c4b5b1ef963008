"""What was begun and not shared: kept as it is typed, offered again, thrown away on request."""

from urllib.parse import urlencode

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from potluck.kit.errors import Malformed
from potluck.kit.gate import MemberRequest, members_only
from potluck.kit.pages import render
from potluck.people.models import Person
from potluck.posts.models import SavedDraft

MOST_FIELDS = 300_000
MOST_DRAFTS = 200
_KEPT = ("text", "title", "tags", "kind", "audience", "readers", "before")


def begun(person: Person, about: str) -> dict[str, str]:
    """The fields of a draft, empty if there is none."""
    row = SavedDraft.objects.filter(person=person, about=about).first()
    return dict(row.fields) if row else {}


def done(person: Person, about: str) -> None:
    """It was shared: the draft is not needed any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM posts_saveddraft WHERE person_id = %s AND about = %s", [person.pk, about])


@require_POST
@members_only
def drafts(request: MemberRequest) -> HttpResponse:
    """Keep what is being typed. An empty text throws the draft away."""
    about = request.POST.get("draft", "share")[:40]
    fields = {name: request.POST[name] for name in _KEPT if request.POST.get(name)}
    if sum(map(len, fields.values())) > MOST_FIELDS:
        raise Malformed(_("This is too long to keep as a draft."))
    if not fields.get("text", "").strip():
        done(request.viewer, about)
        return _answer(request)
    mine = SavedDraft.objects.filter(person=request.viewer)
    if mine.exclude(about=about).count() >= MOST_DRAFTS:
        mine.order_by("at")[0].delete()
    SavedDraft.objects.update_or_create(
        person=request.viewer, about=about, defaults={"fields": fields, "at": timezone.now()}
    )
    return _answer(request)


def _answer(request: MemberRequest) -> HttpResponse:
    if request.POST.get("next"):
        return redirect("/you/drafts")
    return HttpResponse(status=204)


@require_safe
@members_only
def mine(request: MemberRequest) -> HttpResponse:
    """Everything begun and not shared, newest first."""
    rows = SavedDraft.objects.filter(person=request.viewer).order_by("-at")
    return render(request, "you/drafts.html", {"drafts": [(row, _address(row)) for row in rows]})


def _address(row: SavedDraft) -> str:
    """Where to go on with it."""
    what, _dash, key = row.about.partition("-")
    if what == "reply" and key.isdigit():
        return f"/posts/{key}?alone#reply-box-text"
    if what == "edit" and key.isdigit():
        return f"/posts/{key}/edit"
    # What a moderator gave back goes on as a share like any other.
    return f"/share?{urlencode({'text': row.fields.get('text', '')})}" if what == "held" else "/share"
