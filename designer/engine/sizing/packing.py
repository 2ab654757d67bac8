"""Packing VMs onto hosts: what they give and ask for, and where they find a place on unlike hosts (sizing.C5, C6, C8).

Two packings are made, first-fit decreasing and `host_by_host`, and the better one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.units import floor
from designer.engine.sizing import numa, power
from designer.engine.sizing.host_by_host import Four, Task, host_by_host

LEAST = Decimal("0.001")
"""What stands for nothing where a share is taken of it."""
PINNED, NUMA = "pinned CPU", "NUMA cells"
"""Resources that only VMs with a NUMA topology are bound by (C8)."""


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


_Room = tuple[int, int, int, int, numa.Cells]
"""vCPU, RAM, local disk and GPUs in whole units, and the NUMA cells."""
_Need = tuple[int, int, int, int, numa.Guest]
_Run = tuple[int, _Room, int]
"""Equally filled hosts: how many, what is left of each, their kind."""


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
    whole numbers, exact and fast. VMs are ordered by their share of `host`. One more host at the end of `given`
    never leaves more VMs without a place: those before it are filled as without it. VMs with a NUMA topology come
    first, while the cells are empty; a mix with such VMs is packed first-fit decreasing only. Without `may_add` the
    question is whether all find a place: `used` may then be more than the better packing needs.
    """
    return _Packer(host, demands, given).packed([vm.count for vm in demands], may_add=may_add)


