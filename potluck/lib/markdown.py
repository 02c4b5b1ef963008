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

from linkify_it import LinkifyIt
from linkify_it.main import Match
from markdown_it import MarkdownIt
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
_NO_ADDRESS = re.compile(r"(?<!http)(?<!https)://|://(?![\w\[])")
_MOST_NO_ADDRESSES = 100
_MOST_ADDRESSES = 1000
_WWW = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#][^\s<>]*)?")


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
    if len(markdown) > LONGEST:
        return _lines_of(markdown)
    # Finding addresses takes time in the square of those that turn out to be none.
    hopeless = (
        len(_NO_ADDRESS.findall(markdown)) > _MOST_NO_ADDRESSES or markdown.count("://") > _MOST_ADDRESSES
    )
    return (_parser_without_links if hopeless else _parser).parse(markdown)


def _lines_of(text: str) -> list[Token]:
    """A text too long to be read as Markdown: its lines as they are."""
    tokens = []
    for line in filter(None, map(str.strip, text.splitlines())):
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


def _made(*, links: bool) -> MarkdownIt:
    """The parser; with `links`, bare addresses become links if they begin with a scheme or www."""
    parser = MarkdownIt("commonmark", {"html": False, "linkify": links, "breaks": True})
    parser.enable(["table", "strikethrough", "linkify"])
    if parser.linkify:
        # Without a scheme, `settings.py` and `README.md` would be addresses in Paraguay and Moldova.
        parser.linkify.set({"fuzzy_link": False})
        parser.linkify.add("www.", {"validate": _www_end, "normalize": _with_scheme})
    parser.inline.ruler.before("emphasis", "tag", _tag)
    parser.inline.ruler.before("emphasis", "handle", _handle)
    parser.inline.ruler.before("emphasis", "mark", _mark)
    parser.inline.ruler2.before("emphasis", "mark", _pair_marks)
    return parser


def _www_end(linkify: LinkifyIt, text: str, at: int) -> int:
    """How many characters after `www.` belong to the address."""
    found = _WWW.match(text, at)
    return len(found[0].rstrip(".,;:!?'\")")) if found else 0


def _with_scheme(linkify: LinkifyIt, match: Match) -> None:
    match.url = f"https://{match.url}"


_parser = _made(links=True)
_parser_without_links = _made(links=False)
