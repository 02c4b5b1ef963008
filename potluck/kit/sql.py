"""A piece of SQL with its values, passed between the steps that build one statement together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT and its parameters, named so that several can be joined without counting."""

    sql: str
    params: dict[str, Any] = field(default_factory=dict)


def union(selects: Sequence[Select]) -> Select:
    """All rows of all of them. Parameter names must not clash unless they mean the same."""
    params: dict[str, Any] = {}
    for select in selects:
        params |= select.params
    return Select("\nUNION ALL\n".join(select.sql for select in selects), params)


# So many rows and more go by COPY, which has no limit of values and takes a third of the time for each.
_MANY = 20


def insert(rows: Sequence[Model]) -> None:
    """Write new rows of one model that bring their ids: `bulk_create` without putting a statement together."""
    if not rows:
        return
    table, columns, values = _shape(type(rows[0]))
    # COPY goes past Django's cursor, which else makes its errors Django's.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if len(rows) < _MANY:
            marks = ", ".join(["%s"] * (columns.count(",") + 1))
            for row in rows:
                cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values(row))
        else:
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(values(row))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _shape(model: type[Model]) -> tuple[str, str, Any]:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return f'"{model._meta.db_table}"', columns, attrgetter(*(field.attname for field in fields))
