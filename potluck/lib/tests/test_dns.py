"""Names are looked up at the server that is named, and nowhere where that is switched off."""

import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rrset
import pytest
from pytest_django import Settings

from potluck.lib import dns as ours
from potluck.lib.errors import TryLater

RECORDS = {
    ("example.org.", "TXT"): ['"v=spf1 " "-all"', '"other"'],
    ("example.org.", "MX"): ["10 mail.example.org."],
    ("mail.example.org.", "A"): ["192.0.2.1"],
}


@pytest.fixture
def server(settings: Settings) -> Iterator[list[str]]:
    """A name server on loopback; what it was asked."""
    line, asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), list[str]()
    line.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                said, who = line.recvfrom(2000)
            except OSError:
                return
            query = dns.message.from_wire(said)
            name, kind = query.question[0].name, query.question[0].rdtype
            asked.append(f"{name} {kind.name}")
            answer = dns.message.make_response(query)
            found = RECORDS.get((str(name), kind.name))
            if found:
                answer.answer.append(dns.rrset.from_text(name, 300, "IN", kind, *found))
            elif str(name).startswith("broken"):
                answer.set_rcode(dns.rcode.SERVFAIL)
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            line.sendto(answer.to_wire(), who)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.DNS = f"127.0.0.1:{line.getsockname()[1]}"
    yield asked
    line.settimeout(0.01)
    line.close()


def test_what_the_server_says_comes_as_text(server: list[str]) -> None:
    assert sorted(ours.look_up("example.org", "TXT")) == ["other", "v=spf1 -all"]
    assert ours.look_up("example.org", "MX") == ["10 mail.example.org"]
    assert ours.look_up("mail.example.org", "A") == ["192.0.2.1"]


def test_what_was_answered_is_not_asked_again(server: list[str]) -> None:
    ours.look_up("example.org", "TXT")
    ours.look_up("example.org", "TXT")
    assert server == ["example.org. TXT"]


@pytest.mark.parametrize("name", ["nobody.example", "a..b", "x" * 70 + ".example", "\u00df\udc80.example"])
def test_nothing_is_found_where_nothing_is(server: list[str], name: str) -> None:
    assert ours.look_up(name, "TXT") == []


def test_a_server_in_trouble_is_no_answer(server: list[str]) -> None:
    with pytest.raises(TryLater):
        ours.look_up("broken.example", "TXT")


def test_nobody_is_asked_where_that_is_off(settings: Settings) -> None:
    settings.DNS = "off"
    with pytest.raises(TryLater):
        ours.look_up("example.org", "TXT")
