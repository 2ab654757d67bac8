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


def test_every_kind_has_an_example():
    assert set(EXAMPLES) == set(KINDS)


def test_the_example_of_a_comparison_is_w12():
    """Domain notes tco, W12: totals of 36 months, to a dollar (a ledger posts cents)."""
    answer = calculate_all("tco", EXAMPLES["tco"])

    cents = {option["id"]: option["total_cents"] for option in answer["options"]}
    assert cents["private"] == pytest.approx(146_770_226, abs=100)
    assert cents["aws"] == pytest.approx(201_626_655, abs=100)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_is_answered(kind):
    answer = calculate_all(kind, json.loads(json.dumps(EXAMPLES[kind])))

    assert answer
    assert "errors" not in answer
