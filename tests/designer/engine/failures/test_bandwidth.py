"""Bandwidth left after an event (F3): the numbers of sizing.N2 to N4, and every pair of switches against one by one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from catalog.engine.hardware import SwitchRole
from designer.engine.failures.model import FailureSet, State
from designer.engine.failures.rank import rank
from designer.engine.failures.simulate import Outcome
from designer.engine.failures.switch_pairs import pairs_of_switches, worst
from designer.engine.topology import NetworkPlane
from tests.designer.engine.failures.builders import MID, a_plant, a_rack, a_topology, fail
from tests.designer.engine.failures.test_laws import cabled

PLANT = a_plant()


def slower(topology, spec, gbps):
    """The same with every fast port of the nodes of `spec` at `gbps`."""
    nodes = {node.id for node in topology.nodes if node.spec == spec}
    return replace(
        topology,
        links=tuple(
            replace(link, gbps=Decimal(gbps))
            if link.a.element in nodes and link.a.port.startswith("fast")
            else link
            for link in topology.links
        ),
    )


def of_kind(report, kind):
    return {b.id: b for b in report.bandwidth if b.kind == kind}


def test_n2_three_storage_nodes_write_75_gbps_as_the_reference_architecture_says():
    (ceiling,) = fail(PLANT, "device:sto01").writes

    assert (ceiling.gbps_before, ceiling.bound_before) == (75, "cluster network")
    assert ceiling.gbps_left == 50


def test_n2_a_leaf_takes_half_of_one_node_of_three():
    (ceiling,) = fail(PLANT, "device:leaf-2a").writes

    assert ceiling.gbps_left == Decimal("62.5")


def test_n2_without_a_storage_network_nothing_is_written():
    (ceiling,) = fail(PLANT, "network:storage_public").writes

    assert (ceiling.gbps_left, ceiling.bound_by) == (0, "nothing is left")


def test_n2_compute_nodes_change_nothing():
    assert fail(PLANT, "device:cmp01").writes == ()


@pytest.mark.parametrize(
    ("gbps", "ratio", "state"),
    [
        # sizing.N3: 12 NVMe on 20 Gb/s are 6.04, on 100 Gb/s 1.21; V117: 4 is the most of flash.
        pytest.param(10, "6.04", State.DEGRADED, id="20 Gb/s left"),
        pytest.param(50, "1.21", State.UP, id="100 Gb/s left"),
    ],
)
def test_n3_drives_outrun_the_ports_that_a_leaf_leaves(gbps, ratio, state):
    plant = a_plant(topology=slower(a_topology(), "sto-nvme12", gbps))

    left = of_kind(fail(plant, "device:leaf-1a"), "storage")["sto01"]

    assert left.gbps_left == 2 * gbps
    assert left.drives_over_network == pytest.approx(Decimal(ratio), abs=Decimal("0.005"))
    assert (left.state, left.most) == (state, 4)


def test_n4_one_spine_of_two_doubles_the_oversubscription():
    left = of_kind(fail(PLANT, "device:spine-1"), "uplinks")

    # Rack 1: 4 compute x 50, control 20, storage 100 over 2 leaves x 1 x 100; the others have one compute node less.
    assert {rack: b.oversubscription for rack, b in left.items()} == {
        "rack-1": Decimal("1.6"), "rack-2": Decimal("1.35"), "rack-3": Decimal("1.35"),
    }  # fmt: skip
    assert {b.state for b in left.values()} == {State.UP}


def test_n4_beyond_what_validation_lets_pass_uplinks_are_degraded():
    racks = (a_rack(compute=9, spines=1), a_rack(spines=1), a_rack())

    left = of_kind(fail(a_plant(racks), "device:spine-1"), "uplinks")["rack-1"]

    assert left.oversubscription == Decimal("2.85")
    assert left.state is State.UP
    more = of_kind(fail(a_plant((a_rack(compute=10, spines=1), *racks[1:])), "device:spine-1"), "uplinks")
    assert (more["rack-1"].oversubscription, more["rack-1"].state) == (Decimal("3.1"), State.DEGRADED)


def test_a_rack_without_spines_has_no_uplinks_left():
    left = of_kind(fail(PLANT, "device:spine-1", "device:spine-2"), "uplinks")

    assert {(b.gbps_left, b.oversubscription, b.state) for b in left.values()} == {(0, None, State.DOWN)}


# Every pair of switches -----------------------------------------------------------------------------------------
def one_by_one(plant):
    """The same answers by letting each pair fail on its own."""
    switches = [s.id for s in plant.topology.switches if s.role is not SwitchRole.OUT_OF_BAND]
    networks = [n.id for n in plant.topology.networks if n.plane is not NetworkPlane.OUT_OF_BAND]
    found = {}
    for i, a in enumerate(switches):
        for b in switches[i + 1 :]:
            happened = Outcome(plant, FailureSet(devices=(a, b))).event
            lost = set().union(*(happened.reaches[n].cut_off for n in networks)) & plant.nodes.keys()
            left = {
                rack: (
                    plant.wiring.left(links, happened.dead),
                    plant.wiring.left(plant.wiring.downlinks.get(rack, ()), happened.dead),
                )
                for rack, links in plant.wiring.uplinks.items()
            }
            least = min((up for up, _ in left.values()), default=Decimal(0))
            ratio = max((down / up for up, down in left.values() if up), default=None)
            found[a, b] = (least, ratio, len(lost))
    return found


@pytest.mark.parametrize(
    "racks",
    [
        pytest.param(MID, id="three racks"),
        pytest.param((a_rack(leaves=1, spines=1), a_rack(leaves=1, spines=1), a_rack(leaves=1)), id="one leaf a rack"),
        pytest.param((a_rack(spines=1), a_rack(), a_rack()), id="one spine"),
        pytest.param((a_rack(control=3, compute=10, storage=3),), id="no spine"),
    ],
)  # fmt: skip
def test_all_pairs_of_switches_at_once_are_what_each_is_alone(racks):
    plant = a_plant(racks)

    found = {p.switches: (p.gbps_left, p.oversubscription, p.cut_off) for p in pairs_of_switches(plant)}

    assert found == one_by_one(plant)


@settings(max_examples=25, deadline=None)
@given(cabled())
def test_all_pairs_of_switches_hold_with_any_cables(case):
    plant = a_plant(topology=case[0])

    found = {p.switches: (p.gbps_left, p.oversubscription, p.cut_off) for p in pairs_of_switches(plant)}

    assert found == one_by_one(plant)


def test_the_worst_pairs_of_switches_are_both_leaves_of_a_rack_and_both_spines():
    pairs = worst(pairs_of_switches(PLANT), 4)

    assert {p.switches for p in pairs} == {
        ("leaf-1a", "leaf-1b"), ("leaf-2a", "leaf-2b"), ("leaf-3a", "leaf-3b"), ("spine-1", "spine-2"),
    }  # fmt: skip
    assert {p.gbps_left for p in pairs} == {0}
    assert rank(PLANT).switch_pairs[:4] == pairs
