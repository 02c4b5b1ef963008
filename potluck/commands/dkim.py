"""`potluck dkim`: the DNS records by which others know that our letters are ours."""

from argparse import Namespace

from django.conf import settings

from potluck.channels.mail.outbound.compose import own_address
from potluck.channels.mail.outbound.dkim import signer, signer_for

# A string in a DNS record holds no more characters.
_STRING = 255


def dkim(args: Namespace) -> None:
    """Print them as they stand in a zone file; the keys are made if there are none yet."""
    address = own_address()
    domain = address.rpartition("@")[2]
    for name, text in signer(domain).records():
        parts = [f'"{text[at : at + _STRING]}"' for at in range(0, len(text), _STRING)]
        print(f"{name}. IN TXT {' '.join(parts)}")
    print(f"\nLetters come from {address}; POTLUCK_MAIL_FROM changes that.")
    if signer_for(address) is None:
        why = "POTLUCK_DKIM is off" if not settings.DKIM else f"{domain} is no public name"
        print(f"They are not signed now, as {why}.")
