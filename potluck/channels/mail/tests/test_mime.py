"""MIME as programs write it: what breaks the rules a little is read as it was meant, and costs little."""

import base64
import random
import struct
import time
from collections.abc import Callable

import pytest
from django.core import mail

from potluck.channels.mail.actions.to_markdown import page_of
from potluck.channels.mail.addresses import ask_address, reply_address
from potluck.channels.mail.inbound.parse import MOST_PARTS, read
from potluck.channels.mail.inbound.quoting import trim
from potluck.channels.mail.models import Letter, State
from potluck.lib.errors import Malformed
from potluck.people.models import Person
from potluck.posts.models import Attachment, Kind, Post

PostIn = Callable[..., Letter]
HEAD = (
    b"From: Ada <ada@example.org>\r\nTo: ask@localhost\r\nSubject: Beans\r\nMessage-ID: <m@example.org>\r\n"
)
PRINTED = b"Sch=C3=B6ne Bohnen f=C3=BCr alle\r\n"
WORDS = "Schöne Bohnen für alle"
CODED = base64.encodebytes(WORDS.encode())


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"quoted-printable \t ", PRINTED),
        (b"Quoted-Printable;", PRINTED),
        (b"quoted-printable (with a remark)", PRINTED),
        (b'"quoted-printable"', PRINTED),
        (b"QUOTED_PRINTABLE", PRINTED),
        (b"quoted-printable; charset=utf-8", PRINTED),
        (b"base64  ", CODED),
        (b"Base-64", CODED),
        (b"BASE64,", CODED),
        (b"(old) base64", CODED),
        (b"8bit ", WORDS.encode()),
        (b"utf-8", WORDS.encode()),
        (b"none", WORDS.encode()),
        (b"base64", WORDS.encode()),
    ],
)
def test_a_transfer_encoding_with_noise_is_the_one_that_was_meant(encoding: bytes, body: bytes) -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding
    assert read(raw + b"\r\n\r\n" + body).text.strip() == WORDS


def test_the_footer_of_a_list_below_base64_is_read_as_it_stands() -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + CODED
    text = read(raw + b"_______________________________________________\nBeans mailing list\n").text
    assert text.startswith(WORDS) and text.rstrip().endswith("Beans mailing list")


@pytest.mark.parametrize(
    "kind",
    [
        b'multipart/mixed\r\n\tboundary="q"',
        b"multipart/mixed boundary=q",
        b"multipart/mixed, boundary=q",
        b'multipart/mixed; (one) boundary="q" (two)',
        b'multipart/mixed; type="text/plain" boundary="q"',
        b'multipart/mixed; boundary="q',
        b'"multipart/mixed"; boundary=q',
        b"multipart/mixed; boundary = q",
        b"multipart/mixed",
        b'multipart/mixed; boundary="another"',
        b'Multipart/Mixed; BOUNDARY="q"',
    ],
)
def test_a_boundary_is_found_however_it_is_written(kind: bytes) -> None:
    body = b"\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\nSow them in May\r\n--q--\r\n"
    assert read(HEAD + b"Content-Type: " + kind + body).text.strip() == "Sow them in May"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (b"text/plain charset=utf-8", WORDS),
        (b"text; charset=utf-8", WORDS),
        (b"text/plain; charset=utf-8 (Unicode)", WORDS),
        (b"text/plain;charset='utf-8'", WORDS),
        (b"", WORDS),
    ],
)
def test_a_kind_of_text_is_known_however_it_is_written(kind: bytes, text: str) -> None:
    header = b"Content-Type: " + kind + b"\r\n" if kind else b""
    assert read(HEAD + header + b"\r\n" + WORDS.encode()).text.strip() == text


def test_parts_encoded_as_a_whole_are_decoded_first() -> None:
    inner = b"--q\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + WORDS.encode() + b"\r\n--q--\r\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=q\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    assert read(raw + base64.encodebytes(inner)).text.strip() == WORDS


