"""What the OpenAPI document promises: every error in one shape, every version guarded, every creation repeatable."""

from __future__ import annotations

from functools import cache

import pytest
from django.core.management import call_command

from config.api import PROBLEM_JSON
from config.views import schema

CHANGES_NOTHING_TWICE = {
    "calculations_create",  # stores nothing
    "designs_change_set_create",  # made once by its version, and by the key in its body
    "designs_presence_beat",  # says once more who is there
    "designs_topology_check",  # stores nothing
    "designs_failures_create",  # simulates and stores nothing
    "jobs_cancel_create",  # cancelling what is cancelled changes nothing
    "jobs_retry_create",  # retrying what is queued is refused
}


@cache
def operations():
    return [
        pytest.param(method, path, operation, id=operation["operationId"])
        for path, methods in schema()["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_document_is_valid_and_made_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_every_error_is_a_problem(method, path, operation):
    errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}

    assert "401" in errors
    for answer in errors.values():
        assert answer["content"] == {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        assert answer["description"]


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_an_error_is_documented_where_it_can_happen(method, path, operation):
    statuses = set(operation["responses"])

    assert ("404" in statuses) == ("{" in path)
    if "requestBody" in operation:
        assert {"400", "413", "415"} <= statuses
    if method in ("put", "patch", "delete"):
        assert {"412", "428"} <= statuses
        assert any(parameter["name"] == "If-Match" for parameter in operation["parameters"])


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_every_post_that_creates_takes_an_idempotency_key(method, path, operation):
    names = {parameter["name"] for parameter in operation.get("parameters", [])}

    if method == "post" and operation["operationId"] not in CHANGES_NOTHING_TWICE:
        assert "Idempotency-Key" in names
        assert "409" in operation["responses"]
    else:
        assert "Idempotency-Key" not in names
