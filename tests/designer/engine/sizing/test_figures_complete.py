"""Every number of a sizing says where it comes from: formula, source, grade, working; and the working ends in the number."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from catalog.engine.figures import Grade
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import SizingRequest
from designer.engine.starting import document_of_reference
from tests.designer.engine.validation.build import LIBRARY

REFERENCES = list(LIBRARY.reference_designs)


def sized(reference, **policies):
    document = document_of_reference(LIBRARY.reference_designs[reference], LIBRARY)
    return size(
        SizingRequest(
            workload=document.workload,
            policies=replace(document.policies, **policies),
            hardware=LIBRARY.selection_for(reference),
        )
    )


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("racks", [None, 72])
def test_every_figure_has_formula_source_grade_and_working(reference, racks):
    result = sized(reference, racks=racks)

    for key, figure in result.figures.items():
        assert re.fullmatch(r"sizing\.[A-Z]{1,2}\d+", figure.formula), key
        assert figure.source, key
        assert isinstance(figure.grade, Grade), key
        assert figure.expression, key
        assert figure.inputs, key
        assert figure.steps, key
        assert _ends_in(figure), key
        assert all(step.label for step in figure.steps), key
        assert any(step.working for step in figure.steps), key
        assert all(part.label and part.name == part.name.lower() for part in figure.inputs), key


def _ends_in(figure):
    """Whether the working arrives at the figure, by a step of its own or as the sum of its lines."""
    value = int(figure.value[1:]) if figure.unit == "" and str(figure.value).startswith("/") else figure.value
    values = [step.value for step in figure.steps]
    return value in values or sum(values) == value


@pytest.mark.parametrize(
    ("ratio", "grade", "words"), [(4, Grade.A, "since 2023.1"), (16, Grade.C, "instead of 4")]
)
def test_a_rule_of_upstream_is_not_called_a_house_value_and_one_departed_from_is(ratio, grade, words):
    figure = sized("rd-mid", cpu_allocation_ratio=Decimal(ratio)).figures["compute.vcpus_per_host"]

    rule = next(part for part in figure.inputs if part.name == "cpu_allocation_ratio")

    assert rule.grade is grade
    assert words in rule.source
    assert "house value" not in rule.source


TOTALS = (
    "facility.rack_units", "facility.max_watts", "facility.equipment_kg", "network.leaves", "network.oob_switches",
    "network.leaf_ports_needed", "storage.osds",
)  # fmt: skip


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("key", TOTALS)
def test_the_lines_of_a_total_add_up_to_it(reference, key):
    figure = sized(reference).figures[key]

    assert sum(Decimal(step.value) for step in figure.steps) == figure.value


@pytest.mark.parametrize("reference", REFERENCES)
def test_the_figures_of_the_network_are_those_of_its_switches(reference):
    result = sized(reference, racks=72)
    figures = result.figures

    assert figures["network.spines"].value == result.counts.spines > 0
    assert figures["network.oversubscription"].value == result.network.oversubscription
    working = figures["network.oversubscription"].steps[0].working
    down, leaves, uplinks, gbps = map(Decimal, re.findall(r"\d+(?:\.\d+)?", working.replace(",", "")))
    assert down / (leaves * uplinks * gbps) == result.network.oversubscription
