"""NUMA cells: how many guests with cells of their own go into those of a host (sizing.C8)."""

from __future__ import annotations

from decimal import Decimal

from catalog.engine.units import ceil

Cells = tuple[tuple[int, int], ...]
"""Threads to pin and RAM in whole units that are left in each NUMA cell, the freest first."""
Guest = tuple[int, int, int]
"""NUMA cells of a guest, and what one of them takes: pinned vCPUs, and RAM in whole units. No cells: it floats."""


def placed(cells: Cells, guest: Guest, most: int) -> tuple[int, Cells]:
    """Return how many guests, up to `most`, go into `cells`, and what is left of these.

    Each guest cell takes a cell of its own, the freest first: Nova spreads by default
    (packing_host_numa_cells_allocation_strategy).
    """
    wanted, cpu, ram = guest
    free = list(cells)
    count = 0
    while count < most:
        free.sort(reverse=True)
        chosen = [at for at, (cpus, gib) in enumerate(free) if cpus >= cpu and gib >= ram][:wanted]
        if len(chosen) < wanted:
            break
        for at in chosen:
            free[at] = (free[at][0] - cpu, free[at][1] - ram)
        count += 1
    return count, tuple(sorted(free, reverse=True))


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
