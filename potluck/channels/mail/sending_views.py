"""The form to send something to one person who is not here, and the page where they say never again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from potluck.channels.mail.sending import after_all, never_again, read_never, send
from potluck.kit.errors import Malformed, Missing, Refused
from potluck.kit.gate import MemberRequest, members_only
from potluck.kit.pages import render, say
from potluck.posts.models import Post


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
        {"post": post, "given": form, "error": error},
        status=422 if error else 200,
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
