"""Libraries of our own that know nothing of the product: they import no model and no other folder.

Start with `errors.py` (everything that can go wrong), `http/` (the only way out to the network), `html/` (the only
sanitiser), `sql.py` and `ids.py`.
"""
