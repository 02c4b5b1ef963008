"""Part what somebody wrote from what they quoted: signatures, list footers, and the message they answer.

Each line is theirs, quoted, or added below (a signature, a footer). A quote is known by its marks, by the lines that
introduce it, or by the headers of the message answered (`introductions.py`); quotequail knows more introductions in
some languages. Between the fences of code nothing is any of it. Nothing is thrown away: all parts are given back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import quotequail

from potluck.channels.mail.inbound.introductions import (
    NOBODY,
    Own,
    headers_at,
    introduces,
    introduction_above,
    is_forwarded,
    is_ruled,
    plain,
)
from potluck.channels.mail.inbound.signatures import RULE, is_card, is_mark, is_of_a_device, notice_at

# Beyond this nobody wrote by hand, and it is all quote, or all text.
MOST_LINES = 5000

_UNSEEN_BEFORE = "\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_QUOTED = re.compile(rf"[\s{_UNSEEN_BEFORE}]{{0,3}}>(?!>{{40}})")
_INITIALS = re.compile(r"\s?([A-Z]{1,4}|[A-Z][\w.-]{1,15})>{1,3}(?:\s|\Z)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_NO_WORD = re.compile(r"[\W_]+")
_FOOTER = re.compile(r"[_=-]{20,}\s*\Z")
_RULE_ALONE = re.compile(r"-{8,}\s*\Z")
_SCRUBBED = re.compile(r"-{8,} next part -{8,}\s*\Z")
_OF_A_LIST = re.compile(
    r"mailing list|listinfo|lists?\.|unsubscribe|groups\.google|posting guide", re.IGNORECASE
)
_MOST_SIGNATURE, _MOST_FOOTER = 15, 12


@dataclass(frozen=True, slots=True)
class Parts:
    """What somebody wrote, and what they did not: both as it stood there.

    `rest` is all that was trimmed; `quoted` the lines of it that are a message they answer, `added` the others.
    `is_empty`: nothing is theirs; then `kept` is the whole text, for who shows it all the same.
    """

    kept: str
    rest: str = ""
    quoted: str = ""
    added: str = ""
    is_empty: bool = False


class _Line(Enum):
    OWN = "own"
    QUOTED = "quoted"
    ADDED = "added"


def trim(text: str, *, is_reply: bool = True, own: Own = NOBODY, known: str | None = None) -> Parts:
    """Part a text of lines. If nothing would be kept, all is.

    Where nothing is answered, lines marked with ">" are no quote of it: they may be what somebody typed at a prompt.
    `own` is who we are, as replies to our letters name us; `known` the text of what is answered: where it is given,
    lines of a letter of ours that answers stand between are kept only as far as they are of that text.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        return Parts(text)
    page = _Page(lines, own, known)
    page.part(is_reply=is_reply)
    kept = page.text(_Line.OWN)
    if not kept.strip():
        return Parts(text, quoted=page.text(_Line.QUOTED), added=page.text(_Line.ADDED), is_empty=True)
    rest = page.text(_Line.QUOTED, _Line.ADDED)
    return Parts(kept, rest, page.text(_Line.QUOTED), page.text(_Line.ADDED))


def words_of(text: str) -> str:
    """Only the words, to compare lines that programs broke and marked anew."""
    return _NO_WORD.sub(" ", text).strip().lower()


def is_quoted(line: str) -> bool:
    """Whether a line stands behind a mark of quoting."""
    return _QUOTED.match(line) is not None


