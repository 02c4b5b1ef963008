"""Lists of things as feeds: from plain dataclasses to bytes, nothing else.

Start at `types.py` (what a feed and an item are), then `atom.py`, `rss.py`, `json_feed.py`, `opml.py`, one
format each; `text.py` holds what they share (escaping, addresses, dates, titles). No models, no settings,
no clock: the same input gives the same bytes, so that an ETag may be made of either.
"""

from potluck.lib.feedwriter.atom import ATOM_TYPE, atom
from potluck.lib.feedwriter.json_feed import JSON_FEED_TYPE, json_feed
from potluck.lib.feedwriter.opml import OPML_TYPE, opml
from potluck.lib.feedwriter.rss import RSS_TYPE, rss
from potluck.lib.feedwriter.text import absolute, excerpt
from potluck.lib.feedwriter.types import Enclosure, FeedOut, ItemOut, Subscription

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
