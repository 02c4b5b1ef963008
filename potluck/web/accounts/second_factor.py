"""When signing in takes a second step: for who uses an app with codes, or a key that is meant as a second step.

allauth asks for one from whoever has any passkey. Here a passkey that signs in by itself is one more way in, and
takes none of the others away: who loses the device still has the mailed code.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from potluck.people.models import Account


def takes_second_step(account: Account) -> bool:
    """Whether this account asks for more than a mailed code or a password."""
    for key in Authenticator.objects.filter(user=account):
        if key.type == Authenticator.Type.TOTP:
            return True
        if key.type == Authenticator.Type.WEBAUTHN and not key.wrap().is_passwordless:
            return True
    return False


class SecondStep(AuthenticateStage):  # type: ignore[misc]
    """allauth's stage, for fewer accounts."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return bool(super()._should_handle(request)) and takes_second_step(self.login.user)
