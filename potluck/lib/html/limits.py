"""How much of a text we take, so that the cleaner's time is bounded whatever it is given.

html5ever, under the cleaner, takes time in the square of the nesting, of the attributes on one tag and of lone
ampersands. Real items stay far below these limits: of 5,832 in 116 feeds one has more than 130,000 characters.
"""

import re

LONGEST = 1_000_000
MOST_TAGS = 15_000
# Deeper than this no reader follows, and browsers begin to give up at 512.
DEEPEST = 200
_ENOUGH = 400
_STRETCH = 20_000

_DATA = re.compile(r"data:[\w/.+-]{1,60}[;,][\w;=,/+%-]{200,}")
_SPAN = re.compile(r"</?(?:span|font)\b[^<>]*>", re.IGNORECASE)
_LONG_STRETCH = re.compile(rf"[^<]{{{_STRETCH}}}[^<&;\s]{{0,40}};?")
_LONE_AMPERSAND = re.compile(r"&(?![#a-zA-Z])")
# Formatting left open is opened again in every later paragraph: three deep if alike, without end if the
# attributes differ. So the attributes go, into a tag that is not kept; only the language of code may stay.
_FORMATTING = re.compile(r"<(b|i|u|s|em|tt|big|font|nobr|small|strike|strong)(?=[\s/])", re.IGNORECASE)
_CODE = re.compile(r"<code(?=[\s/])", re.IGNORECASE)
_ODD_CODE = re.compile(r"<code(?=[\s/])(?!\s+class=[\"']?[\w -]{1,80}[\"']?\s*>)", re.IGNORECASE)
_CODE_CLASS = re.compile(r"<code\s([^>]*)>", re.IGNORECASE)
_MOST_LANGUAGES = 30
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>')
_VOID = frozenset(("br", "hr", "img", "col", "wbr"))


def bounded(html: str) -> str:
    """The part of a raw text that is cleaned; as a rule all of it."""
    if len(html) > _STRETCH:
        html = _DATA.sub("", html)[:LONGEST]
        # In a text this changes nothing, as <wbr> is not kept; a tag of endless attributes ends here.
        html = _LONG_STRETCH.sub(r"\g<0><wbr>", html)
    tags = html.count("<")
    if tags > _ENOUGH:
        html = _ODD_CODE.sub("<code><wbr", _FORMATTING.sub(r"<\1><wbr", html))
        if len(set(_CODE_CLASS.findall(html))) > _MOST_LANGUAGES:
            html = _CODE.sub("<code><wbr", html)
    if tags > MOST_TAGS:
        html = _cut(_SPAN.sub("", html))
    if html.count("&") > _ENOUGH:
        html = _LONE_AMPERSAND.sub("&amp;", html)
    return html


def _cut(html: str) -> str:
    if html.count("<") <= MOST_TAGS:
        return html
    return "<".join(html.split("<", MOST_TAGS)[:MOST_TAGS])


def is_tangle(clean_html: str, raw: str) -> bool:
    """Whether a cleaned text is nested deeper than DEEPEST, or has grown far beyond what was written."""
    if len(clean_html) > 4 * len(raw) + _STRETCH:
        return True
    if clean_html.count("<") <= 2 * DEEPEST:
        return False
    depth = 0
    for closing, name in _TAG.findall(clean_html):
        if name not in _VOID:
            depth += -1 if closing else 1
            if depth > DEEPEST:
                return True
    return False
