"""Helpers that know no models: every room may use them, and they use no room.

`errors` is the tree of what can go wrong. `http` is the only way out to the network, `html` the only
cleaner of what comes back, `markdown` makes HTML of what people write, `images` makes pictures safe.
`ids` makes time-ordered numbers, `paging` and `pages` serve the rooms that show lists and templates.
"""
