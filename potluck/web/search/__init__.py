"""The search page and the pages of tags."""
