import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('questions', '0008_learned_with_encoder'),
    ]

    operations = [
        migrations.RemoveField(model_name='routing', name='chances'),
        migrations.AddField(
            model_name='routing',
            name='fits',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None),
        ),
        migrations.AddIndex(
            model_name='routing',
            index=django.contrib.postgres.indexes.GinIndex(fields=['fits'], name='routing_fits'),
        ),
    ]
