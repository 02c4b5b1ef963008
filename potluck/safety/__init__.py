"""Safety: what is screened at the door, and how often one person or address may do a thing.

Start with `content_filter.py` and `rate_limits.py`.
"""
