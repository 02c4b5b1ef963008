from django.db import migrations, models

# What came after somebody looked last, and went again since, was never on their page.
NOTING = """
CREATE OR REPLACE FUNCTION live_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE one posts_post;
BEGIN
    IF TG_OP = 'DELETE' THEN one := OLD; ELSE one := NEW; END IF;
    INSERT INTO live_change (thread, post, at, fresh)
        VALUES (one.thread, one.id, clock_timestamp(), TG_OP = 'INSERT');
    PERFORM pg_notify('potluck_live', one.thread::text);
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('live', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='change',
            name='fresh',
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(NOTING, migrations.RunSQL.noop),
    ]
