"""Pages of the mail channel."""
