"""Atom 1.0 (RFC 4287), with paging (RFC 5005), replies (RFC 4685) and licences (RFC 4946)."""

from potluck.lib.feedwriter.text import (
    attribute,
    distinct,
    element,
    escape,
    excerpt,
    finish,
    flat,
    labels,
    language,
    link,
    media_type,
    name,
    opened,
    rfc3339,
)
from potluck.lib.feedwriter.types import FeedOut, ItemOut

ATOM_TYPE = "application/atom+xml; charset=utf-8"


def atom(feed: FeedOut) -> bytes:
    tongue = language(feed.language)
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:thr="http://purl.org/syndication/thread/1.0"',
        f' xml:lang="{tongue}">\n' if tongue else ">\n",
        element("id", name(feed.id, feed.self_url)),
        element("title", feed.title) or element("title", feed.home_url),
        element("subtitle", feed.subtitle),
        f"<updated>{rfc3339(feed.updated)}</updated>\n",
        # The feed always names an author: section 4.1.1 asks for one wherever an entry has none.
        _author(flat(feed.author_name or "") or flat(feed.title) or feed.home_url, None),
        _link("self", feed.self_url, "application/atom+xml"),
        _link("alternate", feed.home_url, "text/html"),
        _link("next", feed.next_url, "application/atom+xml"),
        element("icon", link(feed.icon) or ""),
        "<generator>Potluck</generator>\n",
    ]
    parts.extend(_entry(item, tongue) for item in distinct(feed.items))
    parts.append("</feed>\n")
    return finish("".join(parts))


def _entry(item: ItemOut, feed_language: str) -> str:
    tongue = language(item.language)
    alternate = link(item.external_url)
    return "".join(
        [
            f'<entry xml:lang="{tongue}">\n' if tongue and tongue != feed_language else "<entry>\n",
            element("id", name(item.id, item.url)),
            element("title", _title(item)),
            f"<published>{rfc3339(item.published)}</published>\n",
            f"<updated>{rfc3339(item.updated)}</updated>\n",
            _author(item.author_name, item.author_url) if flat(item.author_name) else "",
            _link("alternate", alternate or item.url, "text/html"),
            _link("replies", item.url, "text/html") if alternate else "",
            _link("related", item.about_url),
            _link("via", item.via_url, title=item.via_name or ""),
            _enclosures(item),
            _reply(item.in_reply_to),
            # RFC 4946.
            _link("license", item.licence_url),
            element("rights", item.licence),
            *(f'<category term="{attribute(tag)}"/>\n' for tag in labels(item.tags)),
            _content(item),
            "</entry>\n",
        ]
    )


def _title(item: ItemOut) -> str:
    """Atom wants one: of its own, from the first words, or whose it is."""
    return (
        flat(item.title)
        or flat(item.summary)[:80]
        or excerpt(item.html)
        or flat(item.author_name)
        or item.url
    )


def _author(who: str, url: str | None) -> str:
    return f"<author>\n{element('name', who)}{element('uri', link(url) or '')}</author>\n"


def _link(rel: str, url: str | None, kind: str = "", title: str = "", length: int = 0) -> str:
    href = link(url)
    if not href:
        return ""
    title = attribute(title)
    return (
        f'<link rel="{rel}" href="{attribute(href)}"'
        + (f' type="{kind}"' if kind else "")
        + (f' title="{title}"' if title else "")
        + (f' length="{length}"' if length > 0 else "")
        + "/>\n"
    )


def _enclosures(item: ItemOut) -> str:
    files = {enclosure.url: enclosure for enclosure in item.enclosures}.values()
    return "".join(_link("enclosure", file.url, media_type(file.type), length=file.length) for file in files)


def _reply(uri: str | None) -> str:
    """RFC 4685, section 3: `ref` is the other's id, `href` where to fetch it."""
    ref = name(uri or "", "")
    if not ref:
        return ""
    href = link(ref)
    return (
        f'<thr:in-reply-to ref="{attribute(ref)}"' + (f' href="{attribute(href)}"' if href else "") + "/>\n"
    )


def _content(item: ItemOut) -> str:
    html = opened(item.html, item.reason)
    if item.is_excerpt and html:
        return f'<summary type="html">{escape(html)}</summary>\n'
    content = f'<content type="html">{escape(html)}</content>\n' if html else ""
    return element("summary", item.summary) + content
