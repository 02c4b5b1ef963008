"""What a person does not wish to be brought, whoever carries it."""

# For a match `m`, its `people_person viewer`, and its post `p` with the author as `author`. Whoever did what the
# reason tells of may be another: who passed it on, or thanked for it.
WANTED_SQL = """
    NOT EXISTS (SELECT FROM people_mute mu WHERE mu.by_id = viewer.id
                AND mu.who_id IN (author.id, (m.reason->>'who')::bigint))
    AND NOT EXISTS (
        SELECT FROM people_follow lf
        WHERE lf.by_id = viewer.id AND lf.level = 0
          AND (lf.thread = p.thread OR (lf.who_id = author.id AND lf.tag = '')
               OR (lf.who_id IS NULL AND lf.tag <> '' AND lf.tag = ANY(p.tags))))
"""
