"""Nobody can use Potluck to look inside the network it stands in."""

import asyncio
import socket

import pytest
from aiohttp.abc import ResolveResult

from potluck.lib.errors import Undeliverable
from potluck.lib.http import Request, fetch, fetch_each, fetch_now, ssrf
from potluck.lib.tests.wire import host, page, redirect


@pytest.fixture(autouse=True)
def _unhurried(settings):
    settings.ALLOW_PRIVATE_NETWORK = False
    settings.HOST_RATE = 0


@pytest.fixture
def names(monkeypatch):
    """Names that resolve as a test says; each look-up takes the next answer, the last one stays."""
    book: dict[str, list[str]] = {}

    def look_up(name, port, family):
        answers = book[name]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, one, port) for one in address.split()]

    monkeypatch.setattr(ssrf, "look_up", look_up)
    return book


@pytest.fixture
def sockets(monkeypatch):
    """Every address a socket was really made for; none may leave this machine, so none is made."""
    made: list[str] = []
    real = ssrf.open_socket

    def open_socket(info):
        real(info).close()
        made.append(info[4][0])
        raise ConnectionRefusedError

    monkeypatch.setattr(ssrf, "open_socket", open_socket)
    return made


CLOSED = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.254 127.0.0.1 127.8.8.8 169.254.169.254 172.16.0.1
172.31.9.9 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1
224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16 100.100.100.200 :: ::1 ::ffff:127.0.0.1
::ffff:10.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1::
2002:a00:1::1 2001::1 2001:db8::1 2001:10::1 100::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1
ff02::1 ::ffff:0:127.0.0.1 3fff::1 5f00::1 nonsense
"""


@pytest.mark.parametrize("address", CLOSED.split())
def test_an_address_inside_is_closed(address):
    assert not ssrf.is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"]
)
def test_an_address_outside_is_open(address):
    assert ssrf.is_public(address)


SPELLINGS = """
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 017700000001 0 0.0.0.0 00
127.000.000.001 127.0.0.1. 127。0。0。1 ①②⑦.0.0.1 localhost localhost. LOCALHOST localhost.localdomain [::1]
[::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::127.0.0.1]
[2002:7f00:1::] 169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 [::ffff:a9fe:a9fe]
[fd00:ec2::254] 10.1 192.168.257
"""


@pytest.mark.parametrize("spelling", SPELLINGS.split())
def test_no_spelling_of_an_inside_address_gets_through(spelling, monkeypatch):
    made: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: made.append(address))
    with pytest.raises(Exception, match=r"\.$") as failure:
        fetch_now(Request(f"http://{spelling}/"))
    assert type(failure.value).__name__ in ("Undeliverable", "TryLater")
    assert made == []


@pytest.mark.parametrize("spelling", ["127.0.0.1", "[::1]", "0x7f000001", "localhost", "[::ffff:127.0.0.1]"])
def test_an_inside_address_is_refused_in_words(spelling):
    with pytest.raises(Undeliverable, match="private network"):
        fetch_now(Request(f"http://{spelling}/"))


def test_a_name_that_points_inside_is_refused(names, sockets):
    names["inside.example"] = ["10.0.0.7"]
    with pytest.raises(Undeliverable, match="private network"):
        fetch_now(Request("http://inside.example/"))
    assert sockets == []


def test_a_name_that_points_both_ways_is_asked_only_outside(names, sockets):
    names["both.example"] = ["127.0.0.1 93.184.216.34 ::1 2606:4700::1111"]
    outcomes = [outcome for _, outcome in fetch_each([Request("http://both.example/")])]
    assert "cannot be reached" in str(outcomes[0])
    assert sorted(sockets) == ["2606:4700::1111", "93.184.216.34"]


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_checked(names, sockets):
    names["rebind.example"] = ["93.184.216.34", "127.0.0.1"]
    requests = [Request(f"http://rebind.example/{number}") for number in range(3)]
    for request in requests:
        [(_, outcome)] = fetch_each([request])
        assert isinstance(outcome, Exception)
    assert sockets == ["93.184.216.34"]


def test_a_resolver_that_is_fooled_is_not_the_last_to_look(names, monkeypatch):
    monkeypatch.setattr(ssrf.Resolver, "resolve", _fooled)
    with pytest.raises(Undeliverable, match="private network"):
        fetch_now(Request("http://fooled.example/"))


async def _fooled(self, name, port=0, family=socket.AF_INET):
    return [ResolveResult(hostname=name, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]


def test_a_redirect_inside_is_refused(settings, names, monkeypatch):
    """The first host is let through by hand, as a public one would be; the second is not."""
    real = ssrf.is_public
    monkeypatch.setattr(ssrf, "PORTS", range(1, 65536))

    async def story():
        async with host({"/secret": page("secret")}) as inside:
            routes = {
                "/name": redirect(302, "http://inside.example/"),
                "/literal": redirect(301, f"{inside}/secret"),
            }
            async with host(routes) as outside:
                port = outside.rpartition(":")[2]
                names["outside.example"] = ["127.0.0.2"]
                names["inside.example"] = ["127.0.0.1"]
                monkeypatch.setattr(
                    ssrf, "is_public", lambda address: address == "127.0.0.2" or real(address)
                )
                for path in ("/name", "/literal"):
                    with pytest.raises(Undeliverable, match="private network"):
                        await fetch(Request(f"http://outside.example:{port}{path}"))

    monkeypatch.setattr("potluck.lib.tests.wire.LOOPBACK", "0.0.0.0")
    asyncio.run(story())


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "file:///etc/passwd", "gopher://example.org:70/", "data:text/plain,hi"]
)
def test_only_web_addresses_are_asked(url):
    with pytest.raises(Undeliverable, match="public web pages"):
        fetch_now(Request(url))


@pytest.mark.parametrize("port", [22, 25, 6379, 5432, 9200, 11211, 1, 65535])
def test_ports_of_other_services_are_left_alone(port, names):
    with pytest.raises(Undeliverable, match="public web pages"):
        fetch_now(Request(f"http://93.184.216.34:{port}/"))


def test_the_environment_names_no_proxy(settings, monkeypatch):
    settings.ALLOW_PRIVATE_NETWORK = True
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")

    async def story():
        async with host({"/": page("straight")}) as origin:
            return await fetch(Request(origin))

    assert asyncio.run(story()).text() == "straight"
