"""How django-allauth's accounts are ours: who may join, what its mails and lines say, where one goes on to.

Arriving itself is in `after_login.py`; the words are in `emails.py`.
"""

import logging
import time
from collections.abc import Mapping
from io import BytesIO
from smtplib import SMTPException
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.image.svg import SvgPathFillImage

from potluck.lib.errors import Refused
from potluck.lib.visitors import address_of, network_of
from potluck.people.join import may_join
from potluck.people.models import Account
from potluck.people.network import the_network
from potluck.web.accounts.after_login import AFTER, NAME, WELCOME, arrive, invitation_of
from potluck.web.accounts.emails import letter, said

_log = logging.getLogger(__name__)
_WRONG_CODE = gettext_lazy("This is not the code. Look at the newest mail and type it as it stands there.")
_WAIT = gettext_lazy("Too many tries. Wait a few minutes, then ask for a new code.")
_STAGES = {"allauth.mfa.stages.AuthenticateStage": "potluck.web.accounts.second_factor.SecondStep"}
_WAYS = ["mfa_reauthenticate:webauthn", "reauthenticate", "mfa_reauthenticate"]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts by mail address. The hooks are allauth's; the decisions are made in `people`."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("This account is closed."),
        "duplicate_email": gettext_lazy("This address is yours already."),
        "email_password_mismatch": gettext_lazy(
            "Address and password do not fit. A mailed code gets you in, too."
        ),
        "email_taken": gettext_lazy("Another account has this address."),
        "enter_current_password": gettext_lazy("This is not your password now."),
        "incorrect_code": _WRONG_CODE,
        "incorrect_password": gettext_lazy("This is not your password."),
        "max_email_addresses": gettext_lazy("An account has at most %d addresses."),
        "too_many_login_attempts": _WAIT,
        "rate_limited": gettext_lazy(
            "A code is on its way already. Wait a moment before asking for another."
        ),
        "same_as_current": gettext_lazy("This is the address you have given already."),
        "unverified_primary_email": gettext_lazy("Confirm the address first."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """What limits of account pages count by."""
        return network_of(address_of(request))

    def set_password(self, user: Account, password: str) -> None:
        """Set it, however that came about; what programs may do by keys made before ends with it."""
        super().set_password(user, password)
        for dotted in settings.ENDED_BY_PASSWORD:
            import_string(dotted)(user)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        try:
            may_join(invitation_of(request))
        except Refused:
            return False
        return True

    def is_safe_url(self, url: str | None) -> bool:
        """Whether to go on to where `next` says; an address that is none is not one of ours."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_login_stages(self) -> list[str]:
        return [_STAGES.get(path, path) for path in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str, **facts: Any) -> bool:
        """Whoever signed in a moment ago has just shown who they are."""
        since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, self.request.user)
        if any(record.get("at", 0) > since for record in records):
            return False
        return bool(super().is_reauthentication_required(app=app, **facts))

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """The ways to show it again: first the one that needs no typing, last the one for who lost a device."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return sorted(ways, key=lambda way: _WAYS.index(way["id"]))

    def login(self, request: HttpRequest, user: Account) -> None:
        """Sign in. Whoever is new becomes a person here, and what they wrote first is published."""
        super().login(request, user)
        request.arrival = arrive(request, user)  # type: ignore[attr-defined]

    def post_login(
        self, request: HttpRequest, user: Account, *, redirect_url: str | None, **facts: Any
    ) -> HttpResponse:
        """Go on: the first steps for whoever is new, their post for whoever just shared, else where they were going."""
        page = request.arrival.page  # type: ignore[attr-defined]
        going = redirect_url or request.POST.get("next") or request.GET.get("next")
        if page == WELCOME and going and self.is_safe_url(going):
            request.session[AFTER] = going
        return super().post_login(request, user, redirect_url=page or redirect_url, **facts)  # type: ignore[no-any-return]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/you/account"

    def get_email_verification_redirect_url(self, email_address: object) -> str:
        return "/accounts/email/"

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: Mapping[str, object] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        line = message or said(message_template or "", message_context or {})
        if line:
            messages.add_message(request, level, line, extra_tags=extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, object]) -> None:
        """Send one letter. Refuses with a sentence when the mail server does not take it."""
        text = letter(template_prefix, context)
        name = the_network().name
        body = f"{text.text}\n\n{name}\n"
        mail = EmailMessage(
            f"[{name}] {text.subject}".replace("\n", " "), body, self.get_from_email(), [email]
        )
        try:
            mail.send()
        except (OSError, SMTPException) as error:
            _log.error("The mail server did not take a letter: %s", error)
            reason = _("The mail could not be sent just now. Nothing is lost; try again in a few minutes.")
            raise Refused(reason) from error


class ElsewhereAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Signing in by an institution. Who may join is the same question."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Mapping[str, Any]) -> Account:
        request.session[NAME] = str(data.get("name") or "")[:200]
        return super().populate_user(request, sociallogin, data)  # type: ignore[no-any-return]


class KeysAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys, apps and recovery codes, named as this network is."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This is not the right code, or it has run out. Try the next one."),
        "unverified_email": gettext_lazy("Confirm your mail address first."),
        "cannot_generate_recovery_codes": gettext_lazy("Add a passkey or an app first."),
    }

    def _get_site_name(self) -> str:
        return the_network().name

    def build_totp_svg(self, url: str) -> str:
        """The square with its own white ground, as a camera reads nothing dark on dark."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def generate_authenticator_name(self, user: Account, type: Any) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("My passkey") if number == 1 else _("Passkey %(number)d") % {"number": number}
