import pgvector.django.halfvec
from django.db import migrations


def _nearest(name, only=""):
    return migrations.RunSQL(
        f"CREATE INDEX {name} ON search_meaning USING hnsw ((across::halfvec(512)) halfvec_ip_ops)"
        f" WITH (m = 12, ef_construction = 40){only}",
        f"DROP INDEX {name}",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0002_meaning'),
    ]

    operations = [
        migrations.AddField(
            model_name='meaning',
            name='across',
            field=pgvector.django.halfvec.HalfVectorField(null=True),
        ),
        _nearest("search_meaning_across"),
        _nearest("search_meaning_foreign", " WHERE whole IS NULL"),
        # What was encoded without it is encoded again, in the background.
        migrations.RunSQL("DELETE FROM search_meaning WHERE encoder = 'minilm'", migrations.RunSQL.noop),
    ]
