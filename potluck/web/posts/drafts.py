"""What was begun and not shared: kept as it is typed, offered again, thrown away on request."""

import json

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from potluck.deliver.inbox import zone_of
from potluck.lib.errors import Malformed
from potluck.lib.parameters import number
from potluck.posts.models import SavedDraft
from potluck.posts.saved_drafts import done
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render
from potluck.web.posts import scheduled
from potluck.web.posts.compose_form import fields_of

MOST_FIELDS = 300_000
MOST_DRAFTS = 200


@require_POST
@members_only
def drafts(request: MemberRequest) -> HttpResponse:
    """Keep what is being typed. With no words and no file in it, the draft is thrown away."""
    about = request.POST.get("draft", "share")[:40]
    fields = fields_of(request.POST)
    if len(json.dumps(fields)) > MOST_FIELDS:
        raise Malformed(_("This is too long to keep as a draft."))
    if not any("".join(fields.get(name, "")).strip() for name in ("text", "title", "attachment")):
        done(request.viewer, about)
        return _answer(request)
    mine = SavedDraft.objects.filter(person=request.viewer, due_at=None)
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


@require_POST
@members_only
def rest(request: MemberRequest, draft_id: int) -> HttpResponse:
    """Let something not go out by itself, though it was to."""
    scheduled.rest(request.viewer, draft_id)
    return redirect("/you/drafts")


@require_safe
@members_only
def mine(request: MemberRequest) -> HttpResponse:
    """Everything begun and not shared, newest first."""
    rows = SavedDraft.objects.filter(person=request.viewer).order_by("due_at", "-at")
    with timezone.override(zone_of(request.viewer)):
        return render(request, "you/drafts.html", {"drafts": [(row, _address(row)) for row in rows]})


def _address(row: SavedDraft) -> str:
    """Where to go on with it."""
    what, _dash, key = row.about.partition("-")
    if what == "reply" and number(key):
        return f"/posts/{key}?alone#reply-box-text"
    if what == "edit" and number(key):
        return f"/posts/{key}/edit"
    return f"/share?draft={row.about}"
