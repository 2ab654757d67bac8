"""Failures as a stateless calculator: the golden cases, one event, a ranking, and what is refused."""

from __future__ import annotations

import pytest

from costing.calculators import calculate_all
from costing.formulas import formulary


def test_go_014_one_rack_of_three_is_lost_under_a_rule_by_host():
    answer = calculate_all(
        "formula",
        {
            "formula": "failure.F8",
            "inputs": {"racks": 3, "hosts_per_rack": 2, "rule": "host", "size": 3, "lost": "one rack"},
        },
    )

    # domain/golden_open.yaml GO-014: osdmaptool, tolerance 3 percentage points.
    expected = {"copies_left_1_pct": 20.5, "copies_left_2_pct": 60.0, "copies_left_3_pct": 19.5}
    assert {key: answer["results"][key] for key in expected} == pytest.approx(expected, abs=3)
    assert sum(answer["results"].values()) == pytest.approx(100)


def test_go_019_three_components_at_four_nines_in_series():
    inputs = {"availability": [0.9999, 0.9999, 0.9999]}

    answer = calculate_all("formula", {"formula": "failure.availability", "inputs": inputs})

    assert answer["results"]["availability_pct"] == pytest.approx(99.97, abs=0.001)


def test_two_of_three_controllers_are_enough():
    # failure_model.md section 5: server 0.99978, control 2 of 3 0.99999986.
    server = calculate_all(
        "formula", {"formula": "failure.component", "inputs": {"failures_per_year": 0.08, "repair_hours": 24}}
    )
    inputs = {"availability": [server["results"]["availability_pct"] / 100], "needed": 2, "members": 3}

    answer = calculate_all("formula", {"formula": "failure.availability", "inputs": inputs})

    assert server["results"]["availability_pct"] == pytest.approx(99.978, abs=0.001)
    assert answer["results"]["availability_pct"] == pytest.approx(99.999986, abs=1e-6)


def test_an_event_on_a_reference_design_takes_the_load_that_it_is_measured_in():
    answer = calculate_all("failures", {"reference_design": "rd-mid", "failed": {"racks": ["rack-1"]}})

    compute = answer["compute"]
    assert (compute["vms"], compute["capacity"], compute["cannot_restart"]) == (522, 348, 174)
    assert answer["sentence"] == "When rack 1 fails, 209 VMs stop, 174 of them find no room elsewhere."


def test_a_hyper_converged_node_carries_what_its_other_work_leaves():
    answer = calculate_all(
        "failures", {"reference_design": "rd-starter-hci3", "failed": {"devices": ["hci01"]}}
    )

    # reference_designs.yaml, rd-starter-hci3: 47 VMs a node, 94 with one node lost.
    assert answer["compute"]["capacity"] == 94
    assert {plane["state"] for plane in answer["planes"]} <= {"up", "degraded"}


def test_pairs_give_cut_sets_and_availability():
    answer = calculate_all("failures", {"reference_design": "rd-mid", "ask": "pairs"})

    control = [cut["elements"] for cut in answer["cut_sets"] if cut["event"] == "control"]
    assert ["device:spine-1", "device:spine-2"] in control
    assert len(control) == 4
    assert {a["event"] for a in answer["availability"]} == {"control", "storage", "north-south"}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "topology"),
        ({"reference_design": "rd-none"}, "reference_design"),
        ({"topology": {}}, "workload"),
        ({"reference_design": "rd-mid", "failed": {"devices": ["nothing"]}}, "failed.devices"),
        ({"reference_design": "rd-mid", "failed": {"moons": ["x"]}}, "failed.moons"),
        ({"topology": {"nodes": [{"id": "a", "name": "a", "spec": "none", "roles": ["compute"]}]}}, "topology.nodes[0].spec"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused_by_field(document, field):
    answer = calculate_all("failures", document)

    assert field in {error["field"] for error in answer["errors"]}


@pytest.mark.parametrize(
    "design", ["rd-starter-hci3", "rd-large-2000", "rd-edge", "rd-memory", "rd-capacity-object"]
)
def test_every_reference_design_stands_while_nothing_fails(design):
    answer = calculate_all("failures", {"reference_design": design})

    assert {plane["state"] for plane in answer["planes"]} == {"up"}
    assert answer["compute"]["stopped"] == answer["compute"]["hung"] == 0


def test_each_number_of_a_report_names_a_formula_that_can_be_tried():
    report = calculate_all(
        "failures", {"reference_design": "rd-mid", "failed": {"devices": ["sto01", "spine-1"]}}
    )

    for place, formula in report["formulas"].items():
        part, name = place.split(".")
        rows = report[part] if isinstance(report[part], list) else [report[part]]
        assert all(name in row for row in rows), place
        assert formulary().find(formula)
    assert report["pools"]
    assert report["bandwidth"]
