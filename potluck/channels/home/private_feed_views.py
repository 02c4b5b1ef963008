"""Home in a feed reader: the addresses, a new set of them, and the feed behind them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from potluck.channels.home.private_feed import home_feed
from potluck.lib.errors import Missing
from potluck.people.feed_token import feed_token, renew_feed_token
from potluck.people.models import Person
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say


@require_safe
def feed(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """Somebody's home, for whoever has its address."""
    person = Person.objects.filter(feed_token=token, suspended_at=None, removed_at=None).first()
    if person is None:
        raise Missing(
            _("This address is not in use any more. You find your own under Home, in a feed reader.")
        )
    return home_feed(request, form, person)


@require_safe
@members_only
def addresses(request: MemberRequest) -> HttpResponse:
    """Where one's own home can be read."""
    base = f"{settings.ORIGIN}/home/{feed_token(request.viewer)}"
    return render(request, "home/feed.html", {"base": base})


@require_POST
@members_only
def renewal(request: MemberRequest) -> HttpResponse:
    """New addresses instead of the old ones."""
    renew_feed_token(request.viewer)
    say(request, _("Your home has new addresses. The old ones show nothing any more."))
    return redirect("/you/feeds")
