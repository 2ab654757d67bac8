"""The examples that OpenAPI shows for calculations are answered as they stand."""

from __future__ import annotations

import json

import pytest

from costing.api.calculations import EXAMPLES
from costing.calculators import KINDS, calculate_all


@pytest.fixture(autouse=True)
def catalog(db):
    from catalog import services

    services.forget_library()
    services.load_catalog()
    yield
    services.forget_library()


def test_every_kind_has_an_example_but_the_ledger():
    assert set(KINDS) - set(EXAMPLES) == {"tco"}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_is_answered(kind):
    answer = calculate_all(kind, json.loads(json.dumps(EXAMPLES[kind])))

    assert answer
    assert "errors" not in answer
