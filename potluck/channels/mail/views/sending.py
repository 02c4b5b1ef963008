"""The form to send something to one person who is not here, and the page where they say never again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from potluck.channels.mail.invites.bulk import bring, opml_in
from potluck.channels.mail.invites.send import after_all, never_again, read_never, send
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.posts.anonymity import called
from potluck.posts.models import Post
from potluck.rendering.decorators import MemberRequest, members_only, moderators_only
from potluck.rendering.pages import render, say

# A list of some thousand addresses with names is smaller, in bytes.
LARGEST = 1 << 20


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def sending(request: MemberRequest, post_id: int) -> HttpResponse:
    """One address, one line, one letter."""
    post = Post.objects.visible_to(request.viewer).select_related("author").filter(pk=post_id).first()
    if post is None:
        raise Missing(_("This is not there, or it is not for everybody to see."))
    form, error = request.POST, ""
    if request.method == "POST":
        try:
            send(post, form.get("address", ""), form.get("note", ""), by=request.viewer)
            say(
                request,
                _("It is on its way, if they take letters from here. What they answer stands in the thread."),
            )
            return redirect(post.page)
        except (Malformed, Refused) as wrong:
            error = str(wrong)
    return render(
        request,
        "mail/sending.html",
        {"post": post, "who": called(post, request.viewer), "given": form, "error": error},
        status=422 if error else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@moderators_only
def bringing(request: MemberRequest) -> HttpResponse:
    """For who looks after the network: a list of addresses, one letter to each."""
    form, error = request.POST, ""
    if request.method == "POST":
        try:
            brought = _brought(request)
            number = bring(brought, form.get("note", ""), form.get("tags", "").split(), by=request.viewer)
            letters = ngettext("%(num)d letter is on its way.", "%(num)d letters are on their way.", number)
            feeds = _(
                "Its feeds are taken in as people who are not members; see “Where you share” for how far."
            )
            say(request, f"{letters % {'num': number}} {feeds if opml_in(brought) else ''}".strip())
            return redirect("/moderation/bringing")
        except (Malformed, Refused) as wrong:
            error = str(wrong)
    return render(
        request, "mail/bringing.html", {"given": form, "error": error}, status=422 if error else 200
    )


def _brought(request: MemberRequest) -> str:
    """What was pasted, and a file of any kind that has addresses in it."""
    file = request.FILES.get("file")
    return (
        request.POST.get("addresses", "")
        + "\n"
        + (file.read(LARGEST).decode("utf-8", "replace") if file else "")
    )


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def never(request: HttpRequest, token: str) -> HttpResponse:
    """No letter from here to them again, by a press without signing in; a GET alone changes nothing."""
    digest, done = read_never(token), ""
    if request.method == "POST":
        done = "undone" if request.POST.get("undo") else "done"
        (after_all if done == "undone" else never_again)(digest)
    return render(request, "mail/never.html", {"token": token, "done": done})
