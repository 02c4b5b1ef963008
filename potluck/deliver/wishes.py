"""What a person does not wish to be brought, whoever carries it."""

# For `people_person viewer` and the author of a post as `author`; the actor of an event as `actor` where there is one.
WANTED_SQL = """
    NOT EXISTS (SELECT FROM people_mute mu WHERE mu.by_id = viewer.id AND mu.who_id = author.id)
    AND NOT EXISTS (
        SELECT FROM people_follow lf
        WHERE lf.by_id = viewer.id AND lf.level = 0
          AND (lf.thread = p.thread OR (lf.who_id = author.id AND lf.tag = '')
               OR (lf.who_id IS NULL AND lf.tag <> '' AND lf.tag = ANY(p.tags))))
"""
