"""The second packing of a mix: host after host, each filled with what balances it (sizing.C6).

On a host comes, again and again, the kind of VM that has most of what the host has most of: the largest dot product of both
(Panigrahy et al., Heuristics for Vector Bin Packing, 2011). That leaves less behind than first-fit decreasing where vCPU and RAM are
asked for in unlike ratios. It works on numbers of equal VMs and of equally filled hosts, and in whole numbers, so it is exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LARGEST_EXACT = 2**53
"""Whole numbers below it are exact in floating point; a mix with larger ones is not packed this way."""
AT_ONCE = (2, 3)
"""The share of what fits, as a fraction, that is put on a host before its room is looked at again. House value: less is slower and
hardly better on the mixes of benchmark B6, all at once is 7 % worse on the largest."""

Four = tuple[int, int, int, int]
"""vCPU, RAM, local disk and GPUs in whole units."""


class Sizes:
    """VMs of each size as arrays, for every kind of host."""

    def __init__(self, needs: Sequence[Sequence[Four | None]], rooms: Sequence[Four]) -> None:
        """Take what each size needs on each kind of host, None: it may not run there; and what an empty one has."""
        numbers = [number for of_kinds in needs for need in of_kinds if need for number in need]
        self.is_exact = max([*numbers, *(max(room) for room in rooms)]) < LARGEST_EXACT
        """Whether all numbers are small enough."""
        if not self.is_exact:
            return
        kinds = range(len(rooms))
        self.may_run = [np.array([need[kind] is not None for need in needs], dtype=bool) for kind in kinds]
        """Of each kind of host, which sizes."""
        self.needs = [
            np.array([need[kind] or (0, 0, 0, 0) for need in needs], dtype=np.int64).reshape(-1, 4).T.copy()
            for kind in kinds
        ]
        """Of each kind of host: a row for each resource, a column for each size."""


def fill(sizes: Sizes, kind: int, room: Four, counts: np.ndarray, hosts: int | None) -> int:
    """Put what fits on at most `hosts` hosts with so much room, None: as many as it takes; lower `counts`, return the hosts used.

    What was put on one host is put on as many as there are VMs for: the next ones would be filled alike. One more host
    at the end never leaves more VMs without a place: those before it are filled as without it.
    """
    fits = sizes.may_run[kind] & (counts > 0)
    for row, there in zip(sizes.needs[kind], room, strict=True):
        fits &= row <= there
    at = fits.nonzero()[0]
    asked = [(row[at], there) for row, there in zip(sizes.needs[kind], room, strict=True) if row[at].any()]
    needs, capacity = [row for row, _ in asked], [there for _, there in asked]
    shares = [row / there for row, there in asked]
    each = list(zip(*(row.tolist() for row in needs), strict=True))
    filled, waiting = 0, len(at)
    while waiting and (hosts is None or filled < hosts):
        on_one = _on_one_host(needs, each, shares, counts[at], capacity)
        times = min(int(counts[at[size]]) // put for size, put in on_one.items())
        if hosts is not None:
            times = min(times, hosts - filled)
        filled += times
        for size, put in on_one.items():
            counts[at[size]] -= put * times
            if not counts[at[size]]:
                waiting -= 1
                for share in shares:
                    share[size] = 0
        if 2 * waiting < len(at):
            kept = counts[at].nonzero()[0]
            at, needs, shares = at[kept], [row[kept] for row in needs], [share[kept] for share in shares]
            each = [each[size] for size in kept.tolist()]
    return filled


def _on_one_host(
    needs: list[np.ndarray],
    each: Sequence[tuple[int, ...]],
    shares: list[np.ndarray],
    counts: np.ndarray,
    capacity: Sequence[int],
) -> dict[int, int]:
    """Return how many of which size one empty host gets; every size fits at first. Sizes without VMs have no shares.

    `needs` are rows of resources, `each` the same by size.
    """
    put: dict[int, int] = {}
    at: np.ndarray | None = None  # where the sizes that are still looked at were at first
    room = list(capacity)
    while True:
        score = shares[0] * (room[0] / capacity[0])
        for share, left, whole in zip(shares[1:], room[1:], capacity[1:], strict=True):
            score += share * (left / whole)
        best = int(score.argmax())
        size = best if at is None else int(at[best])
        waiting, need = int(counts[best]), each[size]
        fits = min([left // one for left, one in zip(room, need, strict=True) if one])
        if fits and waiting:
            now = min(waiting, -(-fits * AT_ONCE[0] // AT_ONCE[1]))
            put[size] = put.get(size, 0) + now
            room = [left - now * one for left, one in zip(room, need, strict=True)]
            counts[best] = waiting - now
            if now == waiting:  # then this host is the only one filled so, and none are left for the next
                for share in shares:
                    share[best] = 0
            continue
        fitting = counts > 0  # from here on only those are looked at that still fit
        for row, left in zip(needs, room, strict=True):
            fitting &= row <= left
        kept = fitting.nonzero()[0]
        if not len(kept):
            return put
        needs, shares, counts = [row[kept] for row in needs], [share[kept] for share in shares], counts[kept]
        at = kept if at is None else at[kept]