class _Page:
    """The lines of a text while it is parted. `start` and `end` bound what is left to look at."""

    def __init__(self, lines: list[str], own: Own, known: str | None) -> None:
        self.lines = lines
        self.own = own
        self.known = None if known is None else f" {words_of(known)} "
        self.plain = [plain(line) for line in lines]
        self.kinds = [_Line.OWN] * len(lines)
        self.fenced = fenced(lines, own)
        self.start, self.end = 0, len(lines)

    def part(self, *, is_reply: bool) -> None:
        self._unfooted()
        if is_reply:
            self._initials()
        # A letter of ours is known in what answers nothing, too.
        self._unmarked(is_reply=is_reply)
        self._unsigned()
        if is_reply:
            self._marked()
            self._unsigned()

    def text(self, *kinds: _Line) -> str:
        """The lines of these kinds; one blank line where others stood between."""
        found: list[str] = []
        gap = False
        for line, kind in zip(self.lines, self.kinds, strict=True):
            if kind not in kinds:
                gap = bool(found)
                continue
            if gap and found[-1].strip() and line.strip():
                found.append("")
            gap = False
            found.append(line)
        return "\n".join(found).strip("\n")

    # What is below.

    def _unfooted(self) -> None:
        """Without what a mailing list adds at the end, and blank lines."""
        lines, end = self.lines, self.end
        for at in range(end - 1, max(0, end - _MOST_FOOTER * 4), -1):
            if _SCRUBBED.match(lines[at]) and any("scrubbed" in line for line in lines[at:end]):
                end = at
        for at in range(end - 1, max(0, end - _MOST_FOOTER), -1):
            if _FOOTER.match(lines[at]) and _OF_A_LIST.search("\n".join(lines[at:end])):
                end = at
                break
        self._add(end)

    def _unsigned(self) -> None:
        """Without a signature, a notice of lawyers, and without what a telephone says of itself."""
        end = self.end
        for at in range(end - 1, max(self.start - 1, end - 1 - _MOST_SIGNATURE * 2), -1):
            if self.fenced[at]:
                break
            behind = [line for line in self.plain[at + 1 : end] if line]
            below_rule = _RULE_ALONE.match(self.lines[at]) and not self.plain[at - 1] and is_card(behind)
            above = self.plain[at - 1] if at > self.start else ""
            is_one = all(self.plain[at + 1 : end])
            marked = is_mark(self.lines[at], above, behind, is_one=is_one)
            if (marked or below_rule) and 0 < len(behind) <= _MOST_SIGNATURE:
                end = at
        self._add(end)
        self._add(notice_at(self.lines[: self.end], self.start, self.end))
        while (at := self.end - 1) >= self.start and not self.fenced[at]:
            alone = at == self.start or not self.plain[at - 1] or RULE.match(self.plain[at - 1]) is not None
            if not is_of_a_device(self.plain[at], stands_alone=alone) and not self._is_idle_rule(at):
                break
            self._add(at)

    def _is_idle_rule(self, at: int) -> bool:
        """Whether a rule with nothing below it is no line of a table or of an underlined word."""
        return RULE.match(self.lines[at]) is not None and (at == self.start or not self.plain[at - 1])

    def _add(self, at: int) -> None:
        """All from this line to the end is added below."""
        self._mark(at, self.end, _Line.ADDED)
        self.end = _unblank(self.lines, self.start, at)

    def _mark(self, first: int, end: int, kind: _Line) -> None:
        for at in range(first, end):
            if self.kinds[at] is _Line.OWN:
                self.kinds[at] = kind

    # What is quoted without marks.

    def _unmarked(self, *, is_reply: bool) -> None:
        """From the line where a quote without marks begins to where our letter ends, or to the end."""
        at = self._opening(is_reply=is_reply)
        if at is None:
            return
        stop = self._closing(at)
        while at > self.start and (
            not self.plain[at - 1] or self._is_idle_rule(at - 1) or RULE.fullmatch(self.plain[at - 1])
        ):
            at -= 1
        self._mark(at, stop, _Line.QUOTED)
        if stop < self.end and at <= self.start:
            self.start = stop
        elif stop >= self.end:
            self.end = _unblank(self.lines, self.start, at)
        if at <= self.start and stop >= self.end and self.known:
            self._unknown()

    def _opening(self, *, is_reply: bool) -> int | None:
        """The line where a quote without marks begins; None if there is none."""
        for at in range(self.start, self.end):
            if not self.plain[at] or self.fenced[at] or is_quoted(self.lines[at]):
                continue
            count = self._opens(at)
            named = count > 0 and self.own.is_named(" ".join(self.plain[at : at + count]))
            if count and (is_reply or named) and self._holds(at + count, named=named):
                return at
        found = self._found_by_library() if is_reply else None
        return self._pasted() if found is None or not self._holds(found, named=False) else found

    def _opens(self, at: int) -> int:
        """How many lines from this one on introduce a quote, by a line between dashes, headers, or in words."""
        plain, end = self.plain, self.end
        if not is_ruled(plain[at]):
            return headers_at(plain, at, end, self.own) or introduces(plain, at, end, self.own)
        below = next((place for place in range(at + 1, end) if plain[place]), end)
        count = headers_at(plain, below, end, self.own, ruled=True) or introduces(plain, below, end, self.own)
        return below - at + count if count else introduces(plain, at, end, self.own)

    def _holds(self, below: int, *, named: bool) -> bool:
        """Whether what begins below has no marks, or is from us: answers between marked lines stand by themselves."""
        marked = [place for place in range(below, self.end) if self._is_marked(place)]
        if not marked:
            return True
        first = next(place for place in range(below, self.end) if self.plain[place])
        said = any(self.plain[place] and not self._is_marked(place) for place in range(marked[0], self.end))
        return not said if first == marked[0] or not named else True

    def _found_by_library(self) -> int | None:
        """The first line that introduces a quote or a forwarded message, as quotequail knows them.

        The library looks at every line in many ways, so it is asked only about those that could, with the two above.
        """
        for last in range(self.start, self.end):
            line = self.plain[last]
            if self.fenced[last] or is_quoted(self.lines[last]):
                continue
            if line.endswith((":", "：", ">")) or line.startswith(("---", "___")):
                first = max(self.start, last - 2)
                near = [
                    "" if is_quoted(self.lines[place]) or self.fenced[place] else self.plain[place]
                    for place in range(first, last + 1)
                ]
                found = quotequail.quote("\n".join(near), limit=MOST_LINES, quote_intro_line=True)
                if len(found) == 2 and not self._is_their_own(last):
                    return first + (found[0][1].count("\n") + 1 if found[0][1] else 0)
        return None

    def _is_their_own(self, at: int) -> bool:
        """Whether a line that the library takes for headers is one of a letter somebody writes about."""
        return (
            ":" in self.plain[at]
            and not re.search(r"\d{2}|@|-{4,}", self.plain[at])
            and not is_forwarded(self.plain[at])
        )

    def _pasted(self) -> int | None:
        """The line where our letter begins that was put below without a word."""
        foot = next((at for at in range(self.start, self.end) if self._is_our_foot(at)), None)
        if foot is None:
            return None
        for at in range(foot, self.start - 1, -1):
            if self.plain[at] and self._is_known(at) and (at == self.start or not self._is_known_above(at)):
                return at
        return next(
            (
                at
                for at in range(foot, self.start - 1, -1)
                if RULE.match(self.lines[at]) and len(self.plain[at]) > 4
            ),
            self._paragraph(foot),
        )

    def _is_known_above(self, at: int) -> bool:
        return any(self._is_known(place) for place in range(self.start, at) if self.plain[place])

    def _paragraph(self, at: int) -> int:
        while at > self.start and self.plain[at - 1]:
            at -= 1
        return at

    def _is_our_foot(self, at: int) -> bool:
        return not is_quoted(self.lines[at]) and not self.fenced[at] and self.own.is_linked(self.plain[at])

    def _is_known(self, at: int, *, least: int = 8) -> bool:
        """Whether a line is one of what is answered, if it is not too short to tell."""
        words = words_of(self.plain[at])
        return bool(self.known) and len(words) >= least and f" {words} " in (self.known or "")

    def _closing(self, at: int) -> int:
        """Where an unmarked quote that begins here ends: below the foot of our letter, if something stands there."""
        feet = [at for at in range(at, self.end) if self._is_our_foot(at) or self.own.is_home(self.plain[at])]
        if not feet:
            return self.end
        stop = feet[-1] + 1
        while stop < self.end and (not self.plain[stop] or self.plain[stop].lower() == self.own.name.lower()):
            stop += 1
        return stop

    def _unknown(self) -> None:
        """Where all seems quoted: what is not of the message answered, below its headers, is theirs."""
        below = self._below_headers()
        theirs = [
            at
            for at in range(below, len(self.lines))
            if self.kinds[at] is _Line.QUOTED and self.plain[at] and not self._is_known(at)
        ]
        known = [at for at in range(below, len(self.lines)) if self.plain[at] and self._is_known(at)]
        if (
            theirs
            and known
            and min(theirs) > max(known)
            and not any(self._is_our_foot(at) for at in range(len(self.lines)))
        ):
            for at in range(min(theirs), len(self.lines)):
                if self.kinds[at] is _Line.QUOTED:
                    self.kinds[at] = _Line.OWN
            self.start, self.end = min(theirs), max(theirs) + 1

    def _below_headers(self) -> int:
        for at in range(len(self.lines)):
            if self.plain[at]:
                count = headers_at(self.plain, at, len(self.lines), self.own) or introduces(
                    self.plain, at, len(self.lines), self.own
                )
                if count:
                    return at + count
        return 0

    # What is quoted with marks.

    def _initials(self) -> None:
        """Lines marked with the initials of who wrote them are marked as others are."""
        found = [
            (at, match[1])
            for at in range(self.end)
            if not self.fenced[at] and (match := _INITIALS.match(self.lines[at]))
        ]
        names = [name for _at, name in found]
        for at, name in found:
            if name.isupper() or names.count(name) > 1:
                self.lines[at] = "> " + self.lines[at].split(">", 1)[1].lstrip()
                self.plain[at] = plain(self.lines[at])

    def _is_marked(self, at: int) -> bool:
        return is_quoted(self.lines[at]) and not self.fenced[at]

    def _marked(self) -> None:
        """Without the quote at the end; and without one at the beginning, if there is no other."""
        cut = self.end
        while cut > self.start and (self._is_marked(cut - 1) or not self.plain[cut - 1]):
            cut -= 1
        if any(self._is_marked(at) for at in range(cut, self.end)):
            cut = introduction_above(self.plain, self.start, cut, self.own, marked=True)
            self._mark(cut, self.end, _Line.QUOTED)
            self.end = _unblank(self.lines, self.start, cut)
        quoted = [at for at in range(self.start, self.end) if self._is_marked(at)]
        if quoted:
            self._leading(quoted[0], quoted[-1])

    def _leading(self, first: int, last: int) -> None:
        """The first of the quotes that answers stand below: its introduction goes, and all of it if it is alone."""
        head = introduction_above(self.plain, self.start, first, self.own, marked=self._starts(first))
        solid = all(self._is_marked(at) or not self.plain[at] for at in range(first, last))
        above = [at for at in range(self.start, head) if self.plain[at]]
        if solid and all(is_of_a_device(self.plain[at]) for at in above):
            self._mark(self.start, head, _Line.ADDED)
            self._mark(head, last + 1, _Line.QUOTED)
            self.start = last + 1
            return
        self._mark(head, first, _Line.QUOTED)
        if self.known is not None and self._names_us(head, last + 1):
            for at in range(first, last + 1):
                if self._is_marked(at) and words_of(self.plain[at]) and not self._is_known(at, least=1):
                    self._mark(at, at + 1, _Line.QUOTED)

    def _names_us(self, first: int, end: int) -> bool:
        said = "\n".join(self.plain[first:end])
        return self.own.is_named(said) or self.own.is_linked(said)

    def _starts(self, first: int) -> bool:
        """Whether no more than a paragraph stands above: then that may be an introduction in any words."""
        return not any(
            self.plain[at] and not self.plain[at + 1] for at in range(self.start, max(self.start, first - 2))
        )


def fenced(lines: Sequence[str], own: Own = NOBODY) -> list[bool]:
    """Of each line whether it stands in a block of code, or is its fence. A fence that is not closed is none.

    What names us within a block is a letter of ours all the same: then it is no block.
    """
    found = [False] * len(lines)
    opened, mark = -1, ""
    for at, line in enumerate(lines):
        match = _FENCE.match(line)
        if match and opened < 0:
            opened, mark = at, match[1]
        elif match and match[1].startswith(mark) and line.strip() == match[1]:
            inner = "\n".join(lines[opened : at + 1])
            if not (own.is_named(inner) or own.is_linked(inner)):
                found[opened : at + 1] = [True] * (at + 1 - opened)
            opened = -1
    return found


def _unblank(lines: Sequence[str], start: int, end: int) -> int:
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end
