"""Files: taken in with a post, and shown to whoever may see it."""

from collections.abc import Sequence
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from potluck.lib.errors import Malformed
from potluck.lib.parameters import number
from potluck.people.models import Person
from potluck.posts import files
from potluck.posts.models import Attachment
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.safety import rate_limits

MOST_FILES = 12


def take_in(request: HttpRequest, viewer: Person) -> tuple[int, ...]:
    """The files of a form, with the words for those who cannot see them in the same order."""
    given: list[UploadedFile[bytes]] = [file for file in request.FILES.getlist("file") if file]
    if len(given) > MOST_FILES:
        raise Malformed(_("At most %(most)s files go on one post.") % {"most": MOST_FILES})
    waiting = named(request.POST)
    files.describe({key: request.POST.get(f"alt-{key}", "") for key in waiting}, by=viewer)
    if given:
        rate_limits.take("upload", viewer.id, len(given))
    alts = [*request.POST.getlist("alt"), *[""] * len(given)]
    kept = [files.take_in(file, by=viewer, alt=alt).id for file, alt in zip(given, alts, strict=False)]
    return (*waiting, *kept)


def named(form: QueryDict) -> list[int]:
    """The files that wait with a form."""
    return [key for said in form.getlist("attachment") if (key := number(said))]


def waiting(viewer: Person, keys: Sequence[int]) -> list[Attachment]:
    """Files taken in for what is not shared yet: they go with the next try."""
    return list(Attachment.objects.filter(id__in=keys, person=viewer, post=None).order_by("id"))


@require_POST
@members_only
def upload(request: MemberRequest) -> HttpResponse:
    """Take a file in before its post is shared."""
    return JsonResponse({"attachments": [str(key) for key in take_in(request, request.viewer)]})


@require_safe
def show(request: HttpRequest, file_id: int, name: str) -> FileResponse:
    """A file, to whoever may see its post."""
    row, place = files.open_for(request.viewer, file_id)  # type: ignore[attr-defined]
    response = FileResponse(place.open("rb"), content_type=row.type)
    shown = "inline" if row.type in files.SHOWN else "attachment"
    response["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(row.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=86400"
    return response
