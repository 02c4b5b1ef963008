"""Render pages: what the web pages and every channel's pages need, and nothing below them.

`pages.py` is the Jinja2 environment and the one way to answer with a template; `render_cache.py` renders what stands in
long lists once; `paging.py` pages lists by key; `decorators.py` says who may open a view.
"""
