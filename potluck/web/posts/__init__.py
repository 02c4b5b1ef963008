"""Pages of posts: reading, composing, drafts, scheduled posts, files, pictures, reactions."""
