"""The way out to an institution where somebody signs in, and nothing else leads out of a form of ours."""

from urllib.parse import urlsplit

from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse

from potluck.rendering.pages import render


def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """As allauth begins, but over a page that leads on: our policy lets no form end at another site."""
    answer: HttpResponse = views.login(request, provider_id=provider_id)
    to = answer.get("Location", "")
    if answer.status_code != 302 or not urlsplit(to).netloc:
        return answer
    return render(request, "socialaccount/login_redirect.html", {"redirect_to": to})
