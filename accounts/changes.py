"""Has a team's things changed? Triggers stamp the team anew with each write, so that lists can be kept until then.

A counter would do, but for a database that is restored: it would count the same numbers again.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import AnonymousUser
from django.db import connections, models

from accounts.models import Membership, Team, TeamChange, User
from config.prepared import Given, Prepared

_teams_of = Prepared(
    lambda: (
        Membership.objects.filter(user=Given("user", models.UUIDField()))
        .order_by("team")
        .values_list("team", "team__change__stamp")
    )
)


def stamped_teams(user: User | AnonymousUser) -> list[tuple[Any, ...]]:
    """The id of each team of `user`, with the stamp of its latest change; None before the first."""
    return _teams_of.rows(user=user.pk) if user.is_authenticated else []


def stamp_teams(sender: AppConfig, using: str, **_: Any) -> None:
    """Have each write to a model of `sender` that has a team stamp the teams of the rows.

    A receiver of `post_migrate`: on SQLite a table that a migration changes is a new one, without its triggers.
    """
    connection = connections[using]
    tables = {CHANGES, *(model._meta.db_table for model in sender.get_models() if has_team(model))}
    if not tables <= set(connection.introspection.table_names()):
        return  # migrated half way, or back
    with connection.cursor() as cursor:
        for table in tables - {CHANGES}:
            for event in ("insert", "update", "delete"):
                for statement in STATEMENTS[connection.vendor](table, event):
                    cursor.execute(statement)


def has_team(model: type[models.Model]) -> bool:
    return any(field.name == "team" and field.related_model is Team for field in model._meta.concrete_fields)


CHANGES = TeamChange._meta.db_table


def on_sqlite(table: str, event: str) -> list[str]:
    anew = "lower(hex(randomblob(16)))"
    if event == "delete":  # the team may go in the same breath: no row is made for it
        stamps = f"UPDATE {CHANGES} SET stamp = {anew} WHERE team_id = OLD.team_id; "  # noqa: S608
    else:
        stamps = "".join(  # the names are our own
            f"INSERT INTO {CHANGES} (team_id, stamp) VALUES ({side}.team_id, {anew}) "  # noqa: S608
            "ON CONFLICT (team_id) DO UPDATE SET stamp = excluded.stamp; "
            for side in {"insert": ("NEW",), "update": ("OLD", "NEW")}[event]
        )
    name = f"{table}_{event}_stamps_team"
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW BEGIN {stamps}END",
    ]


def on_postgresql(table: str, event: str) -> list[str]:
    """Once a statement, whatever number of rows; teams in order, so that two statements never wait for each other."""
    sides = {"insert": ("new",), "update": ("old", "new"), "delete": ("old",)}[event]
    rows = " UNION ".join(f"SELECT DISTINCT team_id FROM {side}_rows" for side in sides)  # noqa: S608
    seen = " ".join(f"{side.upper()} TABLE AS {side}_rows" for side in sides)
    name = f"{table}_{event}_stamps_team"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
        f"INSERT INTO {CHANGES} (team_id, stamp) "
        f"SELECT team_id, replace(gen_random_uuid()::text, '-', '') FROM ({rows}) AS teams ORDER BY team_id "
        "ON CONFLICT (team_id) DO UPDATE SET stamp = excluded.stamp; RETURN NULL; END $$",
        f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    ]


STATEMENTS = {"sqlite": on_sqlite, "postgresql": on_postgresql}
