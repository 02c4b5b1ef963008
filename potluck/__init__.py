"""Potluck: a learning network that grows by sharing.

Read `flow.py` first: it tells the whole story, from something shared to the people it helps.
`docs/map.md` has a line for every room.
"""

__version__ = "0.1.0"
