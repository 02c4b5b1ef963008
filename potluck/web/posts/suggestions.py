"""What is known already, while somebody writes: beside the box as they type, or on the press of a button."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from potluck.lib import markdown
from potluck.match.answerers.candidates import Text
from potluck.match.suggestions.as_you_type import Known, known_for, lookers_for
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind
from potluck.posts.share import infer_kind, titled
from potluck.posts.tags import normal_all
from potluck.rendering.pages import render, wants_piece
from potluck.web.posts import compose, files

# So much of a text is looked at.
LONGEST = 5000


@require_POST
def known(request: HttpRequest) -> HttpResponse:
    """The piece beside the box for htmx; the whole page, with all that was written, without scripts."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = {"known": _known(request, viewer), "picked": request.POST.getlist("ask")}
    if wants_piece(request):
        return render(request, "questions/known.html", {**found, "layout": None})
    kept = files.take_in(request, viewer) if viewer else ()
    written = compose.written(request.POST, viewer, kept)
    return render(request, "share/share.html", {**written, **found})


def _known(request: HttpRequest, viewer: Person | None) -> Known:
    form = request.POST
    title, text = titled(form.get("title", "")[:500], form.get("text", "")[:LONGEST])
    tags = normal_all([*form.get("tags", "").split(), *markdown.tags_in(text)])
    asked = Text(title, text, tuple(tags))
    kind = form.get("kind", "")
    if not kind and viewer:
        kind = infer_kind(Draft(author=viewer, title=title, text=text))
    elif not kind and text.rstrip().endswith("?"):
        kind = Kind.QUESTION
    return known_for(asked, viewer) if kind == Kind.QUESTION else lookers_for(asked, viewer)
