"""Looking after the network: what is held, who waits to join, its name, its tags."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from potluck.lib.errors import Missing
from potluck.people.models import Network, Person
from potluck.people.moderate import readmit, suspend
from potluck.people.network_settings import settle_network
from potluck.posts.models import Audience, Post
from potluck.posts.moderation import refuse, release
from potluck.posts.tags import merge
from potluck.rendering.decorators import MemberRequest, moderators_only
from potluck.rendering.pages import render, say


def _waiting() -> QuerySet[Post]:
    """What is held. What its author narrowed to a few is not for moderators either."""
    held = Post.objects.filter(held_at__isnull=False, deleted_at=None, audience__lte=Audience.MEMBERS)
    return held.select_related("author")


@require_safe
@moderators_only
def moderation(request: MemberRequest) -> HttpResponse:
    """What waits for a moderator."""
    context = {
        "held": list(_waiting().order_by("id")[:50]),
        "waiting": Person.objects.filter(account__isnull=False, approved_at=None, suspended_at=None).exists(),
        "suspended": list(Person.objects.filter(suspended_at__isnull=False).order_by("-suspended_at")[:50]),
        "joining": Network.Joining.choices,
    }
    return render(request, "moderation/moderation.html", context)


@require_POST
@moderators_only
def held(request: MemberRequest, post_id: int) -> HttpResponse:
    """Let out, or give back to its author."""
    post = _waiting().filter(pk=post_id).first()
    if post is None:
        raise Missing(_("Somebody has decided on this already."))
    (release if request.POST.get("yes") else refuse)(post, by=request.viewer)
    say(request, _("Done."))
    return redirect("/moderation")


@require_POST
@moderators_only
def tags(request: MemberRequest) -> HttpResponse:
    """Use one word for two."""
    target = merge(request.POST.get("old", ""), request.POST.get("into", ""), by=request.viewer)
    say(request, _("Both are #%(name)s now.") % {"name": target.name})
    return redirect("/moderation")


@require_POST
@moderators_only
def suspension(request: MemberRequest, handle: str) -> HttpResponse:
    """Suspend somebody, or let them back."""
    # Whoever blocks a moderator is not out of reach.
    who = Person.objects.filter(handle=handle.lower(), removed_at=None).first()
    if who is None:
        raise Missing(_("Nobody here is called @%(handle)s.") % {"handle": handle})
    if request.POST.get("undo"):
        readmit(who, by=request.viewer)
        return redirect(who.page)
    suspend(who, by=request.viewer)
    say(request, _("Suspended: hidden, with all they shared."), undo=f"/moderation/suspended/{who.handle}")
    return redirect("/moderation")


@require_http_methods(["POST"])
@moderators_only
def network(request: MemberRequest) -> HttpResponse:
    """Name, welcome, who may join."""
    form = request.POST
    settle_network(
        by=request.viewer,
        name=form.get("name", ""),
        tagline=form.get("tagline", ""),
        joining=form.get("joining", ""),
        norms=form.get("norms", ""),
    )
    say(request, _("Saved."))
    return redirect("/moderation")
