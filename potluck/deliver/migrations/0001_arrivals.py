"""What reached a person becomes this room's, as more than home reads it. The table stays as it is."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('home', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Arrival',
                    fields=[
                        ('pk', models.CompositePrimaryKey('person_id', 'thing', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('thing', models.BigIntegerField()),
                        ('place', models.PositiveSmallIntegerField(choices=[(0, 'Waiting'), (1, 'People'), (2, 'Gift')], default=1)),
                        ('score', models.FloatField(default=0)),
                        ('reasons', models.JSONField(default=list)),
                        ('event', models.BigIntegerField()),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('seen_at', models.DateTimeField(null=True)),
                        ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='arrivals', to='people.person')),
                        ('post', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='arrivals', to='posts.post')),
                    ],
                    options={
                        'db_table': 'home_arrival',
                        'indexes': [models.Index(fields=['person', '-at'], name='arrival_newest'), models.Index(fields=['thing'], name='arrival_thing')],
                    },
                ),
            ],
        ),
    ]
