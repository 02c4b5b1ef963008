"""The table behind Django's cache, which only the limits of account pages use.

Unlogged: it costs no write-ahead log, and after a crash everybody starts afresh.
"""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.RunSQL(
            'CREATE UNLOGGED TABLE web_account_limits (cache_key varchar(255) PRIMARY KEY, "value" text NOT NULL,'
            " expires timestamptz NOT NULL);"
            "CREATE INDEX web_account_limits_expires ON web_account_limits (expires);",
            "DROP TABLE web_account_limits;",
        )
    ]
