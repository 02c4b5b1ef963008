"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json

from potluck.lib.feedwriter.text import (
    distinct,
    flat,
    labels,
    language,
    link,
    media_type,
    name,
    opened,
    rfc3339,
    whole,
)
from potluck.lib.feedwriter.types import Enclosure, FeedOut, ItemOut

JSON_FEED_TYPE = "application/feed+json; charset=utf-8"


def json_feed(feed: FeedOut) -> bytes:
    document = _said(
        version="https://jsonfeed.org/version/1.1",
        title=flat(feed.title) or feed.home_url,
        description=flat(feed.subtitle),
        home_page_url=link(feed.home_url),
        feed_url=link(feed.self_url),
        next_url=link(feed.next_url),
        icon=link(feed.icon),
        language=language(feed.language),
        authors=_authors(feed.author_name, None),
    )
    document["items"] = [_item(item) for item in distinct(feed.items)]
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "ignore")


def _item(item: ItemOut) -> dict[str, object]:
    html = whole(opened(item.html, item.reason))
    entry = _said(
        id=name(item.id, item.url),
        url=link(item.url),
        external_url=link(item.external_url) or link(item.about_url),
        title=flat(item.title),
        content_html=html,
        summary=flat(item.summary),
        date_published=rfc3339(item.published),
        date_modified=rfc3339(item.updated),
        authors=_authors(item.author_name, item.author_url),
        tags=labels(item.tags),
        language=language(item.language),
        attachments=[_attachment(file) for file in item.enclosures if link(file.url)],
        # Custom names begin with an underscore: why it came to this reader, what it answers, under which licence.
        _potluck=_said(
            reason=flat(item.reason or ""),
            in_reply_to=name(item.in_reply_to or "", ""),
            licence=item.licence,
            licence_url=item.licence_url,
        ),
    )
    if not html:  # one of the two contents is required
        entry["content_text"] = flat(item.summary) or flat(item.title)
    return entry


def _authors(who: str | None, url: str | None) -> list[dict[str, object]]:
    author = _said(name=flat(who or ""), url=link(url))
    return [author] if author else []


def _attachment(file: Enclosure) -> dict[str, object]:
    return _said(url=link(file.url), mime_type=media_type(file.type), size_in_bytes=max(file.length, 0))


def _said(**fields: object) -> dict[str, object]:
    """Only what there is something to say about; the format prefers absent to empty."""
    return {key: value for key, value in fields.items() if value}
