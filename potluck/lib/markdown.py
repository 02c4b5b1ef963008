"""What people write, in CommonMark with tables, strikethrough and bare links, becomes HTML fit for our pages.

Three things of our own, each a rule of the parser, so that they mean nothing within code or an address:
`#tag` and `@handle` become links, `==words==` are highlighted. HTML in the text is shown, not obeyed.
Quotes and dashes stay as typed: which are right depends on a language we only guess.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from potluck.lib.html import Images, clean

# Characters that hold two parts of a word together; the last two do so in Persian and in Indic scripts.
_TAG_JOINERS = "_-\u200c\u200d"
_HANDLE_JOINERS = "_-."
# After these a # or @ belongs to an address, a number or an entity.
_NOT_BEFORE = frozenset("/\\#@&%.$")
_LONGEST_WORD = 100
# Characters. Longer texts are shown as they are typed.
LONGEST = 200_000
# Steps of the parser, of about 10 us each, and the depth of quotes and lists: a text that needs more, as no person's
# does, is shown as it is typed. Reading it to its end would take the parser time in the square of its length.
_MOST_STEPS = 20_000
_DEEPEST = 60
_MOST_LINES, _MOST_PARAGRAPHS = 8000, 50_000
# An address in a text: it begins with a scheme or www, as else `settings.py` would be one in Paraguay.
_ADDRESS = re.compile(r"(?:https?://|www\.)(?=[^\W_]|\[)[^\s<>\"\x00-\x20]*", re.IGNORECASE)
_LOCAL = re.compile(r"[^\W_][\w.+-]*\Z")
_MAIL_HOST = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
# Where text ends and a rule of ours or of Markdown may begin.
_STOP = re.compile(r"[\n!#$%&*+\-:<=>@\[\\\]^_`{}~]|(?<![^\W_])(?:https?://|www\.)", re.IGNORECASE)
# Nothing that closes what was opened before an address, or ends the sentence it stands in, is part of it.
_AFTER = ".,;:!?'*_~=…‥。、，．；：！？।॥؟؛،۔՞・\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033`"
_ENDS = re.compile(
    r"[«»‹›「」『』【】〈〉《》〔〕（）［］｛｝｢｣\u2018\u201a-\u201f。、，！？；：।॥…‥]|['\u2019]s\Z"
)
_BRACKETS = {")": "(", "]": "[", "}": "{"}


class _TooMuch(Exception):
    """A text takes more steps than any that a person writes."""


def render(markdown: str, images: Images = "proxy") -> str:
    """The text as clean HTML. Line ends stay line ends, as in a letter. Never raises."""
    return clean(str(_parser.renderer.render(_parse(markdown), _parser.options, {})), images=images)


def tags_in(markdown: str) -> list[str]:
    """The tags a text names, each once, in order: NFKC and case folded, without the #."""
    return _named(markdown, "tag") if "#" in markdown else []


def handles_in(markdown: str) -> list[str]:
    """The handles a text names, each once, in order: lower case, `ada` or `eve@elsewhere.example`."""
    return _named(markdown, "handle") if "@" in markdown else []


def highlights_in(markdown: str) -> list[str]:
    """The plain words of each highlighted part, in order."""
    if "==" not in markdown:
        return []
    found: list[str] = []
    for inline in _parse(markdown):
        depth = 0
        for token in inline.children or []:
            if token.type == "mark_open":
                depth += 1
                if depth == 1:
                    found.append("")
            elif token.type == "mark_close":
                depth -= 1
            elif depth:
                found[-1] += " " if token.type.endswith("break") else token.content
    return [words for part in found if (words := " ".join(part.split()))]


def _named(markdown: str, what: str) -> list[str]:
    return list(dict.fromkeys(token.meta[what] for token in _inner(_parse(markdown)) if what in token.meta))


