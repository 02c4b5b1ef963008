"""A tag's page: what is shared on it, and who can help."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from potluck.lib.errors import Missing
from potluck.people.directory import shown_to
from potluck.people.models import Follow, Stage, Topic
from potluck.posts.list_rows import lines
from potluck.posts.models import Post, Tag
from potluck.posts.tags import normal
from potluck.rendering import paging
from potluck.rendering.pages import render


@require_safe
def tag(request: HttpRequest, name: str) -> HttpResponse:
    """Everything on one topic word, newest first."""
    viewer = request.viewer  # type: ignore[attr-defined]
    known = Tag.objects.filter(name=normal(name)).select_related("merged_into").first()
    word = known.merged_into_id if known and known.merged_into_id else normal(name)
    if not word:
        raise Missing(_("There is no such tag."))
    if word != name:
        return HttpResponsePermanentRedirect(f"/tags/{word}")
    found = Post.objects.visible_to(viewer).filter(tags__contains=[word], reply_to=None).only("id")
    page = paging.by_key(request, found)
    context = {
        "tag": word,
        "about": known,
        "page": page,
        "items": lines([row.id for row in page.rows], viewer),
        "helpers": Topic.objects.filter(tag=word, stage=Stage.HELPING, person__in=shown_to(viewer))
        .select_related("person")
        .order_by("-since")[:8],
        "follow": Follow.objects.filter(by=viewer, tag=word, who=None).first() if viewer else None,
    }
    return render(request, "tags/tag.html", context)
