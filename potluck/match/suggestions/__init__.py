"""Suggestions shown to a member: posts and people while they type, people to follow, blogs, near-peers."""
