"""Mail is written by strangers and their programs: whatever comes, it is read, refused or kept, and soon."""

import os
import re
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core import mail

from potluck.channels.mail.actions.confirm import confirmed
from potluck.channels.mail.actions.to_markdown import page_of
from potluck.channels.mail.addresses import ask_address, share_address
from potluck.channels.mail.inbound.parse import MOST_BYTES, read
from potluck.channels.mail.inbound.quoting import trim
from potluck.channels.mail.inbound.receive import receive
from potluck.channels.mail.models import Letter, State
from potluck.channels.mail.threading import message_id_of
from potluck.lib.errors import Malformed
from potluck.people.models import Person
from potluck.posts.models import Attachment, Post

from .conftest import do_jobs, letter

PostIn = Callable[..., Letter]
SHARED = Path(os.environ.get("POTLUCK_SHARED", Path(__file__).parents[5] / "shared")) / "data/mail/mime"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
HEAD = b"From: Ada <ada@example.org>\r\nTo: ask@localhost\r\nSubject: What now?\r\nMessage-ID: <h@example.org>\r\n"


def nested(depth: int) -> bytes:
    """Parts within parts."""
    body = b"Content-Type: text/plain\r\n\r\nat last\r\n"
    for level in range(depth):
        mark = b"b%d" % level
        body = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n%s\r\n--%s--\r\n" % (
            mark,
            mark,
            body,
            mark,
        )
    return HEAD + body


