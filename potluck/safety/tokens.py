"""Replace what lets whoever has it act for a member: links of ours that hold a token, and secret mail addresses.

They stand in letters to one person (to stop mail, to answer, to thank) and come back in what that person quotes. Within
the address of another service that wraps links they are found, too.
"""

import re
from dataclasses import replace
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings

from potluck.posts.draft import Draft
from potluck.posts.edit import Change

GONE = "…"
Said = TypeVar("Said", Draft, Change)
# What stands before the token in each route that has one; a test compares them with the routes there are.
ROUTES = ("home/", "join/", "mail/confirm/", "mail/never/", "mail/off/")
# What parts the pieces of an address, as it is or within the address of another service; a line may break there.
_SLASH = r"(?:/|%(?:25)*2F|-2F|_)(?:=?\s*\n[\s>|]*)?"
_COLON = r"(?::|%(?:25)*3A|-3A)"
_ENDS = frozenset(" \t\n\r\f\v<>\"'()[]{}|`\u00a0…")
_LONGEST = 2000
# The second half of an address that a mail program broke: one word, no word of a language.
_BROKEN_OFF = re.compile(r"=?\r?\n[ \t>|]*((?=[\w:=.\\~-]*[\d:_=])[\w:=.\\~-]{12,})(?=[\s<>\"')\]]|\Z)")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\(\s*<?…>?(?:\s+\"[^\"\n]*\")?\s*\)")
# A secret address; one that was cut before its @ is known by the digits in its token.
_SECRET = re.compile(
    r"\b([a-z-]{2,20})(?:\+|%2B)(?:[a-z2-7]{16,64}(?:@|%40)[\w.-]*\w|(?=[a-z]*[2-7])[a-z2-7]{20,64}\b)"
    r"|\b(news|list)-[a-z2-7]{24}(?:@|%40)[\w.-]*\w",
    re.IGNORECASE,
)
_INVITATION = "join/"
# An address in HTML that is gone leads nowhere: its words stay.
_HREF = re.compile(rf'\s(?:href|src|cite)="[^"]*{GONE}[^"]*"')


def without_tokens(text: str, *, invitations: bool = True) -> str:
    """The text with "…" where an address of our own holds a token. `invitations`: those to join as well."""
    if "+" in text or "-" in text or "%" in text:
        text = _SECRET.sub(_named, text)
    core = _core(urlsplit(settings.ORIGIN).netloc, invitations)
    done, at = [], 0
    for found in core.finditer(text):
        if found.start() < at:
            continue
        start, end = _left(text, found.start(), at), _right(text, found.end())
        done += [text[at:start], GONE]
        at = end
    if not done:
        return text
    return _LINK.sub(r"\1", "".join([*done, text[at:]]).replace(f"<{GONE}>", GONE))


def publishable(said: Said) -> Said:
    """What somebody says, or a change to it, without tokens of ours; what has none is given back as it is.

    An invitation stays: to share one is what it is for. A link or page that holds a token is no link.
    """
    text, title = (without_tokens(part, invitations=False) for part in (said.text, said.title))
    link, url = ("" if _holds(address) else address for address in (said.link, said.url))
    html = said.html and without_tokens(said.html, invitations=False)
    if html != said.html:
        html = _HREF.sub("", html or "")
    if (text, title, link, url, html) == (said.text, said.title, said.link, said.url, said.html):
        return said
    return replace(said, text=text, title=title, link=link, url=url, html=html)


def _holds(address: str) -> bool:
    return without_tokens(address, invitations=False) != address


def _named(found: re.Match[str]) -> str:
    return f"{found[1] or found[2]}@{GONE}"


def _left(text: str, at: int, least: int) -> int:
    while at > least and text[at - 1] not in _ENDS:
        at -= 1
    return at


def _right(text: str, at: int) -> int:
    stop = min(len(text), at + _LONGEST)
    while at < stop and text[at] not in _ENDS:
        at += 1
    broken = _BROKEN_OFF.match(text, at)
    return broken.end(1) if broken else at


@cache
def _core(netloc: str, invitations: bool) -> re.Pattern[str]:
    """What such an address has in it, however it is written."""
    host, _colon, port = netloc.lower().partition(":")
    site = re.escape(host) + (rf"{_COLON}{port}" if port else rf"(?:{_COLON}\d{{2,5}})?")
    routes = [route for route in ROUTES if invitations or route != _INVITATION]
    paths = "|".join(_SLASH.join(map(re.escape, route.strip("/").split("/"))) for route in routes)
    return re.compile(rf"{site}{_SLASH}(?:{paths}){_SLASH}(?=[\w%.~-])", re.IGNORECASE)
