"""How fast it is: a network of natural size, and what its pages, searches, posts and feeds cost.

`make bench` (or `potluck bench NAME …`) builds it once, measures, prints `name value unit` lines and keeps the table
of docs/performance.md. Start with `run.py`; a file beside it for each thing measured.
"""
