"""Part what somebody wrote from what they quoted: signatures, list footers, and the message they answer.

quotequail knows how programs in many languages introduce a quote; what is marked with ">" we part ourselves, as
a reply may stand above it, below it or between its lines. Nothing is thrown away: both parts are given back.
"""

import re
from dataclasses import dataclass

import quotequail

# Beyond this nobody wrote by hand, and it is all quote, or all text.
MOST_LINES = 5000
# What is longer is nobody's introduction, header or signature; patterns are not asked about it.
LONGEST_LINE = 500

_QUOTED = re.compile(r"\s{0,3}>(?!>{40})")
# "On 3 April, Ada wrote:" in whatever language: a line or three ending in a colon, with numbers in it.
_INTRODUCES = re.compile(r"(?=(?:.*?\d){3}).{8,400}[:：]\s*\Z", re.DOTALL)
_WRITES = re.compile(
    r"(?:wrote|writes|schrieb|écrit|escribió|scrisse|skrev|schreef|написал\S*|пишет)\s*[:：]\s*\Z"
)
_SIGNATURE = re.compile(r"(?:--|—|\u2013\u2013)\s?\Z|-{8,}\s*\Z")
_SENT_FROM = re.compile(
    r"(?:sent (?:from|with|via) (?:my |the )?|get outlook for |von meinem |gesendet (?:von|mit) |envoyé (?:de|depuis) "
    r"|enviado (?:desde|do|de) |inviato da |verzonden vanaf |skickat från |sendt fra |отправлено с )"
    r"[^,.;!?]{2,60}(?: gesendet)?\.?\Z",
    re.IGNORECASE,
)
_FOOTER = re.compile(r"[_=-]{20,}\s*\Z")
_SCRUBBED = re.compile(r"-{8,} next part -{8,}\s*\Z")
_OF_A_LIST = re.compile(
    r"mailing list|listinfo|lists?\.|unsubscribe|groups\.google|posting guide", re.IGNORECASE
)
_RULE = re.compile(r"\s*(?:[_*=-]\s?){3,}\s*\Z")
# Beginnings of lines in the headers of a quoted message, in the programs that mark nothing with ">".
_HEADER = re.compile(
    r"\W{0,4}(?:from|sent|to|cc|date|subject|von|gesendet|an|datum|betreff|de|envoyé|à|objet|para|enviado|asunto|da|a"
    r"|inviato|oggetto|van|verzonden|aan|onderwerp|från|skickat|till|ämne|от|отправлено|кому|тема)\W{0,2}:",
    re.IGNORECASE,
)
_MOST_SIGNATURE, _MOST_FOOTER = 15, 12


@dataclass(frozen=True, slots=True)
class Parts:
    """What somebody wrote, and what they did not: both as it stood there."""

    kept: str
    rest: str = ""


