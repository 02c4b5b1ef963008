"""Ada asks by mail, Ben answers by mail, Cleo on the web, and Gus, who has no account, by mail: one thread for all.

Through a real Postfix and a real Dovecot; the people write with swaks and look with mutt.
"""

import fcntl
import http.client
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Iterator
from email.message import EmailMessage, Message
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.house_run import House, running, until
from tests.stories.post_office import HERE, PEOPLE, POTLUCK, PostOffice, free_port, post_office

pytestmark = pytest.mark.xdist_group("house")

ASK = f"ask@{POTLUCK}"
TOKEN = "c" * 32
QUESTION = "<slugs-1@ada.people.test>"
SIGN_IN = """
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from potluck.people.models import Person
account = Person.objects.get(handle="cleo").account
session = SessionStore()
session[SESSION_KEY] = str(account.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = account.get_session_auth_hash()
session.create()
print(session.session_key)
"""


@pytest.fixture
def top() -> Iterator[Path]:
    """A folder with a short path that PostgreSQL and Postfix, as other users, may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="potluck-office-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_four_people_have_one_thread_and_nothing_twice(top: Path) -> None:
    """In the same order everywhere, held together in mutt."""
    lmtp = free_port()
    with post_office(top, lmtp) as office:
        settings = {
            "POTLUCK_MAIL_LISTEN": f"lmtp://{HERE}:{lmtp}",
            "POTLUCK_MAIL_DOMAIN": POTLUCK,
            "POTLUCK_MAIL_FROM": f"potluck@{POTLUCK}",
            "POTLUCK_SMTP": f"smtp://{HERE}:{office.smtp}",
            "POTLUCK_ENCODER": "none",
        }
        with running(top / "potluck", **settings) as house:
            for name in ("ada", "ben", "cleo"):
                house.say("person", "add", name, f"{name}@{PEOPLE}", "--name", name.title())
            _tell_the_story(house, office)
            assert house.is_well()


def _tell_the_story(house: House, office: PostOffice) -> None:
    ada, ben, gus = (f"{name.title()} <{name}@{PEOPLE}>" for name in ("ada", "ben", "gus"))
    office.send(ben, ASK, "follow @ada", "")
    office.send(ben, ASK, "now", "")
    office.waits("ben", 2)
    office.send(ada, ASK, "How do I keep slugs off lettuce?", "They eat all of it.", Message_Id=QUESTION)
    asked = _with(office, "ben", "They eat all of it.")
    assert asked["Message-ID"] == QUESTION
    office.send(
        ben, _back(asked), "Re: slugs", "Beer traps.\n\n> They eat all of it.\n", In_Reply_To=QUESTION
    )
    answer = _with(office, "ada", "Beer traps.")
    assert QUESTION in answer["References"] and "They eat all of it." not in _text(answer)
    page = _page_of(office.letters("ada")[0])
    _say_on_the_web(house, page, "Copper tape around the bed.")
    assert QUESTION in _with(office, "ada", "Copper tape")["References"]
    office.send(
        gus, ASK, "Re: How do I keep slugs off lettuce?", "Ducks.", Message_Id="<ducks@gus.people.test>"
    )
    office.send(gus, _back(office.waits("gus", 1)[0]), "Re: yes", "It was me.")
    ducks = _with(office, "ada", "Ducks.")
    office.send(ada, _back(ducks), "Re: ducks", "Where do I get ducks?", In_Reply_To=ducks["Message-ID"])
    for_gus = _with(office, "gus", "Where do I get ducks?")
    assert "<ducks@gus.people.test>" in for_gus["References"]
    _is_one_thread(house, office, page)


def _is_one_thread(house: House, office: PostOffice, page: str) -> None:
    said = [
        "They eat all of it.",
        "Beer traps.",
        "Copper tape around the bed.",
        "Ducks.",
        "Where do I get ducks?",
    ]
    shown = re.sub(r"<[^>]+>", " ", house.get(page)[1].decode())
    places = [shown.find(words) for words in said]
    assert places == sorted(places) and -1 not in places, places
    for name in ("ada", "ben", "gus"):
        names = [letter["Message-ID"] for letter in office.letters(name)]
        assert len(names) == len(set(names)), name
        if name != "ada":
            continue
        of_thread = [letter for letter in office.letters(name) if QUESTION in str(letter["References"])]
        bodies = [
            next(words for words in said if words in _text(letter))
            for letter in of_thread
            if _is_post(letter)
        ]
        assert bodies == ["Beer traps.", "Copper tape around the bed.", "Ducks."]
    assert _arrows_in_mutt(office) >= 3


def _is_post(letter: Message) -> bool:
    return letter["Auto-Submitted"] != "auto-replied"


def _with(office: PostOffice, name: str, words: str) -> Message:
    """The letter in somebody's mailbox that says this."""
    found: list[Message] = []

    def look() -> bool:
        found[:] = [each for each in office.letters(name) if words in _text(each) and _is_post(each)]
        return bool(found)

    try:
        until(look, f"a letter to {name} that says {words}", 60)
    except AssertionError as late:
        texts = [f"{each['Subject']}: {_text(each)[:300]}" for each in office.letters(name)]
        raise AssertionError(f"{late}\n{texts}\n{office.log()}") from late
    return found[0]


