"""The words of an article, for the search index, for excerpts and for mail."""

import re
import unicodedata
from html import unescape

import nh3

from potluck.lib.html import limits

# Gone with all that is in them: not words for a reader, or words said again elsewhere.
GONE = {
    *("script", "style", "template", "noscript", "svg", "title", "textarea", "select", "button", "iframe"),
    *("object", "audio", "video", "canvas", "noembed", "noframes", "xmp"),
}
_BLOCKS = {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
    ),
    *(
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
    ),
    *("li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tr", "ul"),
}
_CELLS = {"td", "th"}
_CLEANER = nh3.Cleaner(
    tags=_BLOCKS | _CELLS,
    clean_content_tags=GONE,
    attributes={},
    generic_attribute_prefixes=set(),
    link_rel=None,
)
_CELL = re.compile(r"</?t[dh]>")
_BLOCK = re.compile(r" ?<[^>]*>(?: ?<[^>]*>)* ?")
# Ends of sentences, in the scripts that mark them.
_END = re.compile(r"[.!?…。！？؟।](?=[\s\"'”’»)]|$)|[。！？]")
_ELLIPSIS = "…"


def legible(text: str) -> str:
    """The text without what neither UTF-8 nor PostgreSQL can hold."""
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text


def text_of(html: str) -> str:
    """Plain text of any HTML, a line for each block. Never raises."""
    html = legible(html)
    if "<" not in html and "&" not in html:
        return " ".join(html.split())
    safe = " ".join(_CLEANER.clean(limits.bounded(html)).split())
    lines = _BLOCK.sub("\n", _CELL.sub(" ", safe))
    return _SPACED.sub(" ", unescape(lines)).strip()


# A single space is no match: in a long text nearly all are.
_SPACED = re.compile(r"[^\S\n]{2,}|[^\S \n]")


def excerpt(text: str, limit: int) -> str:
    """At most `limit` characters of a plain text, on one line: to the end of a sentence if one comes late enough,
    else of a word and with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    if limit <= 1:
        return _ELLIPSIS[:limit]
    head = line[:limit]
    ends = [found.end() for found in _END.finditer(line, 0, limit + 1) if found.end() <= limit]
    if ends and ends[-1] >= limit * 0.6:
        return head[: ends[-1]]
    words = line[: limit - 1] if line[limit - 1] == " " else line[: limit - 1].rpartition(" ")[0]
    # Scripts without spaces, and very long words, are cut where they are.
    if len(words) < limit * 0.6:
        words = _whole_letters(line, limit - 1)
    return words.rstrip(" ,;:–—-") + _ELLIPSIS


def _whole_letters(line: str, end: int) -> str:
    """The first letters, none of them cut off from its marks."""
    while end > 0 and (
        unicodedata.combining(line[end]) or line[end] in "\u200d\ufe0f" or line[end - 1] == "\u200d"
    ):
        end -= 1
    return line[:end]
