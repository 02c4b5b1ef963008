"""Whatever is killed, each letter that was acknowledged became one post, and its sender was answered under one name."""

import contextlib
import os
import random
import signal
import smtplib
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from potluck.store import paths
from tests.house_run import House, until
from tests.stories.post_office import HERE, free_port

pytestmark = pytest.mark.xdist_group("house")

KILLS = 50 if os.environ.get("POTLUCK_SOAK") else 5
VICTIMS = ("potluck-mail", "potluck-mail", "potluck-worker", "postgres", "potluck-web")
SETTLE = 120.0


class Ada(threading.Thread):
    """Writes one letter after the other, each again and again until it is taken, as a mail server does."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.taken: list[str] = []
        self.again = 0
        self.enough = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.enough.is_set():
            number += 1
            letter = EmailMessage()
            letter["From"], letter["To"] = "Ada <ada@example.org>", "ask@localhost"
            letter["Subject"], letter["Message-ID"] = f"Letter number {number}?", f"<{number}@ada.example>"
            letter.set_content(f"This is letter number {number}.")
            while not self.sent(letter):
                self.again += 1
                time.sleep(0.2)
            self.taken.append(f"Letter number {number}?")
            time.sleep(0.05)

    def sent(self, letter: EmailMessage) -> bool:
        try:
            with smtplib.SMTP(HERE, self.port, timeout=10) as server:
                server.send_message(letter)
        except (OSError, smtplib.SMTPException):
            return False
        return True


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def house(tmp_path: Path, port: int) -> Iterator[House]:
    # PostgreSQL passes through here as another user when this runs as root.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o711)
    settings = {"POTLUCK_MAIL_LISTEN": f"smtp://{HERE}:{port}", "POTLUCK_ENCODER": "none"}
    house = House(tmp_path / "data", **settings)
    with (tmp_path / "complaints").open("w") as file:
        house.complaints = file
        try:
            house.start()
            yield house
        finally:
            house.clear()


def ask(house: House, sql: str) -> list[tuple[Any, ...]]:
    where = str(paths.socket_folder(house.data))
    with psycopg.connect(host=where, user=paths.DATABASE, dbname=paths.DATABASE) as connection:
        return connection.execute(sql).fetchall()


def kill_one(house: House, chance: random.Random) -> None:
    """Kill -9 one process of the house at random, and let Ada write more than a person does in an hour."""
    with contextlib.suppress(psycopg.Error):
        ask(house, "DELETE FROM safety_tally RETURNING 1")
    with contextlib.suppress(psutil.NoSuchProcess):
        if found := house.named(chance.choice(VICTIMS)):
            chance.choice(found).send_signal(signal.SIGKILL)


def unrest(house: House) -> str:
    """What still waits; nothing once all letters are handled and answered."""
    try:
        ask(house, "DELETE FROM safety_tally RETURNING 1")
        letters = ask(house, "SELECT id, state, trouble FROM mail_letter WHERE state = 'waiting'")
        jobs = ask(
            house,
            "SELECT task_name, status::text, attempts FROM procrastinate_jobs"
            " WHERE status <> 'failed' AND task_name IN ('potluck.mail.handle', 'potluck.mail.answer')",
        )
    except psycopg.Error as error:
        return str(error)
    return f"letters: {letters[:5]}, jobs: {jobs[:5]}" if letters or jobs or not house.is_well() else ""


def test_each_letter_becomes_one_post_whatever_dies(house: House, port: int) -> None:
    assert "@ada" in house.say("person", "add", "ada", "ada@example.org")
    ada = Ada(port)
    ada.start()
    chance = random.Random(11)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.4, 1.5))
        kill_one(house, chance)
    time.sleep(1)
    ada.enough.set()
    ada.join(timeout=60)
    with contextlib.suppress(AssertionError):
        until(lambda: not unrest(house), "a quiet house", SETTLE)
    assert unrest(house) == "", _said(house)
    there = [
        title for (title,) in ask(house, "SELECT title FROM posts_post WHERE deleted_at IS NULL ORDER BY id")
    ]
    print(f"{KILLS} kills, {len(ada.taken)} letters taken, {ada.again} tried again, {len(there)} posts")
    assert len(ada.taken) >= KILLS and sorted(there) == sorted(ada.taken)
    assert ask(house, "SELECT count(*) FROM mail_letter WHERE raw IS NOT NULL") == [(0,)]
    letters = [message_from_bytes(path.read_bytes()) for path in (house.data / "outbox").glob("*.eml")]
    answered = {str(letter["Message-ID"]): str(letter["Subject"]) for letter in letters}
    # One address is answered so often a day; the count is cleared with each kill, but not while the database is down.
    assert len(answered) >= len(ada.taken) * 0.8 and len(set(answered.values())) == len(answered)
    assert set(answered.values()) <= {f"Re: {title}" for title in ada.taken}


def _said(house: House) -> str:
    """What the house and its database said last."""
    logs = [house.data.parent / "complaints", *house.data.rglob("*.log")]
    return "\n".join(path.read_text()[-3000:] for path in logs)
