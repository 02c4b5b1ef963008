"""Channels: the ways in and out, a folder each; they do not know each other."""
