"""The control plane: how many nodes, what each must have, and how it grows (sizing.CP1 to CP8)."""

from __future__ import annotations

from decimal import Decimal

from catalog.engine.units import ceil

DIMM_STEPS_GIB = (32, 48, 64, 96, 128, 192, 256, 384, 512)
CHASSIS_PER_RELAY = 50
HOSTS_PER_CELL = 300
MOST_HOSTS_IN_ONE_CELL = 700
"""More than any published test of one cell: an error without cells (CP6)."""
CONTROLLERS_PER_CELL = 3
NODES_PER_CONDUCTOR = 300
AMPHORA_VCPUS, AMPHORA_RAM_GIB, AMPHORA_DISK_GB = 1, 1, 5
RESERVED_ADDRESSES = 5
"""Network, broadcast, gateway, two addresses of VRRP."""


def tolerated_losses(members: int) -> int:
    """Return how many of `members` may fail before a majority is gone (CP1)."""
    return (members - 1) // 2


def quorum(members: int) -> int:
    """Return how many of `members` make a majority (CP1)."""
    return members // 2 + 1


def ram_needed_gib(*, compute_hosts: int, vms: int, extra_gib: Decimal = Decimal(0)) -> Decimal:
    """Return the RAM of one controller, GiB, before it is rounded to DIMMs (CP2). Calibrated house formula."""
    return (24 + Decimal("0.06") * compute_hosts + Decimal("0.002") * vms + extra_gib) * Decimal("1.25")


def ram_step_gib(needed_gib: Decimal) -> int | None:
    """Return the next usual memory size, GiB; None above the largest (CP2)."""
    return next((step for step in DIMM_STEPS_GIB if step >= needed_gib - Decimal("1e-9")), None)


def cores_needed(*, compute_hosts: int, controllers: int) -> int:
    """Return the cores of one controller (CP3): the measured load carried by one node fewer, plus 8 when idle."""
    carried = max(1, controllers - 1)
    return max(8, ceil(8 + Decimal("47.2") * compute_hosts / 1000 / carried))


def disk_needed_gb(
    *,
    vms: int,
    hosts: int,
    days: int,
    gb_per_host_day: Decimal,
    log_nodes: int,
    image_cache_gb: Decimal = Decimal(0),
) -> Decimal:
    """Return the disk of one controller, GB: system, databases, logs, image cache (CP4)."""
    logs = gb_per_host_day * hosts * days / max(1, log_nodes)
    return 100 + 50 + Decimal("0.05") * vms + logs + image_cache_gb


def has_quorum(*, members: int, lost: int) -> bool:
    """Return whether a majority of `members` is still up when `lost` of them are not (CP1)."""
    return members - lost >= quorum(members)


def ovn_relays(chassis: int) -> int:
    """Return the OVN southbound relays for so many compute nodes and gateways (CP5)."""
    return ceil(Decimal(chassis) / CHASSIS_PER_RELAY)


def cells(compute_hosts: int) -> int:
    """Return the Nova cells: one up to 300 compute nodes (CP6). House value between published tests of 250 and 700."""
    return max(1, ceil(Decimal(compute_hosts) / HOSTS_PER_CELL))


def ironic_conductors(nodes: int, *, per_conductor: int = NODES_PER_CONDUCTOR) -> int:
    """Return the Ironic conductors for so many bare-metal nodes, at least two (CP7)."""
    return max(2, ceil(Decimal(nodes) / per_conductor))


def amphorae(*, load_balancers: int, has_standby: bool = False) -> int:
    """Return the amphora VMs of Octavia: one a load balancer, two with active and standby (CP8)."""
    return load_balancers * (2 if has_standby else 1)


def amphora_addresses(*, amphora_vms: int, controllers: int) -> int:
    """Return the addresses of Octavia's network: amphorae, one spare for fail-over, controllers, five reserved (CP8)."""
    return amphora_vms + 1 + controllers + RESERVED_ADDRESSES


def most_load_balancers(*, prefix: int, controllers: int, has_standby: bool = False) -> int:
    """Return how many load balancers an IPv4 subnet has room for (CP8)."""
    room = (1 << (32 - prefix)) - 1 - controllers - RESERVED_ADDRESSES
    return max(0, room // (2 if has_standby else 1))
