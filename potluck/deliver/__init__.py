"""Deliver: each match on its way to its person, as they wish it.

Start with `carrier.py`, the seam, and `queue.py`, what all but home have in common; then
`preferences.py`: what a person muted, capped or blocked.
"""
