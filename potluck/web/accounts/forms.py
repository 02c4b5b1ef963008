"""Forms of accounts that differ from allauth's own."""

from typing import Any

from allauth.account.forms import RequestLoginCodeForm, SignupForm
from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.mfa.webauthn.forms import AddWebAuthnForm

from potluck.people.models import Account


class JoinForm(SignupForm):  # type: ignore[misc]
    """To join one gives a mail address and nothing else. A password can be set later, by who wants one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password1", None)


class AddressForm(RequestLoginCodeForm):  # type: ignore[misc]
    """The address a code goes to. An account made at the command line gets its address noted here, so that the code
    that signs in confirms it, too; else allauth would ask for a second one."""

    @property
    def account(self) -> Account | None:
        """Whose address it is."""
        return self._user  # type: ignore[no-any-return]

    def clean_email(self) -> str:
        email = super().clean_email()
        if self._user:
            sync_user_email_address(self._user)
        return str(email)


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey signs in by itself, unless one says that it is a second step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True
