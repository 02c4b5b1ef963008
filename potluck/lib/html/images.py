"""Images in an article: which address is the real one, which are only there to count readers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

from django.conf import settings

from potluck.lib.errors import Missing
from potluck.lib.html.proxy import PATH, proxied, unproxied
from potluck.lib.parameters import address

_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*")
_FIRST_OF_SET = re.compile(r"[\s,]*(\S*[^\s,])")
# Where a page loads its images late, the real address stands in one of these, and in `src` a blank.
_REAL = ("data-src", "data-lazy-src", "data-original", "src")
_LONGEST = 4000
# Hosts and paths whose images nobody sees.
_BEACON = re.compile(
    r"https?://(?:[^/]*\.)?(?:feeds\.feedburner\.com/~|feeds\.wordpress\.com/1\.0/|feedsportal\.com/|pixel\.|stats?\."
    r"|b\.scorecardresearch\.com|doubleclick\.net|google-analytics\.com|googletagmanager\.com|quantserve\.com"
    r"|facebook\.com/tr\b|medium\.com/_/stat|blogger\.googleusercontent\.com/tracker|counter\.|tracking\.|hits\."
    r"|analytics\.|matomo\.|piwik\.|[^?#]*/(?:matomo|piwik)\.php\b|[^?#]*/(?:pixel|spacer|blank|1x1)\.(?:gif|png)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image with an absolute address (http or https) or a path of ours."""

    url: str
    alt: str = ""
    title: str = ""
    width: int | None = None
    height: int | None = None

    @property
    def is_ours(self) -> bool:
        """Whether the address is one that `proxied` made."""
        parts = self.url.removeprefix(PATH).split("/")
        if not self.url.startswith(PATH) or len(parts) != 2:
            return False
        try:
            return bool(unproxied(*parts))
        except Missing:
            return False

    @property
    def label(self) -> str:
        """Words for a link to it: what it shows, else the name of its file."""
        parts = address(self.url)
        return self.alt or unquote(parts.path.rpartition("/")[2]) or parts.netloc

    def tag(self, *, through_us: bool) -> str:
        """The img element. `through_us`, a host elsewhere does not learn that anybody looked."""
        url = (
            self.url.removeprefix(settings.ORIGIN) if self.url.startswith(f"{settings.ORIGIN}/") else self.url
        )
        elsewhere = not url.startswith("/")
        parts = [
            f'<img src="{escape(proxied(url) if elsewhere and through_us else url)}" alt="{escape(self.alt)}"'
        ]
        if self.title and self.title != self.alt:
            parts.append(f' title="{escape(self.title)}"')
        if self.width:
            parts.append(f' width="{self.width}"')
        if self.height:
            parts.append(f' height="{self.height}"')
        if elsewhere and not through_us:
            parts.append(' referrerpolicy="no-referrer"')
        return "".join([*parts, ' loading="lazy">'])


def picture_of(attributes: str, resolved: Callable[[str], str | None]) -> Picture | None:
    """The picture an img element of canonical HTML shows; None if there is none, or it only counts readers."""
    said = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
    url = next(
        (said[name] for name in _REAL if said.get(name, "").strip() and not _is_data(said[name])), None
    )
    if url is None:
        first = _FIRST_OF_SET.match(said.get("data-srcset") or said.get("srcset") or "")
        url = first[1] if first and not _is_data(first[1]) else None
    url = resolved(url) if url else None
    if url is None or len(url) > _LONGEST or url.lower().startswith("mailto:"):
        return None
    width, height = _pixels(said.get("width")), _pixels(said.get("height"))
    if _BEACON.match(url) or _is_dot(width, height):
        return None
    return Picture(url, said.get("alt", "").strip(), said.get("title", "").strip(), width, height)


def _is_data(url: str) -> bool:
    return url.lstrip()[:5].lower() == "data:"


def _is_dot(width: int | None, height: int | None) -> bool:
    """Also a line of one pixel: no picture either."""
    return (width is not None and width <= 1) or (height is not None and height <= 1)


def _pixels(text: str | None) -> int | None:
    found = _PIXELS.fullmatch(text or "")
    return int(found[1]) if found else None
