"""What a feed is before it has a format. Times carry their zone, HTML is already clean, text is plain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along: its address, its media type, its length in bytes (0: unknown)."""

    url: str
    type: str
    length: int = 0


@dataclass(frozen=True, slots=True)
class ItemOut:
    """One thing in a feed.

    `id` is its name in the world (a URI) and never changes; `url` its page here, where the conversation is.
    `external_url` is its canonical page, if that is elsewhere: readers are then sent there, and `url` becomes
    the page for replies. `about_url` is what it talks about (a bookmark's target).
    `reason` says why the reader gets it and opens the content. An `is_excerpt` never passes for the whole.
    `licence` is what its author lets others do with it, by name; `licence_url` where that is written.
    """

    id: str
    url: str
    published: datetime
    updated: datetime
    title: str = ""
    html: str = ""
    summary: str = ""
    author_name: str = ""
    author_url: str | None = None
    tags: Sequence[str] = ()
    language: str = ""
    external_url: str | None = None
    about_url: str | None = None
    via_name: str | None = None
    via_url: str | None = None
    reason: str | None = None
    in_reply_to: str | None = None
    enclosures: Sequence[Enclosure] = ()
    is_excerpt: bool = False
    licence: str = ""
    licence_url: str = ""


@dataclass(frozen=True, slots=True)
class FeedOut:
    """A list of things, newest first. `next_url` is where it goes on (RFC 5005, section 3)."""

    id: str
    title: str
    home_url: str
    self_url: str
    updated: datetime
    subtitle: str = ""
    language: str = ""
    author_name: str | None = None
    next_url: str | None = None
    items: Sequence[ItemOut] = field(default=())
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One line of an OPML list: a feed and the page it belongs to."""

    title: str
    feed_url: str
    home_url: str | None = None
    description: str = ""
    tags: Sequence[str] = ()
