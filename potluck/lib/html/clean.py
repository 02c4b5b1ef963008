"""One strict allow list, fit for an article; all that is not on it goes.

    raw ──► bounded ──► players become links ──► nh3 with the list ──► links, images, headings rewritten
            (any text, not trusted)              (from here on safe, and in one canonical form)

What follows nh3 rewrites tags only in the one form nh3 writes: lower-case names, attributes in double quotes
with every quote in them escaped. It builds what it touches anew from values it has checked.
"""

import re
from html import escape, unescape
from typing import Literal
from urllib.parse import urljoin

import nh3

from potluck.lib.html import limits
from potluck.lib.html.embeds import players_to_links
from potluck.lib.html.images import Picture, picture_of
from potluck.lib.html.text import GONE, legible, text_of

# What becomes of images: through our proxy, a link to them, or as they are.
Images = Literal["proxy", "link", "keep"]

SECTIONS = frozenset(("section", "article", "header", "footer", "main", "aside", "nav", "center", "address"))
TAGS = {
    *("a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd"),
    *("del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5"),
    *(
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
    ),
    *(
        "small",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
    ),
    *("u", "ul", "var", *SECTIONS),
}
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "dfn": {"title"},
    "img": {
        *("src", "alt", "title", "width", "height"),
        *("srcset", "data-src", "data-lazy-src", "data-original", "data-srcset"),
    },
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope", "abbr"},
    "time": {"datetime"},
}
REL = "nofollow noopener ugc"
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=GONE,
    attributes=ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel=REL,
)
# Every tag, not only those that are rewritten: else a match could begin within an attribute of another.
_ANY_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>')
_REWRITTEN = SECTIONS | {"a", "img", "code", "h1", "h2", "h3", "h4", "h5", "h6"}
_HREF = re.compile(r' href="([^"]*)"')
_ABSOLUTE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_FROM_ROOT = re.compile(r"/(?![/.])(?:(?!/\.|\?#)[\w/.~%+,=&?#-])*(?<![?#])\Z", re.ASCII)
_PLACE = re.compile(r"https?://[\w.-]+(?::\d+)?(?=[/?#]|\Z)", re.ASCII)
_LANGUAGE = re.compile(r'[" ]lang(?:uage)?-([\w+#.-]{1,30})(?=[" ])')


def clean(html: str, base_url: str | None = None, images: Images = "proxy") -> str:
    """The article in this HTML, safe to put into a page. Never raises.

    Relative addresses are resolved against `base_url`; without one only those that begin at our own root stay.
    Headings begin at h2, as the title of the page is its h1.
    """
    raw = players_to_links(limits.bounded(legible(html)))
    safe = _CLEANER.clean(raw)
    if limits.is_tangle(safe, raw):
        safe = "".join(f"<p>{escape(line, quote=False)}</p>" for line in text_of(safe).split("\n") if line)
    return _Rewriting(base_url, images, lower="<h1" in safe).of(safe)


class _Rewriting:
    """One pass over a text that nh3 has cleaned."""

    def __init__(self, base_url: str | None, images: Images, *, lower: bool) -> None:
        self._base_url = base_url
        self._images = images
        self._lower = lower
        self._in_link = False

    def of(self, safe: str) -> str:
        return _ANY_TAG.sub(self._tag, safe)

    def _tag(self, tag: re.Match[str]) -> str:
        closing, name, attributes = tag.groups()
        if name not in _REWRITTEN:
            return tag[0]
        if name == "a":
            self._in_link = not closing
            return "</a>" if closing else f"<a{self._link(attributes)}>"
        if name == "img":
            picture = picture_of(attributes, self._resolved)
            return self._image(picture) if picture else ""
        if name == "code":
            language = _LANGUAGE.search(attributes)
            return f'<code class="language-{language[1]}">' if language else f"<{closing}code>"
        if name in SECTIONS:
            name = "div"
        elif self._lower:
            name = f"h{min(6, int(name[1]) + 1)}"
        return f"<{closing}{name}{attributes}>"

    def _link(self, attributes: str) -> str:
        """The attributes with the address resolved. What is ours may be recommended."""
        attributes = _HREF.sub(self._href, attributes)
        return attributes.replace(f' rel="{REL}"', "") if ' href="/' in attributes else attributes

    def _href(self, href: re.Match[str]) -> str:
        url = self._resolved(unescape(href[1]))
        return f' href="{escape(url)}"' if url else ""

    def _resolved(self, url: str) -> str | None:
        """The address made absolute, or our own path; None if it is neither."""
        url = url.strip()
        if url.startswith("//"):
            url = f"https:{url}"
        if self._base_url and not _ABSOLUTE.match(url) and not Picture(url).is_ours:
            try:
                url = self._joined(url)
            except ValueError:
                return None
        is_path = url.startswith("/") and url[1:2] not in ("/", "\\")
        return url if is_path or _ABSOLUTE.match(url) else None

    def _joined(self, url: str) -> str:
        """The address as it is meant on its page. From the root of a site is the usual case, and quick."""
        base = self._base_url or ""
        place = _PLACE.match(base) if _FROM_ROOT.match(url) else None
        return place[0] + url if place else urljoin(base, url)

    def _image(self, picture: Picture) -> str:
        if self._images == "link":
            label = escape(picture.label, quote=False)
            return label if self._in_link else f'<a href="{escape(picture.url)}" rel="{REL}">{label}</a>'
        return picture.tag(through_us=self._images == "proxy")
