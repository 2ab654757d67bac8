"""The calculators over REST: the same answers as the command, errors that name field, value and remedy."""

from __future__ import annotations

import pytest

from costing.formulas import formulary
from tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    client.force_login(a_user())
    return client


def test_one_formula_is_answered_with_its_working(signed_in):
    document = {"formula": "sizing.N7", "inputs": {"global_physnet_mtu": [1500, 9000]}}  # golden GO-016

    answer = signed_in.post("/api/v1/calculations/formula/", document, content_type="application/json")

    assert answer.status_code == 200
    assert answer.json()["results"]["geneve"] == [1442, 8942]
    assert answer.json()["source"]


def test_a_list_gives_a_list_with_the_error_in_its_place(signed_in):
    good = {"formula": "CP1", "inputs": {"members": 5}}

    answer = signed_in.post(
        "/api/v1/calculations/formula/", [good, {"formula": "nope"}], content_type="application/json"
    )

    first, second = answer.json()
    assert first["results"]["quorum"] == 3
    assert second["errors"][0]["field"] == "formula"


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        pytest.param({"members": -3}, "inputs.members", id="negative"),
        pytest.param({"members": 10**12}, "inputs.members", id="too-many"),
        pytest.param({"members": "NaN"}, "inputs.members", id="text"),
        pytest.param({}, "inputs.members", id="missing"),
    ],
)
def test_a_bad_input_is_named_with_value_and_remedy(signed_in, inputs, field):
    document = {"formula": "sizing.CP1", "inputs": inputs}

    answer = signed_in.post("/api/v1/calculations/formula/", document, content_type="application/json")

    assert answer.status_code == 400
    (problem,) = answer.json()["errors"]
    assert problem["field"] == field
    assert problem["remedy"]


def test_an_unknown_kind_is_not_found(signed_in):
    answer = signed_in.post("/api/v1/calculations/horoscope/", {}, content_type="application/json")

    assert answer.status_code == 404


def test_the_list_holds_every_formula_and_each_is_found_by_id(signed_in):
    listed = signed_in.get("/api/v1/formulas/").json()

    assert [formula["id"] for formula in listed] == [formula.id for formula in formulary().formulas]
    assert signed_in.get("/api/v1/formulas/sizing.S4/").json()["title"]
    assert signed_in.get("/api/v1/formulas/sizing.S99/").status_code == 404
