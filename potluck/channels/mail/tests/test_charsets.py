"""Letters and their headers are read in whatever they are written in, also where they do not say."""

import pytest

from potluck.channels.mail.inbound.parse import read

ASKED = {
    "big5": "如何防止蛞蝓吃掉幼苗",
    "gb18030": "关于下周会议的通知",
    "cp949": "안녕하세요 여러분",
    "cp932": "会議のお知らせです",
    "koi8_r": "Как защитить рассаду",
    "cp1252": "Réunion à Genève",
    "utf-8": "Grüße aus Köln",
}


def raw(charset: str, subject: str, text: str, said: str) -> bytes:
    kind = f"Content-Type: text/plain{said}\n".encode() if said else b""
    head = f"From: {subject[:4]} <a@example.org>\nSubject: {subject}\n".encode(charset)
    return head + kind + b"\n" + text.encode(charset) + b"\n"


@pytest.mark.parametrize("charset", ASKED)
def test_a_header_without_a_charset_is_in_that_of_the_text(charset: str) -> None:
    said = read(raw(charset, ASKED[charset], ASKED[charset] * 3, f"; charset={charset.replace('_', '-')}"))
    assert said.subject == ASKED[charset] and said.sender.name == ASKED[charset][:4].strip()
    assert said.text.strip() == ASKED[charset] * 3


@pytest.mark.parametrize("charset", [name for name in ASKED if name != "koi8_r"])
def test_where_nothing_says_it_is_told_by_its_looks(charset: str) -> None:
    said = read(raw(charset, ASKED[charset], ASKED[charset] * 3, ""))
    assert (said.subject, said.text.strip()) == (ASKED[charset], ASKED[charset] * 3)


def test_a_charset_that_is_none_does_no_harm() -> None:
    said = read(
        raw("cp1252", "Réunion", "Déjà vu", '; charset="nonsense\udcff"'.encode("utf-8", "replace").decode())
    )
    assert (said.subject, said.text.strip()) == ("Réunion", "Déjà vu")
