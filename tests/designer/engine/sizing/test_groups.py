"""Anti-affinity: VMs of a group are on different hosts, by hand and against the best there is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.library import load_library
from designer.engine.sizing import packing
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import SizingRequest
from designer.engine.sizing.packing import HostCapacity, HostGroup, VmDemand, hosts_packed, pack
from designer.engine.workload import Overrides, Policies, VmProfile, Workload

LIBRARY = load_library()
HOST = HostCapacity(threads=16, vcpus=16, ram_gib=D(32), cells=2, cell_gib=D(16))


def a_vm(count, vcpus=1, ram=1, group=0, **fields):
    return VmDemand(count=count, vcpus=vcpus, ram_gib=D(ram), group_size=group, **fields)


def a_request(*profiles, overrides=None, **policies):
    return SizingRequest(
        workload=Workload(profiles=profiles),
        policies=Policies(**policies),
        hardware=LIBRARY.selection_for("rd-mid"),
        overrides=overrides or Overrides(),
    )


def a_profile(name, count, vcpus, ram_gib, **fields):
    return VmProfile(id=name, name=name, count=count, vcpus=vcpus, ram_gib=D(ram_gib), **fields)


def fewest(host, demands):
    """The fewest hosts, by trying every host for every VM, each VM in a group that is named."""
    ones = [
        (vm.vcpus, vm.ram_gib, (kind, number // vm.group_size) if vm.group_size else None)
        for kind, vm in enumerate(demands)
        for number in range(vm.count)
    ]
    best = len(ones)

    def place(index, hosts):
        nonlocal best
        if len(hosts) >= best:
            return
        if index == len(ones):
            best = len(hosts)
            return
        cpu, ram, group = ones[index]
        for at, (free_cpu, free_ram, groups) in enumerate(hosts):
            if free_cpu >= cpu and free_ram >= ram and (group is None or group not in groups):
                filled = (free_cpu - cpu, free_ram - ram, groups | {group})
                place(index + 1, [*hosts[:at], filled, *hosts[at + 1 :]])
        place(index + 1, [*hosts, (host.vcpus - cpu, host.ram_gib - ram, frozenset({group}))])

    place(0, [])
    return best


@pytest.mark.parametrize(
    ("count", "group", "hosts"),
    [
        pytest.param(3, 3, 3, id="one-group"),
        pytest.param(2, 3, 2, id="less-than-a-group"),
        pytest.param(7, 3, 3, id="the-last-group-has-one"),
        pytest.param(48, 3, 3, id="16-on-each-host"),
        pytest.param(49, 3, 4, id="one-more-than-three-hosts-hold"),
        pytest.param(16, 0, 1, id="no-rule"),
    ],
)
def test_hosts_of_equal_vms_in_groups(count, group, hosts):
    # A host of 16 vCPU holds 16 VMs of one, if of as many groups.
    assert hosts_packed(HOST, [a_vm(count, group=group)]) == hosts


def test_two_members_find_no_place_on_one_host():
    alone = [HostGroup(count=1, host=HOST)]

    assert pack(HOST, [a_vm(6, group=3)], alone, may_add=False).left == 4
    assert pack(HOST, [a_vm(6, group=3)], [HostGroup(count=3, host=HOST)], may_add=False).left == 0


apart = st.builds(
    a_vm, st.integers(1, 4), st.integers(1, 12), st.integers(1, 24), st.sampled_from([0, 0, 2, 3])
)
mixes = st.lists(apart, min_size=1, max_size=3).filter(lambda mix: sum(vm.count for vm in mix) <= 7)


@settings(max_examples=150, deadline=None)
@given(demands=mixes)
def test_no_packing_takes_fewer_hosts_than_trying_all_or_than_the_largest_group(demands):
    found = hosts_packed(HOST, demands)

    assert fewest(HOST, demands) <= found
    assert max(vm.least_hosts for vm in demands) <= found


in_cells = st.builds(
    lambda vm, cells: replace(vm, guest_cells=cells, cell_gib=vm.ram_gib / max(1, cells)),
    st.builds(
        a_vm, st.integers(1, 40), st.integers(1, 8), st.integers(1, 16), st.sampled_from([0, 0, 2, 3, 5])
    ),
    st.sampled_from([0, 0, 1, 2]),
)


@settings(max_examples=150, deadline=None)
@given(demands=st.lists(in_cells, min_size=1, max_size=4))
def test_the_order_of_profiles_does_not_matter(demands):
    assert len({pack(HOST, order) for order in permutations(demands)}) == 1


@settings(max_examples=150, deadline=None)
@given(
    demands=st.lists(in_cells, min_size=1, max_size=5),
    hosts=st.integers(1, 12),
    more=st.sampled_from([HOST, replace(HOST, vcpus=40), replace(HOST, ram_gib=D(8), cell_gib=D(4))]),
)
def test_one_more_host_never_holds_less(demands, hosts, more):
    there = [HostGroup(count=hosts, host=HOST)]

    before = pack(HOST, demands, there, may_add=False).left
    after = pack(HOST, demands, [*there, HostGroup(count=1, host=more)], may_add=False).left

    assert after <= before


@settings(max_examples=100, deadline=None)
@given(demands=st.lists(in_cells, min_size=1, max_size=5))
def test_groups_never_take_fewer_hosts_and_all_find_a_place_on_those_counted(demands):
    hosts = hosts_packed(HOST, demands)

    assert pack(HOST, demands, [HostGroup(count=hosts, host=HOST)], may_add=False).left == 0
    for resource in ("vcpus", "ram_gib"):
        asked = sum(vm.count * getattr(vm, resource) for vm in demands)
        assert hosts * getattr(HOST, resource) >= asked


def test_a_group_asks_for_as_many_nodes_and_a_notice_says_so():
    result = size(a_request(a_profile("db", 5, 4, 16, anti_affinity_group_size=5)))

    assert (result.compute.hosts_for_load, result.compute.bound_by) == (5, packing.GROUPS)
    assert result.counts.compute == 6
    assert result.figures["compute.groups.db"].value == 1
    steps = {step.label: step.value for step in result.figures["compute.hosts_for_load"].steps}
    assert steps["Hosts for groups"] == 5
    assert any("db: up to 5 VMs are kept apart" in notice.message for notice in result.notices)


def test_groups_that_fit_anyway_change_nothing_but_their_figure():
    free = a_profile("web", 3000, 4, 16)

    plain = size(a_request(free))
    kept_apart = size(a_request(replace(free, anti_affinity_group_size=3)))

    assert kept_apart.counts == plain.counts
    assert kept_apart.compute == plain.compute
    assert kept_apart.figures["compute.groups.web"].value == 1000
    assert [n.message for n in kept_apart.notices] == [n.message for n in plain.notices]


def test_fewer_nodes_by_hand_than_a_group_has_vms_is_an_error():
    result = size(
        a_request(a_profile("db", 3, 4, 16, anti_affinity_group_size=3), overrides=Overrides(compute=2))
    )

    assert [n.severity for n in result.notices if "set by hand" in n.message] == ["error"]
    assert result.compute.vms_with_spare < 3
