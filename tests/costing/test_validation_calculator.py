"""The calculator of findings: a design document in, what every rule says of it out."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from catalog.engine.documents import InvalidDocument
from costing.calculators import calculate, calculate_all

pytestmark = pytest.mark.django_db


def test_a_design_document_is_answered_with_its_findings(design):
    answer = calculate("validation", design.document)

    assert answer["profile"] == "production"
    assert answer["counts"]["error"] == 0
    (healing,) = [finding for finding in answer["findings"] if finding["rule"] == "V076"]
    assert healing["severity"] == "warning"
    assert "3 copies on 3 hosts" in healing["message"]


def test_the_profile_of_the_document_is_heeded(design):
    answer = calculate("validation", design.document | {"profile": "edge"})

    assert [f["severity"] for f in answer["findings"] if f["rule"] == "V076"] == ["info"]


def test_a_document_that_is_none_is_named_by_field(design):
    with pytest.raises(InvalidDocument) as error:
        calculate("validation", {**design.document, "profile": "hobby"})

    assert error.value.problems[0].field == "profile"


def test_a_list_gives_a_list(design):
    good, bad = calculate_all("validation", [design.document, {}])

    assert good["findings"]
    assert {problem["field"] for problem in bad["errors"]} >= {"workload", "hardware"}


def test_the_command_answers_the_same(design, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(json.dumps(design.document)))
    out = StringIO()

    call_command("calculate", "validation", stdout=out)

    assert json.loads(out.getvalue()) == calculate("validation", design.document)
