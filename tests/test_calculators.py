"""The calculators: every golden case that the formulas cover, and the mid-size cloud through the command."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from costing.calculators import calculate, calculate_all
from costing.formulas import formulary

GOLDEN = [
    # domain/golden_open.yaml, inputs as they stand there.
    pytest.param("sizing.C3", {"total": 56, "reserved": 0, "allocation_ratio": 8.2, "request": 2}, {"count": 229}, id="GO-001"),
    pytest.param("sizing.C3", {"total": 16, "reserved": 0, "allocation_ratio": 4.0, "request": 32}, {"count": 0}, id="GO-002"),
    pytest.param("sizing.C10", {"cores": 200, "ratio": 16, "vcpu": 2, "disk_gb": 50}, {"vms": 1600, "disk_tb": 80}, id="GO-003"),
    pytest.param("sizing.C8", {"cells": 2, "threads_per_cell": 32, "vcpus": [24, 48, 48], "numa_nodes": [1, 1, 2]}, {"count": [2, 0, 1]}, id="GO-004"),
    pytest.param(
        "sizing.H1", {"ram_gib": 256, "threads": 56, "osds": 10, "gib_per_osd": 3, "threads_per_osd": 1, "guest_mib": 2048, "guest_cpu_util_pct": 10},
        {"guests_by_memory": 90, "reserved_host_memory_mb": 76800, "cpu_allocation_ratio": pytest.approx(8.2142857, rel=1e-6), "guest_vcpus": 460}, id="GO-005",
    ),
    pytest.param("sizing.S2", {"k": 4, "m": 2}, {"overhead": 1.5}, id="GO-006"),
    pytest.param("sizing.S2", {"raw_tb": 10, "size": 3}, {"usable_tb": pytest.approx(3.3333, rel=0.01)}, id="GO-007"),
    pytest.param("sizing.S13-planner", {"osds": 100, "size": 3, "target": 100, "percent": [25, 53, 15, 7]}, {"pg_num": [1024, 2048, 512, 256]}, id="GO-008"),
    pytest.param("sizing.S13", {"osds": 200, "size": 3, "target": 100}, {"raw": pytest.approx(6667, abs=1), "pg_num": 8192}, id="GO-009"),
    pytest.param(
        "sizing.S13-autoscaler",
        {
            "osds": 30, "mon_target_pg_per_osd": 100,
            "pools": [
                {"name": "volumes", "size": 3, "capacity_ratio": 0.6, "bulk": False, "bias": 1},
                {"name": "vms", "size": 3, "capacity_ratio": 0.25, "bulk": False, "bias": 1},
                {"name": "images", "size": 3, "capacity_ratio": 0.1, "bulk": False, "bias": 1},
                {"name": "backups", "size": 3, "capacity_ratio": 0.05, "bulk": False, "bias": 1},
            ],
        },
        {"volumes": 512, "vms": 128, "images": 32, "backups": 32}, id="GO-010",
    ),
    pytest.param("sizing.S14", {"pools": ["replicated 3", "EC 2+1", "EC 2+2", "EC 4+2", "EC 8+4"]}, {"min_size": [2, 2, 3, 5, 9]}, id="GO-011"),
    pytest.param("sizing.S10", {"ram_gib": 128, "ratio": 0.7, "daemons": {"osd": 10, "crash": 1, "node_exporter": 1}}, {"osd_memory_target": 9499930787}, id="GO-012"),
    pytest.param("sizing.S7", {"cases": [[5, 6], [6, 6], [10, 11], [11, 11], [3, 4]]}, {"feasible": [False, True, False, True, False]}, id="GO-013"),
    pytest.param("sizing.CP1", {"cases": [[3, 1], [2, 0], [5, 4]]}, {"quorum": [True, True, False]}, id="GO-015"),
    pytest.param("sizing.N7", {"global_physnet_mtu": [1500, 9000]}, {"geneve": [1442, 8942], "vxlan": [1450, 8950]}, id="GO-016"),
    pytest.param("sizing.N4", {"down_gbps": 190, "up_gbps": 160}, {"ratio": 1.1875}, id="GO-017"),
    pytest.param("sizing.R2", {"volt": 208, "amp": 30, "phases": 3, "derate": 0.8, "pf": 1.0}, {"va": pytest.approx(8646, abs=1)}, id="GO-018"),
    pytest.param(
        "failure.F8", {"racks": 3, "hosts_per_rack": 2, "rule": "host", "size": 3, "lost": "one rack"},
        {"copies_left_1_pct": pytest.approx(20.5, abs=3), "copies_left_2_pct": pytest.approx(60, abs=3), "copies_left_3_pct": pytest.approx(19.5, abs=3)}, id="GO-014",
    ),
    pytest.param("failure.availability", {"availability": [0.9999, 0.9999, 0.9999]}, {"availability_pct": pytest.approx(99.97, abs=0.001)}, id="GO-019"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "inputs", "expected"), GOLDEN)
def test_a_golden_case_comes_out(formula, inputs, expected):
    answer = calculate_all("formula", {"formula": formula, "inputs": inputs})

    assert {name: answer["results"][name] for name in expected} == expected
    assert answer["source"]


def test_the_golden_cases_come_out_of_the_command_in_one_list(monkeypatch, capsys):
    documents = [{"formula": case.values[0], "inputs": case.values[1]} for case in GOLDEN]
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(documents)))

    call_command("calculate", "formula")

    for case, answer in zip(GOLDEN, json.loads(capsys.readouterr().out), strict=True):
        expected = case.values[2]
        assert {name: answer["results"][name] for name in expected} == expected, case.id


@pytest.mark.parametrize("formula", formulary().formulas, ids=lambda formula: formula.id)
def test_the_example_of_every_formula_calculates(formula):
    answer = formulary().calculate({"formula": formula.id, "inputs": formula.example})

    assert answer["results"]


def test_a_bad_document_in_a_list_stops_no_other():
    good, bad = {"formula": "sizing.CP1", "inputs": {"members": 3}}, {"formula": "sizing.CP1", "inputs": {}}

    answers = calculate_all("formula", [good, bad, good])

    assert answers[0]["results"]["quorum"] == answers[2]["results"]["quorum"] == 2
    assert answers[1]["errors"][0]["field"] == "inputs.members"


def test_a_missing_input_is_named_as_people_call_it_with_its_unit():
    answer = calculate_all("formula", {"formula": "sizing.S4", "inputs": {}})

    remedies = {error["field"]: error["remedy"] for error in answer["errors"]}
    assert remedies["inputs.drive_tb"] == "Send a value for “Drive” (TB)."


def test_the_example_of_mixed_hardware_is_answered_as_its_page_says():
    """28 VMs on each old node, 58 on each new one; hard disks hold 4 x 480 TB, fixed by hand."""
    path = Path(__file__).resolve().parent.parent / "docs" / "examples" / "mixed_hardware.json"

    answer = calculate("sizing", json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))

    bought = {(nodes["spec"], nodes["is_existing"]): nodes["count"] for nodes in answer["nodes"]}
    assert bought == {
        ("cmp-256-old", True): 6, ("cmp-512", False): 8, ("sto-nvme12", True): 2, ("sto-nvme12", False): 1,
        ("sto-hdd24", False): 4, ("ctl-s", False): 3,
    }  # fmt: skip
    assert [(found["computed"], found["chosen"]) for found in answer["overrides"]] == [(3, 4)]
    assert [one["sizing"]["raw_tb"] for one in answer["storage_classes"]] == [138.24, 1920]