def trim(text: str, *, is_reply: bool = True) -> Parts:
    """Part a text of lines. If nothing would be kept, all is.

    Where nothing is answered, lines marked with ">" are no quote of it: they may be what somebody typed at a prompt.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        return Parts(text)
    start, end = _unfooted(lines, 0, len(lines))
    if is_reply:
        start, end = _unquoted(lines, start, end)
        end = _introduced(lines, start, end)
    end = _unsigned(lines, start, end)
    if is_reply:
        start, end = _unquoted(lines, start, end)
    kept = "\n".join(lines[start:end]).strip("\n")
    if not kept.strip():
        return Parts(text)
    before, after = "\n".join(lines[:start]).strip("\n"), "\n".join(lines[end:]).strip("\n")
    return Parts(kept, "\n\n".join(part for part in (before, after) if part.strip()))


def is_quoted(line: str) -> bool:
    """Whether a line stands behind a mark of quoting."""
    return _QUOTED.match(line) is not None


def _unfooted(lines: list[str], start: int, end: int) -> tuple[int, int]:
    """Without what a mailing list adds at the end, and blank lines."""
    for at in range(end - 1, max(start, end - _MOST_FOOTER * 4), -1):
        if _SCRUBBED.match(lines[at]) and any("scrubbed" in line for line in lines[at:end]):
            end = at
    for at in range(end - 1, max(start, end - _MOST_FOOTER), -1):
        if _FOOTER.match(lines[at]) and _OF_A_LIST.search("\n".join(lines[at:end])):
            end = at
            break
    return start, _unblank(lines, start, end)


def _unquoted(lines: list[str], start: int, end: int) -> tuple[int, int]:
    """Without the quote at the end; and without one at the beginning, if there is no other."""
    cut = end
    while cut > start and (is_quoted(lines[cut - 1]) or not lines[cut - 1].strip()):
        cut -= 1
    if any(is_quoted(line) for line in lines[cut:end]):
        end = _unblank(lines, start, _before_introduction(lines, start, cut))
    quoted = [at for at in range(start, end) if is_quoted(lines[at])]
    if not quoted:
        return start, end
    first, last = quoted[0], quoted[-1]
    head = _unblank(lines, start, _before_introduction(lines, start, first))
    solid = all(is_quoted(line) or not line.strip() for line in lines[first:last])
    if head == start and solid:
        start = last + 1
    return start, end


def _before_introduction(lines: list[str], start: int, at: int) -> int:
    """Where the lines begin that introduce the quote at this line; the line itself if none do."""
    at = _unblank(lines, start, at)
    writes = at
    for first in range(at - 1, max(start, at - 3) - 1, -1):
        if not lines[first].strip():
            break
        said = " ".join(line.strip()[:LONGEST_LINE] for line in lines[first:at])
        if _INTRODUCES.match(said):
            return first
        if _WRITES.search(said):
            writes = first
    return writes


def _introduced(lines: list[str], start: int, end: int) -> int:
    """The line where a quote without marks begins: "Original message", or the headers of the message answered."""
    plain = [line[:LONGEST_LINE].replace("*", "").replace("\u200e", "").strip() for line in lines[start:end]]
    at = start + _introduction(plain)
    if any(is_quoted(line) for line in lines[at:end]) and not _stays_quoted(lines, at, end):
        at = end
    for place in range(start + 1, at):
        if all(_HEADER.match(line) for line in plain[place - start : place - start + 3]) and place + 2 < end:
            at = place
            break
    while at < end and at > start and (not lines[at - 1].strip() or _is_intro(plain[at - 1 - start])):
        at -= 1
    return _unblank(lines, start, at)


def _introduction(plain: list[str]) -> int:
    """The first line that introduces a quote or a forwarded message; how many there are if none does.

    The library looks at every line in many ways, so it is asked only about those that could, with the two above them.
    """
    for last, line in enumerate(plain):
        if line.endswith((":", "：", ">")) or line.startswith(("---", "___")):
            first = max(0, last - 2)
            near = ["" if is_quoted(each) else each for each in plain[first : last + 1]]
            found = quotequail.quote("\n".join(near), limit=MOST_LINES, quote_intro_line=True)
            if len(found) == 2:
                return first + (found[0][1].count("\n") + 1 if found[0][1] else 0)
    return len(plain)


def _stays_quoted(lines: list[str], at: int, end: int) -> bool:
    """Whether no answer stands between the quoted lines that follow."""
    marked = [place for place in range(at, end) if is_quoted(lines[place])]
    return not any(lines[place].strip() for place in range(marked[0], end) if not is_quoted(lines[place]))


def _is_intro(line: str) -> bool:
    return bool(_RULE.match(line) or re.match(r"-{2,}.{3,80}(?:-{2,}|:)\s*\Z", line))


def _unsigned(lines: list[str], start: int, end: int) -> int:
    """Without a signature, and without what a telephone says of itself."""
    for at in range(end - 1, max(start, end - 1 - _MOST_SIGNATURE * 2), -1):
        behind = [line for line in lines[at + 1 : end] if line.strip()]
        if _SIGNATURE.match(lines[at]) and behind and len(behind) <= _MOST_SIGNATURE:
            end = at
    end = _unblank(lines, start, end)
    while end > start + 1 and (
        _SENT_FROM.match(lines[end - 1].strip()[:LONGEST_LINE]) or _RULE.match(lines[end - 1])
    ):
        end = _unblank(lines, start, end - 1)
    return end


def _unblank(lines: list[str], start: int, end: int) -> int:
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end
