"""Players of video and sound become plain links: a page of ours loads nothing from elsewhere.

Works on the raw text, before it is cleaned, so nothing here is trusted or needs to be exact.
"""

import re
from html import escape, unescape
from urllib.parse import parse_qs, urlsplit

_PLAYER = re.compile(
    r"<(iframe|video|audio|embed)\b([^<>]*)>(?:(?:(?!</?(?:video|audio))[\s\S]){0,600}?<source\b([^<>]*)>)?",
    re.I,
)
_HAS_PLAYER = re.compile(r"<(?:iframe|video|audio|embed)\b", re.IGNORECASE)
_SRC = re.compile(r"""\b(?:data-)?src\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
# The page that stands behind a known player.
_PAGES = (
    (
        re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,20})"),
        r"https://www.youtube.com/watch?v=\1",
    ),
    (re.compile(r"https?://player\.vimeo\.com/video/(\d+)"), r"https://vimeo.com/\1"),
    (
        re.compile(r"https?://(?:www\.)?dailymotion\.com/embed/video/(\w+)"),
        r"https://www.dailymotion.com/video/\1",
    ),
    (re.compile(r"(https?://[^/]+)/videos/embed/([\w-]+)"), r"\1/videos/watch/\2"),
    (re.compile(r"https?://archive\.org/embed/([\w.-]+)"), r"https://archive.org/details/\1"),
    (re.compile(r"https?://open\.spotify\.com/embed(?:-podcast)?/(\w+/\w+)"), r"https://open.spotify.com/\1"),
    (re.compile(r"(https?://(?:www\.)?slideshare\.net/slideshow/embed_code/[\w/]+)"), r"\1"),
    (re.compile(r"(https?://(?:codepen\.io/[\w-]+)/)embed(/\w+)"), r"\1pen\2"),
    (re.compile(r"(https?://bandcamp\.com/EmbeddedPlayer/[\w=/.-]+)"), r"\1"),
)
_INSIDE = re.compile(r"https?://(?:w\.soundcloud\.com/player|(?:www\.)?mixcloud\.com/widget/iframe)/?\?")


def players_to_links(html: str) -> str:
    """The text with a link before each player whose content has an address of its own."""
    return _PLAYER.sub(_link, html) if _HAS_PLAYER.search(html) else html


def _link(player: re.Match[str]) -> str:
    src = _SRC.search(player[2]) or (_SRC.search(player[3]) if player[3] else None)
    address = unescape(next((part for part in src.groups() if part), "")).strip() if src else ""
    page = address if player[1].lower() in ("video", "audio") else _page(address)
    if not page:
        return player[0]
    name = escape(re.sub(r"^https?://(?:www\.)?", "", page))
    return f'<p><a href="{escape(page)}">{name}</a></p>{player[0]}'


def _page(address: str) -> str:
    """The page behind a known player; empty for any other frame (maps, forms, advertisements)."""
    if address.startswith("//"):
        address = f"https:{address}"
    for pattern, page in _PAGES:
        if found := pattern.match(address):
            return found.expand(page)
    if _INSIDE.match(address):
        try:
            return next(
                iter(
                    parse_qs(urlsplit(address).query).get(
                        "url", parse_qs(urlsplit(address).query).get("feed", [])
                    )
                ),
                "",
            )
        except ValueError:
            return ""
    return ""
