"""What a host gives to guests, and what guests ask of it: Placement's inventories and NUMA cells (sizing.C3, C4, C8).

A NUMA cell is taken to be a socket. Reserves are spread evenly over the cells.
"""

from __future__ import annotations

from decimal import Decimal

from catalog.engine.hardware import NodeSpec
from catalog.engine.units import ceil
from designer.engine.sizing.compute import vcpu_capacity
from designer.engine.sizing.control_plane import AMPHORA_VCPUS
from designer.engine.sizing.packing import HostCapacity, VmDemand
from designer.engine.workload import Policies, VmProfile, Workload


def demand_of(profile: VmProfile, count: int, policies: Policies, *, has_local_disks: bool) -> VmDemand:
    """Return what `count` VMs of a profile ask of hosts, with the overhead of each.

    Memory of a guest cell is counted in whole huge pages; the overhead of the hypervisor is not in them.
    """
    cells = profile.guest_cells
    cell_gib = profile.ram_gib / cells if cells else Decimal(0)
    if page := profile.page_gib:
        cell_gib = ceil(cell_gib / page) * page
    return VmDemand(
        count=count,
        vcpus=profile.vcpus,
        ram_gib=max(profile.ram_gib, cells * cell_gib) + policies.vm_overhead_gib,
        local_disk_gb=profile.disk_gb if has_local_disks else Decimal(0),
        gpus=profile.gpus,
        is_pinned=profile.has_pinned_cpus,
        guest_cells=cells,
        cell_gib=cell_gib,
        group_size=profile.anti_affinity_group_size or 0,
    )


def host_of(
    spec: NodeSpec,
    policies: Policies,
    workload: Workload,
    *,
    reserved_threads: int,
    reserved_ram_gib: Decimal,
) -> HostCapacity:
    """Return one host as guests see it: inventories of VCPU and PCPU, RAM, and its NUMA cells. Never below nothing."""
    free = max(0, spec.threads - reserved_threads)
    pcpus = dedicated_threads(spec, policies, workload, guest_threads=free)
    ram = max(Decimal(0), spec.ram_gib - reserved_ram_gib)
    return HostCapacity(
        threads=free - pcpus if pcpus else spec.threads,
        vcpus=vcpu_capacity(
            threads=free - pcpus, reserved=0, cpu_allocation_ratio=policies.cpu_allocation_ratio
        ),
        ram_gib=ram * policies.ram_allocation_ratio,
        local_disk_gb=spec.local_disk_gb,
        gpus=spec.gpus,
        pcpus=pcpus,
        cells=spec.sockets,
        cell_gib=ram / spec.sockets,
    )


def dedicated_threads(spec: NodeSpec, policies: Policies, workload: Workload, *, guest_threads: int) -> int:
    """Return the threads of a host in cpu_dedicated_set, as many in each NUMA cell (C8).

    A planning rule says how many, or they are as large a part of the guests' threads as pinned vCPUs are of the
    workload, counting `cpu_allocation_ratio` shared vCPUs as one thread: enough in each cell for the largest pinned VM,
    and leaving room for the largest shared one. The split is a house rule; the inventories are Placement's.
    """
    cells = spec.sockets
    if policies.pinned_threads is not None:
        return min(policies.pinned_threads, guest_threads) // cells * cells
    asked = [profile for profile in workload.profiles if profile.count]
    pinned = [profile for profile in asked if profile.has_pinned_cpus]
    if not pinned:
        return 0
    ratio = policies.cpu_allocation_ratio
    shared = [profile.vcpus for profile in asked if not profile.has_pinned_cpus]
    amphorae = workload.load_balancers * policies.amphorae_per_load_balancer
    shared_vcpus = sum(p.count * p.vcpus for p in asked if not p.has_pinned_cpus) + amphorae * AMPHORA_VCPUS
    pinned_vcpus = sum(profile.count * profile.vcpus for profile in pinned)
    share = pinned_vcpus / (pinned_vcpus + shared_vcpus / ratio)
    largest = max(-(-profile.vcpus // profile.guest_cells) for profile in pinned)
    kept = ceil(max([*shared, AMPHORA_VCPUS if amphorae else 0]) / ratio) if shared_vcpus else 0
    per_cell = max(ceil(guest_threads * share / cells), largest)
    return cells * max(0, min(per_cell, (guest_threads - kept) // cells))
