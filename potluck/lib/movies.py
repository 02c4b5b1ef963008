"""Take out of a film (MP4, MOV, 3GP, M4A) what its camera tells: the place, the time, the make.

The boxes that hold it keep their size and become `free` (ISO/IEC 14496-12, 8.1.2), so that nothing else moves and no
frame is encoded anew.
"""

# Boxes that hold others, and those that hold what is told.
_WITHIN = frozenset((b"moov", b"trak", b"mdia", b"minf", b"edts", b"moof", b"traf"))
_TOLD = frozenset((b"udta", b"meta", b"uuid", b"XMP_", b"loci", b"\xa9xyz"))
# Times of a film: the offset of the two within the box, after its version and flags.
_TIMED = frozenset((b"mvhd", b"tkhd", b"mdhd"))
_DEEPEST = 8


def is_movie(data: bytes) -> bool:
    """Whether it begins as one of these, whatever its name says."""
    return data[4:8] in (b"ftyp", b"moov", b"wide", b"mdat") and len(data) > 16


def without_place(data: bytes) -> bytes:
    """The same film, of the same length, that tells nothing. What is no chain of boxes stays as it is from there on."""
    film = bytearray(data)
    _strip(film, 0, len(film), 0)
    return bytes(film)


def _strip(film: bytearray, start: int, end: int, depth: int) -> None:
    while start + 8 <= end:
        size, kind, head = int.from_bytes(film[start : start + 4]), bytes(film[start + 4 : start + 8]), 8
        if size == 1:
            size, head = int.from_bytes(film[start + 8 : start + 16]), 16
        after = end if size == 0 else start + size
        if not start + head <= after <= end:
            return
        if kind in _TOLD:
            film[start + 4 : start + 8] = b"free"
            film[start + head : after] = bytes(after - start - head)
        elif kind in _TIMED and after - start >= head + 20:
            wide = 8 if film[start + head] == 1 else 4
            film[start + head + 4 : start + head + 4 + 2 * wide] = bytes(2 * wide)
        elif kind in _WITHIN and depth < _DEEPEST:
            _strip(film, start + head, after, depth + 1)
        start = after
