"""The control plane: how many nodes, and what each must have (sizing.CP1 to CP4)."""

from __future__ import annotations

from decimal import Decimal

from catalog.engine.units import ceil

DIMM_STEPS_GIB = (32, 48, 64, 96, 128, 192, 256, 384, 512)


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
