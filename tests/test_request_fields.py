"""No API address drops in silence what it was sent (security R5)."""

from __future__ import annotations

import pytest

from config.views import schema

pytestmark = pytest.mark.django_db


def creating_addresses():
    for path, methods in schema()["paths"].items():
        body = methods.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        if "$ref" in body.get("schema", {}) and "{" not in path:
            yield path


@pytest.mark.parametrize("path", sorted(creating_addresses()))
@pytest.mark.parametrize("field", ["bogus", "id", "created_at", "version", "owner", "is_staff", "created_by"])
def test_a_field_that_cannot_be_set_is_refused_by_its_name(signed_in, path, field):
    answer = signed_in.post(path, {field: "x"}, content_type="application/json")

    assert answer.status_code == 400
    problem = next(p for p in answer.json()["errors"] if p["field"] == field)
    assert (problem["value"], problem["remedy"]) == ("x", "Leave it out.")


def test_there_are_such_addresses():
    assert "/api/v1/designs/" in set(creating_addresses())
