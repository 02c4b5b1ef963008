"""Files on posts: taken in once, checked, kept under a name of our own, and shown to whoever may see the post."""

import mimetypes
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed, Missing
from potluck.lib.ids import new_id
from potluck.lib.images import kind_of, safe_image
from potluck.lib.movies import is_movie, without_place
from potluck.lib.parameters import number
from potluck.lib.private import write_private
from potluck.people.models import Person
from potluck.posts.models import Attachment, Post, SavedDraft

LONGEST_SIDE = 2400
MOST_PIXELS = 60_000_000
# How long a file waits for its post: a text that was refused may be mended days later.
WAITS = timedelta(days=7)
# Shown in the page; anything else is offered for saving and never opened by the browser as a page of ours.
SHOWN = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "audio/mpeg", "video/mp4", "text/plain"}
)


def take_in(file: "UploadedFile[bytes]", *, by: Person, alt: str = "") -> Attachment:
    """Keep one uploaded file. Images are written anew, without what a camera tells of its owner."""
    name = PurePosixPath((file.name or "file").replace("\\", "/")).name.replace("\x00", "")[:255] or "file"
    if file.size is None or file.size > settings.ATTACHMENT_BYTES:
        most = settings.ATTACHMENT_BYTES // 1024 // 1024
        raise Malformed(
            _("%(name)s is larger than %(most)s MB. Share a link to it instead.")
            % {"name": name, "most": most}
        )
    data = file.read()
    # A picture is one by its first bytes, whatever its name says: else one without an ending would keep its place.
    kind = kind_of(data) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    width = height = None
    if kind.startswith("image/") and kind != "image/svg+xml":
        data, kind, width, height = safe_image(data, LONGEST_SIDE, MOST_PIXELS)
    elif is_movie(data):
        data = without_place(data)
    key = new_id()
    path = f"{by.id}/{key}-{secrets.token_hex(8)}"
    place = Path(settings.MEDIA_ROOT) / path
    write_private(place, data)
    return Attachment.objects.create(
        id=key,
        person=by,
        name=name,
        path=path,
        type=kind[:100],
        size=len(data),
        alt=alt[:2000],
        width=width,
        height=height,
    )


def describe(words: Mapping[int, str], *, by: Person) -> None:
    """Say of files that wait what they show, for those who cannot see them."""
    for row in Attachment.objects.filter(id__in=words, person=by, post=None):
        if words[row.id].strip() and words[row.id] != row.alt:
            Attachment.objects.filter(pk=row.pk).update(alt=words[row.id][:2000])


def open_for(viewer: Person | None, file_id: int) -> tuple[Attachment, Path]:
    """A file whose post this person may see, or their own waiting one."""
    seen = Post.objects.visible_to(viewer)
    mine = Q(post=None, person=viewer) if viewer else Q(pk=None)
    row = Attachment.objects.filter(mine | Q(post__in=seen), pk=file_id).first()
    place = Path(settings.MEDIA_ROOT) / row.path if row else None
    if row is None or place is None or not place.is_file():
        raise Missing(_("This file is not there, or it is not for everybody."))
    return row, place


def sweep_waiting() -> int:
    """Remove files that waited a week for a post that never came, and that no draft holds. Returns how many."""
    drafts = SavedDraft.objects.filter(fields__has_key="attachment").values_list("fields", flat=True)
    held = {key for fields in drafts for said in fields["attachment"] if (key := number(said))}
    old = Attachment.objects.filter(post=None, added_at__lt=timezone.now() - WAITS).exclude(id__in=held)
    for row in old:
        (Path(settings.MEDIA_ROOT) / row.path).unlink(missing_ok=True)
    return old.delete()[0]