INNER = (
    b"From: Eve <eve@elsewhere.example>\r\nSubject: The old recipe\r\nDate: Mon, 02 Mar 2015 10:00:00 +0000\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nSoak them, says eve@elsewhere.example.\r\n"
    b"Boil an hour = sixty.\r\n"
)


def with_enclosed(kind: bytes, body: bytes, *, words: bytes = b"See what she wrote.") -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\n"
        + words
        + b"\r\n--q\r\nContent-Type: "
        + kind
        + b"\r\n\r\n"
        + body
        + b"\r\n--q--\r\n"
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"message/rfc822\r\nContent-Transfer-Encoding: base64", base64.encodebytes(INNER)),
        (b"message/rfc822\r\nContent-Transfer-Encoding: BASE64 ", base64.encodebytes(INNER)),
        (b"message/rfc822\r\nContent-Transfer-Encoding: quoted-printable", INNER.replace(b"=", b"=3D")),
        (b"message/rfc822\r\nContent-Transfer-Encoding: base64", INNER),
        (b"message/rfc822", INNER),
        (b"message/global", INNER),
        (b'message/rfc822; name="old.eml"\r\nContent-Disposition: attachment; filename="old.eml"', INNER),
        (
            b'application/octet-stream; name="old.eml"\r\nContent-Transfer-Encoding: base64',
            base64.encodebytes(INNER),
        ),
    ],
)
def test_an_attached_message_is_a_file_that_can_be_read(kind: bytes, body: bytes) -> None:
    message = read(with_enclosed(kind, body))
    assert message.text.strip() == "See what she wrote."
    (file,) = message.files
    text = file.data.decode()
    assert (file.name, file.type) == ("The old recipe.txt", "text/plain")
    assert "Soak them" in text and "Boil an hour = sixty." in text and "Eve" in text and "2015-03-02" in text
    assert "elsewhere.example" not in text


def test_an_attached_message_comes_with_a_question_and_with_a_reply(
    post_in: PostIn, ada: Person, ben: Person
) -> None:
    raw = with_enclosed(b"message/rfc822\r\nContent-Transfer-Encoding: base64", base64.encodebytes(INNER))
    post_in(raw, ask_address())
    asked = Post.objects.get()
    assert asked.text == "See what she wrote." and asked.byline == ""
    raw = raw.replace(b"m@example.org", b"n@example.org").replace(b"Ada <ada@", b"Ben <ben@")
    post_in(raw, reply_address(asked.id, ben.id))
    assert Attachment.objects.filter(post__isnull=False, name="The old recipe.txt").count() == 2


@pytest.mark.parametrize(
    "header",
    [
        'filename="Größe über alles.pdf"'.encode(),
        'filename="Größe über alles.pdf"'.encode("latin-1"),
        "filename=Größe über alles.pdf".encode(),
        b"filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%C3%BCber%20alles.pdf",
        b"filename*=ISO-8859-1'de'Gr%F6%DFe%20%FCber%20alles.pdf",
        b"filename*0*=UTF-8''Gr%C3%B6%C3%9Fe%20;\r\n filename*1*=%C3%BCber%20alles;\r\n filename*2=.pdf",
        b'filename="=?utf-8?q?Gr=C3=B6=C3=9Fe_=C3=BCber_alles=2Epdf?="',
        b"filename==?utf-8?b?" + base64.b64encode("Größe über alles.pdf".encode()) + b"?=",
        b'filename="=?utf-8?q?Gr=C3=B6=C3=9Fe_?=\r\n =?utf-8?q?=C3=BCber_alles=2Epdf?="',
        b'filename="Gr%C3%B6%C3%9Fe%20%C3%BCber%20alles.pdf"',
    ],
)
def test_a_file_name_in_any_encoding_is_read(header: bytes) -> None:
    kind = b"application/pdf\r\nContent-Disposition: attachment; " + header
    (file,) = read(with_enclosed(kind, b"%PDF-1.4 x")).files
    assert file.name == "Größe über alles.pdf"


