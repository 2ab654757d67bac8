"""The second packing of a mix: host after host, each filled with what balances it (sizing.C6).

On a host comes, again and again, the kind of VM that has most of what the host has most of: the largest dot product of both
(Panigrahy et al., Heuristics for Vector Bin Packing, 2011). That leaves less behind than first-fit decreasing where vCPU and RAM are
asked for in unlike ratios. It works on numbers of equal VMs and of equally filled hosts, and in whole numbers, so it is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LARGEST_EXACT = 2**53
"""Whole numbers below it are exact in floating point; a mix with larger ones is not packed this way."""
AT_ONCE = (2, 3)
"""The share of what fits, as a fraction, that is put on a host before its room is looked at again. House value: less is slower and
hardly better on the mixes of benchmark B6, all at once is 7 % worse on the largest."""

Four = tuple[int, int, int, int]
"""vCPU, RAM, local disk and GPUs in whole units."""


@dataclass(frozen=True, slots=True)
class Task:
    """A mix and its hosts; the last kind of host is the one that may be added."""

    rooms: Sequence[Four]
    """Of an empty host of each kind."""
    counts: Sequence[int]
    """VMs of each size."""
    needs: Sequence[Sequence[Four | None]]
    """Of each size on each kind of host; None: it may not run there."""
    given: Sequence[int]
    """Hosts of each kind but the last."""

    @property
    def is_exact(self) -> bool:
        """Whether all numbers are small enough."""
        needs = (
            number for of_kinds in self.needs for need in of_kinds if need is not None for number in need
        )
        return max(max(needs, default=0), max(max(room) for room in self.rooms)) < LARGEST_EXACT

    @property
    def least_added(self) -> int:
        """The new hosts that no packing can do without, where none are given: by the sum of each resource."""
        pairs = [(count, need[-1]) for count, need in zip(self.counts, self.needs, strict=True)]
        return max(
            -(-sum(count * need[resource] for count, need in pairs if need is not None) // each)
            for resource, each in enumerate(self.rooms[-1])
            if each
        )


def host_by_host(task: Task, *, may_add: bool) -> tuple[int, int, int]:
    """Return the given hosts that carry any VM, the new ones, and the VMs that find no place.

    One more host at the end of those given never leaves more VMs without a place: those before it are filled as without it.
    """
    counts = np.array(task.counts, dtype=np.int64)
    used = sum(_filled_hosts(task, kind, counts, hosts) for kind, hosts in enumerate(task.given))
    added = _filled_hosts(task, len(task.rooms) - 1, counts, None) if may_add else 0
    return used, added, int(counts.sum())


def _filled_hosts(task: Task, kind: int, counts: np.ndarray, hosts: int | None) -> int:
    """Put what fits on at most `hosts` hosts of a kind, None: as many as it takes; lower `counts`, return the hosts that carry any.

    What was put on one host is put on as many as there are VMs for: the next ones would be filled alike.
    """
    capacity = task.rooms[kind]
    fitting = [
        (size, need)
        for size, needs in enumerate(task.needs)
        if (need := needs[kind]) is not None
        and counts[size]
        and all(each <= there for each, there in zip(need, capacity, strict=True))
    ]
    if not fitting:
        return 0
    sizes = np.array([size for size, _ in fitting])
    asked = [resource for resource in range(4) if any(need[resource] for _, need in fitting)]
    needs = [np.array([need[resource] for _, need in fitting], dtype=np.int64) for resource in asked]
    shares = [each / capacity[resource] for resource, each in zip(asked, needs, strict=True)]
    room = [capacity[resource] for resource in asked]
    filled = 0
    while len(sizes) and (hosts is None or filled < hosts):
        on_one = _on_one_host(needs, shares, counts[sizes], room)
        times = min(int(counts[sizes[at]]) // put for at, put in on_one.items())
        if hosts is not None:
            times = min(times, hosts - filled)
        for at, put in on_one.items():
            counts[sizes[at]] -= put * times
        filled += times
        waiting = counts[sizes] > 0
        sizes, needs, shares = sizes[waiting], [n[waiting] for n in needs], [s[waiting] for s in shares]
    return filled


def _on_one_host(
    needs: list[np.ndarray], shares: list[np.ndarray], counts: np.ndarray, capacity: Sequence[int]
) -> dict[int, int]:
    """Return how many of which size one empty host gets; every size fits at first."""
    put: dict[int, int] = {}
    at: np.ndarray | None = None  # where the sizes that are still looked at were at first
    room = list(capacity)
    fitting = np.ones(len(counts), dtype=bool)
    while True:
        score = shares[0] * (room[0] / capacity[0])
        for share, left, whole in zip(shares[1:], room[1:], capacity[1:], strict=True):
            score += share * (left / whole)
        score *= fitting
        best = int(score.argmax())
        if not fitting[best]:
            return put
        need = [int(each[best]) for each in needs]
        fits = min(left // each for left, each in zip(room, need, strict=True) if each)
        waiting = int(counts[best])
        now = min(waiting, -(-fits * AT_ONCE[0] // AT_ONCE[1]))
        size = best if at is None else int(at[best])
        put[size] = put.get(size, 0) + now
        counts[best] = waiting - now
        room = [left - now * each for left, each in zip(room, need, strict=True)]
        fitting = needs[0] <= room[0]
        for each, left in zip(needs[1:], room[1:], strict=True):
            fitting &= each <= left
        fitting &= counts > 0
        if 2 * np.count_nonzero(fitting) < len(fitting):
            needs, shares = [n[fitting] for n in needs], [s[fitting] for s in shares]
            counts, at = counts[fitting], np.flatnonzero(fitting) if at is None else at[fitting]
            if not len(counts):
                return put
            fitting = np.ones(len(counts), dtype=bool)
