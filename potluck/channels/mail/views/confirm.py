"""The page on which whoever wrote to us says with one press that it was them. A GET changes nothing: programs follow
links in mail before people do."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from potluck.channels.mail.actions.confirm import confirmed, read_token
from potluck.rendering.pages import render


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and on a press let what waits go on its way."""
    who, letter = read_token(token)
    done = request.method == "POST"
    if done:
        confirmed(who, letter)
    return render(request, "mail/confirm.html", {"done": done})
