"""Web: the pages, by noun."""
