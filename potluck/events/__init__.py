"""The ledger: who did what to what, when, and whence.

Start with `record.py`. An event is a row written in the same transaction as the thing it tells of,
so that what was acknowledged is told, and what was not is not. It knows people and posts by key only.
"""
