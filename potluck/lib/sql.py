"""SQL of our own: pieces that build one statement together, conditions on a queryset, and rows in and out.

What is asked at each page is written out here and there, because putting a statement together from querysets costs
a page more than the database does.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import Error, connection, transaction
from django.db.models import BooleanField, Expression, F, Model
from procrastinate.exceptions import ConnectorException

M = TypeVar("M", bound=Model)
# What the database may raise: through Django, or through the queue when a job is deferred.
DATABASE_ERRORS = (Error, ConnectorException)


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


class Condition(Expression):
    """A condition on the rows of a queryset, in SQL: `{p}` is their table, and every `%s` the one value."""

    conditional = True

    def __init__(self, sql: str, value: object = None) -> None:
        super().__init__(output_field=BooleanField())
        self.row: Any = F("pk")
        self.sql, self.value = sql, value

    def get_source_expressions(self) -> list[Any]:
        return [self.row]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        (self.row,) = expressions

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, _params = compiler.compile(self.row)
        return f"({self.sql.format(p=column.rpartition('.')[0])})", (self.value,) * self.sql.count("%s")


def ask(sql: str, values: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of an answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def run(sql: str, values: Sequence[Any] | dict[str, Any]) -> int:
    """Do it; how many rows it met."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def is_pooled() -> bool:
    """Whether a pooler gives each transaction another connection, so that nothing of a connection may be relied on."""
    connection.ensure_connection()
    return bool(getattr(connection, "is_pooled", False))


_ONCE = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)"
_BY_INDEX = f"{_ONCE}, set_config('enable_hashjoin', 'off', true), set_config('enable_seqscan', 'off', true)"


@contextmanager
def planned_once(*, by_index: bool = False) -> Iterator[None]:
    """A transaction whose statements are planned once for all values: for those that take longer to plan than to do,
    and whose plan is the same for everybody. The server would not see that by itself.

    `by_index` where few rows are joined to large tables: else it would read whole tables, as it may from a plan made
    when they were small.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BY_INDEX if by_index else _ONCE)
        yield


@cache
def columns(model: type[Model], table: str) -> str:
    """Everything of a model, to be selected; `made` makes the instance of it."""
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def made(model: type[M], row: Sequence[Any], start: int = 0) -> tuple[M, int]:
    """An instance of what `columns` selected, from this place of a row on, and the place after it."""
    end = start + len(_names(model))
    return model.from_db(connection.alias, _names(model), row[start:end]), end


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
