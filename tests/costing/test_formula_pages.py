"""The formula pages: found, explained, tried; a wrong value is named beside its field."""

from __future__ import annotations

import pytest

from costing.formulas import formulary
from tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    client.force_login(a_user())
    return client


def test_every_formula_is_listed_and_opens_with_its_example(signed_in):
    page = signed_in.get("/costing/formulas/").content.decode()

    for formula in formulary().formulas:
        assert f"/costing/formulas/{formula.id}/" in page
        assert signed_in.get(f"/costing/formulas/{formula.id}/").context["answer"]["results"]


def test_a_formula_is_tried_with_other_values(signed_in):
    answer = signed_in.get("/costing/formulas/sizing.CP1/", {"members": "5"}).context["answer"]

    assert answer["results"]["quorum"] == 3  # floor(5 / 2) + 1, domain notes sizing CP1


@pytest.mark.parametrize("typed", ["-3", "NaN", "many", "1e99"])
def test_a_wrong_value_is_named_beside_its_field(signed_in, typed):
    answer = signed_in.get("/costing/formulas/sizing.CP1/", {"members": typed})

    assert answer.status_code == 400
    assert answer.context["fields"][0]["problem"]["remedy"]
    assert f'value="{typed}"' in answer.content.decode()


def test_what_is_no_formula_is_not_found(signed_in):
    assert signed_in.get("/costing/formulas/sizing.S99/").status_code == 404


def test_a_stranger_is_asked_to_log_in(client):
    assert client.get("/costing/formulas/").url.startswith("/accounts/login/")
