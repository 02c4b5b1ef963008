import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import potluck.lib.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0003_muted_follows'),
        ('posts', '0002_questions'),
    ]

    operations = [
        migrations.CreateModel(
            name='SecretAddress',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='share_address', serialize=False, to='people.person')),
                ('token', models.CharField(max_length=32, unique=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='Guest',
            fields=[
                ('id', models.BigIntegerField(default=potluck.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('address', models.CharField(max_length=320, unique=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField(null=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mail_addresses', to='people.person')),
            ],
            options={
                'indexes': [models.Index(fields=['person'], name='guest_person')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigIntegerField(default=potluck.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('message_id', models.CharField(max_length=500, unique=True)),
                ('sender', models.CharField(blank=True, max_length=320)),
                ('recipients', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=320), blank=True, default=list, size=None)),
                ('raw', models.BinaryField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'not looked at yet'), ('unconfirmed', 'its sender has to confirm an address first'), ('done', 'became a post, or was done as it said'), ('refused', 'its sender was told why not'), ('ignored', 'written by a machine, or a loop')], default='waiting', max_length=12)),
                ('trouble', models.TextField(blank=True)),
                ('arrived_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('handled_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='people.person')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='letters', to='posts.post')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['id'], name='letter_waiting'), models.Index(fields=['post'], name='letter_post'), models.Index(fields=['person'], name='letter_person')],
            },
        ),
    ]
