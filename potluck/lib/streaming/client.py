"""One open page: what is to be sent to it waits here until the network takes it."""

import asyncio

# Whoever takes so much longer than it comes is let go, comes again, and catches up from where they were. In bytes.
MOST = 1024 * 1024


def event(name: str, text: str = "", key: str = "") -> bytes:
    """One event as it is sent. https://html.spec.whatwg.org/multipage/server-sent-events.html"""
    lines = [f"id: {key}"] if key else []
    lines += [f"event: {name}", *(f"data: {line}" for line in text.splitlines() or [""])]
    return ("\n".join(lines) + "\n\n").encode()


class Reader:
    """What a channel tells of; the process sends it. Never more than `MOST` waits."""

    __slots__ = ("_ear", "_ended", "_size", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._size = 0
        self._ended = False
        self._ear = asyncio.Event()

    @property
    def has_ended(self) -> bool:
        return self._ended

    def send(self, piece: bytes) -> None:
        """Let this follow what waits already."""
        if self._size > MOST:
            self._waiting.clear()
            return self.end()
        self._waiting.append(piece)
        self._size += len(piece)
        self._ear.set()
        return None

    def end(self) -> None:
        """Let the stream end after what waits."""
        self._ended = True
        self._ear.set()

    async def take(self) -> bytes:
        """What waits, as soon as there is something; nothing at the end."""
        if not self._waiting and not self._ended:
            await self._ear.wait()
        self._ear.clear()
        pieces, self._waiting, self._size = self._waiting, [], 0
        return b"".join(pieces)
