"""Compute: what a host can carry, how many hosts a mix of VMs needs, and how many are spare (sizing.C1 to C7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.units import ceil, floor
from designer.engine.sizing.packing import (
    GROUPS,
    NUMA,
    PINNED,
    HostCapacity,
    HostGroup,
    VmDemand,
    after_domain_losses,
    after_losses,
    hosts_packed,
    pack,
    shares_of,
    vms_of_one_size,
    without_groups,
)
from designer.engine.workload import FailureDomain

SMALL_FLAVOR_SHARE = Decimal("0.05")
MAX_FRAGMENTATION = Decimal("0.25")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsNeeded:
    """How many hosts a mix needs, and the figures behind it."""

    by_resource: dict[str, Decimal]
    """Hosts that each resource asks for, unrounded; and the largest anti-affinity group."""
    fragmentation: Decimal
    bound: int
    """The safe figure: the largest of them, enlarged by the fragmentation."""
    packed: int
    """What the better of two packings needs."""
    bound_by: str
    added: int = 0
    """New ones among them, where others are there already."""


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


def refuse_what_fits_nowhere(
    host: HostCapacity,
    demands: Sequence[VmDemand],
    names: Sequence[str],
    others: Sequence[HostCapacity] = (),
) -> None:
    """Refuse a mix with a VM that is larger than a whole host, and than each of the `others` that are there already.

    Raises:
        InvalidDocument: names the profile, the value and the largest that would fit (C3 max_unit, C4).
    """
    problems = []
    for index, (vm, name) in enumerate(zip(demands, names, strict=True)):
        if not vm.count or any(vms_of_one_size(other, vm)[0] for other in others):
            continue
        problems += _cell_problems(host, vm, name, f"workload.profiles[{index}]")
        most = min(host.threads, host.vcpus)
        if vm.vcpus > most and not vm.is_pinned:
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


def _cell_problems(host: HostCapacity, vm: VmDemand, name: str, field: str) -> list[Problem]:
    """Why a VM with a NUMA topology fits into no host (C8)."""
    if not vm.guest_cells:
        return []
    if vm.guest_cells > host.cells:
        message = f"{name} has {vm.guest_cells} NUMA cells and a host has {host.cells}"
        return [Problem(f"{field}.numa_nodes", vm.guest_cells, message, f"Use at most {host.cells}.")]
    found, threads, each = [], host.pcpus // host.cells, -(-vm.vcpus // vm.guest_cells)
    if vm.is_pinned and each > threads:
        message = (
            f"{name} pins {each} vCPU in one NUMA cell and a cell of a host has {threads} threads to pin"
        )
        remedy = "Spread the VM over more guest cells, pin more threads of each node, or use larger CPUs."
        found.append(Problem(f"{field}.vcpus", vm.vcpus, message, remedy))
    if vm.cell_gib > host.cell_gib:
        message = f"{name} needs {vm.cell_gib:f} GiB in one NUMA cell and a cell of a host has {host.cell_gib:f} GiB"
        remedy = "Spread the VM over more guest cells, or use a compute node with more RAM."
        found.append(Problem(f"{field}.ram_gib", vm.ram_gib, message, remedy))
    return found


def hosts_needed(
    host: HostCapacity, demands: Sequence[VmDemand], existing: Sequence[HostGroup] = ()
) -> HostsNeeded:
    """Return how many hosts a mix of VMs needs (C6): the bound, and the packing that proves a smaller figure.

    Hosts that are there already are filled first, in their order; what is left takes hosts like `host`.

    Raises:
        InvalidDocument: VMs that only the existing hosts are large enough for find no room there.
    """
    demands = [vm for vm in demands if vm.count]
    if demands and existing:
        return _needed_beside(host, demands, existing)
    if not demands:
        return HostsNeeded(by_resource={}, fragmentation=Decimal(0), bound=0, packed=0, bound_by="nothing")
    totals = {name: (Decimal(0), capacity) for name, _, capacity in shares_of(host, demands[0])}
    for vm in demands:
        for name, need, capacity in shares_of(host, vm):
            totals[name] = (totals[name][0] + vm.count * need, capacity)
    if host.local_disk_gb:
        disk = sum((vm.count * vm.local_disk_gb for vm in demands), Decimal(0))
        totals["disk"] = (disk, host.local_disk_gb)
    by_resource = {name: need / capacity for name, (need, capacity) in totals.items() if need}
    bound_by = max(by_resource, key=lambda name: by_resource[name])
    packed = hosts_packed(host, demands)
    if len(demands) == 1:
        per_host, bound_by = vms_of_one_size(host, demands[0])
        exact = ceil(Decimal(demands[0].count) / per_host)
        behind = PINNED if demands[0].is_pinned else "RAM"
        need, capacity = totals[behind if bound_by == NUMA else bound_by]
        phi = 1 - per_host * (need / demands[0].count) / capacity
        bound = exact
    else:
        phi = fragmentation(host, demands, bound_by)
        bound = ceil(by_resource[bound_by] / (1 - phi))
    apart = max(vm.least_hosts for vm in demands)
    if apart:
        by_resource[GROUPS] = Decimal(apart)
    if packed > bound and apart and hosts_packed(host, without_groups(demands)) < packed:
        bound, bound_by = packed, GROUPS
    elif packed > bound and any(vm.guest_cells for vm in demands):
        bound, bound_by = packed, NUMA
    return HostsNeeded(
        by_resource=by_resource, fragmentation=phi, bound=bound, packed=packed, bound_by=bound_by
    )


def _needed_beside(
    host: HostCapacity, demands: Sequence[VmDemand], existing: Sequence[HostGroup]
) -> HostsNeeded:
    """The hosts that a mix needs where some are there already: those in use, and new ones beside them."""
    packing = pack(host, demands, existing)
    if packing.left:
        message = f"{packing.left:,} VMs are larger than a new node and find no room on the existing ones"
        remedy = "Choose a larger compute node, or fewer of these VMs."
        raise InvalidDocument([Problem("workload.profiles", packing.left, message, remedy)])
    asked = {
        "CPU": (_asked(demands, "CPU"), lambda one: Decimal(one.vcpus)),
        PINNED: (_asked(demands, PINNED), lambda one: Decimal(one.pcpus)),
        "RAM": (sum((vm.count * vm.ram_gib for vm in demands), Decimal(0)), lambda one: one.ram_gib),
        "GPU": (Decimal(sum(vm.count * vm.gpus for vm in demands)), lambda one: Decimal(one.gpus)),
    }
    disk = sum((vm.count * vm.local_disk_gb for vm in demands), Decimal(0))
    if host.local_disk_gb and all(group.host.local_disk_gb for group in existing):
        asked["disk"] = (disk, lambda one: one.local_disk_gb)
    there = sum(group.count for group in existing)
    by_resource, stranded, safe = {}, {}, {}
    for name, (need, of) in asked.items():
        held, each = sum((group.count * of(group.host) for group in existing), Decimal(0)), of(host)
        if not need or not each + held:
            continue
        largest = max(of(one) for one in (host, *(group.host for group in existing)))
        most = max(_of_vm(vm, name) for vm in demands)
        phi = min(MAX_FRAGMENTATION, most / largest / 2)
        missing = max(Decimal(0), need - held)
        by_resource[name] = there + missing / each if missing and each else there * need / held
        missing = max(Decimal(0), need / (1 - phi) - held)
        stranded[name] = phi
        safe[name] = there + (ceil(missing / each) if each else 0) if missing else ceil(by_resource[name])
    bound_by = max(by_resource, key=lambda name: by_resource[name])
    if apart := max(vm.least_hosts for vm in demands):
        by_resource[GROUPS], stranded[GROUPS], safe[GROUPS] = Decimal(apart), Decimal(0), apart
        alone = pack(host, without_groups(demands), existing)
        if alone.used + alone.added < packing.used + packing.added:
            bound_by = GROUPS
    return HostsNeeded(
        by_resource=by_resource,
        fragmentation=stranded[bound_by],
        bound=max(safe.values()),
        packed=packing.used + packing.added,
        added=packing.added,
        bound_by=bound_by,
    )


def _asked(demands: Sequence[VmDemand], resource: str) -> Decimal:
    return sum((vm.count * _of_vm(vm, resource) for vm in demands), Decimal(0))


def _of_vm(vm: VmDemand, resource: str) -> Decimal:
    return {
        "CPU": Decimal(0 if vm.is_pinned else vm.vcpus),
        PINNED: Decimal(vm.vcpus if vm.is_pinned else 0),
        "RAM": vm.ram_gib,
        "GPU": Decimal(vm.gpus),
        "disk": vm.local_disk_gb,
    }[resource]


def fragmentation(host: HostCapacity, demands: Sequence[VmDemand], resource: str) -> Decimal:
    """Return the share of a host that a mix is expected to strand: half the largest VM, at most 0.25 (C6)."""
    capacity = {name: of_host for name, _, of_host in shares_of(host, demands[0])}
    capacity["disk"] = host.local_disk_gb
    largest = max(_of_vm(vm, resource) for vm in demands) / capacity[resource]
    return min(MAX_FRAGMENTATION, largest / 2)


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


def new_hosts_that_survive(
    host: HostCapacity,
    demands: Sequence[VmDemand],
    existing: Sequence[HostGroup],
    *,
    spare: int,
    unit: FailureDomain,
    domains: int,
    least: int,
) -> int:
    """Return the hosts to add to `existing` so that the load runs after any `spare` hosts, or a whole `unit`, are lost.

    The largest may be among the lost (C7). They are never more than would do without the existing hosts. `least`
    is what the load alone asks for.

    Raises:
        InvalidDocument: VMs that only existing hosts are large enough for do not survive the loss of one.
    """

    def carries(new: int) -> bool:
        groups = [*existing, HostGroup(count=new, host=host)]
        cases = after_losses(groups, spare)
        if unit is not FailureDomain.HOST and domains > 1:
            cases += after_domain_losses(groups, domains)
        return all(not pack(host, demands, case, may_add=False).left for case in cases)

    alone = pack(host, demands)
    packed = max(alone.added, least)
    most = hosts_that_survive(hosts_for_load=packed, spare=spare, unit=unit, domains=domains)
    if alone.left and not carries(most):
        message = (
            "a VM that only existing nodes are large enough for has no other place when one of them fails"
        )
        remedy = "Choose a larger compute node, or set 0 spare nodes."
        raise InvalidDocument([Problem("workload.profiles", alone.left, message, remedy)])
    low, high = -1, most  # packing is monotone but for rare jumps: halve, and keep what was seen to carry
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if carries(middle) else (middle, high)
    return high


def gpu_hosts(*, gpus: int, gpus_per_host: int, spare: int = 1) -> int:
    """Return the hosts that carry so many GPUs, and the spare ones (C9)."""
    return ceil(Decimal(gpus) / gpus_per_host) + spare
