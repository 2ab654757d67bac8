"""Spines by ports and uplinks, larger models, pods: every link has a port, and no more switches than that takes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument
from catalog.engine.hardware import PortGroup
from designer.engine.sizing.fabric import ROUTERS, RackUplink, plan
from tests.designer.engine.sizing.specs import LARGER_SPINES, MID, SPINE


def racks(count, leaves=2, down_gbps=500):
    return [RackUplink(leaves=leaves, down_gbps=Decimal(down_gbps))] * count


def planned(count, *, larger=LARGER_SPINES, zones=1, oob=1, **rack):
    return plan(replace(MID, larger_spines=larger), racks(count, **rack), zones=zones, out_of_band_ports=oob)


# Leaves x uplinks / spines + 2 routers (domain notes, N5), worked by hand.
@pytest.mark.parametrize(
    ("count", "down_gbps", "spine", "planes", "uplinks", "ports"),
    [
        (3, 500, "spine-32x100", 2, 2, 8),  # 500 / 400 = 1.25; 6 x 2 / 2 + 2
        (15, 500, "spine-32x100", 2, 2, 32),  # 30 x 2 / 2 + 2: the last that fit
        (16, 500, "spine-64x100", 2, 2, 34),
        (31, 500, "spine-64x100", 2, 2, 64),
        (32, 500, "spine-128x100", 2, 2, 66),
        (63, 500, "spine-128x100", 2, 2, 128),
        (3, 1200, "spine-32x100", 2, 4, 14),  # 1200 / 800 = 1.5
        (8, 1200, "spine-32x100", 4, 4, 18),  # 16 x 4 / 2 + 2 = 34 are too many: four spines, 16 x 4 / 4 + 2
        (3, 1400, "spine-32x100", 2, 6, 20),  # 1400 / 1200 = 1.17; 6 x 6 / 2 + 2
    ],
)
def test_spines_are_the_fewest_with_a_port_for_each_uplink(count, down_gbps, spine, planes, uplinks, ports):
    found = planned(count, down_gbps=down_gbps)

    assert (found.spine.id, found.planes, found.uplinks_per_leaf, found.ports_used) == (
        spine,
        planes,
        uplinks,
        ports,
    )
    assert found.pods == (count,)
    assert found.super_spines == 0


def test_from_the_64th_rack_on_pods_stand_under_super_spines():
    found = planned(64)

    # 2 pods of 32 racks: 64 leaves on a spine, 64 / 1.5 = 43 ports up, 107 of 128; one super-spine in each of two
    # planes has 2 x 43 + 2 = 88 of 128.
    assert found.pods == (32, 32)
    assert (found.spines, found.super_spines, found.spine_uplinks, found.ports_used) == (4, 2, 43, 107)
    assert found.spine_oversubscription == Decimal(64) / 43


def test_a_leaf_keeps_a_port_for_the_out_of_band_switch():
    assert planned(3, down_gbps=2400).uplinks_per_leaf == 7  # of 8, on seven spines: 2400 / 1400 = 1.71
    assert planned(3, down_gbps=2400, oob=0).uplinks_per_leaf == 8


def test_each_zone_has_a_spine():
    assert planned(6, zones=3).planes == 3


def test_what_even_pods_cannot_join_is_refused_with_a_remedy():
    # 32 ports: 19 leaves at the most on a spine, 9 racks a pod; 30 pods have ports on a super-spine with two routers.
    assert len(planned(270, larger=()).pods) == 30
    with pytest.raises(InvalidDocument) as refused:
        planned(271, larger=())

    (problem,) = refused.value.problems
    assert problem.field == "hardware.spine"
    assert "542 leaves" in problem.message
    assert problem.remedy.startswith("Choose a spine with more ports")


def test_leaves_without_uplinks_cannot_join_racks():
    leaf = replace(MID.leaf, ports=tuple(p for p in MID.leaf.ports if p.name != "up"))

    with pytest.raises(InvalidDocument, match="no ports up"):
        plan(replace(MID, leaf=leaf), racks(2), zones=1, out_of_band_ports=1)


@given(
    contents=st.lists(
        st.builds(RackUplink, leaves=st.sampled_from([2, 2, 2, 4]), down_gbps=st.integers(0, 2400).map(Decimal)),
        min_size=2, max_size=1000,
    ),
    zones=st.integers(1, 6), oob=st.integers(0, 3), up=st.integers(1, 12), spines=st.integers(16, 64),
)  # fmt: skip
def test_every_link_has_a_port_and_every_spine_its_share(contents, zones, oob, up, spines):
    leaf = replace(MID.leaf, ports=(MID.leaf.ports[0], PortGroup(name="up", count=up, gbps=Decimal(100))))
    chosen = replace(SPINE, ports=(PortGroup(name="down", count=spines, gbps=Decimal(100)),))
    hardware = replace(MID, leaf=leaf, spine=chosen, larger_spines=LARGER_SPINES)
    try:
        found = plan(hardware, contents, zones=zones, out_of_band_ports=oob)
    except InvalidDocument:
        assert sum(rack.leaves for rack in contents) > 1000  # far beyond what any of these needs pods for
        return
    ports = found.spine.port_group("down").count

    assert sum(found.pods) == len(contents)
    assert found.uplinks_per_leaf % found.planes == 0
    assert found.uplinks_per_leaf <= up
    start = 0
    for in_pod in found.pods:
        leaves = sum(rack.leaves for rack in contents[start : start + in_pod])
        above = found.spine_uplinks if found.super_spines else ROUTERS
        assert leaves * found.uplinks_per_leaf // found.planes + above <= ports
        start += in_pod
    if found.super_spines:
        assert found.spine_uplinks % found.super_spines_per_plane == 0
        assert len(found.pods) * found.spine_uplinks // found.super_spines_per_plane + ROUTERS <= ports
        assert found.spine_oversubscription <= Decimal("1.5")
    below, above = found.stand_in(len(contents))
    assert (sum(below), sum(above)) == (found.spines, found.super_spines)
    start = 0
    for in_pod in found.pods:
        assert max(below[start : start + in_pod]) == ceil(found.planes / in_pod)
        start += in_pod
