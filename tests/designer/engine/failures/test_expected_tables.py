"""Tables X1 of the failure model: every single failure of the mid-size reference design, number by number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.engine.hardware import SwitchRole
from designer.engine.failures.model import State
from tests.designer.engine.failures.builders import a_plant, fail, rounded

PLANT = a_plant()
UP, DEGRADED, DOWN = State.UP, State.DEGRADED, State.DOWN


CLEAN, UNDERSIZED, INACTIVE = (1, 0, 0), (0, 1, 0), (0, 0, 1)
"""Shares of placement groups that are clean, degraded (all active), inactive."""
ONE_OSD = (Decimal("0.916667"), Decimal("0.083333"), 0)


@pytest.mark.parametrize(
    ("failed", "control", "monitors", "groups", "hosts", "capacity", "stopped", "hung", "north_south"),
    [
        # failure_model.md, table X1, column by column; "up, tolerance gone (2 of 3)" is degraded (F5).
        pytest.param("device:ctl01", DEGRADED, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 one control node"),
        pytest.param("device:ctl03", DEGRADED, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 another control node"),
        pytest.param("device:cmp01", UP, UP, CLEAN, 9, 522, 52, 0, UP, id="X1 one compute node"),
        pytest.param("device:sto01", UP, DEGRADED, UNDERSIZED, 10, 580, 0, 0, UP, id="X1 one storage node"),
        pytest.param("drive:sto01.osd-1", UP, UP, ONE_OSD, 10, 580, 0, 0, UP, id="X1 one OSD"),
        pytest.param("device:leaf-2b", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 one leaf"),
        pytest.param("device:spine-1", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 one spine"),
        pytest.param("link:sto02.fast-3", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 any server link"),
        pytest.param("link:leaf-3a.up-2", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 any uplink"),
        pytest.param("device:oob-1", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 one OOB switch"),
        pytest.param("pdu:pdu-1a", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 feed A of one rack"),
        pytest.param("pdu:pdu-1b", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 feed B of one rack"),
        pytest.param("feed:feed-a", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 site feed A"),
        pytest.param("feed:feed-b", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 site feed B"),
        pytest.param("device:ext-1", UP, UP, CLEAN, 10, 580, 0, 0, UP, id="X1 external router"),
        pytest.param("rack:rack-1", DEGRADED, DEGRADED, UNDERSIZED, 6, 348, 209, 0, UP, id="X1 rack 1"),
        pytest.param("rack:rack-2", DEGRADED, DEGRADED, UNDERSIZED, 7, 406, 157, 0, UP, id="X1 rack 2"),
        pytest.param("rack:rack-3", DEGRADED, DEGRADED, UNDERSIZED, 7, 406, 157, 0, UP, id="X1 rack 3"),
        pytest.param("network:management", DOWN, UP, CLEAN, 0, 0, 0, 0, UP, id="X1 VLAN management"),
        pytest.param("network:storage_public", DEGRADED, DOWN, INACTIVE, 0, 0, 0, 522, UP, id="X1 VLAN storage_public"),
        pytest.param("network:storage_cluster", UP, UP, INACTIVE, 0, 0, 0, 522, UP, id="X1 VLAN storage_cluster"),
        pytest.param("network:tenant_overlay", UP, UP, CLEAN, 0, 0, 0, 0, DOWN, id="X1 VLAN tenant_overlay"),
    ],
)  # fmt: skip
def test_a_single_failure_does_what_the_table_says(
    failed, control, monitors, groups, hosts, capacity, stopped, hung, north_south
):
    report = fail(PLANT, failed)

    assert report.plane("control").state is control
    assert report.service("ceph-mon").state is monitors
    (pool,) = report.pools
    assert (pool.clean, pool.degraded, pool.inactive) == groups
    assert pool.lost == 0
    storage = {CLEAN: UP, INACTIVE: DOWN}.get(groups, DEGRADED)
    assert report.plane("storage").state is storage
    assert (report.compute.usable_hosts, report.compute.capacity) == (hosts, capacity)
    assert (rounded(report.compute.stopped), rounded(report.compute.hung)) == (stopped, hung)
    assert report.plane("north-south").state is north_south


@pytest.mark.parametrize("router", ["ext-1", "ext-2"])
def test_x1_an_external_router_is_missed_in_words_and_the_other_is_the_last(router):
    report = fail(PLANT, f"device:{router}")

    assert report.sentence.endswith("fails, everything goes on, with less in reserve.")
    assert report.plane("north-south").text == "Up. 1 of 2 external routers reached."
    assert report.next_failure == ("One more external router lost stops the way out.",)


def test_x1_every_single_failure_of_a_kind_has_the_effect_of_its_row():
    links = [f"link:{link.id}" for link in PLANT.topology.links]
    switches = [f"device:{s.id}" for s in PLANT.topology.switches]

    for failed in links + switches:
        report = fail(PLANT, failed)

        assert report.plane("control").state is UP, failed
        assert report.plane("storage").state is UP, failed
        assert (report.compute.capacity, report.compute.out_of_service) == (580, 0), failed


def test_x1_quorum_members_are_at_two_of_three_after_one_control_node():
    report = fail(PLANT, "device:ctl02")

    for service in ("mariadb", "rabbitmq", "ovn-db"):
        state = report.service(service)
        assert (state.alive, state.members, state.tolerance, state.missing) == (2, 3, 0, ("ctl02",))


def test_x1_a_gateway_or_virtual_ip_moves_in_three_seconds():
    moments = [m for m in fail(PLANT, "device:ctl01").timeline if m.seconds == 3]

    assert {m.kind for m in moments} == {"network", "control"}


def test_x1_one_compute_node_takes_52_2_vms_on_average_and_its_vms_just_fit():
    compute = fail(PLANT, "device:cmp07").compute

    assert compute.stopped == Decimal("52.2")
    assert (compute.cannot_restart, compute.capacity) == (0, compute.vms)


def test_x1_with_one_storage_node_less_nothing_can_be_rebuilt_and_a_second_loss_stops_io():
    report = fail(PLANT, "device:sto01")

    pool = report.pools[0]
    assert (pool.degraded, pool.inactive, pool.worst_copies_left) == (1, 0, 2)
    assert not pool.heals_itself
    assert "N = z" in pool.healing
    assert any("makes placement groups" in text for text in report.next_failure)
    assert fail(PLANT, "device:sto01", "device:sto03").plane("storage").state is DOWN


def test_x1_one_osd_is_rebuilt_in_its_host_3_17_tb_in_about_22_minutes():
    pool = fail(PLANT, "drive:sto01.osd-7").pools[0]

    assert pool.degraded == pytest.approx(Decimal(1) / 12, abs=Decimal("1e-6"))
    assert pool.heals_itself
    assert pool.recovery_tb == pytest.approx(Decimal("3.17"), abs=Decimal("0.005"))
    assert pool.recovery_hours * 60 == pytest.approx(Decimal(22), abs=Decimal("0.5"))
    assert pool.fill_after == pytest.approx(Decimal("0.9"))


def test_x1_a_leaf_leaves_the_bonds_of_its_rack_at_half_bandwidth():
    found = fail(PLANT, "device:leaf-1a").bandwidth

    bonds = [b for b in found if b.kind == "bond"]
    assert len(bonds) == 7  # one each for control and compute, two for storage
    assert all(b.gbps_left * 2 == b.gbps_before for b in bonds)


def test_x1_a_spine_leaves_two_times_one_times_100_gbps_a_rack():
    found = fail(PLANT, "device:spine-2").bandwidth

    assert [(b.id, b.gbps_before, b.gbps_left) for b in found] == [
        ("rack-1", 400, 200), ("rack-2", 400, 200), ("rack-3", 400, 200),
    ]  # fmt: skip


def test_x1_without_an_oob_switch_no_bmc_of_its_rack_is_reached():
    report = fail(PLANT, "device:oob-2")

    in_rack = {d.id for d in (*PLANT.topology.nodes, *PLANT.topology.switches) if d.rack == "rack-2"}
    assert set(report.unmanaged) == in_rack - {"oob-2"}


def test_x1_with_one_feed_the_other_carries_the_rack():
    watts = [fail(PLANT, f"pdu:pdu-{rack}a").power[0].watts for rack in (1, 2, 3)]

    assert [round(w / 1000, 1) for w in watts] == [Decimal("5.9"), Decimal("5.1"), Decimal("4.5")]


def test_x1_feed_a_takes_the_oob_switches_with_it_and_feed_b_nothing():
    one, site, other = fail(PLANT, "pdu:pdu-3a"), fail(PLANT, "feed:feed-a"), fail(PLANT, "feed:feed-b")

    oob = {s.id for s in PLANT.topology.switches if s.role is SwitchRole.OUT_OF_BAND}
    assert {d.id for d in one.dead if d.kind == "device"} == {"oob-3"}
    assert {d.id for d in site.dead if d.kind == "device"} == oob
    assert {d.id for d in other.dead if d.kind == "device"} == set()


@pytest.mark.parametrize(("rack", "homeless"), [("rack-1", 174), ("rack-2", 116), ("rack-3", 116)])
def test_x1_the_vms_of_a_rack_do_not_all_fit_elsewhere(rack, homeless):
    report = fail(PLANT, f"rack:{rack}")

    assert report.compute.cannot_restart == homeless
    assert f"{homeless} of them find no room" in report.sentence


def test_x1_without_the_storage_vlan_control_is_down_for_images_and_volumes_and_all_vms_hang():
    report = fail(PLANT, "network:storage_public")

    assert "down for images and volumes" in report.plane("control").text
    assert report.service("glance").state is DOWN
    assert report.pools[0].inactive == 1
    assert (report.compute.hung, report.compute.stopped) == (522, 0)


def test_x1_without_the_cluster_vlan_placement_groups_count_as_inactive():
    report = fail(PLANT, "network:storage_cluster")

    assert (report.pools[0].inactive, report.pools[0].lost) == (1, 0)
    assert report.compute.hung == 522


def test_x1_without_the_overlay_vms_run_on_alone():
    report = fail(PLANT, "network:tenant_overlay")

    assert (report.compute.isolated, report.compute.running) == (522, 522)


def test_x1_loss_of_the_management_vlan_does_not_stop_guests():
    report = fail(PLANT, "network:management")

    assert (report.compute.running, report.compute.isolated) == (522, 0)
    assert report.service("ovn-gateway").state is not DOWN


def test_a_service_names_the_chain_of_its_causes_and_nothing_beside():
    report = fail(PLANT, "device:ctl01", "device:ctl02")

    keystone, horizon = report.service("keystone"), report.service("horizon")
    galera = "down, 1 of 3 left, 2 make a majority: lost ctl01, ctl02"
    assert (keystone.state, horizon.state) == (DOWN, DOWN)
    assert keystone.reasons == (f"needs Database (Galera): {galera}",)
    assert horizon.reasons == (f"needs Identity, which needs Database (Galera): {galera}",)


def test_vms_of_a_dead_host_cannot_be_started_while_the_control_plane_is_down():
    report = fail(PLANT, "device:ctl01", "device:ctl02", "device:cmp01")

    assert report.compute.cannot_restart == report.compute.stopped == Decimal("52.2")
    assert "52 of them cannot be started while the control plane is down" in report.sentence
