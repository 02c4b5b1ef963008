"""Reasons: why something reached a person, in words, and whether each still holds."""
