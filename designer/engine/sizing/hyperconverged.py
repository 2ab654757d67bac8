"""Compute and OSDs on one host: what is left for guests (sizing.H1 to H4)."""

from __future__ import annotations

from decimal import Decimal

from catalog.engine.units import floor
from designer.engine.workload import Policies

GIB_PER_OSD = Decimal(8)
"""m_osd: twice the memory target, as for a storage node; Red Hat reserves 5 (H1)."""
CONTROL_SHARES = ((512, Decimal(48), 8), (0, Decimal(36), 6))
"""From a RAM size on, GiB and threads that a host keeps for its part of the control plane, MON and MGR: those of the
two hyper-converged reference designs. House values."""
MOST_RESERVED_SHARE = Decimal("0.8")
"""Of the RAM of a host (H4)."""
MOST_RATIO, LEAST_RATIO = Decimal(16), Decimal("0.5")
"""vCPU per thread: above the first a warning, below the second an error (H3)."""


def usual_control_share(ram_gib: int) -> tuple[Decimal, int]:
    """Return GiB and threads that a host of this RAM keeps for the control plane where no rule says otherwise."""
    _, gib, threads = next(share for share in CONTROL_SHARES if ram_gib >= share[0])
    return gib, threads


def control_share(ram_gib: int, policies: Policies) -> tuple[Decimal, int]:
    """Return GiB and threads that a hyper-converged host keeps for the control plane (R_ctl of H1, u_ctl of C2)."""
    gib, threads = usual_control_share(ram_gib)
    if policies.control_share_gib is not None:
        gib = policies.control_share_gib
    if policies.control_share_threads is not None:
        threads = policies.control_share_threads
    return gib, threads


def guests_by_memory(
    *,
    ram_gib: Decimal,
    osds: int,
    guest_ram_gib: Decimal,
    gib_per_osd: Decimal = GIB_PER_OSD,
    vm_overhead_gib: Decimal = Decimal("0.5"),
    host_reserve_gib: Decimal = Decimal(0),
    control_gib: Decimal = Decimal(0),
) -> int:
    """Return how many equal guests the memory of a hyper-converged host carries (H1)."""
    left = ram_gib - host_reserve_gib - control_gib - osds * gib_per_osd
    return max(0, floor(left / (guest_ram_gib + vm_overhead_gib)))


def reserved_gib(
    *,
    osds: int,
    guests: int,
    gib_per_osd: Decimal = GIB_PER_OSD,
    vm_overhead_gib: Decimal = Decimal("0.5"),
    host_reserve_gib: Decimal = Decimal(0),
    control_gib: Decimal = Decimal(0),
) -> Decimal:
    """Return the RAM kept from guests, GiB: reserved_host_memory_mb / 1024 (H2)."""
    return osds * gib_per_osd + guests * vm_overhead_gib + host_reserve_gib + control_gib


def cpu_allocation_ratio(
    *, threads: int, osds: int, threads_per_osd: Decimal, guest_cpu_share: Decimal
) -> Decimal:
    """Return the vCPU per thread for guests that use `guest_cpu_share` of their vCPUs on average (H3)."""
    return (threads - osds * threads_per_osd) / guest_cpu_share / threads


def is_enough(*, reserved_gib: Decimal, ram_gib: Decimal) -> bool:
    """Return whether what is reserved stays within 80 % of the RAM (H4)."""
    return reserved_gib <= MOST_RESERVED_SHARE * ram_gib
