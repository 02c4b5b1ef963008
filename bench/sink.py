"""A mail server on loopback that takes everything and keeps nothing but what it was asked to note.

Runs as a process of its own (`python -m bench.sink [NOTES]`), so that what it costs is not counted as ours; prints its
port. With NOTES each letter adds a line to that file, "recipient Message-ID". With "421", "451" or "550" in front of a
recipient's address it answers that, once for each recipient where the number is a temporary one.
"""

import asyncio
import re
import sys
from pathlib import Path

_NAME = re.compile(rb"^Message-ID:\s*(\S+)", re.I | re.M)


class Sink:
    """What came, and to whom it was refused before."""

    def __init__(self, notes: Path | None) -> None:
        self.notes, self.refused = notes, set[str]()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, with PIPELINING: answers go out together where commands came together."""
        writer.write(b"220 sink\r\n")
        to = ""
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"EHLO":
                    writer.write(b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n")
                elif verb == b"RCPT":
                    to = line.decode().partition("<")[2].partition(">")[0]
                    answer, to = self.answer(to)
                    writer.write(answer)
                    if answer.startswith(b"421"):
                        break
                elif verb == b"DATA":
                    writer.write(b"354 go on\r\n" if to else b"503 for whom\r\n")
                    if to:
                        await writer.drain()
                        self.note(to, await reader.readuntil(b"\r\n.\r\n"))
                        writer.write(b"250 taken\r\n")
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 ok\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    def answer(self, to: str) -> tuple[bytes, str]:
        """What is said to this recipient, and the recipient where it is taken."""
        code = to[:3]
        if code == "550" or (code in ("421", "451") and to not in self.refused):
            self.refused.add(to)
            return f"{code} not this one\r\n".encode(), ""
        return b"250 ok\r\n", to

    def note(self, to: str, text: bytes) -> None:
        if self.notes:
            found = _NAME.search(text[: text.find(b"\r\n\r\n")])
            with self.notes.open("a") as file:
                file.write(f"{to} {found[1].decode() if found else '?'}\n")


async def serve(notes: Path | None, port: int = 0) -> None:
    """Print the port, then serve until ended."""
    sink = Sink(notes)
    listening = await asyncio.start_server(sink.talk, "127.0.0.1", port, limit=1 << 24)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(
        serve(Path(sys.argv[1]) if len(sys.argv) > 1 else None, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    )