def _inner(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or []


@lru_cache(maxsize=2)
def _parse(markdown: str) -> list[Token]:
    """The parser's tokens; kept for a moment, as rendering is followed by asking for tags and handles."""
    markdown = markdown.replace("\x00", "")
    if len(markdown) > LONGEST or markdown.count("\n") > _MOST_LINES:
        return _as_typed(markdown)
    try:
        return _parser.parse(markdown)
    except _TooMuch:
        return _as_typed(markdown)


def _as_typed(text: str) -> list[Token]:
    """A text that is not read as Markdown: its lines as they are."""
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    if len(lines) > _MOST_PARAGRAPHS:
        return [Token("code_block", "code", 0, block=True, content=text)]
    tokens = []
    for line in lines:
        inline = Token("inline", "", 0, children=[Token("text", "", 0, content=line)])
        tokens += [
            Token("paragraph_open", "p", 1, block=True),
            inline,
            Token("paragraph_close", "p", -1, block=True),
        ]
    return tokens


def _tag(state: StateInline, silent: bool) -> bool:
    """`#tag`: letters, digits and inner hyphens of any script, at least one letter, so that #1 stays a number."""
    if state.src[state.pos] != "#" or not _begins_word(state):
        return False
    end = _word_end(state.src, state.pos + 1, state.posMax, _TAG_JOINERS)
    word = state.src[state.pos + 1 : end]
    if len(word) > _LONGEST_WORD or not any(letter.isalpha() for letter in word):
        return False
    name = unicodedata.normalize("NFKC", word).casefold()
    return _link(state, end, f"/tags/{quote(name, safe='')}", {"tag": name}, silent)


def _handle(state: StateInline, silent: bool) -> bool:
    """`@handle` for somebody here, `@handle@host` for somebody elsewhere."""
    if state.src[state.pos] != "@" or not _begins_word(state):
        return False
    end = _word_end(state.src, state.pos + 1, state.posMax, _HANDLE_JOINERS)
    if end == state.pos + 1:
        return False
    if end < state.posMax and state.src[end] == "@":
        host_end = _word_end(state.src, end + 1, state.posMax, _HANDLE_JOINERS)
        if "." not in state.src[end + 1 : host_end]:
            return False
        end = host_end
    name = state.src[state.pos + 1 : end].lower()
    if len(name) > _LONGEST_WORD:
        return False
    return _link(state, end, f"/@{quote(name, safe='@')}", {"handle": name}, silent)


def _begins_word(state: StateInline) -> bool:
    before = state.src[state.pos - 1] if state.pos else " "
    return state.linkLevel == 0 and not _is_letter(before) and before not in _NOT_BEFORE


def _word_end(text: str, start: int, end: int, joiners: str) -> int:
    at = start
    while at < end and (
        _is_letter(text[at])
        or (at > start and text[at] in joiners and at + 1 < end and _is_letter(text[at + 1]))
    ):
        at += 1
    return at


def _is_letter(character: str) -> bool:
    """Letters, digits, and the marks without which Indic and Arabic words fall apart."""
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _link(state: StateInline, end: int, href: str, meta: dict[str, str], silent: bool) -> bool:
    if not silent:
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": href}
        opening.meta = meta
        state.push("text", "", 0).content = state.src[state.pos : end]
        state.push("link_close", "a", -1)
    state.pos = end
    return True


def _mark(state: StateInline, silent: bool) -> bool:
    """Two equals signs may open or close a highlight; which they do is settled when all are known."""
    if silent or state.src[state.pos] != "=":
        return False
    run = state.scanDelims(state.pos, True)
    state.push("text", "", 0).content = "=" * run.length
    state.pos += run.length
    if run.length == 2:
        state.delimiters.append(
            Delimiter(
                marker=ord("="),
                length=0,  # Not emphasis, so its rule of three does not count.
                token=len(state.tokens) - 1,
                end=-1,
                open=run.can_open,
                close=run.can_close,
            )
        )
    return True


def _pair_marks(state: StateInline) -> None:
    """Turn the pairs the parser has matched into elements, here and within links and emphasis."""
    groups = [state.delimiters, *(meta["delimiters"] for meta in state.tokens_meta if meta)]
    for delimiters in groups:
        for start in delimiters:
            if start.marker == ord("=") and start.end != -1:
                _become(state.tokens[start.token], "mark_open", 1)
                _become(state.tokens[delimiters[start.end].token], "mark_close", -1)


def _become(token: Token, kind: str, nesting: Literal[-1, 1]) -> None:
    token.type, token.tag, token.nesting, token.markup, token.content = kind, "mark", nesting, "==", ""


def _count(state: StateInline | StateBlock, steps: int) -> None:
    taken = state.env["steps"] = state.env.get("steps", 0) + steps
    if taken > _MOST_STEPS:
        raise _TooMuch


def _bounded_block(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """The first rule for each line: it takes nothing, and counts. Deeper than the parser goes, it would drop text."""
    if state.level >= _DEEPEST:
        raise _TooMuch
    _count(state, 2 + state.level // 2)
    return False


def _bounded_inline(state: StateInline, silent: bool) -> bool:
    """The first rule within a line. An address takes longer than the rest, as does what copies a long text."""
    dear = 6 if state.src[state.pos] in "<hHwW" else 1
    _count(state, dear + len(state.src) // 100_000)
    return False


def _text(state: StateInline, silent: bool) -> bool:
    """Plain text, up to where a rule may begin."""
    found = _STOP.search(state.src, state.pos + 1, state.posMax)
    first = _STOP.match(state.src, state.pos, state.posMax)
    if first:
        return False
    end = found.start() if found else state.posMax
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """A bare web address, without what closes or ends the sentence around it."""
    before = state.src[state.pos - 1] if state.pos else " "
    found = _ADDRESS.match(state.src, state.pos, state.posMax)
    if found is None or state.linkLevel or before.isalnum() or before in _NOT_BEFORE:
        return False
    said = _without_end(found[0])
    href = state.md.normalizeLink(said if "://" in said else f"https://{said}")
    host = said.partition("://")[2] or said
    if not host or ("://" not in said and "." not in said[4:]) or not state.md.validateLink(href):
        return False
    if not silent:
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": href}
        state.push("text", "", 0).content = state.md.normalizeLinkText(said)
        state.push("link_close", "a", -1)
    state.pos += len(said)
    return True


def _mail(state: StateInline, silent: bool) -> bool:
    """A bare mail address; what stands before its @ was taken for text already."""
    if state.src[state.pos] != "@" or state.linkLevel:
        return False
    local = _LOCAL.search(state.src, max(0, state.pos - 64), state.pos)
    host = _MAIL_HOST.match(state.src, state.pos + 1, state.posMax)
    if local is None or host is None:
        return False
    if not silent:
        if not state.pending.endswith(local[0]):
            return False
        state.pending = state.pending[: -len(local[0])]
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": f"mailto:{local[0]}@{host[0]}"}
        state.push("text", "", 0).content = f"{local[0]}@{host[0]}"
        state.push("link_close", "a", -1)
    state.pos = host.end()
    return True


def _without_end(said: str) -> str:
    """An address without the quotes, brackets, stops and ’s behind it: what it opens itself it may close."""
    if found := _ENDS.search(said):
        said = said[: found.start()]
    while said:
        last = said[-1]
        if last in _AFTER or (last in _BRACKETS and said.count(last) > said.count(_BRACKETS[last])):
            said = said[:-1]
        else:
            break
    return said


def _made() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": _DEEPEST + 20})
    parser.enable(["table", "strikethrough"])
    within = ["paragraph", "reference", "blockquote", "list", "table"]
    parser.block.ruler.before("table", "bounded", _bounded_block, {"alt": within})
    parser.inline.ruler.at("text", _text)
    parser.inline.ruler.before("text", "bounded", _bounded_inline)
    parser.inline.ruler.after("text", "address", _address)
    parser.inline.ruler.before("emphasis", "tag", _tag)
    parser.inline.ruler.before("emphasis", "mail", _mail)
    parser.inline.ruler.before("emphasis", "handle", _handle)
    parser.inline.ruler.before("emphasis", "mark", _mark)
    parser.inline.ruler2.before("emphasis", "mark", _pair_marks)
    return parser


_parser = _made()
