"""Posts: everything shared, of every kind, with its thread, tags, files, credit and audience.

Start with `models.py`, then `share.py` (how a draft becomes a post) and `audience.py` (who may see it:
all reading starts there). The verbs are a file each: edit, delete, reply, pass on, thank, use.
"""
