"""RSS 2.0, with content:encoded, dc:creator, and Atom's links where RSS has no word of its own."""

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
    rfc822,
    rfc3339,
)
from potluck.lib.feedwriter.types import FeedOut, ItemOut

RSS_TYPE = "application/rss+xml; charset=utf-8"
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:creativeCommons="http://backend.userland.com/creativeCommonsRssModule"'
    ' xmlns:thr="http://purl.org/syndication/thread/1.0">\n<channel>\n'
)


def rss(feed: FeedOut) -> bytes:
    tongue = language(feed.language)
    title = flat(feed.title) or feed.home_url
    home = link(feed.home_url) or feed.home_url
    parts = [
        _HEAD,
        element("title", title),
        element("link", home),
        element("description", feed.subtitle) or element("description", title),
        element("language", tongue),
        element("lastBuildDate", rfc822(feed.updated)),
        "<generator>Potluck</generator>\n",
        _atom_link("self", feed.self_url, "application/rss+xml"),
        _atom_link("next", feed.next_url, "application/rss+xml"),
        _image(feed, title, home),
    ]
    parts.extend(_item(item, tongue) for item in distinct(feed.items))
    parts.append("</channel>\n</rss>\n")
    return finish("".join(parts))


def _image(feed: FeedOut, title: str, home: str) -> str:
    icon = link(feed.icon)
    if not icon:
        return ""
    return f"<image>\n{element('url', icon)}{element('title', title)}{element('link', home)}</image>\n"


def _item(item: ItemOut, feed_language: str) -> str:
    tongue = language(item.language)
    home = link(item.external_url)
    page = link(item.url) or item.url
    return "".join(
        [
            "<item>\n",
            element("title", item.title),
            element("link", home or page),
            _guid(name(item.id, item.url), home or page),
            f"<pubDate>{rfc822(item.published)}</pubDate>\n",
            element("atom:updated", rfc3339(item.updated)) if item.updated != item.published else "",
            # <author> must hold a mail address, which is nobody's business.
            element("dc:creator", item.author_name),
            element("dc:language", tongue) if tongue != feed_language else "",
            element("dc:rights", item.licence),
            element("creativeCommons:license", item.licence_url),
            *(element("category", tag) for tag in labels(item.tags)),
            element("comments", page) if home else "",
            _atom_link("related", item.about_url),
            _atom_link("via", item.via_url, title=item.via_name or ""),
            _reply(item.in_reply_to),
            _enclosure(item),
            _content(item),
            "</item>\n",
        ]
    )


def _guid(said: str, page: str) -> str:
    return f'<guid isPermaLink="{"true" if said == page else "false"}">{escape(said)}</guid>\n'


def _atom_link(rel: str, url: str | None, kind: str = "", title: str = "") -> str:
    href = link(url)
    if not href:
        return ""
    title = attribute(title)
    return (
        f'<atom:link rel="{rel}" href="{attribute(href)}"'
        + (f' type="{kind}"' if kind else "")
        + (f' title="{title}"' if title else "")
        + "/>\n"
    )


def _reply(uri: str | None) -> str:
    ref = name(uri or "", "")
    return f'<thr:in-reply-to ref="{attribute(ref)}"/>\n' if ref else ""


def _enclosure(item: ItemOut) -> str:
    """The first alone: readers disagree on what a second one means. The content shows them all."""
    for file in item.enclosures:
        if href := link(file.url):
            kind = media_type(file.type)
            return f'<enclosure url="{attribute(href)}" length="{max(file.length, 0)}" type="{kind}"/>\n'
    return ""


def _content(item: ItemOut) -> str:
    """The description is HTML by custom, so plain text is escaped once more; it comes before the content."""
    html = opened(item.html, item.reason)
    if item.is_excerpt and html:
        return f"<description>{escape(html)}</description>\n"
    short = flat(item.summary) or excerpt(item.html, 200)
    if not (short or flat(item.title)):  # a picture alone, say; one of the two is required
        short = flat(item.author_name) or item.url
    content = f"<content:encoded>{escape(html)}</content:encoded>\n" if html else ""
    return (f"<description>{escape(escape(short))}</description>\n" if short else "") + content
