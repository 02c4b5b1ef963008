"""What goes out is signed so that others can check it: by RSA and by Ed25519, over what readers act on."""

import base64
import email
import hashlib
import re
from collections.abc import Callable
from email.policy import SMTP
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pytest_django import Settings

from potluck.channels.mail.outbound import dkim
from potluck.channels.mail.outbound.dkim import relaxed, signer, signer_for
from potluck.channels.mail.outbound.send_job import carry_all
from potluck.door import admit
from potluck.people.models import Person
from potluck.posts.draft import Draft

# The example of RFC 8463, appendix A: its message, public key, body hash and signature.
RFC_HEADERS = b"""From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>
"""
RFC_BODY = b"""Hi.

We lost the game.  Are you hungry yet?

Joe.
"""
RFC_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
RFC_HASH = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
RFC_FIELD = (
    "dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; d=football.example.com; i=@football.example.com;"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to : subject : date : message-id : from : subject : date;"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b="
)
RFC_PROOF = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, settings: Settings) -> None:
    settings.DATA, settings.DKIM = tmp_path, True
    dkim._keys.cache_clear()


def test_our_canonical_forms_are_those_of_the_standard() -> None:
    body, headers = RFC_BODY.replace(b"\n", b"\r\n"), RFC_HEADERS.replace(b"\n", b"\r\n")
    assert base64.b64encode(hashlib.sha256(relaxed(body)).digest()).decode() == RFC_HASH
    fields = dkim._fields(headers)
    names = ("from", "to", "subject", "date", "message-id")
    text = b"".join(fields[name] + b"\r\n" for name in names) + RFC_FIELD.encode()
    key = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(RFC_KEY))
    key.verify(base64.b64decode(RFC_PROOF), hashlib.sha256(text).digest())


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"),
        (b"no end", b"no end\r\n"),
        (b"a\r\n \t\r\n", b"a\r\n"),
    ],
)
def test_relaxed_bodies(body: bytes, form: bytes) -> None:
    assert relaxed(body) == form


def checked(message: bytes, records: dict[str, str]) -> set[str]:
    """The algorithms whose signatures hold, read as a receiver does."""
    found = set()
    head, _, body = message.partition(b"\r\n\r\n")
    lines = re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")
    for line in (one for one in lines if one.startswith(b"DKIM-Signature:")):
        said = dict(re.findall(r"(\w+)=([^;]*)", line.decode().partition(":")[2]))
        values = {name: "".join(value.split()) for name, value in said.items()}
        if values["bh"] != base64.b64encode(hashlib.sha256(relaxed(body)).digest()).decode():
            continue
        signed = b""
        left = [one for one in lines if not one.startswith(b"DKIM-Signature:")]
        for name in values["h"].split(":"):
            mine = [one for one in left if one.lower().startswith(f"{name}:".encode())]
            if mine:
                left.remove(mine[-1])
                signed += name.encode() + b":" + b" ".join(mine[-1].partition(b":")[2].split()) + b"\r\n"
        empty = re.sub(rb"b=[^;]*\Z", b"b=", b" ".join(line.partition(b":")[2].split()))
        key = base64.b64decode(records[values["s"]].rpartition("p=")[2])
        if holds(values["a"], key, base64.b64decode(values["b"]), signed + b"dkim-signature:" + empty):
            found.add(values["a"])
    return found


def holds(kind: str, key: bytes, proof: bytes, text: bytes) -> bool:
    try:
        if kind == "rsa-sha256":
            big = load_der_public_key(key)
            assert isinstance(big, rsa.RSAPublicKey)
            big.verify(proof, text, padding.PKCS1v15(), hashes.SHA256())
        else:
            ed25519.Ed25519PublicKey.from_public_bytes(key).verify(proof, hashlib.sha256(text).digest())
    except InvalidSignature:
        return False
    return True


@pytest.fixture
def sent(
    ada: Person, ben: Person, work: Callable[[], None], tmp_path: Path, settings: Settings
) -> tuple[bytes, dict[str, str]]:
    """A letter as it went, and the records in which its keys stand."""
    settings.OUTBOX, settings.MAIL_TAKEN_IN = tmp_path / "outbox", True
    settings.DEFAULT_FROM_EMAIL = "potluck@network.example"
    note = admit(Draft(author=ada, title="Wörter " * 30, text="Leaf mould.  "))
    admit(Draft(author=ben, text="How long? \n\n\n.\n", reply_to=note))
    work()
    carry_all(1)
    (file,) = (tmp_path / "outbox" / "carried").glob("*ada*")
    records = {name.partition(".")[0]: text for name, text in signer("network.example").records()}
    return file.read_bytes(), records


def test_a_letter_bears_both_signatures_and_they_hold(sent: tuple[bytes, dict[str, str]]) -> None:
    assert checked(*sent) == {"rsa-sha256", "ed25519-sha256"}


def test_the_signatures_cover_what_unsubscribes(sent: tuple[bytes, dict[str, str]]) -> None:
    message = email.message_from_bytes(sent[0], policy=SMTP)
    for field in message.get_all("DKIM-Signature"):
        names = re.sub(r"\s", "", field).partition(";h=")[2].partition(";")[0].split(":")
        assert {"from", "reply-to", "list-unsubscribe", "list-unsubscribe-post", "message-id"} <= set(names)
        assert names.count("from") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"How long?", b"How wide?"),
        (b"From: ", b"From: Eve "),
        (b"List-Unsubscribe: ", b"List-Unsubscribe: <x>, "),
    ],
)
def test_a_letter_changed_on_the_way_is_known_as_such(
    old: bytes, new: bytes, sent: tuple[bytes, dict[str, str]]
) -> None:
    message, records = sent
    assert old in message
    assert checked(message.replace(old, new, 1), records) == set()


def test_keys_are_made_once_and_are_nobody_elses_to_read(tmp_path: Path) -> None:
    first = signer("network.example").records()
    dkim._keys.cache_clear()
    assert signer("network.example").records() == first
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "dkim").iterdir()} == {"0o600"}


@pytest.mark.parametrize("address", ["potluck@localhost", "potluck@127.0.0.1", "nobody"])
def test_a_machine_without_a_public_name_signs_nothing(address: str) -> None:
    assert signer_for(address) is None


def test_a_host_may_leave_signing_to_the_mail_server(settings: Settings) -> None:
    settings.DKIM = False
    assert signer_for("potluck@network.example") is None
