"""Mailing lists: bridges to lists elsewhere, posting to them, and archives (mbox)."""