def test_a_calendar_is_a_file_and_no_words() -> None:
    message = read(with_enclosed(b"text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
    assert message.text.strip() == "See what she wrote." and [f.type for f in message.files] == [
        "text/calendar"
    ]


def attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) % 65536)


def tnef(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def mapi(*properties: tuple[int, int, bytes]) -> bytes:
    found = struct.pack("<I", len(properties))
    for kind, name, value in properties:
        found += struct.pack("<HHII", kind, name, 1, len(value)) + value + bytes(-len(value) % 4)
    return attribute(1, 0x9003, 6, found)


PAGE = attribute(1, 0x9007, 6, struct.pack("<II", 1252, 0))
A_FILE = (
    attribute(2, 0x9002, 6, bytes(14))
    + attribute(2, 0x8010, 1, b"beans.csv\0")
    + attribute(2, 0x800F, 6, b"kind,days\nrunner,90\n")
)
RICH = rb"{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}\f0 Soak {\b twelve} hours.\par Then boil.}"
RAW_RICH = struct.pack("<IIII", len(RICH) + 12, len(RICH), 0x414C454D, 0) + RICH
PACKED = {
    "plain": tnef(PAGE, attribute(1, 0x800C, 2, b"Soak twelve hours.\r\nThen boil.\0"), A_FILE),
    "plain property": tnef(PAGE, mapi((0x1E, 0x1000, b"Soak twelve hours. Then boil.\0")), A_FILE),
    "html": tnef(PAGE, mapi((0x102, 0x1013, b"<p>Soak <b>twelve</b> hours.</p><p>Then boil.</p>")), A_FILE),
    "rich text": tnef(PAGE, mapi((0x102, 0x1009, RAW_RICH)), A_FILE),
    "no code page": tnef(attribute(1, 0x800C, 2, b"Soak twelve hours. Then boil.\0"), A_FILE),
}


@pytest.mark.parametrize("name", PACKED)
def test_what_outlook_packed_is_taken_out(name: str) -> None:
    raw = (
        HEAD
        + b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    message = read(raw + base64.encodebytes(PACKED[name]))
    plain = message.text.replace("*", "")
    assert "Soak twelve hours." in plain and "Then boil." in plain and "\x00" not in plain
    assert [(file.name, file.data) for file in message.files] == [("beans.csv", b"kind,days\nrunner,90\n")]


def test_the_text_beside_what_outlook_packed_is_said_once() -> None:
    kind = b"application/octet-stream; name=winmail.dat\r\nContent-Transfer-Encoding: base64"
    message = read(with_enclosed(kind, base64.encodebytes(PACKED["plain"]), words=b"Soak twelve hours."))
    assert message.text.strip() == "Soak twelve hours." and [file.name for file in message.files] == [
        "beans.csv"
    ]


@pytest.mark.parametrize("data", [b'x\x9f>"\1\0' + b"\xff" * 500, b"no such thing", PACKED["html"][:60]])
def test_what_outlook_packed_and_nobody_can_open_is_told(post_in: PostIn, ada: Person, data: bytes) -> None:
    raw = (
        HEAD
        + b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    row = post_in(raw + base64.encodebytes(data), ask_address())
    assert (
        row.state == State.DONE and "Outlook" in mail.outbox[0].body and "plain text" in mail.outbox[0].body
    )


def many(kind: bytes, number: int, part: bytes = b"Content-Type: text/plain\r\n\r\nx\r\n") -> bytes:
    return HEAD + b"Content-Type: multipart/" + kind + b"; boundary=q\r\n\r\n" + (b"--q\r\n" + part) * number


BOMBS = {
    "alternatives": many(b"alternative", 20_000),
    "mixed": many(b"mixed", 20_000),
    "many, but a few": many(b"mixed", 900),
    "empty parts": many(b"mixed", 100_000, b"\r\n"),
    "no boundary": many(b"mixed", 20_000).replace(b"; boundary=q", b""),
    "headers of a part": many(b"mixed", 1, b"X: y\r\n" * 300_000 + b"\r\nx"),
    "headers of one kind": many(b"mixed", 1, b"Content-Type: text/plain\r\n" * 100_000 + b"\r\nx"),
    "a long header of a part": many(
        b"mixed", 1, b"Content-Type: text/plain; " + b"a=(b) " * 200_000 + b"\r\n\r\nx"
    ),
    "messages in messages": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"x",
    "forty messages": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 40 + b"x",
    "recipients": HEAD.replace(b"ask@localhost", b", ".join(b"p%d@b.example" % n for n in range(50_000)))
    + b"\r\nHi",
    "open brackets": HEAD.replace(b"ask@localhost", b"(" * 100_000) + b"\r\nHi",
    "base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUFB" * 5_000_000,
    "base64 in lines": HEAD
    + b"Content-Transfer-Encoding: base64\r\n\r\n"
    + (b"QUFB" * 19 + b"\r\n") * 250_000,
    "quoted": HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r\n" * 900_000,
    "flowed": HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * 400_000,
    "name in pieces": with_enclosed(
        b"application/pdf;" + b";".join(b"name*%d=a" % n for n in range(20_000)), b"x"
    ),
    "packed": HEAD
    + b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(tnef(*[attribute(1, 0x800C, 2, b"")] * 1_000_000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_of_parts_is_read_or_refused_soon(name: str) -> None:
    began = time.process_time()
    try:
        message = read(BOMBS[name])
    except Malformed as error:
        assert str(error)
    else:
        page_of(trim(message.text), is_marked=message.is_marked)
        assert len(message.files) <= MOST_PARTS and len(message.recipients) <= 200
    assert time.process_time() - began < 4


def test_more_parts_than_are_read_are_told(post_in: PostIn, ada: Person) -> None:
    post_in(many(b"mixed", 300), ask_address())
    assert "200" in mail.outbox[0].body


def test_no_mutation_of_a_message_is_an_error_of_ours() -> None:
    """Seeded: bytes, lines and headers of messages changed, doubled, cut and mixed."""
    chance = random.Random(8)
    seeds = [
        with_enclosed(b"message/rfc822\r\nContent-Transfer-Encoding: base64", base64.encodebytes(INNER)),
        HEAD + b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(PACKED["html"]),
        many(b"alternative", 3),
        HEAD + b"Content-Type: text/html; charset=iso-2022-jp\r\n\r\n<p>\x1b$B%3\x1b(B</p>",
        HEAD + b"Date: Tue, 1 Jan 2019 10:00:00 +0100\r\nIn-Reply-To: <a@b> <c@d>\r\nReferences: <a@b>\r\n\r\n> x\ny",
    ]  # fmt: skip
    for _turn in range(1_500):
        raw = bytearray(chance.choice(seeds))
        for _change in range(chance.randint(1, 8)):
            at = chance.randrange(len(raw) or 1)
            end = at + chance.randrange(40)
            turn = chance.randrange(4)
            if turn == 0:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            elif turn == 1:
                del raw[at:end]
            elif turn == 2:
                raw[at:at] = raw[at:end] * chance.randint(1, 3)
            else:
                other = chance.choice(seeds)
                raw[at:at] = other[chance.randrange(len(other)) :][:60]
        message = read(bytes(raw))
        text, html = page_of(trim(message.text), is_marked=message.is_marked)
        assert text is not None and "<script" not in html


def test_a_forwarded_message_is_still_the_post_itself(post_in: PostIn, ada: Person) -> None:
    """Without a file that says it once more."""
    raw = with_enclosed(b"message/rfc822", INNER, words=b"").replace(
        b"Subject: Beans", b"Subject: Fwd: Beans"
    )
    post_in(raw, ask_address())
    post = Post.objects.get()
    assert (post.kind, post.byline) == (Kind.QUESTION, "Eve") and "Soak them" in post.text
    assert not Attachment.objects.exists()
