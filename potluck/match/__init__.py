"""Whom does it help? One finder per file; each looks at a batch of events and names people, with a reason.

Start with `finder.py`, the seam; `following.py` and `mentions.py` are the first two finders.
"""
