"""A whole sizing: the reference designs come out, every figure explains itself, the laws hold for any workload."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument, read, write
from catalog.engine.figures import Grade
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import NodeCounts, SizingRequest
from designer.engine.sizing.workload import profiles_from_totals
from designer.engine.workload import FailureDomain, Policies, Totals, VmProfile, Workload
from tests.designer.engine.sizing.specs import LARGE, MID


def a_profile(
    count: int = 500, vcpus: int = 4, ram_gib: int | str = 8, disk_gb: int = 60, **changes
) -> VmProfile:
    values = {
        "id": f"p{vcpus}-{ram_gib}",
        "name": "VM",
        "count": count,
        "vcpus": vcpus,
        "ram_gib": D(ram_gib),
    }
    return VmProfile(**(values | {"disk_gb": D(disk_gb)} | changes))


def a_request(*profiles: VmProfile, hardware=MID, policies=None, **workload) -> SizingRequest:
    found = Workload(profiles=profiles or (a_profile(),), **workload)
    return SizingRequest(workload=found, policies=policies or Policies(), hardware=hardware)


def test_the_mid_size_reference_design_comes_out():
    """domain/reference_designs.yaml, rd-mid: 522 VMs of 4 vCPU and 8 GiB."""
    result = size(a_request(a_profile(522, 4, 8, 60)))

    assert result.counts == NodeCounts(
        control=3, compute=10, storage=3, racks=3, leaves=6, spines=2, oob_switches=3, pdus=6
    )
    assert (result.compute.vms_with_spare, result.compute.bound_by) == (522, "RAM")
    assert result.compute.vcpus_per_host == 496
    assert round(result.storage.usable_tb, 2) == D("37.26")
    assert [pool.pg_num for pool in result.storage.pools] == [1024, 256, 128, 64]
    assert [round(pool.usable_tb, 2) for pool in result.storage.pools] == [
        D("22.35"),
        D("9.31"),
        D("2.98"),
        D("2.61"),
    ]
    assert (result.storage.ram_needed_gib, result.storage.threads_recommended) == (103, 80)
    assert (round(result.control.ram_needed_gib, 1), result.control.cores_needed) == (D("32.1"), 9)


def test_the_racks_of_the_mid_size_reference_design_come_out():
    racks = size(a_request(a_profile(522))).facility.racks

    assert [rack.used_units for rack in racks] == [11, 10, 9]
    assert [rack.max_watts for rack in racks] == [5930, 5080, 4480]
    assert [rack.idle_watts for rack in racks] == [1940, 1720, 1470]
    assert [rack.equipment_kg for rack in racks] == [153, 135, 124]
    assert [(rack.control, rack.compute, rack.storage, rack.spines) for rack in racks] == [
        (1, 4, 1, 1), (1, 3, 1, 1), (1, 3, 1, 0)
    ]  # fmt: skip
    assert {round(rack.feed_watts) for rack in racks} == {8868}


def test_the_totals_of_the_mid_size_reference_design_come_out():
    facility = size(a_request(a_profile(522), policies=Policies(host_cpu_load=D("0.5")))).facility

    assert (facility.rack_units, facility.max_watts, facility.idle_watts, facility.equipment_kg) == (
        30,
        15_490,
        5_130,
        412,
    )
    assert (round(facility.heat_btu_per_hour), round(facility.cooling_tons, 1)) == (52_852, D("4.4"))
    assert round(facility.airflow_cfm) == 2_447
    assert round(facility.energy_kwh_per_year) == 135_473


def test_the_large_reference_design_comes_out():
    """domain/reference_designs.yaml, rd-large-2000: six racks, rack rule for the data, 36 hosts."""
    policies = Policies(
        racks=6,
        storage_failure_domain=FailureDomain.RACK,
        control_extra_ram_gib=D(16),
        thin_share_boot=D("0.65"),
    )
    request = a_request(a_profile(2000, 4, 16, 150), hardware=LARGE, policies=policies)

    result = size(request)

    assert result.counts == NodeCounts(
        control=3, compute=36, storage=12, racks=6, leaves=12, spines=2, oob_switches=6, pdus=12
    )
    assert (result.storage.raw_tb, result.storage.fill_limit) == (D("1105.92"), D("0.72"))
    assert round(result.storage.usable_tb, 2) == D("260.11")
    assert round(result.storage.needed_raw_tb, 1) == D("912.0")
    assert [rack.max_watts for rack in result.facility.racks] == [10_080, 10_080, 9_480, 8_980, 8_980, 8_980]
    assert [rack.used_units for rack in result.facility.racks] == [15, 15, 14, 13, 13, 13]
    assert (result.facility.max_watts, result.facility.rack_units, result.facility.equipment_kg) == (
        56_580,
        83,
        1_291,
    )
    assert round(result.network.oversubscription, 3) == D("1.125")
    assert (result.storage.monitors, result.network.uplinks_per_leaf) == (5, 4)


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        pytest.param(a_profile(1, vcpus=129), "workload.profiles[0].vcpus", id="more-vcpu-than-threads"),
        pytest.param(a_profile(1, ram_gib=496), "workload.profiles[0].ram_gib", id="more-ram-than-a-host"),
    ],
)
def test_a_vm_larger_than_any_host_is_refused_by_its_field(profile, field):
    with pytest.raises(InvalidDocument) as refused:
        size(a_request(profile))

    (problem,) = refused.value.problems
    assert problem.field == field
    assert problem.remedy


def test_hardware_that_cannot_do_its_part_is_refused_by_its_field():
    with pytest.raises(InvalidDocument) as refused:
        size(a_request(hardware=replace(MID, storage=replace(MID.compute, osds=0), control=None)))

    assert {p.field for p in refused.value.problems} == {"hardware.control", "hardware.storage"}


def test_copies_in_different_racks_need_as_many_racks():
    policies = Policies(racks=2, storage_failure_domain=FailureDomain.RACK)

    with pytest.raises(InvalidDocument, match="3 racks"):
        size(a_request(policies=policies))


def test_growth_is_built_for_on_the_first_day():
    """C6: 300 VMs growing 20 % a year for three years are 519, which nine hosts carry."""
    result = size(a_request(a_profile(300), annual_growth_rate=D("0.2"), growth_years=D(3)))

    assert (result.compute.vms, result.compute.hosts_for_load) == (519, 9)


def test_no_vm_at_all_is_an_ordinary_cloud():
    result = size(a_request(a_profile(0)))

    assert (result.compute.hosts_for_load, result.compute.vms, result.storage.hosts) == (0, 0, 3)


def test_what_is_already_there_is_never_taken_away():
    least = NodeCounts(control=5, compute=20, storage=6, racks=4, leaves=0, spines=0, oob_switches=0, pdus=0)

    counts = size(replace(a_request(), at_least=least)).counts

    assert (counts.control, counts.compute, counts.storage, counts.racks) == (5, 20, 6, 4)


def test_a_control_node_too_small_is_told_with_the_size_that_would_do():
    small = replace(MID, control=replace(MID.control, ram_gib=32, cores_per_socket=8))

    notices = size(a_request(a_profile(522), hardware=small)).notices

    assert {n.formula: n.remedy for n in notices if n.severity == "error"} == {
        "sizing.CP2": "Use control nodes with 48 GiB.",
        "sizing.CP3": "Use control nodes with at least 9 cores.",
    }


def test_a_rack_over_its_feed_is_split():
    """R6: power decides where space does not."""
    weak = replace(MID, pdu=replace(MID.pdu, volts=230, amps=20, phases=1))

    result = size(a_request(a_profile(522), hardware=weak))

    assert result.facility.bound_by == "power"
    assert all(rack.max_watts <= rack.feed_watts for rack in result.facility.racks)


def test_a_feed_that_carries_no_rack_at_all_is_refused():
    weak = replace(MID, pdu=replace(MID.pdu, volts=110, amps=10, phases=1))

    with pytest.raises(InvalidDocument, match="power run out"):
        size(a_request(a_profile(522), hardware=weak))


def test_every_figure_says_where_it_comes_from():
    figures = size(a_request()).figures

    for key, figure in figures.items():
        assert figure.key == key
        assert figure.formula.startswith("sizing.")
        assert figure.source
        assert isinstance(figure.grade, Grade)
        assert figure.expression


def test_every_number_of_the_answer_that_people_see_has_a_figure():
    expected = {
        "compute.hosts", "compute.spare_hosts", "compute.vcpus_per_host", "compute.ram_gib_per_host",
        "compute.vms_with_spare", "control.nodes", "control.ram_needed_gib", "control.cores_needed",
        "control.disk_needed_gb", "storage.raw_tb", "storage.replicated_tb", "storage.after_metadata_tb",
        "storage.fill_limit", "storage.usable_tb", "storage.needed_raw_tb", "storage.hosts", "storage.osds",
        "storage.monitors", "storage.ram_needed_gib", "storage.threads_recommended", "storage.pg_per_osd",
        "network.leaves", "network.spines", "network.oob_switches", "network.oversubscription",
        "network.leaf_ports_needed", "facility.racks", "facility.rack_units", "facility.max_watts",
        "facility.average_watts", "facility.equipment_kg", "facility.heat_btu_per_hour", "facility.cooling_tons",
        "facility.energy_kwh_per_year", "subnets.management",
    }  # fmt: skip

    assert expected <= set(size(a_request()).figures)


def test_the_answer_is_plain_json_and_the_question_reads_back():
    request = a_request()

    assert json.loads(json.dumps(write(size(request))))["counts"]["compute"] == 10
    assert read(SizingRequest, json.loads(json.dumps(write(request)))) == request


def test_totals_become_profiles_with_the_same_sums():
    profiles = profiles_from_totals(Totals(vms=500, vcpus=1280, ram_gib=D(4000), disk_gb=D(40_000)))

    assert [(p.count, p.vcpus) for p in profiles] == [(220, 2), (280, 3)]
    assert sum(p.count * p.ram_gib for p in profiles) == 4000


def test_totals_with_fewer_vcpus_than_vms_are_refused():
    with pytest.raises(ValueError, match="at least 10 vCPU"):
        profiles_from_totals(Totals(vms=10, vcpus=9, ram_gib=D(10), disk_gb=D(1)))


profiles = st.builds(
    a_profile,
    count=st.integers(0, 3_000),
    vcpus=st.integers(1, 64),
    ram_gib=st.integers(1, 400),
    disk_gb=st.integers(0, 2_000),
)
workloads = st.lists(profiles, min_size=1, max_size=5).map(
    lambda found: [replace(profile, id=f"p{index}") for index, profile in enumerate(found)]
)


def planned(request):
    """The sizing of `request`; a workload above the limit of one cloud must be refused for that alone, and is no case."""
    try:
        return size(request)
    except InvalidDocument as refusal:
        assert "the most that one cloud is planned with" in refusal.problems[0].message
        reject()


@settings(max_examples=40)
@given(workloads, st.randoms(use_true_random=False))
def test_the_order_of_the_profiles_does_not_matter(found, random):
    shuffled = random.sample(found, len(found))

    assert planned(a_request(*found)).counts == planned(a_request(*shuffled)).counts


@settings(max_examples=40)
@given(workloads)
def test_the_installed_hosts_hold_the_whole_workload(found):
    result = planned(a_request(*found))

    assert result.compute.hosts * result.compute.ram_gib_per_host >= result.compute.ram_gib
    assert result.compute.hosts * result.compute.vcpus_per_host >= result.compute.vcpus
    assert result.storage.usable_tb >= result.storage.needed_usable_tb
    assert result.compute.vms_with_spare >= result.compute.vms


@settings(max_examples=40)
@given(workloads)
def test_the_racks_hold_every_node_exactly_once_and_within_their_limits(found):
    result = planned(a_request(*found))

    racks = result.facility.racks
    assert sum(rack.compute for rack in racks) == result.counts.compute
    assert sum(rack.storage for rack in racks) == result.counts.storage
    assert sum(rack.control for rack in racks) == result.counts.control
    assert all(rack.used_units <= rack.usable_units and rack.max_watts <= rack.feed_watts for rack in racks)
    assert max(rack.control for rack in racks) < result.control.quorum


@settings(max_examples=40)
@given(profiles, st.integers(1, 500))
def test_more_vms_never_need_fewer_hosts(profile, more):
    larger = replace(profile, count=profile.count + more)

    before, after = planned(a_request(profile)).counts, planned(a_request(larger)).counts

    assert (after.compute, after.storage) >= (before.compute, before.storage)


@settings(max_examples=40)
@given(st.integers(3, 40), st.integers(1, 24))
def test_one_more_storage_node_never_holds_less(hosts, drives):
    from designer.engine.sizing import storage

    def usable(count: int) -> D:
        layout = storage.Layout(hosts=count, drives_per_host=drives, drive_tb=D(1), domains=count)
        return storage.capacity(layout, data_share=storage.efficiency(replicas=3)).usable_tb

    if hosts > 3:  # the step from 3 to 4 changes the failure model: domain loss becomes rebuildable
        assert usable(hosts + 1) >= usable(hosts)
