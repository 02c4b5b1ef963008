"""The way in, in a real browser: write first, confirm by code, with scripts and without; and sign in by a passkey."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from potluck.people.models import Account
from potluck.people.network import look_again
from potluck.posts.models import Post
from tests.checkers import OpenWindow, axe, too_wide

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(db: None) -> None:
    cache.clear()
    look_again()


def code() -> str:
    found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.M)
    assert found, mail.outbox[-1].body
    return found[1]


def share_first(page: Page, text: str, address: str) -> None:
    """From the front page to the first step."""
    page.goto("/")
    page.get_by_label("What did you learn, find or wonder?").fill(text)
    page.locator("#first button.main").click()
    page.get_by_label("Mail address").fill(address)
    page.get_by_role("button", name="Mail me the code").click()
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/welcome/name")


def unlockable(page: Page) -> None:
    """Give the browser a device that keeps passkeys and is unlocked at once."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    always = {"isUserVerified": True, "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, **always}})


@pytest.mark.parametrize("scripts", [True, False])
def test_a_visitor_shares_first_and_takes_the_first_steps(
    live_server: LiveServer, open_window: OpenWindow, scripts: bool
) -> None:
    page = open_window(origin=live_server.url, scripts=scripts)
    share_first(page, "Bran keeps slugs off. #slugs", "fay@example.org")
    assert Post.objects.get().text == "Bran keeps slugs off. #slugs"
    assert page.get_by_text("It is out.").is_visible()
    page.get_by_label("Your name").fill("Fay Brook")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/welcome/sources")
    page.get_by_role("link", name="skip this").click()
    page.wait_for_url("**/welcome/people")
    page.get_by_role("button", name="Follow #slugs").click()
    assert page.get_by_role("button", name="Stop following #slugs").is_visible()
    page.get_by_role("link", name="Go home").click()
    assert urlsplit(page.url).path == "/home"


def test_a_passkey_is_added_and_signs_in(live_server: LiveServer, open_window: OpenWindow) -> None:
    page = open_window(origin=live_server.url)
    share_first(page, "Hello", "fay@example.org")
    unlockable(page)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/home")
    # It is one more way in: the mailed code lets in as before.
    other = open_window(origin=live_server.url, scripts=False)
    other.goto("/accounts/login/code/")
    other.get_by_label("Mail address").fill("fay@example.org")
    other.get_by_role("button", name="Mail me a code").click()
    other.get_by_label("Code").fill(code())
    other.get_by_role("button", name="Sign in").click()
    assert urlsplit(other.url).path == "/home"


def test_a_passkey_that_does_not_work_is_said(live_server: LiveServer, open_window: OpenWindow) -> None:
    page = open_window(origin=live_server.url)
    share_first(page, "Hello", "fay@example.org")
    unlockable(page)
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    said = page.get_by_text("The passkey did not work")
    said.wait_for()
    assert said.is_visible()


def test_one_joins_with_a_passkey(live_server: LiveServer, open_window: OpenWindow) -> None:
    page = open_window(origin=live_server.url)
    unlockable(page)
    page.goto("/accounts/signup/passkey/")
    page.get_by_label("Mail address").fill("gus@example.org")
    page.get_by_role("button", name="Mail me a code").click()
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/welcome/name")
    assert Account.objects.get(email="gus@example.org").person.approved_at is not None


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_the_way_in_are_for_everybody(
    live_server: LiveServer, open_window: OpenWindow, width: int, dark: bool
) -> None:
    page = open_window(origin=live_server.url, width=width, dark=dark)
    share_first(page, "Hello", "fay@example.org")
    inside = ("/welcome/name", "/welcome/sources", "/welcome/people", "/you/account", "/you/invitations")
    for address in (
        *inside,
        "/you/account/leaving",
        "/accounts/email/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/add/",
    ):
        page.goto(address)
        assert (address, axe(page), too_wide(page)) == (address, [], [])
    visitor = open_window(origin=live_server.url, width=width, dark=dark)
    for address in ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        visitor.goto(address)
        assert (address, axe(visitor), too_wide(visitor)) == (address, [], [])
