"""Hardware of several generations: what is there already is used first, and the largest loss is planned for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument
from catalog.engine.hardware import DeviceClass, ExistingNodes, Media, NodeRole
from catalog.library import load_library
from designer.engine.layout import lay_out
from designer.engine.sizing import packing, storage
from designer.engine.sizing.engine import size
from designer.engine.sizing.packing import HostCapacity, HostGroup
from designer.engine.sizing.uneven import OsdHosts, uneven_capacity, uneven_fill_limits, uneven_layout
from designer.engine.workload import FailureDomain, Overrides, Policies, PoolPlan
from tests.designer.engine.sizing.test_engine import a_profile, a_request

LIBRARY = load_library()
MID = LIBRARY.selection_for("rd-mid")
OLD_COMPUTE = replace(MID.compute, id="cmp-256-old", name="Old compute", ram_gib=256)
OLD_STORAGE = replace(MID.storage, id="sto-nvme6-old", name="Old storage", osds=6)
DISKS = LIBRARY.node_specs["sto-hdd24"]


def owning(*rows, hardware=MID, **changes):
    existing = tuple(ExistingNodes(spec=spec, role=NodeRole(role), count=count) for spec, role, count in rows)
    return replace(hardware, existing=existing, **changes)


def nodes_of(result):
    return [(nodes.role.value, nodes.spec, nodes.count, nodes.is_existing) for nodes in result.nodes]


# Compute ------------------------------------------------------------------------------------------------------
# VMs of 8 GiB take 8.5 GiB. An old host gives floor((256 - 16) / 8.5) = 28 of them, a new one floor(496 / 8.5) = 58.


def test_existing_nodes_are_filled_first_and_the_largest_is_the_spare():
    result = size(a_request(a_profile(522, 4, 8, 60), hardware=owning((OLD_COMPUTE, "compute", 6))))

    # Load: 6 x 28 = 168, and (522 - 168) / 58 = 6.1, so 7 new. Without a new one 6 x 28 + 7 x 58 = 574 >= 522: 8.
    assert nodes_of(result)[:2] == [("compute", "cmp-256-old", 6, True), ("compute", "cmp-512", 8, False)]
    found = result.compute
    assert (found.hosts_for_load, found.spare_hosts, found.hosts, found.vms_with_spare) == (13, 1, 14, 574)


def test_a_group_asks_for_new_nodes_beside_those_that_are_there():
    # Five VMs that are kept apart: two old nodes, three new ones, and a spare; one old node could carry 28.
    kept_apart = replace(a_profile(5, 4, 8, 60), anti_affinity_group_size=5)

    result = size(a_request(kept_apart, hardware=owning((OLD_COMPUTE, "compute", 2))))

    assert nodes_of(result)[:2] == [("compute", "cmp-256-old", 2, True), ("compute", "cmp-512", 4, False)]
    assert (result.compute.hosts_for_load, result.compute.bound_by) == (5, packing.GROUPS)


def test_nothing_is_bought_when_what_is_there_is_enough():
    result = size(a_request(a_profile(100, 4, 8, 60), hardware=owning((OLD_COMPUTE, "compute", 9))))

    assert nodes_of(result)[0] == ("compute", "cmp-256-old", 9, True)
    assert [nodes.spec for nodes in result.nodes if nodes.role is NodeRole.COMPUTE] == ["cmp-256-old"]
    assert result.compute.vms_with_spare == 8 * 28


def test_a_rack_of_unlike_hosts_may_be_lost():
    """12 nodes in 3 racks, old ones first: racks hold 2 old each, and 2 new each; a lost rack takes 2 x 28 + 2 x 58."""
    policies = Policies(failure_unit=FailureDomain.RACK, racks=3)
    vms = 4 * 28 + 4 * 58

    fits = size(a_request(a_profile(vms), hardware=owning((OLD_COMPUTE, "compute", 6)), policies=policies))
    more = size(
        a_request(a_profile(vms + 1), hardware=owning((OLD_COMPUTE, "compute", 6)), policies=policies)
    )

    assert fits.counts.compute == 12
    assert more.counts.compute > 12


def test_a_vm_larger_than_new_nodes_runs_on_the_existing_ones():
    large = replace(MID.compute, id="cmp-large-old", ram_gib=1024)
    profiles = (a_profile(2, 8, 600, 60), a_profile(100, 4, 8, 60, id="small"))

    result = size(a_request(*profiles, hardware=owning((large, "compute", 3))))

    assert result.counts.compute >= 3
    with pytest.raises(InvalidDocument, match="no other place when one of them fails"):
        size(a_request(*profiles, hardware=owning((large, "compute", 2))))
    with pytest.raises(InvalidDocument, match="a host has 496 GiB"):
        size(a_request(*profiles))


def test_existing_control_nodes_count():
    result = size(a_request(a_profile(100), hardware=owning((MID.control, "control", 2))))

    assert nodes_of(result)[-2:] == [("control", "ctl-s", 2, True), ("control", "ctl-s", 1, False)]


capacities = st.builds(
    HostCapacity,
    threads=st.integers(16, 256),
    vcpus=st.integers(16, 800),
    ram_gib=st.integers(32, 2048).map(D),
)
mixes = st.lists(
    st.builds(packing.VmDemand, count=st.integers(1, 300), vcpus=st.integers(1, 16), ram_gib=st.integers(1, 32).map(D)),
    min_size=1, max_size=4,
)  # fmt: skip
groups = st.lists(st.builds(HostGroup, count=st.integers(1, 12), host=capacities), min_size=1, max_size=3)


@given(host=capacities, given_hosts=groups, demands=mixes, more=capacities)
def test_one_more_host_never_leaves_more_vms_without_a_place(host, given_hosts, demands, more):
    before = packing.pack(host, demands, given_hosts, may_add=False)
    after = packing.pack(host, demands, [*given_hosts, HostGroup(count=1, host=more)], may_add=False)

    assert after.left <= before.left


@given(host=capacities, given_hosts=groups, demands=mixes)
def test_equal_hosts_that_are_there_count_as_new_ones(host, given_hosts, demands):
    count = given_hosts[0].count
    there = packing.pack(host, demands, [HostGroup(count=count, host=host)])

    assert there.used + there.added == packing.hosts_packed(host, demands)


@settings(max_examples=25)
@given(
    vms=st.integers(1, 900), ram_gib=st.sampled_from([2, 8, 24]), old_ram=st.sampled_from([128, 256, 384, 768]),
    there=st.integers(1, 15), unit=st.sampled_from(list(FailureDomain)[:2]),
)  # fmt: skip
def test_who_owns_nodes_never_buys_more_and_loses_none_of_the_load(vms, ram_gib, old_ram, there, unit):
    old = replace(MID.compute, id="old", ram_gib=old_ram)
    asked = a_request(a_profile(vms, 4, ram_gib, 10), policies=Policies(failure_unit=unit))
    owner = replace(asked, hardware=owning((old, "compute", there)))

    bought = [size(one).counts.compute for one in (asked, owner)]
    result = size(owner)

    assert bought[1] - there <= bought[0]
    assert result.compute.vms_with_spare >= vms


# Storage ------------------------------------------------------------------------------------------------------
def test_uneven_hosts_hold_what_the_loss_of_any_leaves():
    """Four hosts of 23.04 TB and one of 46.08. Held of one copy: 138.24 / 3 = 46.08, as much as the largest.

    Without the large one 92.16 / 3 = 30.72 are left, of 46.08 two thirds: filled to 0.9 x 2/3 = 0.6.
    """
    result = size(a_request(a_profile(522), hardware=owning((OLD_STORAGE, "storage", 4))))

    found = result.storage
    assert nodes_of(result)[1:3] == [
        ("storage", "sto-nvme6-old", 4, True),
        ("storage", "sto-nvme12", 1, False),
    ]
    assert (found.hosts, found.osds, found.raw_tb) == (5, 36, D("138.24"))
    assert round(found.fill_limit, 6) == D("0.6")
    assert round(found.usable_tb, 4) == round(D("46.08") * D("0.98") * D("0.6"), 4)


@pytest.mark.parametrize(
    ("hosts_tb", "size", "held"),
    [
        pytest.param([10, 10, 20], 3, 10, id="S6-surplus-is-unusable"),
        pytest.param([10, 10, 20, 20], 3, 20, id="S6-four-hosts"),
        pytest.param([30, 20, 20, 10], 2, 40, id="S6-two-copies"),
    ],
)
def test_what_unequal_hosts_hold(hosts_tb, size, held):
    hosts = [OsdHosts(count=1, drives=1, drive_tb=D(tb)) for tb in hosts_tb]

    assert uneven_layout(hosts, domains=None, size=size).held_tb == held


@given(
    domains=st.integers(3, 12), per_domain=st.integers(1, 4), drives=st.integers(2, 24), size=st.integers(2, 4),
    heals=st.booleans(),
)  # fmt: skip
def test_equal_hosts_have_the_limits_of_the_simple_rules(domains, per_domain, drives, size, heals):
    hosts = [OsdHosts(count=domains * per_domain, drives=drives, drive_tb=D(4))]
    plain = storage.Layout(
        hosts=domains * per_domain, drives_per_host=drives, drive_tb=D(4), domains=domains, size=size
    )

    uneven = min(
        uneven_fill_limits(uneven_layout(hosts, domains=domains, size=size), self_heal_reserve=heals)
    )
    even = min(storage.fill_limits(plain, self_heal_reserve=heals))

    assert round(uneven[0], 12) == round(even[0], 12)


hosts_with_osds = st.lists(
    st.builds(
        OsdHosts, count=st.integers(1, 6), drives=st.integers(2, 24), drive_tb=st.sampled_from([D(2), D(4), D(16)])
    ),
    min_size=1, max_size=4,
)  # fmt: skip


def usable(hosts, size):
    return uneven_capacity(uneven_layout(hosts, domains=None, size=size), data_share=D(1) / size)


@given(hosts=hosts_with_osds, more=hosts_with_osds, size=st.integers(2, 4))
def test_more_storage_never_holds_less(hosts, more, size):
    before, after = usable(hosts, size), usable([*hosts, *more], size)

    assert after.capacity.usable_tb >= before.capacity.usable_tb - D("1e-9")
    assert after.capacity.replicated_tb <= after.capacity.raw_tb / size + D("1e-9")


def test_a_host_too_small_to_heal_on_is_left_out():
    """Three hosts of 100 TB hold 85; with a fourth of 10 TB the loss of a large one would leave room for 10 alone."""
    large = OsdHosts(count=3, drives=50, drive_tb=D(2))

    alone, beside = usable([large], 3), usable([large, OsdHosts(count=1, drives=5, drive_tb=D(2))], 3)

    assert alone.capacity.usable_tb == beside.capacity.usable_tb
    assert (beside.left_out, beside.stranded_tb) == (1, 10)


# Device classes -----------------------------------------------------------------------------------------------
def test_each_device_class_has_hosts_capacity_and_pools_of_its_own():
    hardware = replace(MID, storage_tiers=(DISKS,))
    profiles = (
        a_profile(522, 4, 8, 60),
        a_profile(50, 4, 8, 4000, id="archive", device_class=DeviceClass.HDD),
    )

    result = size(a_request(*profiles, hardware=hardware))

    fast, slow = result.storage_classes
    # S8: written = provisioned x 0.6 x 1.1
    assert fast.sizing.needed_usable_tb == 522 * D("0.060") * D("0.66")
    assert slow.sizing.needed_usable_tb == 50 * 4 * D("0.66") == 132
    # 3 x 24 x 20 TB: 1,440 / 3 x 0.98 x 0.85
    assert (slow.sizing.hosts, slow.sizing.raw_tb) == (3, 1440)
    assert slow.sizing.usable_tb == 480 * D("0.98") * min(D("0.85"), D("0.9") * 23 / 24)
    assert [pool.media for pool in result.storage.pools] == ["nvme"] * 4 + ["hdd"]
    assert result.storage.raw_tb == fast.sizing.raw_tb + slow.sizing.raw_tb
    assert result.counts.storage == 6
    assert result.counts.storage_by_class == {"nvme": 3, "hdd": 3}
    again = size(a_request(*profiles, hardware=hardware))
    assert again == result


def test_pools_share_the_drives_of_their_class():
    pools = (
        PoolPlan(name="volumes", share_of_raw=D(1)),
        PoolPlan(name="objects", share_of_raw=D("0.9"), k=4, m=2, device_class=DeviceClass.HDD),
        PoolPlan(name="index", share_of_raw=D("0.1"), device_class=DeviceClass.HDD),
    )
    hardware = replace(MID, storage_tiers=(DISKS,))

    result = size(a_request(a_profile(100), hardware=hardware, policies=Policies(pools=pools)))

    slow = result.storage_classes[1].sizing
    assert slow.hosts == 6  # one for each shard of 4 + 2
    assert [(pool.name, pool.media) for pool in slow.pools] == [("objects", "hdd"), ("index", "hdd")]
    assert slow.pools[1].pg_num == storage.planned_pg_num(osds=6 * 24, size=3, share=D("0.1"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param(
            {"hardware": replace(MID, storage_tiers=(MID.storage,))}, "hardware.storage_tiers[0]", id="class-twice"
        ),
        pytest.param({"hardware": owning((DISKS, "storage", 3))}, "hardware.existing[0].spec", id="existing"),
        pytest.param({"hardware": owning((MID.compute, "storage", 3))}, "hardware.existing[0].spec", id="no-drives"),
        pytest.param({"hardware": owning((MID.compute, "network", 3))}, "hardware.existing[0].role", id="role"),
        pytest.param({"overrides": Overrides(storage_hdd=4)}, "hardware.overrides.storage_hdd", id="override"),
        pytest.param(
            {"policies": Policies(pools=(PoolPlan(name="a", share_of_raw=D(1), device_class=DeviceClass.HDD),))},
            "policies.pools[0].device_class", id="pool",
        ),
    ],
)  # fmt: skip
def test_what_has_no_drives_of_its_class_is_refused(changes, field):
    request = replace(a_request(a_profile(10)), **changes)

    with pytest.raises(InvalidDocument) as caught:
        size(request)

    assert field in [problem.field for problem in caught.value.problems]


# Layout -------------------------------------------------------------------------------------------------------
def test_old_and_new_nodes_are_drawn_apart():
    hardware = owning((OLD_COMPUTE, "compute", 4), (MID.compute, "compute", 2), (OLD_STORAGE, "storage", 4))
    request = a_request(a_profile(522), hardware=hardware)
    result = size(request)

    drawing = lay_out(request, result, LIBRARY.services, LIBRARY.networks)

    count = {group.id: sum(node.group == group.id for node in drawing.nodes) for group in drawing.node_groups}
    existing = {group.id: count[group.id] for group in drawing.node_groups if group.is_existing}
    assert existing == {
        "cmp-cmp-256-old-existing": 4, "cmp-cmp-512-existing": 2, "sto-sto-nvme6-old-existing": 4,
    }  # fmt: skip
    assert sum(count.values()) == sum(nodes.count for nodes in result.nodes)
    for load, rack in zip(result.facility.racks, drawing.racks, strict=True):
        units = sum(
            hardware.node_specs[node.spec].rack_units for node in drawing.nodes if node.rack == rack.id
        )
        assert units <= load.used_units


def test_hyper_converged_nodes_of_two_generations_share_what_they_hold():
    hardware = LIBRARY.selection_for("rd-starter-hci3")
    old = replace(hardware.compute, id="hci-old", ram_gib=384, osds=4)

    result = size(
        a_request(a_profile(120, 2, 8, 60), hardware=owning((old, "compute", 3), hardware=hardware))
    )

    compute_nodes = [nodes for nodes in result.nodes if nodes.role is NodeRole.COMPUTE]
    assert (compute_nodes[0].count, compute_nodes[0].is_existing) == (3, True)
    assert result.storage.osds == 3 * 4 + 6 * sum(nodes.count for nodes in compute_nodes[1:])
    assert result.counts.storage == 0


def test_media_have_the_class_that_ceph_gives_them():
    assert [DeviceClass.of(media).value for media in Media] == ["hdd", "ssd", "nvme"]


# Numbers set by hand ------------------------------------------------------------------------------------------
def test_a_fixed_number_stands_beside_the_computed_one():
    result = size(replace(a_request(a_profile(522, 4, 8, 60)), overrides=Overrides(compute=12)))

    assert result.counts.compute == 12
    assert result.compute.vms_with_spare == 11 * 58
    (found,) = result.overrides
    assert (found.field, found.computed, found.chosen) == ("hardware.overrides.compute", 10, 12)
    figure = result.figures["compute.hosts"]
    assert (figure.value, figure.bound_by, figure.grade.value) == (12, "set by hand", "C")
    assert [step.value for step in figure.steps] == [10, 12]
    assert not [n for n in result.notices if "by hand" in n.message]


@pytest.mark.parametrize(
    ("overrides", "policies", "severity", "words"),
    [
        # 522 VMs at 58 a host: 8 hosts hold 464, 9 all without a spare, 10 by the rules.
        (Overrides(compute=8), {}, "error", "8 compute nodes are set by hand; 58 of 522 VMs find no place"),
        (
            Overrides(compute=9),
            {},
            "warning",
            "but not after the loss that is planned for. The rules give 10",
        ),
        (
            Overrides(storage_nvme=2),
            {},
            "error",
            "3 copies or shards in different failure domains need 3 of these",
        ),
        (
            Overrides(),
            {"spare_hosts": 0},
            "warning",
            "0 spare compute nodes are set by hand, and the rule gives 1",
        ),
        (Overrides(), {"racks": 1}, "error", "the fullest holds more than its power allow. The rules give 3"),
    ],
)
def test_a_fixed_number_below_need_is_told_with_figures(overrides, policies, severity, words):
    request = a_request(a_profile(522, 4, 8, 60), hardware=MID, policies=Policies(**policies))

    result = size(replace(request, overrides=overrides))

    assert [n.severity for n in result.notices if words in n.message] == [severity]


def test_too_little_storage_by_hand_is_told_in_terabytes():
    """2,000 VMs x 60 GB x 0.66 = 79.2 TB; three nodes hold 138.24 / 3 x 0.98 x 0.825 = 37.3."""
    request = a_request(a_profile(2000, 2, 4, 60), hardware=MID)

    result = size(replace(request, overrides=Overrides(storage_nvme=3)))

    assert result.storage.hosts == 3
    (notice,) = [n for n in result.notices if "by hand" in n.message]
    assert "37.3 TB usable, and 79.2 TB are written. The rules give" in notice.message


# What would change the answer ---------------------------------------------------------------------------------
def test_the_best_single_change_is_that_of_the_tightest_part():
    """522 VMs fill 9 hosts; storage holds 37.26 TB, 20.67 are written at 0.0396 a VM: room for 418 more."""
    result = size(a_request(a_profile(522, 4, 8, 60), hardware=MID))

    rooms = {room.part: room for room in result.headroom}
    assert (rooms["compute"].room_vms, rooms["compute"].step_adds) == (0, 58)
    assert rooms["compute"].one_less == "464 VMs: 58 too few"
    assert rooms["storage.nvme"].room_vms == 418
    assert (result.best_change.part, result.best_change.vms) == ("compute", 58)
    assert "58 more VMs" in result.best_change.text
    assert result.best_change.usd == MID.compute.price.typical


def test_a_storage_node_is_named_where_storage_binds():
    """80 GB x 0.66 = 0.0528 TB a VM: 3 nodes hold 705 VMs; a fourth makes 4 x 46.08 / 3 x 0.98 x 0.675 = 40.6: 769."""
    request = a_request(a_profile(700, 4, 8, 80), hardware=MID)

    result = size(replace(request, overrides=Overrides(compute=20)))

    best = result.best_change
    usable = [D("46.08") * D("0.98") * D("0.825"), 4 * D("15.36") * D("0.98") * D("0.675")]
    assert (best.part, best.vms) == (
        "storage.nvme",
        int(usable[1] / D("0.0528")) - int(usable[0] / D("0.0528")),
    )
    assert f"adds {usable[1] - usable[0]:.1f} TB" in best.text


def test_every_headroom_is_explained_by_a_figure():
    hardware = owning((OLD_COMPUTE, "compute", 6), (OLD_STORAGE, "storage", 4), storage_tiers=(DISKS,))

    result = size(
        a_request(a_profile(522), a_profile(9, id="b", device_class=DeviceClass.HDD), hardware=hardware)
    )

    parts = ["compute", "storage.nvme", "storage.hdd", "control", "rack_units", "power", "leaf_ports"]
    assert [room.part for room in result.headroom] == parts
    for room in result.headroom:
        assert result.figures[room.figure].value == room.room
        assert not room.step_figure or result.figures[room.step_figure].value == room.step_adds
        assert result.figures[room.figure].steps
    assert {"storage.nvme.usable_tb", "storage.hdd.usable_tb", "storage.usable_tb"} <= set(result.figures)


@settings(max_examples=30)
@given(vms=st.integers(1, 800), ram_gib=st.sampled_from([2, 8, 24]), disk_gb=st.sampled_from([10, 80, 400]))
def test_one_more_of_what_is_named_lets_the_cloud_carry_what_is_said(vms, ram_gib, disk_gb):
    request = a_request(a_profile(vms, 4, ram_gib, disk_gb), hardware=MID)
    result = size(request)
    best = result.best_change
    if best is None:
        return
    counts = result.counts
    more = {"compute": {"compute": counts.compute + 1}, "storage.nvme": {"storage_nvme": counts.storage + 1}}

    grown = size(replace(request, overrides=Overrides(**more[best.part])))

    rooms = [min(room.room_vms for room in one.headroom[:2]) for one in (result, grown)]
    assert rooms[1] - rooms[0] == best.vms
