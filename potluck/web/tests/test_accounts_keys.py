"""Addresses, an app with codes, recovery codes, and that every account page is one of ours."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.template.loader import get_template
from django.test import Client
from django.test.utils import override_settings
from pytest_django import DjangoCaptureOnCommitCallbacks as Committed

from potluck.people.models import Person

As = Callable[[Person | None], Client]
CONFIRM = "/accounts/login/code/confirm/"
# Not in use here: phones, links instead of codes, changing the one address, pieces that others include.
NOT_OURS = re.compile(
    r"^idp/|phone|email_change|email_confirm\b|snippets/|/base|account/base|allauth/|openid/|message|subject"
)


@pytest.fixture(autouse=True)
def fresh(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def code() -> str:
    found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.M)
    assert found, mail.outbox[-1].body
    return found[1]


def arrived(address: str = "ada@example.org") -> Client:
    """Signed in by code."""
    visitor = Client()
    visitor.post("/accounts/login/code/", {"email": address})
    visitor.post(CONFIRM, {"code": code()})
    cache.clear()
    return visitor


def totp_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_every_page_of_accounts_is_ours() -> None:
    folder = Path(allauth.__file__).parent / "templates"
    names = [str(path.relative_to(folder)) for path in folder.rglob("*.html")]
    ours = get_template("account/login.html").backend
    foreign = [name for name in names if not NOT_OURS.search(name) and get_template(name).backend is not ours]
    assert foreign == []
    assert len(names) > 40


@pytest.mark.parametrize(
    "address",
    [
        "/you/account", "/you/invitations", "/you/account/leaving", "/accounts/email/", "/accounts/logout/",
        "/accounts/password/set/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/accounts/sessions/", "/accounts/3rdparty/",
        "/accounts/reauthenticate/",
    ],
)  # fmt: skip
def test_each_page_of_an_account_opens(ada: Person, address: str) -> None:
    answer = arrived().get(address, follow=True)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'class="places"' in page
    assert "style=" not in page.replace("stylesheet", "")
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", page)


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/", "/accounts/login/code/", "/accounts/signup/", "/accounts/signup/passkey/",
        "/accounts/password/reset/", "/accounts/inactive/", "/accounts/3rdparty/login/cancelled/",
    ],
)  # fmt: skip
def test_each_page_of_the_way_in_opens(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert 'class="places"' in answer.content.decode()


def test_an_address_is_added_by_code_and_made_the_first(ada: Person) -> None:
    browser = arrived()
    answer = browser.post("/accounts/email/", {"email": "second@example.org", "action_add": "1"})
    assert answer["Location"] == "/accounts/confirm-email/"
    browser.post("/accounts/confirm-email/", {"code": code()})
    browser.post("/accounts/email/", {"email": "second@example.org", "action_primary": "1"})
    ada.refresh_from_db()
    assert ada.account is not None
    assert ada.account.email == "second@example.org"
    assert "was changed from ada@example.org" in mail.outbox[-1].body


def test_another_members_address_cannot_be_added(ada: Person, ben: Person) -> None:
    arrived("ben@example.org")
    browser = arrived()
    answer = browser.post("/accounts/email/", {"email": "ben@example.org", "action_add": "1"}, follow=True)
    assert "ben@example.org" not in browser.get("/accounts/email/").content.decode()
    assert answer.status_code == 200


def test_an_app_with_codes_is_a_second_step(
    ada: Person, django_capture_on_commit_callbacks: Committed
) -> None:
    browser = arrived()
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>(\w+)</code>", page)
    assert secret
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post("/accounts/2fa/totp/activate/", {"code": totp_code(secret[1])})
    assert answer.status_code == 302, answer.content.decode()
    assert "A second step was added" in mail.outbox[-1].subject
    visitor = Client()
    visitor.post("/accounts/login/code/", {"email": "ada@example.org"})
    answer = visitor.post(CONFIRM, {"code": code()})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert visitor.get("/you/account").status_code == 302
    assert "The second step" in visitor.get(answer["Location"]).content.decode()
    cache.clear()  # a code of an app works once
    left = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    visitor.post("/accounts/2fa/authenticate/", {"code": left[0]})
    assert visitor.get("/you/account").status_code == 200


def test_a_wrong_code_of_an_app_lets_nobody_in(ada: Person) -> None:
    assert ada.account is not None
    TOTP.activate(ada.account, "JBSWY3DPEHPK3PXP")
    visitor = Client()
    visitor.post("/accounts/login/code/", {"email": "ada@example.org"})
    visitor.post(CONFIRM, {"code": code()})
    page = visitor.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "not the right code" in page
    assert visitor.get("/you/account").status_code == 302


def test_recovery_codes_are_shown_and_saved(ada: Person) -> None:
    assert ada.account is not None
    TOTP.activate(ada.account, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(ada.account)
    browser = Client()
    browser.post("/accounts/login/code/", {"email": "ada@example.org"})
    browser.post(CONFIRM, {"code": code()})
    browser.post("/accounts/2fa/authenticate/", {"code": totp_code("JBSWY3DPEHPK3PXP")})
    page = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    saved = browser.get("/accounts/2fa/recovery-codes/download/")
    first = saved.content.decode().split()[0]
    assert first in page
    assert "attachment" in saved["Content-Disposition"]


def test_what_matters_asks_once_more_after_a_while(ada: Person, as_: As) -> None:
    answer = as_(ada).get("/accounts/2fa/totp/activate/")  # signed in without a record of how
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert arrived().get("/accounts/2fa/totp/activate/").status_code == 200


def test_a_mail_that_cannot_be_sent_is_said_in_a_sentence(ada: Person) -> None:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=9, EMAIL_TIMEOUT=1):
        answer = Client().post("/accounts/login/code/", {"email": "ada@example.org"})
    assert answer.status_code == 403
    assert "could not be sent just now" in answer.content.decode()
