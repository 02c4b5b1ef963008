"""Import files: OPML, bookmarks, Mastodon's CSV of follows."""
