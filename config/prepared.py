"""Queries that are compiled once: for a look-up of one row, Django's building of the SQL is most of the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql import UpdateQuery
from django.db.models.sql.compiler import SQLCompiler


class Compiled(NamedTuple):
    """What the database is sent, and how what it gives becomes Python."""

    sql: str
    parameters: tuple[Any, ...]
    converters: dict[int, Any]


class Given(Expression):
    """A value that is told each time the query is run: `filter(prefix=Given("prefix", TextField()))`."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def value(self, values: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_save(values[self.name], connection)


class Prepared:
    """The rows of a `values_list()`, with the values of its `Given` told by name.

    `build` is called once for each kind of database; it must not depend on anything that changes.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self.build = build
        self.compiled: dict[str, Compiled] = {}

    def compile(self, connection: Any) -> Compiled:
        compiler = self.build().query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        return Compiled(sql, tuple(parameters), converters)

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        with self.executed(values) as (cursor, compiled, connection):
            rows = cursor.fetchall()
        if not compiled.converters:
            return rows  # type: ignore[no-any-return]
        return [converted(row, compiled.converters, connection) for row in rows]

    @contextmanager
    def executed(self, values: dict[str, Any]) -> Iterator[tuple[Any, Compiled, Any]]:
        connection = connections[DEFAULT_DB_ALIAS]
        compiled = self.compiled.get(connection.vendor)
        if compiled is None:
            compiled = self.compiled[connection.vendor] = self.compile(connection)
        told = [p.value(values, connection) if isinstance(p, Given) else p for p in compiled.parameters]
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, told)
            yield cursor, compiled, connection


class PreparedUpdate(Prepared):
    """An UPDATE of what `build` finds, set to `changes`; `returning` names fields of the changed rows to be read."""

    def __init__(
        self, build: Callable[[], QuerySet[Any, Any]], changes: dict[str, Any], returning: Sequence[str] = ()
    ) -> None:
        super().__init__(build)
        self.changes = changes
        self.returning = returning

    def compile(self, connection: Any) -> Compiled:
        query: Any = self.build().query.chain(UpdateQuery)
        query.add_update_values(self.changes)
        compiler = query.get_compiler(connection=connection)
        with transaction.atomic():  # Django writes FOR UPDATE only within one; one statement is one anyway
            sql, parameters = compiler.as_sql()
        if not self.returning:
            return Compiled(sql, tuple(parameters), {})
        meta: Any = query.get_meta()
        columns = [meta.get_field(name).get_col(meta.db_table) for name in self.returning]
        quoted = ", ".join(connection.ops.quote_name(column.target.column) for column in columns)
        return Compiled(f"{sql} RETURNING {quoted}", tuple(parameters), compiler.get_converters(columns))

    def count(self, **values: Any) -> int:
        """Run it and return how many rows it changed."""
        with self.executed(values) as (cursor, _, _):
            return int(cursor.rowcount)


def converted(row: tuple[Any, ...], converters: dict[int, Any], connection: Any) -> tuple[Any, ...]:
    """`row` as Python has it: what Django's own compiler does with what the database gives."""
    values = list(row)
    for place, (functions, expression) in converters.items():
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return tuple(values)
