"""Django's backend for PostgreSQL, with two round trips less: those that ask whether the server is there, and those
that have it plan the same statement again.
"""

from __future__ import annotations

import select
import time
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations as Operations

PREPARED = "prepared"


class DatabaseOperations(Operations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """The statement with its values, for logs and tests; of one that is kept prepared, psycopg does not tell."""
        told: str = super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)
        return told


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    ASK_AFTER_SECONDS = 5.0
    """A server that answered so lately is only asked again when its socket has something to say."""

    _answered_at = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._answered_at = time.monotonic()
        return connection

    def is_usable(self) -> bool:
        """Whether the connection works. A server that ends it says so on the socket, where no answer is due."""
        now = time.monotonic()
        if not self.errors_occurred and now - self._answered_at < self.ASK_AFTER_SECONDS and self.is_quiet():
            return True
        is_usable: bool = super().is_usable()
        if is_usable:
            self._answered_at = now
        return is_usable

    def is_quiet(self) -> bool:
        """Whether nothing has arrived, not even the end of the connection."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)

    def prepared_cursor(self) -> Any:
        """A cursor whose statements the server plans once a connection, if the option `prepare_threshold` says so."""
        wrapper: Any = self
        return wrapper._cursor(name=PREPARED)

    def create_cursor(self, name: str | None = None) -> Any:
        if name != PREPARED:
            return super().create_cursor(name)
        binding: Any = base.ServerBindingCursor
        return binding(self.connection)