BOMBS = {
    "nested a little": nested(10),
    "nested": nested(400),
    "nested deep": nested(3000),
    "many boundaries": HEAD + b"\r\n" + b"boundary=x\r\n" * 100_000,
    "lines": HEAD + b"\r\n" + b"\n" * 3_000_000,
    "one line": HEAD + b"\r\n" + b"a" * 5_000_000,
    "recipients": HEAD.replace(b"ask@localhost", b",\r\n ".join(b"a%d@b.example" % n for n in range(10_000)))
    + b"\r\nHi",
    "headers": HEAD + b"X: y\r\n" * 200_000 + b"\r\nHi",
    "no end of headers": HEAD + b"X: " + b"y" * 1_000_000,
    "references": HEAD + b"References: " + b"<a@b>\r\n " * 100_000 + b"\r\n\r\nHi",
    "colons": HEAD + b"\r\n" + b"1 2 3 4 5 6 7 8 9 wrote " * 20_000 + b":\n> x\n",
    "rules": HEAD + b"\r\nHi\n" + b"-" * 200_000 + b"x\n" + b"_ " * 100_000,
    "tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div><b><blockquote>" * 100_000,
    "broken tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<![CDATA[<!--<" * 200_000,
    "quotes": HEAD + b"\r\n" + b"".join(b">" * (n % 200) + b" x\n" for n in range(50_000)),
    "coded words": HEAD.replace(b"What now?", b"=?utf-8?q?a?= " * 20_000) + b"\r\nHi",
    "nothing": b"",
    "only a line": b"\n",
    "zeros": HEAD + b"\r\n\x00\x00Hi\x00",
    "bad base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!!!====\r\n",
    "odd charset": HEAD + b"Content-Type: text/plain; charset=../../etc\r\n\r\n\xff\xfe Hi",
    "surrogates": HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA-",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_or_refused_soon(name: str) -> None:
    """In the time of some seconds at most on a busy machine, and never with an error of ours."""
    began = time.process_time()
    try:
        message = read(BOMBS[name])
    except Malformed:
        pass
    else:
        assert len(page_of(trim(message.text), is_marked=message.is_marked)[1]) < 3_000_000
        assert len(message.recipients) <= 200 and len(message.subject) <= 500
    assert time.process_time() - began < 8


def test_a_line_break_in_a_header_makes_no_other_header(post_in: PostIn, ada: Person) -> None:
    """Neither in what goes back, nor in the names we keep."""
    raw = HEAD.replace(b"What now?", b"What\r\n now =?utf-8?q?=0ABcc:_x=40y.example?=")
    raw = raw.replace(b"<h@example.org>", b"<h@example.org> =?utf-8?q?=0D=0ABcc:_z?=") + b"\r\nTell me.\r\n"
    row = post_in(raw)
    assert row.state == State.DONE and "\n" not in row.message_id
    message = mail.outbox[0].message()
    assert set(message.keys()).isdisjoint({"Bcc", "Cc"}) and mail.outbox[0].recipients() == [
        "ada@example.org"
    ]
    assert "\n" not in message_id_of([row.post_id or 0])[row.post_id or 0]


def test_a_message_of_more_than_25_mb_is_not_taken(db: None) -> None:
    """Before it is in the database."""
    with pytest.raises(Malformed, match="25 MB"):
        receive(b"x" * (MOST_BYTES + 1))
    assert not Letter.objects.exists()


def test_a_tangled_message_is_refused_without_an_answer(post_in: PostIn, ada: Person) -> None:
    """There is nobody to be sure of."""
    row = post_in(BOMBS["nested deep"], ask_address())
    assert (row.state, row.raw) == (State.REFUSED, None) and "tangled" in row.trouble and mail.outbox == []


def test_a_file_that_is_no_picture_does_not_keep_the_letter_out(post_in: PostIn, ada: Person) -> None:
    """It is left out, and its sender told."""
    message = letter("ada@example.org", share_address(ada), "Look", "A picture.")
    message.add_attachment(b"no picture at all", maintype="image", subtype="png", filename="x.png")
    message.add_attachment(
        b"fine", maintype="application", subtype="octet-stream", filename="../../etc/passwd"
    )
    post_in(message)
    assert [file.name for file in Attachment.objects.filter(post=Post.objects.get())] == ["passwd"]
    assert "x.png" in mail.outbox[0].body or "picture" in mail.outbox[0].body


def test_scripts_in_a_letter_run_nowhere(post_in: PostIn, ada: Person) -> None:
    """Neither from HTML nor from text, nor from what is folded."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "ada@example.org",
        ask_address(),
        "<script>alert(1)</script>?",
    )
    message.set_content(
        "<p onclick='x()'>Hi <script>alert(2)</script><img src=x onerror=alert(3)></p>", subtype="html"
    )
    post_in(message)
    post_in(
        letter(
            "ada@example.org",
            ask_address(),
            "<img src=x onerror=alert(1)>",
            "<svg onload=x>\n\n-- \n<script>x</script>",
        )
    )
    for post in Post.objects.all():
        assert "<script" not in post.html and "onerror=" not in post.html.replace(
            "&lt;img src=x onerror=", ""
        )
        assert "onclick" not in post.html and "<svg" not in post.html


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"real messages are not at {SHARED}")
def test_odd_and_malformed_messages_are_all_read() -> None:
    """Readable, and with all that is in them."""
    files = [path for path in SHARED.rglob("*") if path.is_file()]
    assert len(files) > 100
    for path in files:
        message = read(path.read_bytes())
        page_of(trim(message.text), is_marked=message.is_marked)
        assert message.message_id and not CONTROL.search(message.subject + message.sender.name), path


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"real messages are not at {SHARED}")
def test_odd_and_malformed_messages_all_end_somewhere(post_in: PostIn, ada: Person) -> None:
    """Shared by a secret address, each ends as a post, or with a reason, once its owner vouched for the sender."""
    for path in sorted(SHARED.rglob("*")):
        if path.is_file():
            row = post_in(path.read_bytes(), share_address(ada))
            if row.state == State.UNCONFIRMED:
                confirmed(ada, row.id)
                do_jobs()
                row.refresh_from_db()
            assert row.state in (State.DONE, State.REFUSED, State.IGNORED), path
            assert row.post_id or row.trouble, path
