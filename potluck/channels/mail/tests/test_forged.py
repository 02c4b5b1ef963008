"""A letter from the wide world is believed where its sender's domain vouches for it, and asked back where not."""

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core import mail
from pytest_django import Settings

from potluck.channels.mail.addresses import ask_address
from potluck.channels.mail.inbound import sender_policy
from potluck.channels.mail.inbound.receive import receive
from potluck.channels.mail.models import Letter, State
from potluck.lib.errors import TryLater
from potluck.people.models import Person
from potluck.posts.models import Post

from .conftest import do_jobs, letter
from .test_who_may import confirm_address

World = dict[tuple[str, str], list[str]]
# Documentation's own networks count as no part of the world; these addresses do.
HOME, STRANGER = "9.1.2.3", "9.9.9.9"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
PUBLIC = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """What the DNS says: Ada's domain lets one server send, and has a key."""
    key = "".join(PUBLIC.decode().splitlines()[1:-1])
    said: World = {
        ("example.org", "TXT"): [f"v=spf1 ip4:{HOME} -all"],
        ("s._domainkey.example.org", "TXT"): [f"v=DKIM1; k=rsa; p={key}"],
        ("s._domainkey.news.example.org", "TXT"): [f"v=DKIM1; k=rsa; p={key}"],
        ("s._domainkey.evil.example", "TXT"): [f"v=DKIM1; k=rsa; p={key}"],
        ("evil.example", "TXT"): [f"v=spf1 ip4:{STRANGER} -all"],
    }

    def look_up(name: str, kind: str) -> list[str]:
        found = said.get((name.rstrip("."), kind), [])
        if "away" in found:
            raise TryLater("nobody answers")
        return found

    monkeypatch.setattr(sender_policy, "look_up", look_up)
    return said


def handed(
    subject: str = "A question?", *, peer: str = STRANGER, by: str = "", sender: str = "", **headers: str
) -> Letter:
    """A letter that says it is Ada's, handed in by a server, signed by a domain if one is named."""
    raw = letter("Ada <ada@example.org>", ask_address(), subject, "Is it me?\n", **headers).as_bytes()
    raw = raw.replace(b"\n", b"\r\n")
    if by:
        raw = dkim.sign(raw, b"s", by.encode(), PEM, include_headers=[b"from", b"subject"]) + raw
    return taken(raw, peer, sender or "ada@example.org")


def taken(raw: bytes, peer: str, sender: str = "ada@example.org") -> Letter:
    row = receive(raw, sender=sender, recipients=[ask_address()], peer=peer, helo="mx.evil.example")
    do_jobs()
    row.refresh_from_db()
    return row


def test_a_forged_letter_of_a_member_is_asked_back_and_not_shared(world: World, ada: Person) -> None:
    row = handed()
    assert row.state == State.UNCONFIRMED and not Post.objects.exists()
    assert [m.to for m in mail.outbox] == [["ada@example.org"]] and "example.org vouches" in mail.outbox[
        0
    ].body


def test_one_answer_of_the_member_shares_what_was_asked_about(world: World, ada: Person) -> None:
    handed()
    answer = letter("ada@example.org", confirm_address(mail.outbox[0]), "Re:", "Yes.").as_bytes()
    receive(answer, sender="ada@example.org", recipients=[confirm_address(mail.outbox[0])], peer=STRANGER)
    do_jobs()
    assert Post.objects.get().author == ada


def test_what_comes_by_the_domains_own_server_goes_straight(world: World, ada: Person) -> None:
    assert handed(peer=HOME).state == State.DONE and Post.objects.get().author == ada


@pytest.mark.parametrize("by", ["example.org", "news.example.org"])
def test_what_the_domain_signed_goes_straight_by_whatever_server(world: World, ada: Person, by: str) -> None:
    assert handed(by=by).state == State.DONE


