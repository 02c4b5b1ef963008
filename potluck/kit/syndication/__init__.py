"""Lists of things as feeds: from plain dataclasses to bytes, nothing else.

Start at `shape.py` (what a feed and an item are), then `atom.py`, `rss.py`, `json_feed.py`, `opml.py`, one
format each; `text.py` holds what they share (escaping, addresses, dates, titles). No models, no settings,
no clock: the same input gives the same bytes, so that an ETag may be made of either.
"""

from potluck.kit.syndication.atom import ATOM_TYPE, atom
from potluck.kit.syndication.json_feed import JSON_FEED_TYPE, json_feed
from potluck.kit.syndication.opml import OPML_TYPE, opml
from potluck.kit.syndication.rss import RSS_TYPE, rss
from potluck.kit.syndication.shape import Enclosure, FeedOut, ItemOut, Subscription
from potluck.kit.syndication.text import absolute, excerpt

__all__ = [
    "ATOM_TYPE",
    "JSON_FEED_TYPE",
    "OPML_TYPE",
    "RSS_TYPE",
    "Enclosure",
    "FeedOut",
    "ItemOut",
    "Subscription",
    "absolute",
    "atom",
    "excerpt",
    "json_feed",
    "opml",
    "rss",
]
