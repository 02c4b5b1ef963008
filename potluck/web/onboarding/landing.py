"""The page a visitor comes to: what this network is, one box, what is fresh; and sharing first, before any account."""

import time
from collections.abc import Mapping

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.account.internal.stagekit import unstash_login
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from potluck.lib.errors import Malformed, Refused
from potluck.lib.sql import Condition
from potluck.lib.visitors import address_of, network_of
from potluck.people.join import account_to_be, may_join
from potluck.people.models import Account
from potluck.posts.list_rows import lines
from potluck.posts.models import Kind, Post
from potluck.questions.open_filter import STANDS
from potluck.rendering.pages import render, say
from potluck.safety import rate_limits
from potluck.safety.content_filter import MOST_TEXT
from potluck.web.accounts.after_login import invitation_of
from potluck.web.accounts.forms import AddressForm
from potluck.web.onboarding.first_share import AUDIENCES, FirstShare, keep, kept, let_go, publish
from potluck.web.posts.compose_form import Choice, audiences

FRESH, LOOKED_FOR = 8, 5
CODE_PAGE = "/accounts/login/code/confirm/"
# A form sent twice within so many seconds sends one code.
ONE_CODE = 60


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What this network is, the box, and what is fresh. Members go home."""
    if request.viewer is not None:  # type: ignore[attr-defined]
        return redirect("/home")
    return render(request, "front/front.html", _front(request))


def _front(request: HttpRequest, share: FirstShare | None = None, error: str = "") -> dict[str, object]:
    return {
        "share": share or kept(request.session) or FirstShare(""),
        "error": error,
        "fresh": lines(_fresh(), None),
        "looked_for": lines(_looked_for(), None),
        "audiences": first_audiences(),
    }


def first_audiences() -> list[Choice]:
    """For whom a first share may be: those audiences that need no circles."""
    return [choice for choice in audiences(None) if choice.value in AUDIENCES]


def _fresh() -> list[int]:
    """The newest of each of the people who shared last, each thing once."""
    newest = (
        Post.objects.public().roots().order_by("-id").values_list("id", "author_id", "thing")[: FRESH * 10]
    )
    chosen: list[int] = []
    known: set[tuple[str, int]] = set()
    for key, author, thing in newest:
        if ("by", author) not in known and ("about", thing) not in known:
            chosen.append(key)
        known |= {("by", author), ("about", thing)}
    return chosen[:FRESH]


def _looked_for() -> list[int]:
    """The newest questions nobody has answered yet."""
    asked = Post.objects.public().roots().filter(kind=Kind.QUESTION).exclude(replies__kind=Kind.ANSWER)
    asked = asked.filter(Condition(STANDS.replace("{q}", "{p}")))
    return list(asked.order_by("-id").values_list("id", flat=True)[:LOOKED_FOR])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share_first(request: HttpRequest) -> HttpResponse:
    """Take what a visitor wrote, then their address; a code goes there, and with it the text goes out."""
    if request.method != "POST":
        share = kept(request.session)
        return _ask_address(request, share) if share else redirect("/")
    share = FirstShare(request.POST.get("text", ""), *_how(request))
    try:
        _look_at(share)
        if request.viewer is not None:  # type: ignore[attr-defined]
            return _share_now(request, share)
        rate_limits.take("first share", network_of(address_of(request)))
    except (Malformed, Refused) as error:
        return render(request, "front/front.html", _front(request, share, str(error)), status=422)
    keep(request.session, share)
    if "email" not in request.POST:
        return redirect("/share/first")
    return _send_code(request, share, request.POST["email"].strip().lower())


def _how(request: HttpRequest) -> tuple[str, str]:
    audience, kind = request.POST.get("audience", "public"), request.POST.get("kind", "")
    return (audience if audience in AUDIENCES else "me"), (kind if kind in Kind.values else "")


def _look_at(share: FirstShare) -> None:
    if not share.text.strip():
        raise Malformed(_("There is nothing here yet. A line is enough."))
    if len(share.text) > MOST_TEXT:
        raise Malformed(_("This is longer than a post can be. Share it in parts."))


def _share_now(request: HttpRequest, share: FirstShare) -> HttpResponse:
    post = publish(share, by=request.viewer)  # type: ignore[attr-defined]
    let_go(request.session)
    say(request, _("It is out."), back=f"{post.page}/deletion")
    return redirect(post.page)


def _ask_address(
    request: HttpRequest, share: FirstShare, email: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    context = {"share": share, "email": email, "error": error, "audiences": first_audiences()}
    return render(request, "front/address.html", context, status=status)


def _send_code(request: HttpRequest, share: FirstShare, email: str) -> HttpResponse:
    """Send a code to whoever has this address, known or new: what is seen here is the same for both."""
    try:
        validate_email(email)
    except ValidationError:
        return _ask_address(request, share, email, _("This is not a whole mail address."), 422)
    if _on_its_way(request) == email:
        return redirect(CODE_PAGE)
    form = AddressForm({"email": email})
    if not form.is_valid():
        return _ask_address(request, share, email, form.errors["email"][0], 422)
    account = form.account or _newcomer(request, email)
    LoginCodeVerificationProcess.initiate(request=request, user=account, email=email)
    return redirect(CODE_PAGE)


def _newcomer(request: HttpRequest, email: str) -> Account | None:
    try:
        may_join(invitation_of(request))
    except Refused:
        return None  # The mail says so; the page must not, or it would tell who is a member.
    account = account_to_be(email)
    if account:
        sync_user_email_address(account)
    return account


def _on_its_way(request: HttpRequest) -> str:
    """The address a code went to a moment ago."""
    login = unstash_login(request, peek=True)
    state: Mapping[str, object] = {}
    if login:
        state = login.state.get("stages", {}).get("login_by_code", {}).get("data", {})
    sent = float(str(state.get("at", 0)))
    return str(state.get("email", "")) if time.time() - sent < ONE_CODE else ""