@pytest.mark.parametrize("sender", ["x@evil.example", ""])
def test_what_another_domain_vouches_for_is_not_believed(world: World, ada: Person, sender: str) -> None:
    assert handed(by="evil.example", sender=sender or "ada@example.org").state == State.UNCONFIRMED


def test_a_domain_may_ask_that_only_its_very_name_speaks_for_it(world: World, ada: Person) -> None:
    world["_dmarc.example.org", "TXT"] = ["v=DMARC1; p=reject; adkim=s"]
    assert handed(by="news.example.org").state == State.UNCONFIRMED
    assert handed("Another?", by="example.org").state == State.DONE


def test_two_parts_of_one_organization_speak_for_each_other(world: World, ada: Person) -> None:
    """As its record says; two names below one that has none are strangers."""
    world["s._domainkey.list.example.org", "TXT"] = world["s._domainkey.example.org", "TXT"]
    raw = letter("Ada <ada@dept.example.org>", ask_address(), "Who?", "x").as_bytes().replace(b"\n", b"\r\n")
    signed = dkim.sign(raw, b"s", b"list.example.org", PEM, include_headers=[b"from"]) + raw
    seen = sender_policy.Handed(STRANGER, "mx.evil.example", "ada@dept.example.org")
    assert sender_policy.may_write(signed, seen) is False
    world["_dmarc.example.org", "TXT"] = ["v=DMARC1; p=none"]
    assert sender_policy.may_write(signed, seen) is True


def test_a_signature_does_not_hold_for_what_was_changed_or_added(world: World, ada: Person) -> None:
    raw = letter("Ada <ada@example.org>", ask_address(), "Yes?", "Mine.\n").as_bytes().replace(b"\n", b"\r\n")
    signed = dkim.sign(raw, b"s", b"example.org", PEM, include_headers=[b"from"]) + raw
    partly = dkim.sign(raw, b"s", b"example.org", PEM, include_headers=[b"from"], length=True) + raw
    seen = sender_policy.Handed(STRANGER, "mx.evil.example", "x@evil.example")
    assert sender_policy.may_write(signed, seen) is True
    for other in (
        signed.replace(b"Mine.", b"Evil."),
        partly + b"Evil.\r\n",
        b"From: Eve <eve@evil.example>\r\n" + signed,
        signed.replace(b"<ada@example.org>", b"<ada@example.org>, <x@evil.example>", 1),
        b"DKIM-Signature: v=1; a=rsa-sha256; d=\xff; s=;;; h=from; bh=!; b=?\r\n" + raw,
    ):
        assert sender_policy.may_write(other, seen) is False


def test_a_dns_that_does_not_answer_changes_nothing(world: World, ada: Person) -> None:
    """What would be believed if we could not look at all is believed."""
    world["example.org", "TXT"] = ["away"]
    assert handed().state == State.DONE


def test_a_domain_that_says_nothing_of_its_senders_is_asked_back(world: World, ada: Person) -> None:
    del world["example.org", "TXT"]
    assert handed().state == State.UNCONFIRMED


def test_results_that_a_stranger_wrote_into_the_letter_are_nothing(world: World, ada: Person) -> None:
    """Not even with the name of our own domain."""
    said = "localhost; dmarc=pass header.from=example.org"
    assert handed(Authentication_Results=said).state == State.UNCONFIRMED


@pytest.mark.parametrize("peer", ["", "127.0.0.1", "10.0.0.7", "::1"])
def test_a_server_of_our_own_network_is_not_the_one_who_wrote(world: World, ada: Person, peer: str) -> None:
    """It had it from somebody else, whom we do not know."""
    assert handed(peer=peer).state == State.DONE


def test_where_a_server_of_ours_looks_it_alone_is_asked(
    world: World, ada: Person, settings: Settings
) -> None:
    settings.MAIL_SERVERS = ["mx.ours.example"]
    said = "mx.ours.example; dmarc=pass header.from=example.org"
    assert handed(Authentication_Results=said).state == State.DONE
    assert handed("Another?", peer=HOME).state == State.UNCONFIRMED
