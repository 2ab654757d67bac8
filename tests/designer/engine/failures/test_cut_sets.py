"""Tables X2 and X3 of the failure model: minimal cut sets, variants and bad designs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from catalog.engine.hardware import Media
from designer.engine.failures.availability import drive_rate
from designer.engine.failures.model import State
from designer.engine.failures.rank import rank
from designer.engine.failures.simulate import plant_of
from designer.engine.topology import StoragePool
from designer.engine.validation.profiles import Severity
from designer.engine.validation.rules import findings
from tests.designer.engine.failures.builders import (
    LIBRARY,
    THREE,
    a_load,
    a_plant,
    a_rack,
    a_topology,
    fail,
    rounded,
    services_on,
    without_second_links,
)
from tests.designer.engine.validation.build import a_design
from tests.designer.engine.validation.cases_network import named, with_networks

SPINES = {"spine-1", "spine-2"}
CONTROL = [{"ctl01", "ctl02"}, {"ctl01", "ctl03"}, {"ctl02", "ctl03"}]
STORAGE = [{"sto01", "sto02"}, {"sto01", "sto03"}, {"sto02", "sto03"}]


@cache
def ranked():
    return rank(a_plant(), with_pairs=True)


def cuts(ranking, event, order):
    found = [c for c in ranking.cut_sets if c.event == event and len(c.elements) == order]
    return sorted(sorted(e.partition(":")[2] for e in cut.elements) for cut in found)


def sets(*groups):
    return sorted(sorted(group) for group in groups)


def test_x2_the_mid_size_design_has_no_single_point_of_failure():
    assert ranked().single_points == ()
    assert ranked().isolations == ()


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param("control", [*CONTROL, SPINES], id="X2 control plane down"),
        pytest.param("storage", [*STORAGE, SPINES], id="X2 storage I/O stops"),
        pytest.param("north-south", [{"ext-1", "ext-2"}, SPINES], id="X2 north-south down"),
    ],
)
def test_x2_the_cut_sets_of_order_2_are_those_of_the_table(event, expected):
    assert cuts(ranked(), event, 2) == sets(*expected)


@pytest.mark.parametrize("rack", [1, 2, 3])
def test_x2_both_leaves_isolate_the_hosts_of_their_rack_and_no_device_alone_does(rack):
    plant = a_plant()
    hosts = {node.id for node in plant.topology.nodes if node.rack == f"rack-{rack}"}

    both = fail(plant, f"device:leaf-{rack}a", f"device:leaf-{rack}b")
    cut_off = next(n for n in both.networks if n.id == "management").cut_off

    assert set(cut_off) == hosts
    for device in plant.devices:
        one = fail(plant, f"device:{device}")
        assert next(n for n in one.networks if n.id == "management").cut_off == ()


@pytest.mark.parametrize("until", ["single failures", "pairs", "simulated years"])
def test_a_ranking_tells_how_far_it_is_and_stops_when_it_must(until):
    told = []

    def report(share, text):
        told.append(share)
        if text.endswith(until):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rank(a_plant(), with_pairs=True, report=report)

    assert told == sorted(told)
    assert told[-1] < 1


def test_x3_one_rack_is_everything():
    plant = a_plant(racks=(a_rack(control=3, compute=10, storage=3),))

    ranking = rank(plant, with_pairs=True)
    report = fail(plant, "rack:rack-1")

    assert {c.elements for c in ranking.single_points} == {("rack:rack-1",)}
    assert {c.event for c in ranking.single_points} == {"control", "storage", "north-south"}
    assert report.compute.stopped == 522
    assert cuts(ranking, "control", 2) == sets(*CONTROL, {"leaf-1a", "leaf-1b"})
    assert cuts(ranking, "storage", 2) == sets(*STORAGE, {"leaf-1a", "leaf-1b"})


def test_x3_two_racks_stand_and_fall_with_the_rack_that_has_the_majority():
    racks = (a_rack(control=2, compute=5, storage=2, spines=1), a_rack(compute=5, spines=1))
    plant = a_plant(racks=racks)

    first, second = fail(plant, "rack:rack-1"), fail(plant, "rack:rack-2")
    ranking = rank(plant, with_pairs=True)

    assert first.plane("control").state is State.DOWN
    assert first.service("ceph-mon").state is State.DOWN
    assert (first.pools[0].worst_copies_left, first.pools[0].inactive) == (1, 1)
    assert (first.compute.stopped, first.compute.hung) == (261, 261)  # the five hosts that live have no disks
    assert second.plane("control").state is not State.DOWN
    assert (second.compute.capacity, second.plane("storage").state) == (290, State.DEGRADED)
    assert {c.elements for c in ranking.single_points} == {("rack:rack-1",)}
    assert cuts(ranking, "control", 2) == sets(*CONTROL, {"leaf-1a", "leaf-1b"})
    assert cuts(ranking, "storage", 2) == sets(*STORAGE, {"leaf-1a", "leaf-1b"})


def single_leaf():
    racks = (a_rack(compute=4, leaves=1, spines=1), a_rack(leaves=1, spines=1), a_rack(leaves=1))
    return a_plant(topology=without_second_links(a_topology(racks)))


@pytest.mark.parametrize(("leaf", "vms"), [("leaf-1a", 209), ("leaf-2a", 157), ("leaf-3a", 157)])
def test_x3_with_one_leaf_a_rack_a_leaf_is_a_rack(leaf, vms):
    report = fail(single_leaf(), f"device:{leaf}")

    assert rounded(report.compute.out_of_service) == vms
    assert report.plane("control").state is State.DEGRADED
    assert report.plane("storage").state is State.DEGRADED


def test_x3_with_one_leaf_a_rack_each_leaf_isolates_its_rack():
    plant = single_leaf()

    found = {i.device: set(i.cut_off) for i in rank(plant).isolations if i.network == "management"}

    racks = {
        f"leaf-{n}a": {node.id for node in plant.topology.nodes if node.rack == f"rack-{n}"}
        for n in (1, 2, 3)
    }
    assert found == racks


def test_x3_with_one_link_a_server_any_server_link_is_the_server():
    plant = single_leaf()

    compute, control, storage = (fail(plant, f"link:{n}.fast-1") for n in ("cmp01", "ctl01", "sto01"))

    assert rounded(compute.compute.out_of_service) == 52
    assert control.service("mariadb").missing == ("ctl01",)
    assert storage.service("ceph-mon").missing == ("sto01",)


def test_x3_one_leaf_a_rack_has_13_pairs_each_instead_of_4():
    ranking = rank(single_leaf(), with_pairs=True)

    assert ranking.single_points == ()
    assert len(cuts(ranking, "control", 2)) == len(cuts(ranking, "storage", 2)) == 13
    assert [len(cuts(ranked(), event, 2)) for event in ("control", "storage")] == [4, 4]


def test_x3_of_two_control_nodes_either_one_takes_the_control_plane_down():
    plant = a_plant(racks=(a_rack(compute=4, spines=1), a_rack(spines=1), a_rack(control=0)))

    ranking = rank(plant)

    assert {c.elements for c in ranking.single_points} == {("device:ctl01",), ("device:ctl02",), ("rack:rack-1",), ("rack:rack-2",)}  # fmt: skip
    for service in ("mariadb", "rabbitmq", "ovn-db"):
        assert fail(plant, "device:ctl01").service(service).state is State.DOWN


def test_x3_of_two_storage_nodes_either_one_stops_io_though_a_copy_survives():
    pool = StoragePool(id="volumes", name="volumes", size=2, min_size=1)
    topology = a_topology((a_rack(compute=4, spines=1), a_rack(spines=1), a_rack(storage=0)), (pool,))
    topology = services_on(topology, "ceph-mon", {"sto01", "sto02"})
    plant = a_plant(topology=topology)

    report = fail(plant, "device:sto02")

    assert report.service("ceph-mon").needed == 2
    assert report.plane("storage").state is State.DOWN
    assert (report.pools[0].worst_copies_left, report.pools[0].inactive) == (1, 0)


def test_x3_two_copies_survive_one_loss_and_the_second_loses_data():
    pool = StoragePool(id="volumes", name="volumes", size=2, min_size=1)
    plant = a_plant(pools=(pool,))

    ranking = rank(plant)
    two = fail(plant, "drive:sto01.osd-1", "drive:sto02.osd-1")

    assert [c for c in ranking.single_points if c.event == "storage"] == []
    assert two.pools[0].lost > 0
    assert two.plane("storage").state is State.DOWN


def test_x3_min_size_3_of_3_stops_io_with_any_storage_node():
    plant = a_plant(pools=(replace(THREE, min_size=3),))

    ranking = rank(plant)

    broken = {c.elements[0] for c in ranking.single_points if c.event == "storage"}
    assert broken >= {"device:sto01", "device:sto02", "device:sto03"}


def erasure(size, min_size):
    return StoragePool(id="ec", name="ec", kind="erasure", size=size, min_size=min_size)


def test_x3_erasure_4_2_on_six_hosts_survives_one_heals_nothing_and_falls_with_any_two():
    racks = (a_rack(compute=4, storage=2, spines=1), a_rack(storage=2, spines=1), a_rack(storage=2))
    topology = services_on(a_topology(racks, (erasure(6, 5),)), "ceph-mon", {f"sto0{n}" for n in range(1, 6)})
    plant = a_plant(topology=topology)

    one = fail(plant, "device:sto01")
    ranking = rank(plant, with_pairs=True)

    assert one.plane("storage").state is State.DEGRADED
    assert not one.pools[0].heals_itself
    assert "N = z" in one.pools[0].healing
    pairs = [pair for pair in cuts(ranking, "storage", 2) if all(key.startswith("sto") for key in pair)]
    assert len(pairs) == 15
    assert fail(plant, "device:sto01", "device:sto06").pools[0].inactive == 1


def test_x3_erasure_2_1_on_three_hosts_has_three_pairs_that_make_data_unavailable():
    plant = a_plant(pools=(erasure(3, 2),))

    ranking = rank(plant, with_pairs=True)

    assert [c for c in ranking.single_points if c.event == "storage"] == []
    pairs = [pair for pair in cuts(ranking, "storage", 2) if all(key.startswith("sto") for key in pair)]
    assert len(pairs) == 3
    assert fail(plant, "device:sto01", "device:sto02").pools[0].lost == 1


def test_x3_single_power_supplies_make_their_feed_a_single_point_of_failure():
    everything = tuple(d.id for d in (*a_topology().nodes, *a_topology().switches))
    plant = a_plant(load=a_load(single_fed=everything))

    ranking = rank(plant)

    assert {c.elements for c in ranking.single_points} >= {("feed:feed-a",)}
    assert ("feed:feed-b",) not in {c.elements for c in ranking.single_points}


def test_power_supplies_are_those_of_the_spec_and_assumed_ones_are_said_to_be():
    hardware = {key: replace(spec, power_supplies=1) if key == "cmp-512" else spec for key, spec in LIBRARY.hardware_by_id.items()}  # fmt: skip
    topology = a_topology()
    plant = plant_of(topology, hardware, LIBRARY.services, LIBRARY.networks, a_load())

    report = fail(plant, "feed:feed-a")

    assert {d.id for d in report.dead if d.id.startswith("cmp")} == {n.id for n in topology.nodes if n.spec == "cmp-512"}  # fmt: skip
    assert fail(plant, "feed:feed-b").compute.stopped == 0
    assumed = len(topology.nodes) + len(topology.switches) - 10
    assert any(f"House value: {assumed} servers and switches" in note for note in report.notes)


def test_x3_one_feed_only_is_a_single_point_of_failure():
    topology = a_topology()
    plant = a_plant(topology=replace(topology, pdus=tuple(p for p in topology.pdus if p.feed == "feed-a")))

    assert fail(plant, "feed:feed-a").compute.stopped == 522


def test_x3_monitors_and_osds_in_one_rack_fall_with_it():
    plant = a_plant(
        racks=(a_rack(compute=4, storage=3, spines=1), a_rack(storage=0, spines=1), a_rack(storage=0))
    )

    ranking = rank(plant)

    assert {c.elements for c in ranking.single_points if c.event == "storage"} == {("rack:rack-1",)}


def test_x3_out_of_band_over_a_server_port_stops_nothing_and_is_an_error_of_validation():
    # A tenant who gets onto the network over the port reaches every BMC: a hole, not an outage.
    links = tuple(
        replace(link, networks=(*link.networks, "oob")) if link.id == "cmp01.fast-1" else link
        for link in a_topology().links
    )
    ranking = rank(a_plant(topology=replace(a_topology(), links=links)))

    assert ranking.single_points == ()
    facts = a_design(links=with_networks(named("cmp01.fast-1"), "oob"))
    assert [f.severity for f in findings(facts) if f.rule == "V112"] == [Severity.ERROR]


@pytest.mark.parametrize(
    ("monitors", "dead", "is_lost"),
    # Experiment E1, 1 to 6 real monitors: quorum is lost at 2 of 2 (one left), 2 of 3, 2 of 4, 3 of 5, 3 of 6.
    [(1, 1, True), (2, 1, True), (3, 1, False), (3, 2, True), (4, 1, False), (4, 2, True), (5, 2, False), (5, 3, True),
     (6, 2, False), (6, 3, True)],
)  # fmt: skip
def test_e1_monitors_lose_their_majority_as_real_ones_do(monitors, dead, is_lost):
    racks = (a_rack(storage=2, spines=1), a_rack(storage=2, spines=1), a_rack(storage=2))
    nodes = [f"sto0{n}" for n in range(1, monitors + 1)]
    plant = a_plant(topology=services_on(a_topology(racks), "ceph-mon", set(nodes)))

    report = fail(plant, *(f"device:{node}" for node in nodes[:dead]))

    assert (report.service("ceph-mon").state is State.DOWN) is is_lost


def test_drives_fail_as_often_as_the_rates_say():
    # failure_model.md section 5: 36 SSD x 1 % = 0.36 a year.
    assert ranked().drive_failures_per_year == Decimal("0.36")
    # 288 HDD x 1.57 %
    assert 288 * drive_rate(Media.HDD) == pytest.approx(Decimal("4.5"), abs=Decimal("0.05"))


def test_the_ranking_puts_the_worst_first_and_covers_every_element():
    ranking = ranked()

    assert ranking.damages[0].failed[0] in ("network:storage_public", "network:storage_cluster", "service:ceph-osd", "service:ceph-mon")  # fmt: skip
    assert sum(1 + len(d.like_it) for d in ranking.damages) == ranking.failures
    out = [d.vms_out for d in ranking.damages]
    assert out == sorted(out, reverse=True)


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(a_plant, id="dual-homed"),
        pytest.param(lambda: single_leaf(), id="single-homed"),
        pytest.param(lambda: a_plant(pools=(replace(THREE, failure_domain="rack"),)), id="rule by rack"),
    ],
)
def test_failures_said_to_be_alike_are_alike(plant):
    drawn = plant()

    for damage in rank(drawn).damages:
        first = fail(drawn, *damage.failed)
        for name in damage.like_it:
            other = fail(drawn, name)
            assert [p.state for p in other.planes[:3]] == [p.state for p in first.planes[:3]], name
            assert other.compute == first.compute, name
            assert [(p.inactive, p.lost) for p in other.pools] == [(p.inactive, p.lost) for p in first.pools]


def test_availability_control_plane_of_the_mid_size_design_is_0_12_minutes_a_year():
    control = next(a for a in ranked().availability if a.event == "control")

    assert control.unavailability == pytest.approx(Decimal("2.19e-7"), rel=Decimal("0.01"))
    assert control.minutes_per_year == pytest.approx(Decimal("0.12"), abs=Decimal("0.005"))
    assert control.percent == "above 99.999 %"


def test_availability_in_one_rack_the_rack_dominates_with_7_2_minutes_a_year():
    ranking = rank(a_plant(racks=(a_rack(control=3, compute=10, storage=3),)), with_pairs=True)

    control = next(a for a in ranking.availability if a.event == "control")
    assert control.minutes_per_year == pytest.approx(Decimal("7.2"), abs=Decimal("0.1"))
    assert control.worst == ("rack:rack-1",)


def test_availability_vm_minutes_and_vm_hours_of_a_year():
    ranking = ranked()

    assert ranking.vm_minutes_by_hand == Decimal("2.4")
    assert ranking.vm_minutes_with_masakari == pytest.approx(Decimal("0.3"), abs=Decimal("0.03"))
    assert ranking.vm_hours_by_hosts == pytest.approx(Decimal("20.9"), abs=Decimal("0.05"))
    assert ranking.vm_hours_by_racks == pytest.approx(Decimal("49.3"), abs=Decimal("0.05"))
    assert any("60 minutes a year" in note for note in ranking.notes)
