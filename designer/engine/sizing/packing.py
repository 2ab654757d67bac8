"""Packing VMs onto hosts: what they give and ask for, and where they find a place on unlike hosts (sizing.C5, C6, C8).

Two packings are made, and the better one counts: first-fit decreasing; and first-fit decreasing of the VMs that are bound
to NUMA cells or kept apart, then the others `host_by_host`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from math import lcm

import numpy as np

from catalog.engine.units import floor
from designer.engine.sizing import numa, power
from designer.engine.sizing.first_fit import Need, Room, Size, first_fit, ordered
from designer.engine.sizing.host_by_host import Sizes, fill

PARTS_OF_NOTHING = 1000
"""A share is taken of a thousandth of a unit where there is nothing."""
PINNED, NUMA = "pinned CPU", "NUMA cells"
"""Resources that only VMs with a NUMA topology are bound by (C8)."""
GROUPS = "anti-affinity groups"
"""What binds where VMs of a group ask for more hosts than their resources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCapacity:
    """What one compute host can give to VMs, after its reserves."""

    threads: int
    """The most vCPUs that one VM may have: Placement's max_unit (C3)."""
    vcpus: int
    ram_gib: Decimal
    local_disk_gb: Decimal = Decimal(0)
    """0: guests have no local disks."""
    gpus: int = 0
    pcpus: int = 0
    """Placement's inventory of PCPU: threads for pinned vCPUs, as many in each NUMA cell (C8)."""
    cells: int = 1
    """NUMA cells."""
    cell_gib: Decimal = Decimal(0)
    """RAM of a cell for guests with a NUMA topology: never overcommitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VmDemand:
    """So many equal VMs; RAM in GiB with the overhead of the hypervisor, disk in GB on the host."""

    count: int
    vcpus: int
    ram_gib: Decimal
    local_disk_gb: Decimal = Decimal(0)
    gpus: int = 0
    """Whole ones, passed through (C9)."""
    is_pinned: bool = False
    """Its vCPUs are of the PCPU inventory."""
    guest_cells: int = 0
    """NUMA cells of the guest, each in a cell of its own of the host (C8); 0: it floats."""
    cell_gib: Decimal = Decimal(0)
    """RAM of one guest cell, in whole pages."""
    group_size: int = 0
    """Kept apart in groups of that many, the last one with the rest: those of a group are on different hosts. 0: no rule."""

    @property
    def least_hosts(self) -> int:
        """The hosts that the anti-affinity rule alone asks for (C6)."""
        return min(self.count, self.group_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostGroup:
    """So many equal hosts."""

    count: int
    host: HostCapacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """Where a mix of VMs found a place."""

    used: int
    """Of the given hosts, those that carry any."""
    added: int
    left: int
    """VMs that found no place."""


def shares_of(host: HostCapacity, vm: VmDemand) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """What one VM takes of each resource of a host, and what there is."""
    cpu = Decimal(vm.vcpus)
    return (
        ("CPU", Decimal(0) if vm.is_pinned else cpu, Decimal(host.vcpus)),
        (PINNED, cpu if vm.is_pinned else Decimal(0), Decimal(host.pcpus)),
        ("RAM", vm.ram_gib, host.ram_gib),
        ("GPU", Decimal(vm.gpus), Decimal(host.gpus)),
    )


def vms_of_one_size(host: HostCapacity, vm: VmDemand) -> tuple[int, str]:
    """Return how many VMs like `vm` fit on a host, and the resource that binds (C5)."""
    if vm.vcpus > host.threads and not vm.is_pinned:
        return 0, "CPU"
    limits = {name: floor(capacity / need) for name, need, capacity in shares_of(host, vm) if need}
    if host.local_disk_gb and vm.local_disk_gb:
        limits["disk"] = floor(host.local_disk_gb / vm.local_disk_gb)
    if vm.guest_cells:
        unit = _whole_unit([host.cell_gib, vm.cell_gib])
        limits[NUMA] = numa.placed(_cells_of(host, unit), _guest_of(vm, unit), min(limits.values()))[0]
    name = min(limits, key=lambda key: limits[key])
    return max(0, limits[name]), name


def hosts_packed(host: HostCapacity, demands: Sequence[VmDemand]) -> int:
    """Return the equal hosts that a mix packs into, for vCPU, RAM, local disk and GPUs together (C6).

    Every VM must fit on an empty host.
    """
    packing = pack(host, demands)
    if packing.left:
        raise ValueError("a VM is larger than an empty host")
    return packing.added


def pack(
    host: HostCapacity,
    demands: Sequence[VmDemand],
    given: Sequence[HostGroup] = (),
    *,
    may_add: bool = True,
) -> Packing:
    """Return where a mix finds a place: on the `given` hosts in their order, then on new ones like `host`.

    Works on runs of equally filled hosts, so that its cost depends on the number of profiles, not of VMs; and in
    whole numbers, exact and fast. VMs are ordered by their share of `host`, not as they are given. One more host at the
    end of `given` never leaves more VMs without a place: those before it are filled as without it. VMs with a NUMA
    topology come first, while the cells are empty. Without `may_add` the question is whether all find a place: `used`
    may then be more than the better packing needs.
    """
    return _Packer(host, demands, given).packed([vm.count for vm in demands], may_add=may_add)


class _Packer:
    """A mix and hosts in whole numbers, ready to be packed with any counts."""

    def __init__(self, host: HostCapacity, demands: Sequence[VmDemand], given: Sequence[HostGroup]) -> None:
        kinds = [*(group.host for group in given), host]
        has_cells = any(vm.guest_cells for vm in demands if vm.count)
        sizes = [kind.ram_gib for kind in kinds] + [vm.ram_gib for vm in demands]
        if has_cells:
            sizes += [kind.cell_gib for kind in kinds] + [vm.cell_gib for vm in demands]
        ram_unit = _whole_unit(sizes)
        disk_unit = _whole_unit(
            [*(kind.local_disk_gb for kind in kinds), *(vm.local_disk_gb for vm in demands)]
        )
        self.given = [group.count for group in given]
        self.empty: list[Room] = [
            (
                kind.vcpus, int(kind.ram_gib * ram_unit), int(kind.local_disk_gb * disk_unit), kind.gpus,
                _cells_of(kind, ram_unit) if has_cells else (),
            )
            for kind in kinds
        ]  # fmt: skip
        ram_and_disk = [(int(vm.ram_gib * ram_unit), int(vm.local_disk_gb * disk_unit)) for vm in demands]
        order = _largest_first(host, self.empty[-1][1], demands, ram_and_disk)
        found: list[Size] = []
        bound: set[int] = set()
        for index in order:
            vm, (ram, disk) = demands[index], ram_and_disk[index]
            cpu, guest = 0 if vm.is_pinned else vm.vcpus, _guest_of(vm, ram_unit)
            needs: list[Need | None] = [
                (cpu, ram, disk if kind.local_disk_gb else 0, vm.gpus, guest) if cpu <= kind.threads else None
                for kind in kinds
            ]
            found.append(Size(index, (cpu, ram), needs, vm.group_size))
            if vm.group_size:
                found.append(Size(index, (cpu, ram), needs, vm.group_size, is_last_group=True))
            if vm.group_size or vm.guest_cells or vm.is_pinned:
                bound.add(index)
        self.all = ordered(found, self.empty)
        self.free = [size for size in found if size.demand not in bound] if bound else found
        """The sizes that `host_by_host` packs, after those that are bound to cells or kept apart."""
        self.bound_count = len(found) - len(self.free)
        self.bound_first = self.all
        if bound:
            of_bound = [size for size in found if size.demand in bound]
            self.bound_first = ordered([*of_bound, *self.free], self.empty)

    def packed(self, counts: Sequence[int], *, may_add: bool) -> Packing:
        """Pack `counts` VMs of each demand; the better of two packings."""
        first = self._first_fit(counts, may_add=may_add)
        free = sum(counts[size.demand] > 0 for size in self.free)
        is_best = not first.left and (
            not may_add or (not self.given and first.added <= self._least_added(counts))
        )
        if is_best or not free or (free == 1 and not self.bound_count) or not self._sizes.is_exact:
            return first
        second = self._host_by_host(counts, may_add=may_add)
        return min(first, second, key=lambda packing: (packing.left, packing.added, packing.used))

    def _first_fit(self, counts: Sequence[int], *, may_add: bool) -> Packing:
        found = first_fit(self.all, len(self.all.sizes), counts, self.empty, self.given, may_add=may_add)
        used, added, left = found.counted()
        return Packing(used=used, added=added, left=left)

    @cached_property
    def _sizes(self) -> Sizes:
        needs = [[None if need is None else need[:4] for need in size.needs] for size in self.free]
        return Sizes(needs, [room[:4] for room in self.empty])

    def _host_by_host(self, counts: Sequence[int], *, may_add: bool) -> Packing:
        """First fit of those that are bound to cells or kept apart, then the others host by host."""
        hosts = first_fit(self.bound_first, self.bound_count, counts, self.empty, self.given, may_add=may_add)
        waiting = np.array([counts[size.demand] for size in self.free], dtype=np.int64)
        new = len(self.empty) - 1
        for count, room, kind in hosts.runs:
            put = fill(self._sizes, kind, room[:4], waiting, count)
            if kind == new:
                hosts.added += count
            else:
                hosts.used += put if room == self.empty[kind] else count
        if may_add:
            hosts.added += fill(self._sizes, new, self.empty[new][:4], waiting, None)
        return Packing(used=hosts.used, added=hosts.added, left=hosts.left + int(waiting.sum()))

    def _least_added(self, counts: Sequence[int]) -> int:
        """The new hosts that no packing can do without, where none are given: by the sum of each resource."""
        cpu = ram = disk = gpus = 0
        for size in self.all.sizes:
            if need := size.needs[-1]:
                count, _ = size.asked(counts)
                cpu, ram = cpu + count * need[0], ram + count * need[1]
                disk, gpus = disk + count * need[2], gpus + count * need[3]
        room = self.empty[-1]
        pairs = (cpu, room[0]), (ram, room[1]), (disk, room[2]), (gpus, room[3])
        return max(-(-asked // there) for asked, there in pairs if there)


def _largest_first(
    host: HostCapacity, host_ram: int, demands: Sequence[VmDemand], ram_and_disk: Sequence[tuple[int, int]]
) -> list[int]:
    """The order of VMs by their share of `host`: those with NUMA cells first, then by the largest share, then by the sum of all.

    Shares are whole numbers of a common part. What is still equal is ordered by itself, so that the order in which VMs are
    given says nothing.
    """
    capacities = (host.vcpus, host.pcpus, host_ram, host.gpus)
    whole = lcm(*(max(1, capacity) for capacity in capacities))
    parts = [whole // capacity if capacity else whole * PARTS_OF_NOTHING for capacity in capacities]

    def weight(index: int) -> tuple[int, ...]:
        vm, (ram, disk) = demands[index], ram_and_disk[index]
        cpu, pinned = (0, vm.vcpus) if vm.is_pinned else (vm.vcpus, 0)
        shares = cpu * parts[0], pinned * parts[1], ram * parts[2], vm.gpus * parts[3]
        return (vm.guest_cells > 0, max(shares), sum(shares), vm.vcpus, ram, disk, vm.guest_cells, vm.group_size, vm.count)  # fmt: skip

    return sorted(range(len(demands)), key=weight, reverse=True)


def without_groups(demands: Sequence[VmDemand]) -> list[VmDemand]:
    """Return a mix as one host of many sees it: which groups its VMs are of is no matter there."""
    return [replace(vm, group_size=0) for vm in demands]


def after_losses(groups: Sequence[HostGroup], lost: int) -> list[list[HostGroup]]:
    """Return what is left of `groups` after the loss of any `lost` hosts that could be the worst (C7).

    For each kind of host: as many of that kind as there are, the rest from the largest of the others.
    """
    by_size = sorted(
        range(len(groups)), key=lambda index: (groups[index].host.ram_gib, groups[index].host.vcpus), reverse=True
    )  # fmt: skip
    found = []
    for first in by_size:
        counts, to_lose = [group.count for group in groups], lost
        for index in (first, *(other for other in by_size if other != first)):
            gone = min(counts[index], to_lose)
            counts[index] -= gone
            to_lose -= gone
        left = [HostGroup(count=count, host=group.host) for count, group in zip(counts, groups, strict=True)]
        if left not in found:
            found.append(left)
    return found


def after_domain_losses(groups: Sequence[HostGroup], domains: int) -> list[list[HostGroup]]:
    """Return what is left of `groups` after the loss of each rack or zone, hosts dealt over them in turn (R7, C7)."""
    starts = [sum(group.count for group in groups[:index]) for index in range(len(groups))]
    dealt = [
        power.dealt(group.count, domains, first=start) for group, start in zip(groups, starts, strict=True)
    ]
    lost = dict.fromkeys(
        tuple(counts[domain] for counts in dealt) for domain in range(domains)
    )  # most are alike
    return [
        [
            HostGroup(count=group.count - gone, host=group.host)
            for group, gone in zip(groups, counts, strict=True)
        ]
        for counts in lost
    ]


def vms_after_losses(
    host: HostCapacity, demands: Sequence[VmDemand], groups: Sequence[HostGroup], lost: int
) -> int:
    """Return how many VMs of this mix run after the loss of any `lost` hosts of `groups`, the largest among them (C7)."""
    return min((most_vms(host, demands, 0, existing=left) for left in after_losses(groups, lost)), default=0)


def most_vms(
    host: HostCapacity, demands: Sequence[VmDemand], hosts: int, existing: Sequence[HostGroup] = ()
) -> int:
    """Return how many VMs of this mix `hosts`, and those `existing`, carry: the mix grown until it no longer packs."""
    asked = sum(vm.count for vm in demands)
    total = max(0, hosts) + sum(group.count for group in existing)
    if not asked or total < 1:
        return 0
    groups = [*existing, HostGroup(count=max(0, hosts), host=host)]

    packer = _Packer(host, demands, groups)

    def scaled(total: int) -> list[int]:
        return [vm.count * total // asked for vm in demands]

    def packs(total: int) -> bool:
        return not packer.packed(scaled(total), may_add=False).left

    # Start near the answer, widen until it lies between, then halve.
    needed = pack(host, demands, existing)
    start = max(1, asked * total // max(1, needed.used + needed.added))
    step = max(1, start // 64)
    low = high = start
    if packs(start):
        while packs(high := low + step):
            low, step = high, step * 2
    else:
        while (low := max(0, high - step)) and not packs(low):
            high, step = low, step * 2
        if packs(asked):
            low = max(
                low, asked
            )  # a mix that packs is never given away, though packing is not quite monotone
    while high - low > 1:
        middle = (low + high) // 2
        if packs(middle):
            low = middle
        else:
            high = middle
    return sum(scaled(low))


def _cells_of(host: HostCapacity, ram_unit: int) -> numa.Cells:
    return ((host.pcpus // host.cells, int(host.cell_gib * ram_unit)),) * host.cells


def _guest_of(vm: VmDemand, ram_unit: int) -> numa.Guest:
    if not vm.guest_cells:
        return 0, 0, 0
    each = -(-vm.vcpus // vm.guest_cells) if vm.is_pinned else 0
    return vm.guest_cells, each, int(vm.cell_gib * ram_unit)


def _whole_unit(values: Sequence[Decimal]) -> int:
    """Return the power of ten that makes every one of `values` a whole number."""
    digits = [value.normalize().as_tuple().exponent for value in values if value != int(value)]
    return int(10 ** max([0, *(-digit for digit in digits if isinstance(digit, int))]))