def _text(letter: Message) -> str:
    part = next((one for one in letter.walk() if one.get_content_type() == "text/plain"), letter)
    payload = part.get_payload(decode=True)
    return payload.decode() if isinstance(payload, bytes) else ""


def _back(letter: Message) -> str:
    """Where an answer to a letter goes."""
    found = re.search(r"[\w.+-]+@[\w.-]+", str(letter["Reply-To"] or letter["From"]).rpartition("<")[2] or "")
    assert found, letter.items()
    return found[0]


def _page_of(letter: Message) -> str:
    """The page of what somebody asked, from the letter that told them that it is out."""
    found = re.search(r"/posts/\d+", _text(letter))
    assert found, _text(letter)
    return found[0]


def _say_on_the_web(house: House, page: str, text: str) -> None:
    made = house.python("-c", SIGN_IN)
    printed, complaint = made.communicate(timeout=60)
    assert made.returncode == 0, complaint
    connection = http.client.HTTPConnection("localhost", house.port, timeout=20)
    cookies = f"sessionid={printed.split()[-1]}; csrftoken={TOKEN}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies, "Origin": house.origin}
    body = urlencode({"text": text, "csrfmiddlewaretoken": TOKEN})
    connection.request("POST", f"{page}/replies", body, headers)
    status = connection.getresponse().status
    connection.close()
    assert status == 302


def _arrows_in_mutt(office: PostOffice) -> int:
    """How many letters mutt shows below another in Ada's mailbox, to which the one she sent herself is added."""
    sent = EmailMessage()
    sent["From"], sent["To"], sent["Message-ID"] = f"ada@{PEOPLE}", ASK, QUESTION
    sent["Subject"], sent["Date"] = "How do I keep slugs off lettuce?", "Mon, 02 Mar 2020 10:00:00 +0000"
    sent.set_content("They eat all of it.")
    folder = office.top / "mail/ada"
    (folder / "cur/1.sent:2,S").write_bytes(sent.as_bytes())
    settings = office.top / "muttrc"
    settings.write_text(
        f"set sort=threads\nset ascii_chars\nset index_format='%s'\nset folder='{office.top}/mail'\n"
    )
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    command = ["mutt", "-n", "-F", str(settings), "-f", str(folder), "-R"]
    environment = {**os.environ, "TERM": "vt100", "HOME": str(office.top)}
    process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=environment)
    os.close(side)
    seen, deadline = b"", time.monotonic() + 20
    while time.monotonic() < deadline and seen.count(b"->") < 3:
        if select.select([main], [], [], 0.5)[0]:
            seen += os.read(main, 65536)
    process.terminate()
    process.wait(10)
    os.close(main)
    return seen.count(b"->")
