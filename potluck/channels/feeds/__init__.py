"""Feeds, in and out: what people publish elsewhere comes in, and everything here goes out again.

Reading starts at `parse.py` (any feed becomes one shape, drawn in `types.py`), with `xml_repair.py` before it
for the many bodies that are not quite XML. `discover.py` finds the feeds of a page, `opml.py` and
`bookmarks.py` read the files people bring along. None of these touch the database or the network.
"""
