"""The piece of a text that shows why it was found, with the words marked. Safe to put into a page."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from potluck.search.languages import STEMMERS, base, language_of
from potluck.search.tokens import fold, spots, tokens

WIDTH = 220
# Lists of short words end sooner: a list of entries cuts at a few more than this.
MOST_WORDS = 40
# Letters read at a time: most texts show their words early.
_READ = 6000
_SAMPLE = 300

_MARKDOWN = (
    (re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"^\s{0,3}(?:#{1,6}|>|[-*+]|\d+[.)])\s+", re.M), ""),
    (re.compile(r"(\*\*|__|==|~~|`)"), ""),
    (re.compile(r"(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)"), ""),
)
_SIGNS = re.compile(r"[\[*_~`=#>+]|^\s*(?:-|\d+[.)])\s", re.M)

Spot = tuple[int, int, int]


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """What finds a phrase in a folded text, whatever stands between its words."""
    words = re.findall(r"\w+", fold(phrase))
    found = r"\W+".join(map(re.escape, words))
    # Scripts without spaces have no edges of words to look for.
    edges = all(word.isascii() or not spaceless(word) for word in words)
    return re.compile(rf"(?<!\w){found}(?!\w)" if edges else found)


def spaceless(word: str) -> bool:
    """Whether a word is in a script that writes without spaces."""
    return any("\u0e00" <= letter <= "\u0eff" or "\u3040" <= letter <= "\ud7af" for letter in word)


def plain(text: str) -> str:
    """A text without the signs of Markdown, on one line."""
    if _SIGNS.search(text):
        for pattern, instead in _MARKDOWN:
            text = pattern.sub(instead, text)
    return " ".join(text.split())


def marked(text: str, language: str, wanted: frozenset[int]) -> Markup:
    """The whole of a short text, such as a title, with the wanted words marked."""
    return _mark(text, 0, len(text), spots(text, _language(text, language), wanted))


def snippet(text: str, language: str, wanted: frozenset[int]) -> Markup:
    """About `WIDTH` letters of a text around most of the wanted words, or its beginning."""
    chosen = _language(text[:_READ], language)
    for start in range(0, len(text), _READ):
        piece = plain(text[start : start + _READ])
        if found := spots(piece, chosen, wanted):
            return _window(piece, found, more=start + _READ < len(text))
    return _window(plain(text[:_READ]), [], more=len(text) > _READ)


def _language(text: str, stated: str) -> str:
    if base(stated) in STEMMERS:
        return base(stated)
    return language_of(stated, frozenset(map(str.lower, tokens(text)[:_SAMPLE])))


def _window(text: str, found: Sequence[Spot], *, more: bool) -> Markup:
    start, end = _best(found, len(text))
    while start > 0 and text[start - 1].isascii() and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace() and text[end].isascii() and end - start < WIDTH + 30:
        end += 1
    while text.count(" ", start, end) >= MOST_WORDS:
        end = text.rindex(" ", start, end)
    before = "… " if start > 0 else ""
    after = " …" if end < len(text) or more else ""
    return Markup("{}{}{}").format(before, _mark(text, start, end, found), after)


def _best(found: Sequence[Spot], length: int) -> tuple[int, int]:
    """The window with most different words; of several the earliest."""
    best, most = 0, 0
    for number, (at, _, _) in enumerate(found):
        within = {term for start, end, term in found[number : number + 40] if end <= at + WIDTH}
        if len(within) > most:
            best, most = at, len(within)
    start = max(0, best - WIDTH // 4) if best > WIDTH // 2 else 0
    return start, min(length, start + WIDTH)


def _mark(text: str, start: int, end: int, found: Sequence[Spot]) -> Markup:
    pieces: list[str] = []
    at = start
    for first, last in _joined(found):
        if first < at or last > end:
            continue
        pieces += [escape(text[at:first]), Markup("<mark>{}</mark>").format(text[first:last])]
        at = last
    return Markup("").join([*pieces, escape(text[at:end])])


def _joined(found: Sequence[Spot]) -> list[tuple[int, int]]:
    """The places without their terms, overlapping ones as one."""
    joined: list[tuple[int, int]] = []
    for first, last, _ in found:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
