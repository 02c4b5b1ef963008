"""What account mails say: plain text, short, the code on a line of its own.

Named as allauth names them. Written here rather than as templates, which would escape "&" in a name as HTML does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from potluck.lib.errors import Refused
from potluck.people.join import may_join

Facts = Mapping[str, object]


@dataclass(frozen=True)
class Letter:
    """A subject, without the network's name, and a text."""

    subject: str
    text: str


def letter(name: str, facts: Facts) -> Letter:
    """The letter allauth asks for by its template prefix, such as `account/email/login_code`."""
    return _LETTERS[name](facts)


def _sign_in(facts: Facts) -> Letter:
    said = _("Type this code on the page you have open, and you are in:")
    return _with_code(_("Your code to sign in"), said, facts)


def _joining(facts: Facts) -> Letter:
    said = _("Welcome. Type this code on the page you have open, and you have joined:")
    return _with_code(_("Your code to join"), said, facts)


def _address(facts: Facts) -> Letter:
    said = _("Type this code on the page you have open, to show that this address is yours:")
    return _with_code(_("Your code for this address"), said, facts)


def _new_password(facts: Facts) -> Letter:
    said = _("Type this code on the page you have open, then choose a new password:")
    return _with_code(_("Your code for a new password"), said, facts)


def _with_code(subject: str, said: str, facts: Facts) -> Letter:
    hold = _(
        "It holds for %(minutes)d minutes. If you did not ask for it, do nothing: nobody gets in without it."
    )
    hold = hold % {"minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60}
    return Letter(subject, f"{said}\n\n{facts['code']}\n\n{hold}")


def _known_already(facts: Facts) -> Letter:
    said = _(
        "Somebody, probably you, wanted to join with this address. You have an account here already;"
        " sign in with it, no password needed:"
    )
    return Letter(
        _("You are a member already"), f"{said}\n\n{_page('/accounts/login/code/')}\n\n{_if_not_you()}"
    )


def _unknown(facts: Facts) -> Letter:
    said = _("Somebody, probably you, wanted to sign in with this address, but no account here has it.")
    try:
        may_join(None)
        then = _("If you used another address, try that one. To join with this one:")
        then = f"{then}\n\n{_page('/accounts/signup/')}"
    except Refused as reason:
        then = f"{reason} " + _("If you used another address, try that one.")
    return Letter(_("No account has this address"), f"{said} {then}\n\n{_if_not_you()}")


def _page(path: str) -> str:
    return f"{settings.ORIGIN}{path}"


def _if_not_you() -> str:
    return _("If it was not you, do nothing.")


def _told(subject: Callable[[], str], said: Callable[[], str]) -> Callable[[Facts], Letter]:
    """A letter that tells the owner of a change to their account."""

    def write(facts: Facts) -> Letter:
        what = said() % {key: str(value) for key, value in facts.items()}
        care = _("If it was not you, sign in at once, end the other sessions and set a new password:")
        return Letter(subject(), f"{what}\n\n{care}\n\n{_page('/you/account')}")

    return write


def _with_keys(said: str) -> str:
    """What else a new password ends."""
    ended = _("Keys of programs that shared for you ended with it. Make new ones at %(page)s")
    return f"{said}\n\n{ended % {'page': _page('/you/keys')}}"


_LETTERS: dict[str, Callable[[Facts], Letter]] = {
    "account/email/login_code": _sign_in,
    "account/email/email_confirmation_signup": _joining,
    "account/email/email_confirmation": _address,
    "account/email/password_reset_code": _new_password,
    "account/email/account_already_exists": _known_already,
    "account/email/unknown_account": _unknown,
    "account/email/email_changed": _told(
        lambda: _("Your address was changed"),
        lambda: _("Your mail address here was changed from %(from_email)s to %(to_email)s."),
    ),
    "account/email/email_confirm": _told(
        lambda: _("Your address is confirmed"), lambda: _("A mail address of your account was confirmed.")
    ),
    "account/email/email_deleted": _told(
        lambda: _("An address was removed"), lambda: _("%(deleted_email)s was removed from your account.")
    ),
    "account/email/password_changed": _told(
        lambda: _("Your password was changed"), lambda: _with_keys(_("Your password was changed."))
    ),
    "account/email/password_reset": _told(
        lambda: _("Your password was changed"),
        lambda: _with_keys(_("Your password was set anew by a mailed code.")),
    ),
    "account/email/password_set": _told(
        lambda: _("Your account has a password"),
        lambda: _with_keys(_("A password was set for your account.")),
    ),
    "mfa/email/totp_activated": _told(
        lambda: _("A second step was added"),
        lambda: _("Your account asks for a code of an app as a second step."),
    ),
    "mfa/email/totp_deactivated": _told(
        lambda: _("The second step was taken away"),
        lambda: _("Your account asks no more for a code of an app."),
    ),
    "mfa/email/recovery_codes_generated": _told(
        lambda: _("New recovery codes"),
        lambda: _("Your account has new recovery codes; the old ones are void."),
    ),
    "mfa/email/webauthn_added": _told(
        lambda: _("A passkey was added"), lambda: _("A passkey was added to your account.")
    ),
    "mfa/email/webauthn_removed": _told(
        lambda: _("A passkey was removed"), lambda: _("A passkey was removed from your account.")
    ),
    "socialaccount/email/account_connected": _told(
        lambda: _("Another way to sign in"),
        lambda: _("A sign-in from elsewhere was connected with your account."),
    ),
    "socialaccount/email/account_disconnected": _told(
        lambda: _("A way to sign in was removed"),
        lambda: _("A sign-in from elsewhere was taken off your account."),
    ),
}

# What pages of accounts say on the next page. What is not here goes without saying.
_SAID: dict[str, Callable[[Facts], str]] = {
    "account/messages/cannot_delete_primary_email.txt": lambda f: _(
        "This is your first address. Make another one the first, then remove it."
    ),
    "account/messages/email_confirmation_failed.txt": lambda f: (
        _("%(email)s belongs to another account, so it cannot be added here.") % {"email": f.get("email", "")}
    ),
    "account/messages/email_deleted.txt": lambda f: (
        _("%(email)s is removed.") % {"email": f.get("email", "")}
    ),
    "account/messages/logged_out.txt": lambda f: _("You are signed out."),
    "account/messages/password_changed.txt": lambda f: _(
        "Your password is changed. Other devices are signed out."
    ),
    "account/messages/password_set.txt": lambda f: _("Your password is set."),
    "account/messages/primary_email_set.txt": lambda f: _("This is your first address now."),
    "account/messages/unverified_primary_email.txt": lambda f: _("Confirm the address first."),
    "mfa/messages/recovery_codes_generated.txt": lambda f: _("Here are your new recovery codes."),
    "mfa/messages/totp_activated.txt": lambda f: _("The app is your second step now."),
    "mfa/messages/totp_deactivated.txt": lambda f: _("The app is not asked for any more."),
    "mfa/messages/webauthn_added.txt": lambda f: _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": lambda f: _("The passkey is removed."),
    "socialaccount/messages/account_connected.txt": lambda f: _("The sign-in is connected."),
    "socialaccount/messages/account_connected_other.txt": lambda f: _(
        "This sign-in belongs to another account here already."
    ),
    "socialaccount/messages/account_disconnected.txt": lambda f: _("The sign-in is taken off your account."),
    "usersessions/messages/sessions_logged_out.txt": lambda f: _("Other devices are signed out."),
}


def said(name: str, facts: Facts) -> str:
    """The line allauth asks for by the name of its template, or nothing."""
    line = _SAID.get(name)
    return line(facts) if line else ""
