"""A small server of feeds on loopback for the bench: each answer on a connection of its own, 304 where asked so.

Runs as a process of its own (`python -m bench.feed_server FOLDER`), so that what it costs is not counted as ours.
"""

import asyncio
import hashlib
import sys
from pathlib import Path


class Server:
    """The files of a folder, read once; one validator for each."""

    def __init__(self, folder: Path) -> None:
        self.files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        self.marks = {name: f'"{hashlib.sha256(body).hexdigest()[:16]}"' for name, body in self.files.items()}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            writer.write(self.response(head))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def response(self, head: str) -> bytes:
        # /one-of-many/name: the same file under as many addresses as are wanted.
        name = head.split(" ", 2)[1].rsplit("/", 1)[-1]
        if name not in self.files:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        mark, body = self.marks[name], self.files[name]
        given = f"ETag: {mark}\r\nConnection: close\r\n"
        if f"if-none-match: {mark}" in head.lower().replace(mark.lower(), mark):
            return f"HTTP/1.1 304 Not Modified\r\n{given}\r\n".encode()
        kind = "application/json" if body[:1] == b"{" else "application/xml"
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{given}\r\n".encode()
            + body
        )


async def serve(folder: Path) -> None:
    """Print the port, then serve until ended."""
    server = Server(folder)
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0, backlog=512)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
