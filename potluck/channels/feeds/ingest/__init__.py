"""Turn feed items into posts, save the results of a poll, follow deletions at the source."""
