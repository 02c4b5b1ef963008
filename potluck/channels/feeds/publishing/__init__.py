"""Publish feeds, lists of subscriptions, and data exports."""
