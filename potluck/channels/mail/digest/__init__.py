"""Digests: when each is due, and what it holds."""
