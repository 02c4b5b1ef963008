"""Render pages: the Jinja2 environment, cached rendering of list entries, paging, static files, view decorators."""
