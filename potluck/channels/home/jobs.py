"""Keep home small and keep its promises: drop what is older than the newest 300, bring reminders."""

from django.db import connection, transaction
from procrastinate.contrib.django import app

from potluck.channels.home.day import NEWEST
from potluck.channels.home.outbound import CHANNEL

AT_ONCE = 50_000
_TRIM = """
DELETE FROM home_arrival a USING (
    SELECT person_id, thing FROM (
        SELECT person_id, thing, row_number() OVER (PARTITION BY person_id ORDER BY at DESC) AS n FROM home_arrival
    ) ranked WHERE n > %s LIMIT %s
) old WHERE a.person_id = old.person_id AND a.thing = old.thing
"""
_REMIND = """
WITH due AS (
    UPDATE posts_kept SET reminded_at = now()
    WHERE remind_at <= now() AND reminded_at IS NULL RETURNING person_id, post_id
)
INSERT INTO home_arrival AS h (person_id, thing, post_id, place, score, reasons, event, at)
SELECT DISTINCT ON (due.person_id, p.thing) due.person_id, p.thing, p.id, 0, 1, '[{"code": "reminder"}]', 0, now()
FROM due JOIN posts_post p ON p.id = due.post_id ORDER BY due.person_id, p.thing, p.id
ON CONFLICT (person_id, thing) DO UPDATE
    SET reasons = CASE WHEN h.reasons @> EXCLUDED.reasons THEN h.reasons ELSE EXCLUDED.reasons || h.reasons END,
        place = 0, event = 0, at = now(), seen_at = NULL
RETURNING person_id
"""


@app.periodic(cron="17 3 * * *")
@app.task(name="potluck.home.trim", queue="chores", pass_context=False)
def trim(timestamp: int) -> None:
    """Nightly: home keeps the newest of each person's rows."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIM, [NEWEST, AT_ONCE])
        while cursor.rowcount == AT_ONCE:
            cursor.execute(_TRIM, [NEWEST, AT_ONCE])


@app.periodic(cron="*/5 * * * *")
@app.task(name="potluck.home.remind", queue="chores", pass_context=False)
def remind(timestamp: int) -> None:
    """Every few minutes: what people asked to be reminded of comes back to their home."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REMIND)
        if cursor.rowcount:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, "0"])
