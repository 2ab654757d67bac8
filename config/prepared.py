"""Queries that are compiled once: for a look-up of one row, Django's building of the SQL is most of the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler


class Given(Expression):
    """A value that is told each time the query is run: `filter(prefix=Given("prefix", TextField()))`."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def value(self, values: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Prepared:
    """The rows of a `values_list()`, with the values of its `Given` told by name.

    `build` is called once for each kind of database; it must not depend on anything that changes.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self.build = build
        self.compiled: dict[str, tuple[str, tuple[Any, ...], dict[int, Any]]] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.vendor not in self.compiled:
            compiler = self.build().query.get_compiler(using=DEFAULT_DB_ALIAS)
            sql, parameters = compiler.as_sql()
            converters = compiler.get_converters([column for column, *_ in compiler.select])
            self.compiled[connection.vendor] = (sql, tuple(parameters), converters)
        sql, parameters, converters = self.compiled[connection.vendor]
        told = [p.value(values, connection) if isinstance(p, Given) else p for p in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, told)
            rows = cursor.fetchall()
        if not converters:
            return rows  # type: ignore[no-any-return]
        return [converted(row, converters, connection) for row in rows]


def converted(row: tuple[Any, ...], converters: dict[int, Any], connection: Any) -> tuple[Any, ...]:
    """`row` as Python has it: what Django's own compiler does with what the database gives."""
    values = list(row)
    for place, (functions, expression) in converters.items():
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return tuple(values)
