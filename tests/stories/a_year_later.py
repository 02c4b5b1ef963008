"""A year goes by: every moment that is written down moves back by one. Sessions hold."""

from django.db import connection

_MOMENTS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'timestamp with time zone'
  AND substring(table_name FROM '^[a-z]+') IN ('people', 'posts', 'events', 'questions', 'home')
"""


def fill() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_MOMENTS)
        moments = cursor.fetchall()
        for table, column in moments:
            cursor.execute(f'UPDATE {table} SET "{column}" = "{column}" - interval \'1 year\'')
    return len(moments)
