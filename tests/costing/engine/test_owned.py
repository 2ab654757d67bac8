"""Servers that the customer has already: not bought, yet powered, housed, run, and replaced in the end (tco.P3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from catalog.engine.hardware import ExistingNodes, NodeRole
from catalog.library import load_library
from costing.engine.model import Purchase
from costing.engine.plan import Shelf, private_growth
from costing.engine.tco import tco
from designer.engine.bill import bill_total
from designer.engine.sizing.model import SizingRequest
from designer.engine.workload import Overrides, VmProfile, Workload
from tests.costing.engine.requests import w12

LIBRARY = load_library()
SHELF = Shelf(
    hardware=LIBRARY.hardware_by_id, parts=LIBRARY.parts, services=LIBRARY.services, networks=LIBRARY.networks
)


def owning(count=3, **assumptions):
    """W12 with `count` of its 12 nodes owned, 30 months of their life left where nothing else is said."""
    purchases = (Purchase(asset="node", count=count, is_owned=True), Purchase(asset="node", count=12 - count))
    return w12(purchases=purchases, assumptions={key: D(str(value)) for key, value in assumptions.items()})


def line(option, key):
    return next((found for found in option.lines if found.key == key), None)


def test_owned_servers_are_not_paid_for_but_cost_all_else():
    bought, owned = tco(w12()).private, tco(owning()).private

    assert (
        line(bought, "purchase.node").total_cents - line(owned, "purchase.node").total_cents == 3 * 30_000_00
    )
    for key in ("site", "subscription", "staff"):
        assert line(owned, key) == line(bought, key)


def test_an_owned_server_is_replaced_when_its_life_ends():
    """Index 30: 3 x 30,000 x 0.75 = 67,500, which at month 36 has aged 6 of 60 months."""
    private = tco(owning()).private

    assert line(private, "refresh.node").cents[30] == 67_500_00
    assert line(private, "refresh.node").total_cents == 67_500_00
    assert line(private, "decommissioning").cents[30] == 3 * 150_00
    # No scrap for what was never paid: the nine bought give 9 x 30,000 x (0.03 + 0.97 x 0.5 x 24/60) back at the end,
    # the three new ones 67,500 x (0.03 + 0.97 x 0.5 x 54/60).
    assert line(private, "residual.node").cents[30] == 0
    assert line(private, "residual.node").total_cents == -(60_480_00 + 31_488_75)


@pytest.mark.parametrize(
    ("months", "index"),
    [
        pytest.param(0, 0, id="at-once"),
        pytest.param(12, 12, id="after-a-year"),
        pytest.param(36, None, id="never"),
    ],
)
def test_its_remaining_life_is_an_assumption(months, index):
    private = tco(owning(owned_remaining_life_months=months)).private
    found = line(private, "refresh.node")

    assert (
        [n for n, cents in enumerate(found.cents) if cents] == [index] if index is not None else found is None
    )


def test_it_is_maintained_from_the_end_of_a_warranty_that_began_before():
    """30 of 60 months old at the signature, 24 of warranty: 3 x 30,000 x 12 % / 12 a month from the first to the 30th."""
    found = line(tco(owning(warranty_months=24, maintenance_rate="0.12")).private, "maintenance").cents

    assert (found[1], found[24]) == (900_00, 900_00)
    assert found[25] == 900_00 + 9 * 300_00
    assert found[31] == 9 * 300_00


def test_every_line_still_adds_up_and_says_what_is_owned():
    result = tco(owning())

    assert sum(result.private.monthly_cents) == sum(found.total_cents for found in result.private.lines)
    (notice,) = [found for found in result.notices if found.rule == "tco.P3"]
    assert "3 x Node" in notice.message
    figure = result.figures["private.refresh.node"]
    assert "owned_remaining_life_months" in [found.name for found in figure.inputs]
    assert figure.steps[0].value == 90_000


def a_request(vms=522, existing=(), growth="0", **changes):
    profile = VmProfile(id="vm", name="VM", count=vms, vcpus=4, ram_gib=D(8), disk_gb=D(60))
    hardware = replace(LIBRARY.selection_for("rd-mid"), existing=tuple(existing))
    workload = Workload(profiles=(profile,), annual_growth_rate=D(growth))
    return SizingRequest(workload=workload, hardware=hardware, **changes)


def existing(spec, count, role="compute"):
    return ExistingNodes(spec=LIBRARY.node_specs[spec], role=NodeRole(role), count=count)


def test_the_bill_lists_what_is_owned_and_does_not_sum_it():
    growth = private_growth(
        a_request(existing=[existing("cmp-512", 4), existing("sto-nvme12", 2, "storage")]),
        SHELF,
        horizon_months=1,
    )

    lines = {found.id: found for found in growth.bill}
    assert (lines["cmp-512-existing"].count, lines["cmp-512-existing"].amount) == (4, None)
    assert (lines["cmp-512"].count, lines["sto-nvme12"].count) == (6, 1)
    bought = [found for found in growth.bill if not found.is_existing]
    assert bill_total(growth.bill) == bill_total(bought)
    owned = {p.asset: p.count for p in growth.plan.purchases if p.is_owned}
    assert owned == {"cmp-512-existing": 4, "sto-nvme12-existing": 2}
    paid = {p.asset: p.count for p in growth.plan.purchases if not p.is_owned}
    assert (paid["cmp-512"], "cmp-512-existing" in paid) == (6, False)


def test_a_count_set_by_hand_is_outgrown_but_never_raised_where_it_was_too_small():
    """464 VMs fill 8 hosts, 9 with a spare; 613 after three years fill 11, 12 with a spare."""
    enough = private_growth(
        a_request(464, growth="0.1", overrides=Overrides(compute=10)), SHELF, horizon_months=36
    )
    short = private_growth(
        a_request(464, growth="0.1", overrides=Overrides(compute=8)), SHELF, horizon_months=36
    )

    assert enough.months[0].compute == 10
    assert enough.months[-1].compute == 12
    assert {month.compute for month in short.months} == {8}
