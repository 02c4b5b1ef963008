"""OPML 2.0 (opml.org/spec2.opml): a list of feeds to follow, as every reader imports it."""

from collections.abc import Sequence
from datetime import datetime

from potluck.lib.feedwriter.text import attribute, element, finish, labels, link, rfc822
from potluck.lib.feedwriter.types import Subscription

OPML_TYPE = "text/x-opml; charset=utf-8"


def opml(
    title: str, owner: str, subscriptions: Sequence[Subscription], updated: datetime | None = None
) -> bytes:
    lines = [line for each in subscriptions if (line := _outline(each))]
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<opml version="2.0">\n<head>\n',
        element("title", title),
        element("dateModified", rfc822(updated)) if updated else "",
        element("ownerName", owner),
        "<docs>http://opml.org/spec2.opml</docs>\n</head>\n<body>\n",
        # A body needs an outline. An empty list is one empty folder.
        *(lines or [f'<outline text="{attribute(title)}"/>\n']),
        "</body>\n</opml>\n",
    ]
    return finish("".join(parts))


def _outline(feed: Subscription) -> str:
    address = link(feed.feed_url)
    if not address:
        return ""
    said = attribute(feed.title) or attribute(address)
    tags = ",".join(tag.replace(",", " ").replace("/", " ") for tag in labels(feed.tags))
    extra = {"htmlUrl": link(feed.home_url) or "", "description": feed.description, "category": tags}
    more = "".join(f' {key}="{value}"' for key, text in extra.items() if (value := attribute(text)))
    return f'<outline type="rss" text="{said}" title="{said}" xmlUrl="{attribute(address)}"{more}/>\n'
