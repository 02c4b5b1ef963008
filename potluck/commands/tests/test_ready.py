"""Getting ready: tables up to date, wholly or not at all."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from potluck.commands import prepare


class _Plates(migrations.Migration):
    """Its index is made last, so Django notes the migration apart."""

    operations = [
        migrations.CreateModel(
            "Plate",
            [("id", models.BigAutoField(primary_key=True)), ("dish", models.TextField(db_index=True))],
        )
    ]


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_was_cut_short_leaves_no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*args: object) -> None:
        raise InterruptedError

    monkeypatch.setattr(MigrationExecutor, "record_migration", killed)
    steps = prepare._WholeSteps(connection)
    with pytest.raises(InterruptedError):
        steps.apply_migration(ProjectState(), _Plates("0001_plates", "kitchen"))
    assert "kitchen_plate" not in connection.introspection.table_names()
