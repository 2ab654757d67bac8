"""One node that does everything: sized by the greediest of its parts, drawn, and bought month by month."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument
from catalog.engine.hardware import NodeRole
from catalog.library import load_library
from costing.engine.plan import private_growth
from designer.engine.failures.load import load_of
from designer.engine.growth import Shelf
from designer.engine.layout import lay_out
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import NodeCounts, SizingRequest
from designer.engine.topology import check
from designer.engine.workload import FailureDomain, Policies, VmProfile, Workload

LIBRARY = load_library()
STARTER, EDGE = LIBRARY.selection_for("rd-starter-hci3"), LIBRARY.selection_for("rd-edge")


def a_request(vms=94, vcpus=2, ram_gib=8, disk_gb=60, hardware=STARTER, growth="0.1", **policies):
    profile = VmProfile(id="vm", name="VM", count=vms, vcpus=vcpus, ram_gib=D(ram_gib), disk_gb=D(disk_gb))
    workload = Workload(profiles=(profile,), annual_growth_rate=D(growth))
    return SizingRequest(workload=workload, policies=Policies(**policies), hardware=hardware)


def laid_out(request):
    result = size(request)
    return result, lay_out(request, result, LIBRARY.services, LIBRARY.networks)


def test_the_starter_design_comes_out():
    """domain/reference_designs.yaml, rd-starter-hci3: 94 VMs of 2 vCPU and 8 GiB on two of three nodes."""
    result = size(a_request())

    assert result.counts == NodeCounts(
        control=0, compute=3, storage=0, racks=1, leaves=2, spines=0, oob_switches=1, pdus=2
    )
    assert (result.compute.reserved_threads, result.compute.vcpus_per_host) == (36, 368)
    assert result.compute.reserved_ram_gib == 16 + 48 + 48
    assert (result.compute.vms_with_spare, result.compute.spare_hosts) == (94, 1)
    assert result.figures["compute.reserved_host_memory_mb"].value == 138_752
    assert (result.storage.raw_tb, result.storage.fill_limit) == (D("69.12"), D("0.75"))
    assert round(result.storage.usable_tb, 2) == D("16.93")
    assert (result.control.nodes, round(result.control.ram_needed_gib, 1)) == (3, D("39.2"))
    assert (result.facility.max_watts, result.facility.rack_units) == (3_880, 9)


def test_the_share_of_the_control_plane_is_a_planning_rule():
    # sizing.H1 by hand: (512 - 16 - 24 - 48) / 8.5 = 49.9 VMs a node; C3: (128 - 4 - 24 - 4) x 4 vCPU.
    result = size(a_request(control_share_gib=D(24), control_share_threads=4))

    assert result.compute.reserved_ram_gib == 16 + 24 + 48
    assert result.figures["compute.vms_per_host"].value == 49
    assert result.compute.vcpus_per_host == 384
    told = [notice for notice in result.notices if notice.formula == "sizing.H1"]
    assert "24 GiB and 4 threads" in told[0].message
    assert "48 GiB and 8 threads" in told[0].message
    shares = {i.name: i for key in ("compute.reserved_ram_gib", "compute.reserved_threads") for i in result.figures[key].inputs}  # fmt: skip
    assert "Override" in shares["control_gib"].source
    assert "48 GiB" in shares["control_gib"].source
    assert "8 threads" in shares["control_threads"].source


def test_without_the_rule_nothing_is_told_of_it():
    result = size(a_request())

    assert not [notice for notice in result.notices if "planning rule" in notice.message]
    inputs = {i.name: i.source for i in result.figures["compute.reserved_ram_gib"].inputs}
    assert inputs["control_gib"].startswith("House value")


def test_the_edge_design_comes_out():
    """domain/reference_designs.yaml, rd-edge: 76 VMs of 2 vCPU and 4 GiB."""
    result = size(a_request(76, 2, 4, 40, hardware=EDGE))

    assert (result.counts.compute, result.counts.racks) == (3, 1)
    assert (result.compute.reserved_threads, result.compute.vcpus_per_host) == (18, 120)
    assert result.figures["compute.reserved_host_memory_mb"].value == 105_472
    assert result.compute.vms_with_spare == 76
    assert (result.storage.threads_minimum, result.storage.threads_recommended) == (8, 24)
    assert round(result.storage.usable_tb, 2) == D("10.16")


def test_what_is_tight_on_a_shared_host_is_told():
    """domain/reference_designs.yaml, known_deviations: CP3, S11 and CP2 of the hyper-converged designs are warnings."""
    starter = {(n.formula, n.severity) for n in size(a_request()).notices}
    edge = {(n.formula, n.severity) for n in size(a_request(76, 2, 4, 40, hardware=EDGE)).notices}

    assert {("sizing.CP3", "warning"), ("sizing.S11", "warning"), ("sizing.R7", "info")} <= starter
    assert ("sizing.CP2", "warning") not in starter
    assert {("sizing.CP2", "warning"), ("sizing.CP3", "warning"), ("sizing.S11", "warning")} <= edge


@pytest.mark.parametrize(
    ("request_", "hosts", "bound_by"),
    [
        pytest.param(a_request(470), 11, "RAM", id="memory"),
        pytest.param(a_request(50, disk_gb=2000), 11, "storage: capacity", id="storage"),
        pytest.param(a_request(1), 3, "the control plane's majority", id="majority"),
    ],
)
def test_the_greediest_part_decides_the_nodes(request_, hosts, bound_by):
    """470 VMs: 47 a node, one spare. 66 TB written: 11 nodes hold 67.7, ten 61.0. One VM: three controllers."""
    result = size(request_)

    assert result.counts.compute == result.storage.hosts == hosts
    assert result.figures["compute.hosts"].bound_by == bound_by


def test_every_figure_of_a_shared_host_names_what_it_keeps():
    figures = size(a_request()).figures

    assert [step.working for step in figures["compute.reserved_threads"].steps] == ["4 + 6 x 4 + 8"]
    assert [step.working for step in figures["compute.reserved_ram_gib"].steps] == ["16 + 48 + 48"]
    assert figures["compute.ram_gib_per_host"].formula == "sizing.H1"


def test_three_nodes_carry_the_control_plane_and_all_carry_osds():
    request = a_request(300)

    result, drawing = laid_out(request)

    assert Counter(node.roles for node in drawing.nodes) == {
        (NodeRole.CONTROL, NodeRole.COMPUTE, NodeRole.STORAGE): 3,
        (NodeRole.COMPUTE, NodeRole.STORAGE): result.counts.compute - 3,
    }
    services = {node.id: set(node.services) for node in drawing.nodes}
    assert sum("mariadb" in placed for placed in services.values()) == 3
    assert sum("ceph-mon" in placed for placed in services.values()) == result.storage.monitors
    assert sum("ceph-mgr" in placed for placed in services.values()) == 2
    assert all({"nova-compute", "ceph-osd"} <= placed for placed in services.values())
    assert check(drawing, LIBRARY.hardware_by_id, set(LIBRARY.services)) == []


def test_the_majority_stands_in_three_racks_when_racks_may_fail():
    policies = {"storage_failure_domain": FailureDomain.RACK, "failure_unit": FailureDomain.RACK}

    result, drawing = laid_out(a_request(300, **policies))

    racks = Counter(node.rack for node in drawing.nodes if NodeRole.CONTROL in node.roles)
    assert (result.counts.racks, set(racks.values())) == (3, {1})
    assert result.counts.compute % 3 == 0


@pytest.mark.parametrize(
    "request_",
    [
        a_request(),
        a_request(76, 2, 4, 40, hardware=EDGE),
        a_request(control_share_gib=D(20), control_share_threads=3),
    ],
    ids=["starter", "edge", "smaller-share"],
)
def test_failures_count_with_the_same_reserves(request_):
    result, drawing = laid_out(request_)

    load = load_of(drawing, request_.workload, request_.policies, LIBRARY.hardware_by_id)

    assert load.vms_per_host == {request_.hardware.compute.id: result.figures["compute.vms_per_host"].value}


def test_a_growing_hyper_converged_cloud_is_bought_month_by_month():
    shelf = Shelf(
        hardware=LIBRARY.hardware_by_id,
        parts=LIBRARY.parts,
        services=LIBRARY.services,
        networks=LIBRARY.networks,
    )

    grown = private_growth(a_request(94, growth="0.3"), shelf, horizon_months=36)

    nodes = [month.compute for month in grown.months]
    assert nodes[0] == 3
    assert nodes == sorted(nodes)
    assert nodes[-1] > 3
    assert {(month.control, month.storage) for month in grown.months} == {(0, 0)}
    bought = sum(purchase.count for purchase in grown.plan.purchases if purchase.asset == "hci-3")
    assert bought == nodes[-1]


@settings(max_examples=60, deadline=None)
@example(vms=3000, vcpus=16, ram_gib=64, disk_gb=800, hardware=EDGE)  # the largest: 1,576 nodes
@given(
    vms=st.integers(1, 3000),
    vcpus=st.integers(1, 16),
    ram_gib=st.integers(1, 64),
    disk_gb=st.integers(0, 800),
    hardware=st.sampled_from([STARTER, EDGE]),
)
def test_any_hyper_converged_cloud_carries_its_vms_and_its_data(vms, vcpus, ram_gib, disk_gb, hardware):
    request = a_request(vms, vcpus, ram_gib, disk_gb, hardware=hardware)

    result, drawing = laid_out(request)

    assert result.counts.compute == len(drawing.nodes) == result.storage.hosts
    assert result.compute.vms_with_spare >= vms
    assert result.storage.usable_tb >= result.storage.needed_usable_tb
    assert check(drawing, LIBRARY.hardware_by_id, set(LIBRARY.services)) == []


def test_a_cloud_beyond_the_most_racks_is_refused_with_a_remedy():
    # sizing.C5: two VMs of 64.5 GiB on a node, so 4,750 nodes and 239 spare; a rack has 16 A feeds for 4 or 5 of them.
    with pytest.raises(InvalidDocument) as caught:
        size(a_request(9_500, 16, 64, 0, hardware=EDGE))

    (problem,) = caught.value.problems
    assert "more than 1,000 racks" in problem.message
    assert problem.remedy == "Plan several clouds, or larger hardware."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"control": LIBRARY.selection_for("rd-mid").control}, "hardware.storage", id="no-storage"),
        pytest.param({"storage": LIBRARY.selection_for("rd-mid").storage}, "hardware.control", id="no-control"),
        pytest.param({"compute": replace(STARTER.compute, osds=0)}, "hardware.compute", id="no-drives"),
        pytest.param({"compute": replace(STARTER.compute, osds=60)}, "hardware.compute", id="too-many-drives"),
        pytest.param({"compute": LIBRARY.selection_for("rd-mid").compute}, "hardware.control", id="compute-only"),
    ],
)  # fmt: skip
def test_half_a_hyper_converged_choice_is_refused(changes, field):
    request = a_request(hardware=replace(STARTER, **changes))

    with pytest.raises(InvalidDocument) as caught:
        size(request)

    assert caught.value.problems[0].field == field
    assert caught.value.problems[0].remedy
