"""A piece of SQL with its values, passed between the steps that build one statement together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


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
