"""Sessions by a mark that tells nothing of their key: the stream process asks by it who is still signed in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("web", "0001_account_limits"), ("sessions", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX web_session_mark ON django_session (sha256(session_key::text::bytea));",
            "DROP INDEX web_session_mark;",
        )
    ]
