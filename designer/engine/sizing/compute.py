"""Compute: what a host can carry, how many hosts a mix of VMs needs, and how many are spare (sizing.C1 to C7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.units import ceil, floor
from designer.engine.workload import FailureDomain

SMALL_FLAVOR_SHARE = Decimal("0.05")
MAX_FRAGMENTATION = Decimal("0.25")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class VmDemand:
    """So many equal VMs; RAM in GiB with the overhead of the hypervisor, disk in GB on the host."""

    count: int
    vcpus: int
    ram_gib: Decimal
    local_disk_gb: Decimal = Decimal(0)
    gpus: int = 0
    """Whole ones, passed through (C9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsNeeded:
    """How many hosts a mix needs, and the figures behind it."""

    by_resource: dict[str, Decimal]
    """Hosts that each resource asks for, unrounded."""
    fragmentation: Decimal
    bound: int
    """The safe figure: the largest of them, enlarged by the fragmentation."""
    packed: int
    """What first-fit decreasing needs."""
    bound_by: str


def threads(*, sockets: int, cores_per_socket: int, threads_per_core: int) -> int:
    """Return the logical CPUs of a host (C1)."""
    return sockets * cores_per_socket * threads_per_core


def reserved_threads(
    *,
    threads_per_core: int,
    host_cores: int = 2,
    dpdk_cores: int = 0,
    osds: int = 0,
    threads_per_osd: int = 0,
    ceph_threads: int = 0,
    control_threads: int = 0,
) -> int:
    """Return the logical CPUs kept from guests (C2)."""
    return (
        threads_per_core * (host_cores + dpdk_cores) + osds * threads_per_osd + ceph_threads + control_threads
    )


def vcpu_capacity(*, threads: int, reserved: int, cpu_allocation_ratio: Decimal) -> int:
    """Return the vCPUs that Placement lets a host give away (C3)."""
    return max(0, floor((threads - reserved) * cpu_allocation_ratio))


def host_ram_reserve_gib(ram_gib: int) -> int:
    """Return the RAM kept for the operating system and agents, GiB (R_os). House value."""
    if ram_gib >= 2048:
        return 32
    return 16 if ram_gib >= 256 else 8


def reserved_host_memory_mb(
    *,
    host_reserve_gib: Decimal,
    vms: int,
    vm_overhead_gib: Decimal,
    osds: int = 0,
    gib_per_osd: Decimal = Decimal(0),
) -> int:
    """Return nova's `reserved_host_memory_mb`, in MiB (C4 view a)."""
    return floor(1024 * (host_reserve_gib + osds * gib_per_osd + vms * vm_overhead_gib))


def vms_of_one_size(host: HostCapacity, vm: VmDemand) -> tuple[int, str]:
    """Return how many VMs like `vm` fit on a host, and the resource that binds (C5)."""
    if vm.vcpus > host.threads:
        return 0, "CPU"
    limits = {"CPU": host.vcpus // vm.vcpus if vm.vcpus else 10**9, "RAM": floor(host.ram_gib / vm.ram_gib)}
    if host.local_disk_gb and vm.local_disk_gb:
        limits["disk"] = floor(host.local_disk_gb / vm.local_disk_gb)
    if vm.gpus:
        limits["GPU"] = host.gpus // vm.gpus
    name = min(limits, key=lambda key: limits[key])
    return max(0, limits[name]), name


def refuse_what_fits_nowhere(host: HostCapacity, demands: Sequence[VmDemand], names: Sequence[str]) -> None:
    """Refuse a mix with a VM that is larger than a whole host.

    Raises:
        InvalidDocument: names the profile, the value and the largest that would fit (C3 max_unit, C4).
    """
    problems = []
    for index, (vm, name) in enumerate(zip(demands, names, strict=True)):
        if not vm.count:
            continue
        most = min(host.threads, host.vcpus)
        if vm.vcpus > most:
            message = f"{name} has {vm.vcpus} vCPU and no host has more than {most} to give one VM"
            remedy = f"Use at most {most} vCPU, or a compute node with more cores."
            problems.append(Problem(f"workload.profiles[{index}].vcpus", vm.vcpus, message, remedy))
        if vm.ram_gib > host.ram_gib:
            message = f"{name} needs {vm.ram_gib:f} GiB with its overhead and a host has {host.ram_gib:f} GiB to give"
            remedy = f"Use less than {host.ram_gib:f} GiB, or a compute node with more RAM."
            problems.append(Problem(f"workload.profiles[{index}].ram_gib", vm.ram_gib, message, remedy))
        if host.local_disk_gb and vm.local_disk_gb > host.local_disk_gb:
            message = (
                f"{name} needs {vm.local_disk_gb:f} GB and a host has {host.local_disk_gb:f} GB of local disk"
            )
            remedy = f"Use at most {host.local_disk_gb:f} GB, or a compute node with more local disk."
            problems.append(Problem(f"workload.profiles[{index}].disk_gb", vm.local_disk_gb, message, remedy))
        if vm.gpus > host.gpus:
            message = f"{name} has {vm.gpus} GPUs and a host has {host.gpus}"
            remedy = "Use a compute node with GPUs." if not host.gpus else f"Use at most {host.gpus}."
            problems.append(Problem(f"workload.profiles[{index}].gpus", vm.gpus, message, remedy))
    if problems:
        raise InvalidDocument(problems)


def hosts_needed(host: HostCapacity, demands: Sequence[VmDemand]) -> HostsNeeded:
    """Return how many hosts a mix of VMs needs (C6): the bound, and the packing that proves a smaller figure."""
    demands = [vm for vm in demands if vm.count]
    if not demands:
        return HostsNeeded(by_resource={}, fragmentation=Decimal(0), bound=0, packed=0, bound_by="nothing")
    totals = {
        "CPU": (Decimal(sum(vm.count * vm.vcpus for vm in demands)), Decimal(host.vcpus)),
        "RAM": (sum((vm.count * vm.ram_gib for vm in demands), Decimal(0)), host.ram_gib),
    }
    if host.local_disk_gb:
        disk = sum((vm.count * vm.local_disk_gb for vm in demands), Decimal(0))
        totals["disk"] = (disk, host.local_disk_gb)
    if gpus := sum(vm.count * vm.gpus for vm in demands):
        totals["GPU"] = (Decimal(gpus), Decimal(host.gpus))
    by_resource = {name: need / capacity for name, (need, capacity) in totals.items() if need}
    bound_by = max(by_resource, key=lambda name: by_resource[name])
    packed = first_fit_decreasing(host, demands)
    if len(demands) == 1:
        per_host, bound_by = vms_of_one_size(host, demands[0])
        exact = ceil(Decimal(demands[0].count) / per_host)
        need, capacity = totals[bound_by]
        phi = 1 - per_host * (need / demands[0].count) / capacity
        return HostsNeeded(
            by_resource=by_resource, fragmentation=phi, bound=exact, packed=packed, bound_by=bound_by
        )
    phi = fragmentation(host, demands, bound_by)
    bound = ceil(by_resource[bound_by] / (1 - phi))
    return HostsNeeded(
        by_resource=by_resource, fragmentation=phi, bound=bound, packed=packed, bound_by=bound_by
    )


def fragmentation(host: HostCapacity, demands: Sequence[VmDemand], resource: str) -> Decimal:
    """Return the share of a host that a mix is expected to strand: half the largest VM, at most 0.25 (C6)."""
    if resource == "RAM":
        largest = max(vm.ram_gib for vm in demands) / host.ram_gib
    elif resource == "CPU":
        largest = Decimal(max(vm.vcpus for vm in demands)) / host.vcpus
    elif resource == "GPU":
        largest = Decimal(max(vm.gpus for vm in demands)) / host.gpus
    else:
        largest = max(vm.local_disk_gb for vm in demands) / host.local_disk_gb
    return min(MAX_FRAGMENTATION, largest / 2)


def first_fit_decreasing(host: HostCapacity, demands: Sequence[VmDemand]) -> int:
    """Return the hosts that first-fit decreasing needs for vCPU, RAM and local disk together (C6).

    Works on runs of equally filled hosts, so that its cost depends on the number of profiles, not of VMs; and in
    whole numbers, exact and fast. Every VM must fit on an empty host.
    """

    def weight(vm: VmDemand) -> tuple[Decimal, Decimal, int]:
        cpu, ram = Decimal(vm.vcpus) / max(1, host.vcpus), vm.ram_gib / host.ram_gib
        gpu = Decimal(vm.gpus) / host.gpus if vm.gpus else Decimal(0)
        return max(cpu, ram, gpu), cpu + ram + gpu, vm.vcpus

    ordered = sorted(demands, key=weight, reverse=True)
    ram_unit = _whole_unit([host.ram_gib, *(vm.ram_gib for vm in ordered)])
    disk_unit = _whole_unit([host.local_disk_gb, *(vm.local_disk_gb for vm in ordered)])
    empty = (host.vcpus, int(host.ram_gib * ram_unit), int(host.local_disk_gb * disk_unit), host.gpus)
    runs: list[tuple[int, _Room]] = []  # equally filled hosts in order: count, what is left of each
    for vm in ordered:
        need = (vm.vcpus, int(vm.ram_gib * ram_unit), int(vm.local_disk_gb * disk_unit), vm.gpus)
        left, filled = vm.count, []
        for count, room in runs:
            fits = _fits(room, need) if left else 0
            if not fits:
                filled.append((count, room))
                continue
            full, rest = divmod(min(left, fits * count), fits)
            if full:
                filled.append((full, _after(room, need, fits)))
            if rest:
                filled.append((1, _after(room, need, rest)))
            if untouched := count - full - (1 if rest else 0):
                filled.append((untouched, room))
            left -= full * fits + rest
        if left:
            fits = _fits(empty, need)
            if not fits:
                raise ValueError("a VM is larger than an empty host")
            full, rest = divmod(left, fits)
            if full:
                filled.append((full, _after(empty, need, fits)))
            if rest:
                filled.append((1, _after(empty, need, rest)))
        runs = filled
    return sum(run[0] for run in runs)


def spare_hosts(hosts: int) -> int:
    """Return k: 5 % of the hosts, at least 1, and one more above 20 for rolling maintenance (C7). House value."""
    if hosts <= 0:
        return 0
    return max(1, ceil(Decimal(hosts) * 5 / 100)) + (1 if hosts > 20 else 0)


def hosts_that_survive(*, hosts_for_load: int, spare: int, unit: FailureDomain, domains: int) -> int:
    """Return the hosts to install so that the load still runs after losing one whole `unit` (C7).

    `domains` is the number of racks or zones that the hosts spread over evenly.
    """
    total = hosts_for_load + spare
    if unit is FailureDomain.HOST or domains < 2:
        return total
    while total - ceil(Decimal(total) / domains) < hosts_for_load:
        total += 1
    return total


def most_vms(host: HostCapacity, demands: Sequence[VmDemand], hosts: int) -> int:
    """Return how many VMs of this mix `hosts` can carry, by growing the mix until it no longer packs."""
    asked = sum(vm.count for vm in demands)
    if not asked or hosts < 1:
        return 0

    def scaled(total: int) -> list[VmDemand]:
        return [
            VmDemand(
                count=vm.count * total // asked,
                vcpus=vm.vcpus,
                ram_gib=vm.ram_gib,
                local_disk_gb=vm.local_disk_gb,
                gpus=vm.gpus,
            )
            for vm in demands
        ]

    def packs(total: int) -> bool:
        return first_fit_decreasing(host, scaled(total)) <= hosts

    # Start near the answer, widen until it lies between, then halve.
    packed = first_fit_decreasing(host, demands)
    start = max(1, asked * hosts // packed)
    step = max(1, start // 64)
    low = high = start
    if packs(start):
        while packs(high := low + step):
            low, step = high, step * 2
    else:
        while (low := max(0, high - step)) and not packs(low):
            high, step = low, step * 2
        if packed <= hosts:
            low = max(
                low, asked
            )  # a mix that packs is never given away, though packing is not quite monotone
    while high - low > 1:
        middle = (low + high) // 2
        if packs(middle):
            low = middle
        else:
            high = middle
    return sum(vm.count for vm in scaled(low))


_Room = tuple[int, int, int, int]
"""vCPU, RAM, local disk and GPUs in whole units."""


def _whole_unit(values: Sequence[Decimal]) -> int:
    """Return the power of ten that makes every one of `values` a whole number."""
    digits = [value.normalize().as_tuple().exponent for value in values if value]
    return int(10 ** max([0, *(-digit for digit in digits if isinstance(digit, int))]))


def _fits(room: _Room, need: _Room) -> int:
    """How many VMs of `need` go into `room`."""
    cpu, ram, disk, gpus = need
    fits = room[1] // ram
    if cpu:
        fits = min(fits, room[0] // cpu)
    if disk:
        fits = min(fits, room[2] // disk)
    if gpus:
        fits = min(fits, room[3] // gpus)
    return max(0, fits)


def _after(room: _Room, need: _Room, count: int) -> _Room:
    cpu, ram, disk, gpus = need
    return room[0] - count * cpu, room[1] - count * ram, room[2] - count * disk, room[3] - count * gpus


def pinned_vms(*, cells: int, threads_per_cell: int, vcpus: int, numa_nodes: int = 1) -> int:
    """Return how many VMs with dedicated vCPUs fit on a host (C8).

    Each guest cell is bound to a host cell of its own, so `numa_nodes` guest cells take that many host cells;
    host cells that are left over carry nothing. Dedicated vCPUs are never overcommitted.
    """
    if numa_nodes > cells:
        return 0
    per_guest_cell = -(-vcpus // numa_nodes)
    return cells // numa_nodes * (threads_per_cell // per_guest_cell)


def huge_page_vms(
    *, cells: int, pages_per_cell: int, page_gib: Decimal, ram_gib: Decimal, numa_nodes: int = 1
) -> int:
    """Return how many VMs backed by huge pages fit on a host: each cell is a bin of its own (C8)."""
    if numa_nodes > cells:
        return 0
    pages_per_guest_cell = ceil(ram_gib / numa_nodes / page_gib)
    return cells // numa_nodes * (pages_per_cell // pages_per_guest_cell)


def gpu_hosts(*, gpus: int, gpus_per_host: int, spare: int = 1) -> int:
    """Return the hosts that carry so many GPUs, and the spare ones (C9)."""
    return ceil(Decimal(gpus) / gpus_per_host) + spare
