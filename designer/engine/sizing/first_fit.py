"""The first packing of a mix: first-fit decreasing over runs of equally filled hosts, in whole numbers (sizing.C6, C8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from designer.engine.sizing import numa

Room = tuple[int, int, int, int, numa.Cells]
"""vCPU, RAM, local disk and GPUs in whole units, and the NUMA cells."""
Need = tuple[int, int, int, int, numa.Guest]
Run = tuple[int, Room, int]
"""Equally filled hosts: how many, what is left of each, their kind."""


class Size(NamedTuple):
    """VMs that are packed as one: those of a demand, or where it is kept apart, those of its full groups or of the last."""

    demand: int
    """Its place among the demands."""
    cpu_and_ram: tuple[int, int]
    needs: list[Need | None]
    """What one takes of each kind of host; None: it may not run there."""
    group_size: int = 0
    is_last_group: bool = False

    def asked(self, counts: Sequence[int]) -> tuple[int, int]:
        """How many there are, and how many of them a host may have.

        One of each group may be on a host. It is enough to keep to that number: dealt over the groups in turn, host after
        host, no two VMs of a host come into the same group.
        """
        count = counts[self.demand]
        if not self.group_size:
            return count, count
        groups, rest = divmod(count, self.group_size)
        return (rest, 1) if self.is_last_group else (groups * self.group_size, groups)


class Order(NamedTuple):
    """Sizes in the order in which they are packed."""

    sizes: list[Size]
    least: list[tuple[int, int]]
    """The smallest vCPU and RAM of each and of those that come after it."""


class Hosts:
    """Hosts as they fill."""

    def __init__(self, runs: list[Run], empty: Sequence[Room]) -> None:
        self.runs = runs
        """Equally filled ones, in order."""
        self.empty = empty
        """Each kind; the last one is that of new hosts."""
        self.used = 0
        """Given hosts that carry something and have no room for anything to come; they are not in the runs."""
        self.added = 0
        """Likewise, new ones."""
        self.left = 0
        """VMs without a place."""

    def with_room(self, runs: Sequence[Run], least: tuple[int, int]) -> list[Run]:
        """Return the runs that have room for something that is still to come; the others are counted."""
        kept, cpu, ram = [], *least
        for run in runs:
            hosts, room, kind = run
            if room[0] >= cpu and room[1] >= ram:
                kept.append(run)
            else:
                self._count(hosts, room, kind)
        return kept

    def counted(self) -> tuple[int, int, int]:
        """Return the given hosts in use, the new ones and the VMs without a place, when nothing is to come."""
        for run in self.runs:
            self._count(*run)
        self.runs = []
        return self.used, self.added, self.left

    def _count(self, hosts: int, room: Room, kind: int) -> None:
        if kind == len(self.empty) - 1:
            self.added += hosts
        elif room != self.empty[kind]:
            self.used += hosts


def ordered(sizes: list[Size], empty: Sequence[Room]) -> Order:
    """Return sizes in their order, with what is the least to come at each."""
    least: list[tuple[int, int]] = []
    cpu = ram = max(max(room[:2]) for room in empty) + 1
    for size in reversed(sizes):
        for need in size.needs:
            if need is not None:
                cpu, ram = min(cpu, need[0]), min(ram, need[1])
        least.append((cpu, ram))
    return Order(sizes, least[::-1])


def first_fit(
    order: Order,
    most: int,
    counts: Sequence[int],
    empty: Sequence[Room],
    given: Sequence[int],
    *,
    may_add: bool,
) -> Hosts:
    """Put the first `most` sizes of an order where they fit first: on the `given` hosts of each kind, then on new ones."""
    new = len(empty) - 1
    hosts = Hosts([(count, empty[kind], kind) for kind, count in enumerate(given) if count], empty)
    last = (0, 0)
    for size, least in zip(order.sizes[:most], order.least, strict=False):
        left, most_on_one = size.asked(counts)
        if not left:
            continue
        if least != last:
            hosts.runs, last = hosts.with_room(hosts.runs, least), least
        changes: list[tuple[int, list[Run]]] = []
        cpu, ram = size.cpu_and_ram
        runs = hosts.runs
        for at in [at for at, (_, room, _) in enumerate(runs) if room[0] >= cpu and room[1] >= ram]:
            room, kind = runs[at][1:]
            need = size.needs[kind]
            if need is None or not (fits := fits_in(room, need)):
                continue
            filled, left = _fill(runs[at], need, min(fits, most_on_one), left)
            changes.append((at, filled))
            if not left:
                break
        for at, filled in reversed(changes):
            runs[at : at + 1] = hosts.with_room(filled, least)
        need = size.needs[new]
        fits = min(fits_in(empty[new], need), most_on_one) if left and need and may_add else 0
        if fits and need:
            filled, left = _fill((-(-left // fits), empty[new], new), need, fits, left)
            runs += hosts.with_room(filled, least)
        hosts.left += left
    return hosts


def fits_in(room: Room, need: Need) -> int:
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


def _after(room: Room, need: Need, count: int) -> Room:
    cpu, ram, disk, gpus, guest = need
    cells = numa.placed(room[4], guest, count)[1] if guest[0] else room[4]
    return room[0] - count * cpu, room[1] - count * ram, room[2] - count * disk, room[3] - count * gpus, cells


def _fill(run: Run, need: Need, fits: int, left: int) -> tuple[list[Run], int]:
    """Put up to `left` VMs on equally filled hosts, `fits` on each; return the hosts, and the VMs that are left."""
    hosts, room, kind = run
    put = min(left, fits * hosts)
    full, rest = divmod(put, fits)
    found: list[Run] = []
    if full:
        found.append((full, _after(room, need, fits), kind))
    if rest:
        found.append((1, _after(room, need, rest), kind))
    if untouched := hosts - full - (1 if rest else 0):
        found.append((untouched, room, kind))
    return found, left - put
