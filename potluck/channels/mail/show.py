"""What a letter says, as a page shows it: Markdown, with what was trimmed one click away."""

import re
from html import escape

from django.utils.translation import gettext as _

from potluck.channels.mail.flowed import unbroken
from potluck.channels.mail.trim import Parts, is_quoted
from potluck.kit import html, markdown

_ADDRESS = re.compile(
    r"(?:mailto:)?\b([\w.+-]{1,80})(@| at )((?:[\w-]{1,63}\.)+[a-z]{2,24})\b", re.IGNORECASE
)
_HEADLINE = re.compile(r"(\s{0,3})(#{1,6})(?=\s)")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-+)\s*\Z")
_COLUMNS = re.compile(r"\S(?: {3,}|\t)\S")
LONGEST_REST = 40_000


def masked(text: str) -> str:
    """The text without mail addresses: the names before the @ stay, where the mail would go does not."""
    return _ADDRESS.sub(r"\1@…", text) if "@" in text or " at " in text else text


def marked(text: str) -> str:
    """What was typed as plain text, in Markdown that shows it as it was meant."""
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
        done.append(_HEADLINE.sub(r"\1\\\2", line))
        above = line
    return done


def page_of(parts: Parts, *, is_marked: bool) -> tuple[str, str]:
    """The text in Markdown and its HTML, the trimmed part folded below it."""
    text = parts.kept if is_marked else marked(parts.kept)
    shown = markdown.render(text)
    if parts.rest.strip():
        shown += folded(parts.rest)
    return text, shown


def folded(rest: str) -> str:
    """A part that is shown when asked for, as plain lines without addresses."""
    lines = "<br>".join(
        escape(line, quote=False) for line in masked(rest[:LONGEST_REST]).strip("\n").split("\n")
    )
    said = escape(_("Quoted text"), quote=False)
    return html.clean(f"<details><summary>{said}</summary><p>{lines}</p></details>")
