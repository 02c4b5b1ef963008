"""Mail that is not sent lies in the outbox, whole, and is shown on the console; a server gets it where one is named."""

import email
from email.policy import default
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from pytest_django import Settings

from potluck.lib.email_backend import Outbox, Smtp

LETTER = EmailMessage(
    "[Potluck] Your code", "Type this:\n\nBCDF-GHJK\n", "potluck@localhost", ["ada@example.org"]
)


def test_each_letter_is_a_whole_file(tmp_path: Path, settings: Settings) -> None:
    settings.OUTBOX = tmp_path / "outbox"
    assert Outbox().send_messages([LETTER, LETTER]) == 2
    files = sorted((tmp_path / "outbox").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    read = email.message_from_bytes(files[0].read_bytes(), policy=default)
    assert read["To"] == "ada@example.org"
    assert "BCDF-GHJK" in read.get_content().splitlines()


def test_a_letter_is_shown_on_the_console(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.OUTBOX = tmp_path
    Outbox().send_messages([LETTER])
    assert "BCDF-GHJK" in capsys.readouterr().err


def test_an_address_makes_no_path(tmp_path: Path, settings: Settings) -> None:
    settings.OUTBOX = tmp_path / "outbox"
    Outbox().send_messages([EmailMessage("s", "b", to=["../../evil/x@example.org"])])
    assert [path.parent for path in tmp_path.rglob("*.eml")] == [tmp_path / "outbox"]


@pytest.mark.parametrize(
    ("address", "host", "port", "ssl", "tls"),
    [
        ("smtp://ada:p%40ss@mail.example:587", "mail.example", 587, False, True),
        ("smtps://ada:p%40ss@mail.example", "mail.example", 465, True, False),
        ("smtp://ada:p%40ss@mail.example", "mail.example", 25, False, False),
    ],
)
def test_a_server_is_named_by_one_address(
    settings: Settings, address: str, host: str, port: int, ssl: bool, tls: bool
) -> None:
    settings.SMTP = address
    way = Smtp()
    assert (way.host, way.port, way.use_ssl, way.use_tls) == (host, port, ssl, tls)
    assert (way.username, way.password) == ("ada", "p@ss")


def test_without_a_server_mail_stays_here() -> None:
    assert not django_settings.SMTP
