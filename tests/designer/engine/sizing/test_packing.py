"""The two packings: by hand, against the best there is, and never worse than first-fit decreasing alone."""

from __future__ import annotations

from decimal import Decimal as D
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from designer.engine.sizing import packing
from designer.engine.sizing.packing import HostCapacity, HostGroup, VmDemand, hosts_packed, pack

HOST = HostCapacity(threads=16, vcpus=16, ram_gib=D(32))


def vms(*rows):
    return [VmDemand(count=count, vcpus=vcpus, ram_gib=D(ram)) for count, vcpus, ram in rows]


def first_fit(host, demands):
    packer = packing._Packer(host, demands, ())
    counts = [vm.count for vm in demands]
    return packer._first_fit(counts, may_add=True).added


def fewest(host, demands):
    """The fewest hosts, by trying every host for every VM."""
    ones = list(chain.from_iterable([(vm.vcpus, vm.ram_gib)] * vm.count for vm in demands))
    best = len(ones)

    def place(index, rooms):
        nonlocal best
        if len(rooms) >= best:
            return
        if index == len(ones):
            best = len(rooms)
            return
        cpu, ram = ones[index]
        for at, (free_cpu, free_ram) in enumerate(rooms):
            if free_cpu >= cpu and free_ram >= ram:
                place(index + 1, [*rooms[:at], (free_cpu - cpu, free_ram - ram), *rooms[at + 1 :]])
        place(index + 1, [*rooms, (host.vcpus - cpu, host.ram_gib - ram)])

    place(0, [])
    return best


def test_vms_of_unlike_ratios_share_hosts_that_largest_first_fills_with_one_kind():
    # Largest first: 3 x 5 vCPU on one host leave 1 vCPU, then 3 x 9 GiB on the next, the last alone: 3 hosts.
    # Mixed: 2 x (5, 1) + 2 x (2, 9) = 14 vCPU, 20 GiB, and 1 x (5, 1) + 2 x (2, 9) = 9 vCPU, 19 GiB: 2 hosts.
    demands = vms((3, 5, 1), (4, 2, 9))

    assert (first_fit(HOST, demands), hosts_packed(HOST, demands)) == (3, 2)


def test_numbers_too_long_for_floating_point_are_packed_first_fit():
    demands = [
        VmDemand(count=3, vcpus=5, ram_gib=D("1.000000000001")),
        VmDemand(count=4, vcpus=2, ram_gib=D("9.0000000000000000001")),
    ]

    assert hosts_packed(HOST, demands) == first_fit(HOST, demands) == 3


mixes = st.lists(
    st.builds(VmDemand, count=st.integers(1, 3), vcpus=st.integers(1, 16), ram_gib=st.integers(1, 32).map(D)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(demands=mixes.filter(lambda demands: sum(vm.count for vm in demands) <= 7))
def test_few_vms_take_no_more_hosts_than_first_fit_and_no_fewer_than_the_fewest(demands):
    assert fewest(HOST, demands) <= hosts_packed(HOST, demands) <= first_fit(HOST, demands)


@settings(max_examples=150, deadline=None)
@given(demands=mixes, hosts=st.integers(1, 6))
def test_hosts_one_by_one_are_filled_as_hosts_in_one_group(demands, hosts):
    group, ones = [HostGroup(count=hosts, host=HOST)], [HostGroup(count=1, host=HOST)] * hosts

    assert pack(HOST, demands, group) == pack(HOST, demands, ones)


@settings(max_examples=100, deadline=None)
@given(demands=mixes)
def test_all_vms_find_a_place_on_as_many_hosts_as_are_packed(demands):
    many = [VmDemand(count=vm.count * 40, vcpus=vm.vcpus, ram_gib=vm.ram_gib) for vm in demands]
    hosts = hosts_packed(HOST, many)

    assert pack(HOST, many, [HostGroup(count=hosts, host=HOST)], may_add=False).left == 0
    assert hosts >= sum(vm.count * vm.ram_gib for vm in many) / HOST.ram_gib
    assert hosts >= D(sum(vm.count * vm.vcpus for vm in many)) / HOST.vcpus
