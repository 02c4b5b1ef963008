"""Discovery: recommend posts to people who do not follow their author (collaborative filtering)."""
