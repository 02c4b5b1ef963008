"""Every address of ours: which there are, and what the tokens in them say.

    share+SECRET@   a member's own, stored and renewable: shares as them
    ask@            a question to the network
    reply+TOKEN@    a reply to one post by one person
    VERB+TOKEN@     one act of one person on one post: thanks, mute, unsubscribe ...
    bounce+TOKEN@   where what could not be delivered comes back to (VERP)
    news-SECRET@    what a newsletter has of a member who takes it in; stored (many forms refuse a plus)
    list-SECRET@    the same for a mailing list that is bridged

A TOKEN is base32 in small letters of the numbers it speaks of and an HMAC of them with the local name: nothing is
stored, it never expires, and it survives programs that change the case of an address.
"""

import base64
import binascii
import re
import secrets
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from potluck.channels.mail.models import SecretAddress
from potluck.people.models import Person

_SUBSCRIBED = re.compile(r"(news|list)-([a-z2-7]{24})\Z")
_NUMBER_BYTES = 8
_MOST_SENDERS = 20
_MAC_BYTES = 10
# What one may do by a mail to an address, nothing said.
VERBS = frozenset(
    (
        *("thanks", "unthanks", "me-too", "not-me-too", "not-me", "not-now", "on-it", "off-it"),
        *("mute", "unmute", "follow", "unfollow", "unsubscribe", "resubscribe", "confirm", "remove"),
        *("now", "daily", "weekly", "none", "all", "leave", "stay", "take-back", "put-back"),
    )
)
NAMES = VERBS | {"ask", "share", "reply", "bounce", "help", "join", "potluck", "find"}


def at_home(local: str) -> str:
    """The whole address of a local name of ours."""
    return f"{local}@{settings.MAIL_DOMAIN}"


def ask_address() -> str:
    """Where anybody asks the network."""
    return at_home("ask")


def reply_address(post: int, person: int) -> str:
    """Where this person answers this post."""
    return at_home(f"reply+{_token('reply', post, person)}")


def read_reply(address: str) -> tuple[int, int] | None:
    """The post and the person of a reply address; None if it is none of ours."""
    found = _read(address)
    return found[1] if found and found[0] == "reply" and len(found[1]) == 2 else None


def act_address(verb: str, post: int, person: int) -> str:
    """Where a mail, empty or not, does this; `post` is 0 where the act is about none."""
    if verb not in VERBS:
        raise ValueError(verb)
    return at_home(f"{verb}+{_token(verb, post, person)}")


def read_act(address: str) -> tuple[str, int, int] | None:
    """The verb, the post and the person of such an address."""
    found = _read(address)
    if found is None or found[0] not in VERBS or len(found[1]) != 2:
        return None
    return (found[0], *found[1])


def bounce_address(address_key: int) -> str:
    """The envelope sender of what goes to one address, so that what comes back says to whom it did not get."""
    return at_home(f"bounce+{_token('bounce', address_key)}")


def read_bounce(address: str) -> int | None:
    """The key given to `bounce_address`."""
    found = _read(address)
    return found[1][0] if found and found[0] == "bounce" and len(found[1]) == 1 else None


def share_address(person: Person) -> str:
    """The member's secret address, made when it is first asked for."""
    row, _new = SecretAddress.objects.get_or_create(person=person, defaults={"token": secret()})
    return at_home(f"share+{row.token}")


def made_share_address(person: Person) -> str:
    """The same, if it was made; else empty."""
    row = SecretAddress.objects.filter(person=person).first()
    return at_home(f"share+{row.token}") if row else ""


def renew_share_address(person: Person) -> str:
    """A new secret. The old address is nobody's any more."""
    row, _new = SecretAddress.objects.update_or_create(
        person=person, defaults={"token": secret(), "senders": []}
    )
    return at_home(f"share+{row.token}")


def read_share(address: str) -> Person | None:
    """Whose secret address this is."""
    name, token = _parted(address)
    if name != "share" or not token:
        return None
    row = SecretAddress.objects.select_related("person__account").filter(token=token).first()
    return row.person if row else None


def senders_of(person: Person) -> set[str]:
    """From where else than their own addresses this member said to share by it."""
    row = SecretAddress.objects.filter(person=person).first()
    return set(row.senders) if row else set()


def allow_sender(person: Person, sender: str) -> None:
    """What comes from there to the member's secret address is theirs. A new secret forgets it."""
    row = SecretAddress.objects.select_for_update().filter(person=person).first()
    if row is not None and sender not in row.senders:
        row.senders = [*row.senders, sender][-_MOST_SENDERS:]
        row.save(update_fields=["senders"])


def news_address(token: str) -> str:
    """What a newsletter is told as the address of its subscriber."""
    return at_home(f"news-{token}")


def list_address(token: str) -> str:
    """What a bridged list knows us by."""
    return at_home(f"list-{token}")


def read_subscribed(address: str) -> tuple[str, str] | None:
    """Of such an address: "news" or "list", and its token."""
    found = _SUBSCRIBED.match(local_of(address))
    return (found[1], found[2]) if found else None


def local_of(address: str) -> str:
    """The local name of an address of ours in small letters, what follows a plus included; else empty."""
    local, _at, domain = address.strip().strip("<>").lower().rpartition("@")
    return local if domain == settings.MAIL_DOMAIN.lower() else ""


def is_ours(address: str) -> bool:
    """Whether mail to this address comes to us: other names of the domain may be people's own."""
    name, _token = _parted(address)
    return (
        name in NAMES
        or bool(read_subscribed(address))
        or (bool(name) and address.strip().strip("<>").lower() == sent_from())
    )


def sent_from() -> str:
    """The bare address our letters come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()


def secret() -> str:
    """A token that nobody guesses: 24 small letters and digits."""
    return base64.b32encode(secrets.token_bytes(15)).decode().lower()


def _parted(address: str) -> tuple[str, str]:
    name, _plus, token = local_of(address).partition("+")
    return name, token


def _token(name: str, *numbers: int) -> str:
    plain = b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in numbers)
    return base64.b32encode(plain + _mac(name, plain)).decode().rstrip("=").lower()


def _read(address: str) -> tuple[str, tuple[int, ...]] | None:
    name, token = _parted(address)
    if not 20 <= len(token) <= 60:
        return None
    try:
        whole = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    plain, mac = whole[:-_MAC_BYTES], whole[-_MAC_BYTES:]
    if len(plain) % _NUMBER_BYTES or not constant_time_compare(mac, _mac(name, plain)):
        return None
    places = range(0, len(plain), _NUMBER_BYTES)
    return name, tuple(int.from_bytes(plain[at : at + _NUMBER_BYTES], "big") for at in places)


def _mac(name: str, plain: bytes) -> bytes:
    return salted_hmac(f"potluck.mail.{name}", plain, algorithm="sha256").digest()[:_MAC_BYTES]
