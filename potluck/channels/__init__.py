"""Channels: the ways in and out, a folder each.

A channel translates at its edge, keeps its own facts in its own tables, and knows no other channel. A new one
is a folder and two lines in settings. Start with `home/outbound.py`: what it takes to carry something out.
"""
