"""A heavy encoder lives in one process, and the others ask it."""

import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_django import Settings

from potluck.events.models import Event
from potluck.flow import handle
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.share import share
from potluck.search import encoder as seam
from potluck.search import encoder_server
from potluck.search.embedding_backlog import encode_backlog, still_to_encode
from potluck.search.encoder import Away, encoder
from potluck.search.encoder_server import Served, listen, socket_path
from potluck.search.index import index_posts
from potluck.search.similar import alike
from potluck.search.statistics import refresh_statistics


class Lengths:
    """An encoder that counts letters."""

    name = "lengths"
    dimension = 384

    def encode(
        self, texts: Sequence[str], *, surely: bool = False, english: bool = False
    ) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[len(text) % self.dimension] = 1
        return rows


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Served:
    """Somebody who asks for it."""
    monkeypatch.setattr(encoder_server, "distribution", lambda name: None)
    monkeypatch.setitem(encoder_server._STANDS_ON, "lengths", "")
    return Served("lengths", 384, f"{__name__}.Lengths")


@pytest.fixture
def holding() -> Iterator[None]:
    threading.Thread(target=listen, args=[[Lengths()]], daemon=True).start()
    deadline = time.monotonic() + 10
    while not socket_path().exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    yield
    socket_path().unlink(missing_ok=True)


def test_the_process_that_holds_it_answers_the_others(holding: None, asking: Served) -> None:
    rows = asking.encode(["four", "élan", "a" * 100_000, ""])
    assert rows.shape == (4, 384) and rows.dtype == np.float32
    assert np.array_equal(rows, Lengths().encode(["four", "élan", "a" * 100_000, ""]))
    assert asking._own is None


def test_only_the_owner_can_ask(holding: None) -> None:
    assert socket_path().stat().st_mode & 0o077 == 0


def test_nonsense_on_the_line_does_not_end_it(holding: None, asking: Served) -> None:
    for nonsense in (b"", b"\x00", struct.pack("!I", 5) + b"{}{}{", struct.pack("!I", 1 << 31)):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.connect(str(socket_path()))
            line.sendall(nonsense)
    assert asking.encode(["four"])[0, 4] == 1


def test_where_nobody_holds_it_one_holds_it_oneself(asking: Served) -> None:
    assert asking.encode(["four"])[0, 4] == 1
    assert asking.encode([]).shape == (0, 384)


def test_it_is_away_while_it_is_started_again(asking: Served) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as gone:
        gone.bind(str(socket_path()))
    try:
        assert not asking.encode(["four"]).any()
        with pytest.raises(Away):
            asking.encode(["four"], surely=True)
    finally:
        socket_path().unlink()


@pytest.mark.django_db
def test_while_it_is_away_words_do_and_nothing_is_lost(
    ada: Person, cleo: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(Lengths):
        def encode(
            self, texts: Sequence[str], *, surely: bool = False, english: bool = False
        ) -> NDArray[np.float32]:
            if surely:
                raise Away("Not now.")
            return np.zeros((len(texts), self.dimension), dtype=np.float32)

    post = share(Draft(author=ada, text="Slugs eat my seedlings"))
    index_posts([post])
    refresh_statistics()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(seam, "_loaded", lambda name: Gone())
        handle(list(Event.objects.values_list("id", flat=True)))
        encode_backlog(1 << 62)
        assert [one.post for one in alike("slugs", cleo)] == [post.id]
        assert still_to_encode() == 1
    encode_backlog(1 << 62)
    assert still_to_encode() == 0


def test_the_better_encoder_is_said_to_be_missing_where_it_was_not_installed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(encoder_server._STANDS_ON, "minilm", "a-package-nobody-has")
    seam._loaded.cache_clear()
    settings.ENCODER = "minilm"
    assert encoder() is None and "words alone are compared" in caplog.text
    assert not seam.is_served()
    seam._loaded.cache_clear()
