"""What reached a person is the room deliver's now; see there."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('home', '0001_initial'),
        ('deliver', '0001_arrivals'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name='Arrival')]),
    ]
