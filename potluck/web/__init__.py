"""Web: the pages, by noun.

Start with `urls.py`, then `views.py` (a post and its thread) and `reactions.py` (the small acts on it). A view does one
thing in a few lines: it asks a room, by way of `visible_to`, or calls a verb, and shows a template. Templates lie
in `templates/` by the same nouns, styles and scripts in `static/`; a page works without its scripts.
"""
