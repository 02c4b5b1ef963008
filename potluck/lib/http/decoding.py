"""How much we take: the body is unpacked as it arrives and never grows past the limit."""

import zlib
from io import BytesIO
from typing import Protocol

import aiohttp
import brotli

# Asked of every host; what we can unpack piece by piece within a limit.
ENCODINGS = "gzip, deflate, br"


class TooLarge(Exception):
    """The body is larger than the limit, or says that it will be."""


class Unpackable(Exception):
    """The body is not packed the way its header says."""


class Decoder(Protocol):
    """Unpacks a body piece by piece: all there is of it, or `room` bytes (for Brotli a block more)."""

    def decode(self, piece: bytes, room: int) -> bytes: ...


class Plain:
    """A body that is not packed."""

    def decode(self, piece: bytes, room: int) -> bytes:
        return piece[:room]


class Gzip:
    """Gzip, also of several members, as RFC 1952 allows; what follows the last one is ignored."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)

    def decode(self, piece: bytes, room: int) -> bytes:
        out = self._member.decompress(piece, room)
        while self._member.eof and self._member.unused_data.startswith(b"\x1f\x8b") and len(out) < room:
            rest = self._member.unused_data
            self._member = zlib.decompressobj(31)
            out += self._member.decompress(rest, room - len(out))
        return out


class Deflate:
    """Deflate, in the zlib wrapping the RFC asks for or bare, as some servers send it."""

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None

    def decode(self, piece: bytes, room: int) -> bytes:
        if self._stream is None:
            self._stream = zlib.decompressobj(15 if piece[:1] and piece[0] & 0x0F == 8 else -15)
        return self._stream.decompress(piece, room)


class Brotli:
    """Brotli (RFC 7932)."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, piece: bytes, room: int) -> bytes:
        return bytes(self._stream.process(piece, output_buffer_limit=room))


def decoder(encoding: str) -> Decoder:
    """The decoder for a Content-Encoding. Some servers put a charset there: that is plain."""
    match encoding.strip().lower():
        case "gzip" | "x-gzip":
            return Gzip()
        case "deflate":
            return Deflate()
        case "br":
            return Brotli()
        case "zstd" | "compress" | "x-compress":
            raise Unpackable(encoding)
        case several if "," in several:
            raise Unpackable(encoding)
        case _:
            return Plain()


async def read_body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The unpacked body, at most `limit` bytes; TooLarge ends it at the first byte too many."""
    if (response.content_length or 0) > limit:
        raise TooLarge
    unpack = decoder(response.headers.get("Content-Encoding", "")).decode
    out = BytesIO()
    size = 0
    try:
        async for piece in response.content.iter_any():
            plain = unpack(piece, limit + 1 - size)
            size += len(plain)
            if size > limit:
                raise TooLarge
            out.write(plain)
    except (zlib.error, brotli.error) as error:
        raise Unpackable from error
    return out.getvalue()
