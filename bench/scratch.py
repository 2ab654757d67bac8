"""A database of its own for a benchmark: made, filled and dropped by it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.harness import FOLDER


@contextmanager
def database(name: str) -> Iterator[str]:
    """Set Django up on a new database, migrated and empty, and give the name of its kind.

    SQLite in a file of its own; on PostgreSQL when DATABASE_URL names a server, in a database `bench_<name>`.
    Once a process: Django reads its settings once.
    """
    server = os.environ.get("DATABASE_URL", "")
    is_sqlite = not server.startswith("postgres")
    file = FOLDER / f"{name}.sqlite3"
    if is_sqlite:
        FOLDER.mkdir(parents=True, exist_ok=True)
        remove(file)
        os.environ["DATABASE_URL"] = f"sqlite:///{file}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["PROFILE"] = "test"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    if is_sqlite:
        call_command("migrate", verbosity=0)
    else:
        connection.settings_dict["TEST"]["NAME"] = f"bench_{name}"
        before = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        os.environ["DATABASE_URL"] = urlsplit(server)._replace(path=f"/bench_{name}").geturl()  # for workers
    try:
        yield "SQLite" if is_sqlite else "PostgreSQL"
    finally:
        connections.close_all()
        if is_sqlite:
            remove(file)
        else:
            connection.creation.destroy_test_db(before, verbosity=0)


def remove(file: Path) -> None:
    """Remove an SQLite database with what belongs to it."""
    for suffix in ("", "-wal", "-shm", "-queue"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
