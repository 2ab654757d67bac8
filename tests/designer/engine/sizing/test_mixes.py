"""GPUs, pools, zones and what a sizing says of its limits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument
from catalog.engine.hardware import Media
from catalog.library import load_library
from costing.engine.matching import request_of
from designer.engine.layout import lay_out
from designer.engine.sizing import storage
from designer.engine.sizing.engine import size
from designer.engine.workload import FailureDomain, Policies, PoolPlan
from tests.designer.engine.sizing.test_engine import a_profile, a_request

LIBRARY = load_library()
GPU, THREE_ZONES = LIBRARY.selection_for("rd-gpu-ai"), LIBRARY.selection_for("rd-3az")
OBJECT = LIBRARY.selection_for("rd-capacity-object")


@pytest.mark.parametrize(
    ("profiles", "hosts", "bound_by"),
    [
        pytest.param([a_profile(56, 4, 16, gpus=1)], 8, "GPU", id="C9-one-a-VM"),
        pytest.param([a_profile(20, 4, 16, gpus=3)], 11, "GPU", id="three-a-VM-strand-two"),
        pytest.param([a_profile(10, 4, 16, gpus=4), a_profile(8, 2, 8)], 6, "GPU", id="mixed-with-plain-VMs"),
        pytest.param([a_profile(16, 80, 64, gpus=1)], 9, "CPU", id="more-vCPU-than-GPUs"),
    ],
)
def test_gpus_are_packed_like_cpu_and_ram(profiles, hosts, bound_by):
    result = size(a_request(*profiles, hardware=GPU, policies=Policies(cpu_allocation_ratio=D(1))))

    assert (result.counts.compute, result.compute.bound_by) == (hosts, bound_by)


def test_a_vm_with_more_gpus_than_a_host_is_refused():
    with pytest.raises(InvalidDocument, match="gpus: VM has 9 GPUs and a host has 8"):
        size(a_request(a_profile(1, 4, 16, gpus=9), hardware=GPU))


def test_a_cloud_instance_must_have_the_gpus_of_the_vm():
    assert request_of(a_profile(1, 4, 16, gpus=2)).gpus == 2


def test_pools_keep_their_data_each_in_its_own_way():
    pools = (
        PoolPlan(name="data", share_of_raw=D("0.9"), k=4, m=2),
        PoolPlan(name="index", share_of_raw=D("0.1"), replicas=3),
    )

    result = size(a_request(a_profile(100), policies=Policies(pools=pools)))

    storage = result.storage
    assert storage.hosts >= 6
    assert [(pool.kind, pool.size, pool.min_size) for pool in storage.pools] == [
        ("erasure", 6, 5), ("replicated", 3, 2)
    ]  # fmt: skip
    assert round(storage.replicated_tb / storage.raw_tb, 4) == round(D("0.9") * 4 / 6 + D("0.1") / 3, 4)
    assert sum(pool.usable_tb for pool in storage.pools) == pytest.approx(storage.usable_tb)
    assert result.figures["storage.write_iops"].value == D(storage.osds * 21_500) / 12


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"pools": (PoolPlan(name="a", share_of_raw=D("0.5")),)}, "pools", id="half-a-cluster"),
        pytest.param({"pools": (PoolPlan(name="a", share_of_raw=D("0.5")),) * 2}, "pools", id="twice"),
        pytest.param({"zones": 3, "racks": 4}, "racks", id="uneven-zones"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(changes, field):
    with pytest.raises(InvalidDocument) as caught:
        Policies(**changes)

    assert caught.value.problems[0].field == field


def test_a_pool_of_copies_and_shards_is_refused():
    with pytest.raises(InvalidDocument, match="does not say how"):
        PoolPlan(name="a", share_of_raw=D(1), replicas=3, k=4, m=2)


def test_a_cloud_that_outlives_a_zone_stands_in_all_of_them_alike():
    policies = Policies(
        zones=3, failure_unit=FailureDomain.ZONE, storage_failure_domain=FailureDomain.ZONE, cpu_allocation_ratio=D(4)
    )  # fmt: skip
    request = a_request(a_profile(976, 4, 16, 150), hardware=THREE_ZONES, policies=policies)

    result = size(request)
    drawing = lay_out(request, result, LIBRARY.services, LIBRARY.networks)

    zone_of = {rack.id: rack.zone for rack in drawing.racks}
    by_zone = Counter((node.group[:3], zone_of[node.rack]) for node in drawing.nodes)
    assert result.counts.racks % 3 == 0
    assert {by_zone["cmp", zone] for zone in ("az1", "az2", "az3")} == {8}
    assert {by_zone["ctl", zone] for zone in ("az1", "az2", "az3")} == {1}
    assert len({by_zone["sto", zone] for zone in ("az1", "az2", "az3")}) == 1
    spines = Counter(zone_of[switch.rack] for switch in drawing.switches if switch.id.startswith("spine"))
    assert spines == {"az1": 1, "az2": 1, "az3": 1}


def test_shards_in_more_zones_than_there_are_are_refused():
    pools = (PoolPlan(name="data", share_of_raw=D(1), k=4, m=2),)
    policies = Policies(zones=3, storage_failure_domain=FailureDomain.ZONE, pools=pools)

    with pytest.raises(InvalidDocument, match="need 6 zones and there are 3"):
        size(a_request(a_profile(10), policies=policies))


def test_a_gateway_takes_memory_where_there_is_object_storage():
    plain = size(a_request(a_profile(10), hardware=OBJECT))
    with_objects = size(a_request(a_profile(10), hardware=OBJECT, object_storage_tb=D(100)))

    assert with_objects.storage.ram_needed_gib == plain.storage.ram_needed_gib + 4


def notices(result) -> dict[str, str]:
    return {notice.formula: notice.message for notice in result.notices}


def test_what_the_next_node_brings_is_told_before_it_is_needed():
    result = size(a_request(a_profile(500, 4, 8, 110)))

    bigger = size(replace(a_request(a_profile(500, 4, 8, 110)), at_least=replace(result.counts, storage=4)))
    added = result.figures["storage.next_node_tb"].value
    assert added == bigger.storage.usable_tb - result.storage.usable_tb
    assert (
        result.figures["storage.free_tb"].value == result.storage.usable_tb - result.storage.needed_usable_tb
    )
    assert "one node more adds" in notices(result)["sizing.S8"]
    assert "sizing.S8" not in notices(size(a_request(a_profile(100, 4, 8, 60))))


def test_more_iops_than_the_drives_give_are_told():
    slow = size(a_request(a_profile(100, disk_iops=300), hardware=OBJECT))
    fast = size(a_request(a_profile(100, disk_iops=300)))

    assert "30,000 IOPS" in notices(slow)["sizing.P1"]
    assert "sizing.P1" not in notices(fast)


def test_drives_that_are_faster_than_their_network_are_told():
    hardware = a_request().hardware
    assert hardware.storage is not None
    assert hardware.storage.osd_media is Media.NVME
    ports = tuple(replace(p, gbps=D(10), count=2) if p.name == "fast" else p for p in hardware.storage.ports)

    result = size(a_request(hardware=replace(hardware, storage=replace(hardware.storage, ports=ports))))

    assert "6.04 times as fast" in notices(result)["sizing.N3"]
    assert result.figures["storage.write_gb_per_second"].bound_by == "shared network"


@pytest.mark.parametrize(
    ("vms", "severity"),
    [pytest.param(290 * 58, "", id="290"), pytest.param(310 * 58, "warning", id="310"), pytest.param(750 * 58, "error", id="750")],
)  # fmt: skip
def test_many_compute_nodes_ask_for_cells(vms, severity):
    result = size(a_request(a_profile(vms, disk_gb=1), policies=Policies(spare_hosts=0)))

    assert "".join(n.severity for n in result.notices if n.formula == "sizing.CP6") == severity


def test_the_same_loss_is_healed_sooner_by_more_nodes():
    few = size(a_request(a_profile(400, 4, 8, 200)))
    many = size(
        replace(
            a_request(a_profile(400, 4, 8, 200)), at_least=replace(few.counts, storage=few.counts.storage * 3)
        )
    )

    assert many.figures["storage.recovery_hours"].value < few.figures["storage.recovery_hours"].value
    assert many.figures["storage.read_iops"].value > few.figures["storage.read_iops"].value


def test_amphorae_are_vms_where_they_are_planned():
    without = size(a_request(a_profile(522, disk_gb=100), load_balancers=100))
    planned = Policies(amphorae_per_load_balancer=2)

    result = size(a_request(a_profile(522, disk_gb=100), load_balancers=100, policies=planned))

    assert (without.compute.vms, result.compute.vms) == (522, 722)
    assert result.compute.ram_gib - without.compute.ram_gib == 200 * D("1.5")
    assert result.storage.needed_usable_tb - without.storage.needed_usable_tb == D(
        "0.66"
    )  # 200 x 5 GB x 0.6 x 1.1
    assert result.counts.compute == without.counts.compute + 1
    assert "200 of them" in result.figures["control.amphorae"].note


def test_what_is_left_after_each_loss_is_told():
    """rd-mid: 10 hosts for 9, dealt 4, 3 and 3."""
    result = size(a_request(a_profile(522)))

    figures = result.figures
    assert (figures["compute.left_after_host"].value, figures["compute.left_after_rack"].value) == (9, 6)
    assert figures["compute.left_after_rack"].note == "3 too few for all VMs."
    assert "leaves 6 of the 9 compute nodes" in notices(result)["sizing.C7"]


@pytest.mark.parametrize("unit", [FailureDomain.RACK, FailureDomain.ZONE])
def test_a_planned_loss_leaves_enough(unit):
    result = size(a_request(a_profile(2000), policies=Policies(failure_unit=unit, zones=3)))

    left = result.figures[f"compute.left_after_{unit.value}"]
    assert left.value >= result.compute.hosts_for_load
    assert left.note == "Enough for all VMs, the largest included."
    assert "sizing.C7" not in notices(result)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 100), min_size=1, max_size=20), st.integers(3, 60), st.integers(1, 30))
def test_planned_placement_groups_keep_within_what_ceph_allows(shares, hosts, drives):
    """Why no notice speaks of them: the planner leaves the balancer enough, and Ceph's 250 are never reached."""
    pools = tuple(
        PoolPlan(name=f"p{i}", share_of_raw=D(share) / sum(shares)) for i, share in enumerate(shares)
    )
    hardware = a_request().hardware
    assert hardware.storage is not None
    drawn = replace(hardware, storage=replace(hardware.storage, osds=drives))
    counts = size(a_request(a_profile(1, disk_gb=0), hardware=drawn)).counts
    request = a_request(a_profile(1, disk_gb=0), hardware=drawn, policies=Policies(pools=pools))

    result = size(replace(request, at_least=replace(counts, storage=hosts)))

    assert 50 <= result.figures["storage.pg_per_osd"].value <= storage.MAX_PG_PER_OSD


def test_one_drive_in_each_of_three_hosts_holds_nothing_and_breaks_nothing():
    hardware = a_request().hardware
    assert hardware.storage is not None
    single = replace(hardware, storage=replace(hardware.storage, osds=1))

    empty = size(a_request(a_profile(1, disk_gb=0), hardware=single))
    one_gb = size(a_request(a_profile(1, disk_gb=1), hardware=single))

    assert (empty.storage.hosts, empty.storage.usable_tb, empty.storage.needed_raw_tb) == (3, 0, 0)
    assert one_gb.storage.hosts == 4
