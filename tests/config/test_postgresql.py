"""Our backend for PostgreSQL: it asks a server rarely whether it is there, and has it plan a statement once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services import token_of_key

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Needs PostgreSQL."),
]


def end_of(pid):
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


def process_of_server():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_server_that_just_answered_is_not_asked_again(monkeypatch):
    process_of_server()
    with CaptureQueriesContext(connection) as queries:
        assert connection.is_usable()
    assert len(queries) == 0


def test_a_connection_that_the_server_ended_is_not_usable():
    end_of(process_of_server())
    assert not connection.is_usable()
    connection.close()


def test_after_an_error_the_server_itself_is_asked(monkeypatch):
    process_of_server()
    monkeypatch.setattr(connection, "is_quiet", lambda: True)
    end_of(process_of_server())
    assert connection.is_usable()  # as if nothing had arrived yet

    connection.errors_occurred = True

    assert not connection.is_usable()
    connection.close()


def test_after_a_while_the_server_itself_is_asked(monkeypatch):
    end_of(process_of_server())
    monkeypatch.setattr(connection, "is_quiet", lambda: True)
    monkeypatch.setattr(connection, "ASK_AFTER_SECONDS", 0.0)

    assert not connection.is_usable()
    connection.close()


def test_compiled_statements_are_planned_once_and_told_in_logs():
    connection.close()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(3):
            assert token_of_key("nobody's") is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans + custom_plans FROM pg_prepared_statements")
        assert cursor.fetchall() == [(3,)]
    assert len(queries) == 3
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_behind_a_pooler_by_transaction_nothing_is_kept_on_the_server(monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", None)
    try:
        for _ in range(3):
            assert token_of_key("nobody's") is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            assert cursor.fetchall() == [(0,)]
    finally:
        connection.close()
