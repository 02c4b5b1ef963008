"""What a letter says, as a page shows it: Markdown, with what was trimmed one click away."""

import re
from collections.abc import Collection
from html import escape
from itertools import groupby

from django.utils.translation import gettext as _

from potluck.channels.mail.inbound.flowed import unbroken
from potluck.channels.mail.inbound.quoting import Parts, fenced, is_quoted
from potluck.lib import markdown
from potluck.safety.tokens import without_tokens

_ADDRESS = re.compile(
    r"(?:mailto:)?(?<![\w.+-])([\w.+-]{1,80})(@(?:\s*\n[>\s|]*)?|%40|＠|\s+at\s+)"
    r"((?:[\w-]{1,63}\.)+(?:[^\W\d_]{2,24}|xn--[\w-]{2,59})|localhost)\b",
    re.IGNORECASE,
)
# A link to a masked address leads nowhere: its words stay.
_LINK_TO_MASKED = re.compile(r"\[([^\[\]\n]*)\]\(\s*<?[^()\s<>]*@…[^()\s]*\s*\)")
# "ada at example.org" is how archives write an address; "look at example.org" is not.
_NOT_NAMES = """
all also and anybody anyone archive archives are article articles available be code directly docs
documentation download downloads everybody everyone example examples faq file files found get have here
homepage hosted i information is it link located look looked looking me more not of one online
only or package packages page pages paper papers posted publications published read repository see
site sites slides somebody someone source sources that them there this thread up us used
version visit was website were work worked working works
"""
_NO_NAMES = frozenset(_NOT_NAMES.split())
_AT = re.compile(r"\sat\s")
_HEADLINE = re.compile(r"(\s{0,3})(#{1,6})(?=\s)")
# "[1]: a note" would be taken for where a link leads, and not be shown.
_NOTE = re.compile(r"(\s{0,3})(\[[^\[\]]{1,100}\]:)")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-+)\s*\Z")
_COLUMNS = re.compile(r"\S(?: {3,}|\t)\S")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_LINK = re.compile(r"(https?://[^\s<>\"'()\[\]{}|\\^`]{3,500}[^\s<>\"'()\[\]{}|\\^`.,;:!?])")
LONGEST_REST = 40_000


def masked(text: str, *, but: Collection[str] = (), spelled: bool = True) -> str:
    """The text without mail addresses: the names before the @ stay, where the mail would go does not.

    `but` are addresses in small letters that may be read; `spelled`: also those written with "at".
    """
    if not ("@" in text or "%40" in text or "＠" in text or (spelled and _AT.search(text))):
        return text

    def mask(found: re.Match[str]) -> str:
        name, sign, host = found.groups()
        if sign.strip().lower() == "at" and not (spelled and _is_address(name, host)):
            return found[0]
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        # "@ada@example.social" is a name to read, "git@example.org:" a repository.
        if before == "@" or (name == "git" and after in (":", "/") and after):
            return found[0]
        return found[0] if f"{name}@{host}".lower() in but else f"{name}@…"

    return _LINK_TO_MASKED.sub(r"\1", _ADDRESS.sub(mask, text))


def _is_address(name: str, host: str) -> bool:
    return not (name.lower() in _NO_NAMES or host.lower().startswith("www.") or host.lower() == "localhost")


def marked(text: str) -> str:
    """What was typed as plain text, in Markdown that shows it as it was meant. Blocks of code stay as they are."""
    lines = text.split("\n")
    blocks = groupby(zip(fenced(lines), lines, strict=True), key=lambda pair: pair[0])
    parts = [("\n".join(line for _code, line in block), is_code) for is_code, block in blocks]
    return "\n\n".join(
        part.strip("\n") if is_code else _prose(part.strip("\n")) for part, is_code in parts if part.strip()
    )


def _prose(text: str) -> str:
    done: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        lines = paragraph.split("\n")
        columns = sum(1 for line in lines if _COLUMNS.search(line.strip()) and not is_quoted(line))
        if len(lines) > 1 and columns * 2 >= len(lines):
            done.append("\n".join(f"    {line}" for line in lines))
        else:
            done.append("\n".join(_safe(lines)))
    return "\n\n".join(done)


def _safe(lines: list[str]) -> list[str]:
    """No headline where none was meant, and no answer within the quote above it."""
    done: list[str] = []
    above = ""
    for line in unbroken("\n".join(lines)).split("\n"):
        ends_quote = is_quoted(above) and not is_quoted(line)
        if ends_quote or (
            above.strip() and (_UNDERLINE.match(line) or (is_quoted(line) and not is_quoted(above)))
        ):
            done.append("")
        done.append(_NOTE.sub(r"\1\\\2", _HEADLINE.sub(r"\1\\\2", line)))
        above = line
    return done


def page_of(parts: Parts, *, is_marked: bool) -> tuple[str, str]:
    """The text in Markdown and its HTML, the trimmed part folded below it."""
    text = parts.kept if is_marked else marked(parts.kept)
    shown = markdown.render(text)
    if parts.rest.strip():
        shown += folded(parts.rest)
    return text, shown


def plain_page(parts: Parts) -> tuple[str, str]:
    """The text and its HTML without any Markdown in it: paragraphs, quotes, and what stands in columns or is indented.

    For archives, where a hundred thousand letters were written before anybody thought of stars as emphasis.
    """
    shown = [_block(paragraph) for paragraph in _PARAGRAPHS.split(parts.kept) if paragraph.strip()]
    if parts.rest.strip():
        shown.append(folded(parts.rest))
    return parts.kept, "".join(shown)


def _block(paragraph: str) -> str:
    lines = paragraph.strip("\n").split("\n")
    if all(is_quoted(line) for line in lines):
        inner = "<br>".join(_linked(line.lstrip().removeprefix(">").strip()) for line in lines)
        return f"<blockquote><p>{inner}</p></blockquote>"
    columns = sum(1 for line in lines if line.startswith("   ") or _COLUMNS.search(line.strip()))
    if columns * 2 >= len(lines) and (len(lines) > 1 or lines[0].startswith("    ")):
        return f"<pre><code>{escape(paragraph, quote=False)}</code></pre>"
    return "<p>" + "<br>".join(_linked(line) for line in unbroken("\n".join(lines)).split("\n")) + "</p>"


def _linked(line: str) -> str:
    """A line with its web addresses as links; all else is only what it says."""
    if "://" not in line:
        return escape(line, quote=False)
    parts = _LINK.split(line)
    return "".join(
        _link(part) if number % 2 else escape(part, quote=False) for number, part in enumerate(parts)
    )


def _link(url: str) -> str:
    address = escape(url)
    return f'<a href="{address}" rel="nofollow noopener ugc">{address}</a>'


def folded(rest: str) -> str:
    """A part that is shown when asked for, as plain lines without addresses. Nothing in it but text: it is safe."""
    lines = "<br>".join(
        escape(line, quote=False)
        for line in masked(without_tokens(rest[:LONGEST_REST])).strip("\n").split("\n")
    )
    said = escape(_("Quoted text"), quote=False)
    return f"<details><summary>{said}</summary><p>{lines}</p></details>"
