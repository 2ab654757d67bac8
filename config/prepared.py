"""Queries that are compiled once: for a look-up of one row, Django's building of the SQL is most of the time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Expression, Field, Model, QuerySet, TextField
from django.db.models.sql import InsertQuery, UpdateQuery
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
        try:
            with self.executed(values) as (cursor, compiled, connection):
                rows = cursor.fetchall()
        except EmptyResultSet:  # while compiling: no row can ever be found, of no price book for instance
            return []
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
        with self.alone(connection), cursor_of(connection) as cursor:
            cursor.execute(compiled.sql, told)
            yield cursor, compiled, connection

    def alone(self, connection: Any) -> AbstractContextManager[None]:
        """What a statement needs to be alone with the database: nothing, for one that reads."""
        return nullcontext()


def cursor_of(connection: Any) -> Any:
    """A cursor of `connection`, whose statements the server keeps prepared where it can."""
    prepared = getattr(connection, "prepared_cursor", connection.cursor)
    return prepared()


class PreparedWrite(Prepared):
    """A statement that writes."""

    def alone(self, connection: Any) -> AbstractContextManager[None]:
        is_alone = connection.vendor != "sqlite" or connection.in_atomic_block or connection.is_in_memory_db()
        return nullcontext() if is_alone else turn_to_write(connection)


class PreparedUpdate(PreparedWrite):
    """An UPDATE of what `build` finds, set to `changes`; `returning` names fields of the changed rows to be read.

    What `may_be_lost` is committed without waiting for the disk: when the machine loses its power, not when a process
    dies, it may be as if it had never been; but never so if a later commit is kept. Within a transaction of the
    caller it is as durable as that is.
    """

    def __init__(
        self,
        build: Callable[[], QuerySet[Any, Any]],
        changes: dict[str, Any],
        returning: Sequence[str] = (),
        *,
        may_be_lost: bool = False,
    ) -> None:
        super().__init__(build)
        self.changes = changes
        self.returning = returning
        self.may_be_lost = may_be_lost

    def compile(self, connection: Any) -> Compiled:
        query: Any = self.build().query.chain(UpdateQuery)
        query.add_update_values(self.changes)
        compiler = query.get_compiler(connection=connection)
        with transaction.atomic():  # Django writes FOR UPDATE only within one; one statement is one anyway
            sql, parameters = compiler.as_sql()
        if not self.returning:
            return Compiled(sql, tuple(parameters), {})
        fields = [query.model._meta.get_field(name) for name in self.returning]
        compiled = with_returning(sql, parameters, compiler, fields)
        if self.may_be_lost and connection.vendor == "postgresql":
            told = (*compiled.parameters, Given("synchronous_commit", TextField()))
            compiled = compiled._replace(sql=f"{compiled.sql}, {SET_COMMIT}", parameters=told)
        return compiled

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        if not self.may_be_lost:
            return super().rows(**values)
        connection = connections[DEFAULT_DB_ALIAS]
        is_alone = not connection.in_atomic_block
        if connection.vendor == "postgresql":
            return [
                row[:-1] for row in super().rows(**values, synchronous_commit="off" if is_alone else None)
            ]
        with without_waiting(connection) if is_alone else nullcontext():
            return super().rows(**values)

    def count(self, **values: Any) -> int:
        """Run it and return how many rows it changed."""
        with self.executed(values) as (cursor, _, _):
            return int(cursor.rowcount)


class PreparedInsert(PreparedWrite):
    """A new row of `model`, as `save(force_insert=True)` writes it, but without signals."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.fields = [f for f in model._meta.concrete_fields if not f.has_db_default()]
        self.filled_by_database = [f for f in model._meta.concrete_fields if f.has_db_default()]
        self.compiled = {}

    def compile(self, connection: Any) -> Compiled:
        query = InsertQuery(self.model)
        query.insert_values(
            self.fields, [self.model(**{f.attname: Given(f.attname, f) for f in self.fields})]
        )
        compiler: Any = query.get_compiler(connection=connection)
        ((sql, parameters),) = compiler.as_sql()
        return with_returning(sql, parameters, compiler, self.filled_by_database)

    def insert(self, row: Model) -> None:
        """Write `row`, and read what the database filled in."""
        values = {field.attname: getattr(row, field.attname) for field in self.fields}
        for field, value in zip(self.filled_by_database, *self.rows(**values), strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def with_returning(sql: str, parameters: Sequence[Any], compiler: Any, fields: Sequence[Any]) -> Compiled:
    """`sql` that gives back `fields` of the rows that it writes."""
    columns = [field.get_col(field.model._meta.db_table) for field in fields]
    quoted = ", ".join(compiler.connection.ops.quote_name(field.column) for field in fields)
    return Compiled(f"{sql} RETURNING {quoted}", tuple(parameters), compiler.get_converters(columns))


SET_COMMIT = "set_config('synchronous_commit', COALESCE(%s, current_setting('synchronous_commit')), true)"
"""Stands in a RETURNING, so that it costs no round trip; until the end of the transaction."""


@contextmanager
def without_waiting(connection: Any) -> Iterator[None]:
    """Let commits to SQLite not wait for the disk meanwhile: the next one that is FULL brings them there as well."""
    connection.ensure_connection()
    try:
        connection.connection.execute("PRAGMA synchronous=NORMAL")
        yield
    finally:
        connection.connection.execute("PRAGMA synchronous=FULL")


@contextmanager
def turn_to_write(connection: Any) -> Iterator[None]:
    """Let writers to one SQLite file wait for each other in a queue of the kernel, which wakes the next at once.

    SQLite itself looks again after naps that begin with a millisecond, several times as long as a commit. Who writes
    without queueing is still waited for by SQLite.
    """
    queue = os.open(f"{connection.settings_dict['NAME']}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield
    finally:
        os.close(queue)


def converted(row: tuple[Any, ...], converters: dict[int, Any], connection: Any) -> tuple[Any, ...]:
    """`row` as Python has it: what Django's own compiler does with what the database gives."""
    values = list(row)
    for place, (functions, expression) in converters.items():
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return tuple(values)
