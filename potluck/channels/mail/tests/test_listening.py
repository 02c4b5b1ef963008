"""Mail by SMTP, by LMTP and by a pipe: taken when it is in the database, and only if it is for us."""

import asyncio
import io
import smtplib
import socket
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import InterfaceError, OperationalError, connections
from procrastinate.exceptions import ConnectorException

from potluck.channels.mail.models import Letter
from potluck.commands import mail
from potluck.lib.errors import Refused

RAW = b"From: Ada <ada@example.org>\r\nTo: ask@localhost\r\nSubject: Hi?\r\nMessage-ID: <1@example.org>\r\n\r\nHi.\r\n"
HERE = "127.0.0.1"


@pytest.fixture
def listening(transactional_db: None) -> Iterator[Callable[[str], int]]:
    """Listen on a free port as `speaks` says; gives the port."""
    loop = asyncio.new_event_loop()
    # One thread: what it opened to the database it can close.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers: list[asyncio.Server] = []

    def listen(speaks: str) -> int:
        async def begin() -> asyncio.Server:
            door = mail.Door(speaks, HERE, 0)
            return await loop.create_server(lambda: mail._protocol(door, loop), HERE, 0)

        servers.append(asyncio.run_coroutine_threadsafe(begin(), loop).result(10))
        return int(servers[-1].sockets[0].getsockname()[1])

    yield listen

    async def end() -> None:
        for server in servers:
            server.close()
            await server.wait_closed()
        await asyncio.to_thread(connections.close_all)
        await loop.shutdown_default_executor()

    asyncio.run_coroutine_threadsafe(end(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def test_a_message_by_smtp_is_there_when_it_is_acknowledged(listening: Callable[[str], int]) -> None:
    """As it came, with whom it is for."""
    with smtplib.SMTP(HERE, listening("smtp"), timeout=10) as server:
        server.sendmail("ada@example.org", ["ASK@localhost"], RAW)
        row = Letter.objects.get()
        assert bytes(row.raw or b"") == RAW and (row.sender, row.recipients) == (
            "ada@example.org",
            ["ASK@localhost"],
        )
        server.sendmail("ada@example.org", ["ask@localhost"], RAW)
    assert Letter.objects.count() == 1


def test_only_what_is_for_us_is_taken(listening: Callable[[str], int]) -> None:
    """So that nobody sends mail on by us, and who mistypes an address hears it from their own server."""
    with smtplib.SMTP(HERE, listening("smtp"), timeout=10) as server:
        for other in ("somebody@elsewhere.example", "nobody@localhost", "ask@localhost.evil.example"):
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                server.sendmail("ada@example.org", [other], RAW)
    assert not Letter.objects.exists()


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError, ConnectorException])
def test_a_database_that_is_away_loses_nothing(
    listening: Callable[[str], int], monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    """The other server keeps the message and tries again."""

    def away(*_args: object, **_more: object) -> None:
        raise kind("gone")

    port = listening("smtp")
    with smtplib.SMTP(HERE, port, timeout=10) as server:
        with monkeypatch.context() as patched, pytest.raises(smtplib.SMTPDataError) as refused:
            patched.setattr(mail, "receive", away)
            server.sendmail("ada@example.org", ["ask@localhost"], RAW)
        assert refused.value.smtp_code == 451
        server.sendmail("ada@example.org", ["ask@localhost"], RAW)
    assert Letter.objects.count() == 1


def test_lmtp_answers_for_each_recipient(listening: Callable[[str], int]) -> None:
    """As RFC 2033 asks; Postfix would else wait for the second answer."""
    with socket.create_connection((HERE, listening("lmtp")), timeout=10) as wire, wire.makefile("rb") as said:

        def line(text: bytes = b"") -> bytes:
            if text:
                wire.sendall(text + b"\r\n")
            while (answer := said.readline())[3:4] == b"-":
                pass
            return answer

        line()
        assert line(b"LHLO localhost").startswith(b"250")
        assert line(b"MAIL FROM:<>").startswith(b"250")
        for name in (b"ask", b"help"):
            assert line(b"RCPT TO:<%s@localhost>" % name).startswith(b"250")
        assert line(b"DATA").startswith(b"354")
        assert line(RAW + b".").startswith(b"250") and line().startswith(b"250")
        assert line(b"QUIT").startswith(b"221")
    assert Letter.objects.get().recipients == ["ask@localhost", "help@localhost"]


def piped(monkeypatch: pytest.MonkeyPatch, to: list[str]) -> None:
    """Give a message to the command, as a mail server does."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(RAW)))
    mail.mail(Namespace(to=to, sender="ada@example.org"))


def test_a_pipe_takes_a_message_for_whom_it_is(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """By what the mail server says, else by its headers; for anybody else its exit code says so."""
    with pytest.raises(SystemExit) as ended:
        piped(monkeypatch, ["somebody@elsewhere.example"])
    assert ended.value.code == 67
    piped(monkeypatch, [])
    assert Letter.objects.get().recipients == ["ask@localhost"]


def test_a_pipe_says_when_to_try_again(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """With the exit code that mail servers know."""

    def away(*_args: object, **_more: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(mail, "receive", away)
    with pytest.raises(SystemExit) as ended:
        piped(monkeypatch, [])
    assert ended.value.code == 75


def test_an_address_to_listen_on_that_is_none_is_refused(settings: pytest.FixtureRequest) -> None:
    """With how one looks."""
    for wrong in ("8025", "http://localhost:1", "smtp://localhost"):
        settings.MAIL_LISTEN = [wrong]  # type: ignore[attr-defined]
        with pytest.raises(Refused, match="smtp://"):
            mail.doors()


@pytest.mark.parametrize("speaks", ["smtp", "lmtp"])
def test_a_line_longer_than_the_rules_allow_is_taken_as_it_is(
    listening: Callable[[str], int], speaks: str
) -> None:
    """What others let pass is no reason to lose a letter."""
    raw = RAW + b"long " * 2_000 + b"\r\n"
    kind = smtplib.SMTP if speaks == "smtp" else smtplib.LMTP
    with kind(HERE, listening(speaks), timeout=10) as server:
        server.sendmail("ada@example.org", ["ask@localhost"], raw)
    assert bytes(Letter.objects.get().raw or b"") == raw


def test_who_handed_a_message_in_is_noted(listening: Callable[[str], int]) -> None:
    """By SMTP whoever speaks to us; by LMTP whom our own mail server says it has it from."""
    with smtplib.SMTP(HERE, listening("smtp"), timeout=10) as server:
        server.ehlo("mx.example.org")
        server.docmd("XFORWARD", "ADDR=9.9.9.9")
        server.sendmail("ada@example.org", ["ask@localhost"], RAW)
    with smtplib.LMTP(HERE, listening("lmtp"), timeout=10) as server:
        assert server.ehlo("mx.ours.example")[0] == 250 and server.has_extn("xforward")
        for number, said in enumerate(
            ("ADDR=IPV6:2001:4860:4860::8888 HELO=mx+2Eexample.org", "ADDR=[UNAVAILABLE]")
        ):
            assert server.docmd("XFORWARD", said)[0] == 250
            server.sendmail("ada@example.org", ["ask@localhost"], RAW.replace(b"<1@", b"<%d.2@" % number))
    assert list(Letter.objects.order_by("id").values_list("peer", "helo")) == [
        (HERE, "mx.example.org"),
        ("2001:4860:4860::8888", "mx.example.org"),
        ("", ""),
    ]
