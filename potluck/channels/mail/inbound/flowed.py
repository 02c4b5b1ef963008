"""Lines as they were meant: format=flowed (RFC 3676), and texts that programs broke at a fixed width."""

import itertools
import re

_DEPTH = re.compile(r">*")
# What begins a line of its own: lists, quotes, code, signatures.
_OWN_LINE = re.compile(r"\s|[-*+>#|•]|\d{1,3}[.)]\s|--\s?\Z|```")
# Programs break lines at 60 to 80 characters.
_LEAST, _MOST = 55, 82


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Join lines that end in a space with the next of the same depth of quoting."""
    done: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(_DEPTH.match(line)[0])  # type: ignore[index]
        inner = line[depth:].removeprefix(" ")
        soft = inner.endswith(" ") and inner != "-- "
        if soft and delete_space:
            inner = inner[:-1]
        if open_depth == depth and inner != "-- ":
            done[-1].append(inner)
        else:
            done.append([">" * depth + " " if depth else "", inner])
        open_depth = depth if soft else -1
    return "\n".join(map("".join, done))


def unbroken(text: str) -> str:
    """Join lines of a paragraph that were broken because the next word did not fit."""
    lines = text.split("\n")
    width = max((len(line) for line in lines if len(line) <= _MOST), default=0)
    if width < _LEAST:
        return text
    done = [lines[0]]
    for above, line in itertools.pairwise(lines):
        word = line.split(" ", 1)[0]
        full = _LEAST <= len(above) <= _MOST and len(above) + 1 + len(word) > width - 2
        if full and line and not _OWN_LINE.match(line) and not _OWN_LINE.match(above):
            done[-1] = f"{done[-1].rstrip()} {line}"
        else:
            done.append(line)
    return "\n".join(done)