class _Packer:
    """A mix and hosts in whole numbers, ready to be packed with any counts."""

    def __init__(self, host: HostCapacity, demands: Sequence[VmDemand], given: Sequence[HostGroup]) -> None:
        def weight(vm: VmDemand) -> tuple[bool, Decimal, Decimal, int]:
            shares = [need / max(LEAST, capacity) for _, need, capacity in shares_of(host, vm)]
            return vm.guest_cells > 0, max(shares), sum(shares, Decimal(0)), vm.vcpus

        order = sorted(range(len(demands)), key=lambda index: weight(demands[index]), reverse=True)
        kinds = [*(group.host for group in given), host]
        has_cells = any(vm.guest_cells for vm in demands if vm.count)
        sizes = [kind.ram_gib for kind in kinds] + [vm.ram_gib for vm in demands]
        if has_cells:
            sizes += [kind.cell_gib for kind in kinds] + [vm.cell_gib for vm in demands]
        ram_unit = _whole_unit(sizes)
        disk_unit = _whole_unit(
            [*(kind.local_disk_gb for kind in kinds), *(vm.local_disk_gb for vm in demands)]
        )
        self.given = given
        self.is_plain = not has_cells and not any(vm.is_pinned for vm in demands if vm.count)
        """Whether `host_by_host` knows all that binds."""
        self.empty: list[_Room] = [
            (
                kind.vcpus, int(kind.ram_gib * ram_unit), int(kind.local_disk_gb * disk_unit), kind.gpus,
                _cells_of(kind, ram_unit) if has_cells else (),
            )
            for kind in kinds
        ]  # fmt: skip
        self.needs: list[tuple[int, list[_Need | None]]] = []
        """Of each VM, the largest first: its place among the demands, and what it takes of each kind of host."""
        for index in order:
            vm = demands[index]
            ram, disk = int(vm.ram_gib * ram_unit), int(vm.local_disk_gb * disk_unit)
            cpu, guest = 0 if vm.is_pinned else vm.vcpus, _guest_of(vm, ram_unit)
            needs: list[_Need | None] = [
                (cpu, ram, disk if kind.local_disk_gb else 0, vm.gpus, guest) if cpu <= kind.threads else None
                for kind in kinds
            ]
            self.needs.append((index, needs))
        self.least = self._least_to_come()
        self.rooms_of_four = [_four(room) for room in self.empty]
        self.needs_of_four = [
            [None if need is None else _four(need) for need in needs] for _, needs in self.needs
        ]

    def packed(self, counts: Sequence[int], *, may_add: bool) -> Packing:
        """Pack `counts` VMs of each demand; the better of two packings."""
        first = self._first_fit_decreasing(counts, may_add=may_add)
        if not self.is_plain or sum(count > 0 for count in counts) < 2 or (not first.left and not may_add):
            return first
        task = Task(
            rooms=self.rooms_of_four,
            counts=[counts[index] for index, _ in self.needs],
            needs=self.needs_of_four,
            given=[group.count for group in self.given],
        )
        if not task.is_exact or (not first.left and not self.given and first.added <= task.least_added):
            return first
        used, added, left = host_by_host(task, may_add=may_add)
        second = Packing(used=used, added=added, left=left)
        return min(first, second, key=lambda packing: (packing.left, packing.added, packing.used))

    def _first_fit_decreasing(self, counts: Sequence[int], *, may_add: bool) -> Packing:
        empty, new = self.empty, len(self.empty) - 1
        # Equally filled hosts in order: count, what is left of each, their kind.
        runs = [(group.count, empty[kind], kind) for kind, group in enumerate(self.given) if group.count]
        full_used = full_added = missing = 0
        for (index, needs), (least_cpu, least_ram) in zip(self.needs, self.least, strict=True):
            left, filled = counts[index], []
            if not left:
                continue
            for at, run in enumerate(runs):
                hosts, room, kind = run
                if room[0] < least_cpu or room[1] < least_ram:  # nothing that is still to come has room here
                    full_added += hosts if kind == new else 0
                    full_used += hosts if kind != new and room != empty[kind] else 0
                    continue
                need = needs[kind]
                if need is None or room[0] < need[0] or room[1] < need[1] or not (fits := _fits(room, need)):
                    filled.append(run)
                    continue
                left -= _fill(filled, run, need, fits, left)
                if not left:
                    filled += runs[at + 1 :]
                    break
            need = needs[new]
            fits = _fits(empty[new], need) if left and need and may_add else 0
            if fits and need:
                left -= _fill(filled, (-(-left // fits), empty[new], new), need, fits, left)
            missing += left
            runs = filled
        return Packing(
            used=full_used + sum(hosts for hosts, room, kind in runs if kind != new and room != empty[kind]),
            added=full_added + sum(hosts for hosts, _, kind in runs if kind == new),
            left=missing,
        )

    def _least_to_come(self) -> list[tuple[int, int]]:
        """The smallest vCPU and RAM of each VM and of those that come after it."""
        found: list[tuple[int, int]] = []
        cpu = ram = max(max(room[:2]) for room in self.empty) + 1
        for _, needs in reversed(self.needs):
            for need in needs:
                if need is not None:
                    cpu, ram = min(cpu, need[0]), min(ram, need[1])
            found.append((cpu, ram))
        return found[::-1]


def _fill(filled: list[_Run], run: _Run, need: _Need, fits: int, left: int) -> int:
    """Put up to `left` VMs on equally filled hosts, `fits` on each; add what comes of it to `filled`, return how many."""
    hosts, room, kind = run
    put = min(left, fits * hosts)
    full, rest = divmod(put, fits)
    if full:
        filled.append((full, _after(room, need, fits), kind))
    if rest:
        filled.append((1, _after(room, need, rest), kind))
    if untouched := hosts - full - (1 if rest else 0):
        filled.append((untouched, room, kind))
    return put


def _four(numbers: _Room | _Need) -> Four:
    return numbers[0], numbers[1], numbers[2], numbers[3]


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
    digits = [value.normalize().as_tuple().exponent for value in values if value]
    return int(10 ** max([0, *(-digit for digit in digits if isinstance(digit, int))]))


def _fits(room: _Room, need: _Need) -> int:
    """How many VMs of `need` go into `room`."""
    cpu, ram, disk, gpus, guest = need
    fits = room[1] // ram
    if cpu:
        fits = min(fits, room[0] // cpu)
    if disk:
        fits = min(fits, room[2] // disk)
    if gpus:
        fits = min(fits, room[3] // gpus)
    if guest[0]:
        fits = numa.placed(room[4], guest, fits)[0]
    return max(0, fits)


def _after(room: _Room, need: _Need, count: int) -> _Room:
    cpu, ram, disk, gpus, guest = need
    cells = numa.placed(room[4], guest, count)[1] if guest[0] else room[4]
    return room[0] - count * cpu, room[1] - count * ram, room[2] - count * disk, room[3] - count * gpus, cells
