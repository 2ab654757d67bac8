"""Each rule: silent on a good design, speaking on a bad one; and what holds for all of them together."""

from __future__ import annotations

import pytest

from designer.engine.validation.rules import RULE_BY_ID, RULES
from tests.designer.engine.validation import (
    cases_compute,
    cases_control_plane,
    cases_deployment,
    cases_network,
    cases_racks,
    cases_storage,
    cases_structure,
)
from tests.designer.engine.validation.build import of_rule

CASES = {
    **cases_structure.CASES,
    **cases_control_plane.CASES,
    **cases_compute.CASES,
    **cases_storage.CASES,
    **cases_network.CASES,
    **cases_racks.CASES,
    **cases_deployment.CASES,
}
BAD = [
    pytest.param(rule, facts, severity, id=f"{rule}-{number}")
    for rule, (_, bad) in CASES.items()
    for number, (facts, severity) in enumerate(bad, start=1)
]


@pytest.mark.parametrize("rule", list(CASES))
def test_a_rule_is_silent_on_a_good_design(rule):
    good, _ = CASES[rule]

    assert of_rule(good, rule) == []


@pytest.mark.parametrize(("rule", "facts", "severity"), BAD)
def test_a_rule_speaks_on_a_bad_design(rule, facts, severity):
    found = of_rule(facts, rule)

    assert severity in {finding.severity.value for finding in found}
    known = {severity.value for severity in RULE_BY_ID[rule].severities}
    for finding in found:
        assert finding.severity.value in known
        assert finding.message.endswith(".")
        assert finding.remedy.endswith(".")


def test_every_rule_that_can_be_checked_has_its_cases():
    assert {rule.id for rule in RULES if rule.check is not None} == set(CASES)
