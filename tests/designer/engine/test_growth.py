"""Growth month by month: the worked example of the domain notes, and what holds for every cloud."""

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument
from catalog.library import load_library
from costing.engine.assumptions import ASSUMPTIONS
from designer.engine.growth import (
    HORIZON_KEY,
    LEAD_KEY,
    GrowthQuestion,
    Resource,
    Shelf,
    order_index,
    plan_growth,
)
from designer.engine.sizing.model import SizingRequest
from designer.engine.workload import Policies, VmProfile, Workload
from designer.sample import WORKLOAD

LIBRARY = load_library()
MID = LIBRARY.selection_for("rd-mid")
STARTER = LIBRARY.selection_for("rd-starter-hci3")


def a_question(vms=300, growth="0.2", *, hardware=MID, policies=None, months=36, lead=2, **profile):
    values = {"vcpus": 1, "ram_gib": D(8), "disk_gb": D(0)} | profile
    vm = VmProfile(id="vm", name="VM", count=vms, **values)
    workload = Workload(profiles=(vm,), annual_growth_rate=D(growth))
    asked = SizingRequest(workload=workload, policies=policies or Policies(), hardware=hardware)
    return GrowthQuestion(sizing=asked, horizon_months=months, lead_months=lead)


def a_shelf(*specs):
    hardware = {**LIBRARY.hardware_by_id, **{spec.id: spec for spec in specs}}
    return Shelf(hardware=hardware, parts=LIBRARY.parts, services=LIBRARY.services, networks=LIBRARY.networks)


def test_w10_growth_and_step_purchases():
    # domain notes tco, W10: 40 VMs on a node of 30,000, one spare, two months of lead time.
    price = replace(MID.compute.price, low=D(30_000), typical=D(30_000), high=D(30_000))
    node = replace(MID.compute, ram_gib=320, price=price)
    policies = Policies(reserved_host_ram_gib=D(0), vm_overhead_gib=D(0), spare_hosts=1)
    question = a_question(hardware=replace(MID, compute=node), policies=policies)

    answer = plan_growth(question, a_shelf(node))

    bought = [
        (order.in_service + 1, line.count, order.ordered, line.amount)
        for order in answer.orders
        for line in order.lines
        if line.id == node.id
    ]
    assert [(month, count, index) for month, count, index, _ in bought] == [
        (1, 9, 0), (6, 1, 3), (14, 1, 11), (20, 1, 17), (27, 1, 24), (32, 1, 29),
    ]  # fmt: skip
    assert sum(amount for *_, amount in bought) == 420_000
    assert sum(amount for _, _, index, amount in bought if index == 0) == 270_000
    assert answer.months[-1].compute == 14
    assert round(answer.months[-1].vms, 4) == D("510.5832")


def test_a_purchase_says_what_it_was_bound_by():
    answer = plan_growth(a_question(ram_gib=D(16), disk_gb=D(100)), a_shelf())

    first, *later = answer.orders
    assert {reason.what for reason in first.reasons} >= {"Compute nodes", "Storage nodes", "Racks"}
    assert all(reason.before == 0 for reason in first.reasons)
    compute = [r for order in later for r in order.reasons if r.what == "Compute nodes"]
    assert compute
    assert {reason.bound_by for reason in compute} == {"RAM"}
    assert all(reason.after > reason.before for order in later for reason in order.reasons)


def test_without_growth_there_is_one_order():
    answer = plan_growth(a_question(growth="0"), a_shelf())

    assert [(order.ordered, order.in_service) for order in answer.orders] == [(0, 0)]


def test_a_shrinking_cloud_keeps_what_it_has():
    answer = plan_growth(a_question(growth="-0.3"), a_shelf())

    assert len(answer.orders) == 1
    assert len({month.compute for month in answer.months}) == 1
    assert answer.months[-1].levels[0].demand < answer.months[0].levels[0].demand


def test_a_piece_without_a_price_is_named():
    node = replace(MID.compute, price=None)

    answer = plan_growth(a_question(hardware=replace(MID, compute=node)), a_shelf(node))

    assert answer.orders[0].unpriced == (node.name,)
    assert answer.orders[0].total.typical > 0


def test_more_servers_than_an_answer_waits_for_are_refused():
    with pytest.raises(InvalidDocument) as caught:
        plan_growth(a_question(10_000, growth="0.3", months=84, ram_gib=D(32)), a_shelf())

    assert caught.value.problems[0].field == "horizon_months"


def test_the_split_of_threads_for_pinned_vcpus_stays_as_it_was_set_up():
    """Counts are rounded up each month, which moves the share of pinned vCPUs to and fro."""
    profiles = tuple(replace(one, has_pinned_cpus=one.id == "database") for one in WORKLOAD.profiles)
    question = a_question(months=60)
    question = replace(question, sizing=replace(question.sizing, workload=replace(WORKLOAD, profiles=profiles)))  # fmt: skip

    answer = plan_growth(question, a_shelf())

    vcpus = [month.levels[1].capacity for month in answer.months]
    assert vcpus == sorted(vcpus)
    assert len(set(vcpus)) == len({month.compute for month in answer.months}) > 1


@pytest.mark.parametrize(("in_service", "lead", "index"), [(0, 3, 0), (3, 3, 0), (4, 3, 1), (4, 0, 4)])
def test_an_order_goes_out_the_lead_time_before_it_is_needed(in_service, lead, index):
    assert order_index(in_service, lead) == index


def test_the_defaults_are_those_of_the_cost_comparison():
    question = GrowthQuestion(sizing=a_question().sizing)

    assert question.horizon_months == ASSUMPTIONS[HORIZON_KEY].typical
    assert question.lead_months == ASSUMPTIONS[LEAD_KEY].typical


@settings(max_examples=25, deadline=None)
@given(
    vms=st.integers(1, 900),
    growth=st.sampled_from(["0", "0.1", "0.35", "1"]),
    vcpus=st.integers(1, 16),
    ram_gib=st.integers(1, 64),
    disk_gb=st.integers(0, 400),
    hardware=st.sampled_from([MID, STARTER]),
)
def test_any_growing_cloud_has_what_it_needs_when_it_needs_it(vms, growth, vcpus, ram_gib, disk_gb, hardware):
    question = a_question(
        vms, growth, hardware=hardware, months=24, vcpus=vcpus, ram_gib=D(ram_gib), disk_gb=D(disk_gb)
    )

    answer = plan_growth(question, a_shelf())

    for month in answer.months:
        assert all(level.capacity >= level.demand for level in month.levels), month
        servers = sum(
            line.count
            for order in answer.orders
            for line in order.lines
            if order.in_service < month.month and line.kind == "node"
        )
        assert servers == month.control + month.compute + month.storage
    levels = answer.months[0].levels
    assert [level.resource for level in levels] == list(Resource)[:4]
    assert [(level.unit, level.formula) for level in levels] == [
        ("VMs", "sizing.C7"), ("vCPU", "sizing.C7"), ("GiB", "sizing.C7"), ("TB", "sizing.S4"),
    ]  # fmt: skip
    for field in ("compute", "storage", "racks", "switches"):
        counts = [getattr(month, field) for month in answer.months]
        assert counts == sorted(counts)
