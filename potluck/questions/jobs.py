"""What keeps this room tidy: who has left asks nothing, is asked nothing, and wishes nothing any more."""

from django.db import connection
from procrastinate.contrib.django import app

_TABLES = (
    "questions_metoo",
    "questions_ask",
    "questions_askingwishes",
    "questions_firstreader",
    "questions_chance",
)
_CONSENTS = (
    "DELETE FROM questions_consent c USING people_person p WHERE p.id = c.by_id AND p.account_id IS NULL"
)
# Only members have rows here; who has left is nobody's account any more.
_GONE = """
DELETE FROM {table} t USING people_person p WHERE p.id = t.person_id AND p.account_id IS NULL
"""


def forget_who_left() -> int:
    """Drop the rows of those who left. Returns how many."""
    count = 0
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(_GONE.format(table=table))
            count += cursor.rowcount
        cursor.execute(_CONSENTS)
    return count


@app.periodic(cron="41 3 * * *")
@app.task(name="potluck.questions.tidy", queue="chores", pass_context=False)
def tidy(timestamp: int) -> None:
    """Nightly."""
    forget_who_left()
