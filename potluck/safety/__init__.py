"""Safety: what is screened at the door, and how often one person or address may do a thing.

Start with `screen.py` and `limits.py`.
"""
