"""How many VMs find no place on hosts that differ: first-fit decreasing, as the sizing packs (sizing.C6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from catalog.engine.units import ceil
from designer.engine.sizing.compute import HostCapacity, VmDemand

Room = tuple[int, int, int]
"""vCPU, RAM in MiB, local disk in MB."""


def unplaced(hosts: Mapping[HostCapacity, int], demands: Sequence[VmDemand]) -> int:
    """Return how many VMs of `demands` do not fit on `hosts`, given as capacity -> count.

    VMs are placed largest first, each on the first host with room; large hosts first. RAM is counted in MiB.
    """
    if not hosts:
        return sum(vm.count for vm in demands)
    largest = max(hosts, key=lambda host: (host.ram_gib, host.vcpus))

    def weight(vm: VmDemand) -> tuple[Decimal, Decimal, int]:
        cpu = Decimal(vm.vcpus) / max(1, largest.vcpus)
        ram = vm.ram_gib / max(Decimal(1), largest.ram_gib)
        return max(cpu, ram), cpu + ram, vm.vcpus

    ordered = sorted(
        hosts.items(), key=lambda item: (-item[0].ram_gib, -item[0].vcpus, item[0].local_disk_gb)
    )
    runs = [(count, _room(host), host.threads) for host, count in ordered]  # equally filled hosts
    missing = 0
    for vm in sorted((vm for vm in demands if vm.count), key=weight, reverse=True):
        left, filled = vm.count, []
        for count, room, threads in runs:
            need = _need(vm)
            fits = _fits(room, need) if left and vm.vcpus <= threads else 0
            if not fits:
                filled.append((count, room, threads))
                continue
            full, rest = divmod(min(left, fits * count), fits)
            if full:
                filled.append((full, _after(room, need, fits), threads))
            if rest:
                filled.append((1, _after(room, need, rest), threads))
            if untouched := count - full - (1 if rest else 0):
                filled.append((untouched, room, threads))
            left -= full * fits + rest
        missing += left
        runs = filled
    return missing


NO_DISK = -1
"""The local disk of a host whose guests have none: it never binds."""


def _room(host: HostCapacity) -> Room:
    disk = int(host.local_disk_gb * 1000) if host.local_disk_gb else NO_DISK
    return host.vcpus, int(host.ram_gib * 1024), disk


def _need(vm: VmDemand) -> Room:
    return vm.vcpus, ceil(vm.ram_gib * 1024), int(vm.local_disk_gb * 1000)


def _fits(room: Room, need: Room) -> int:
    fits = room[1] // max(1, need[1])
    if need[0]:
        fits = min(fits, room[0] // need[0])
    if need[2] and room[2] != NO_DISK:
        fits = min(fits, room[2] // need[2])
    return max(0, fits)


def _after(room: Room, need: Room, count: int) -> Room:
    disk = room[2] if room[2] == NO_DISK else room[2] - count * need[2]
    return room[0] - count * need[0], room[1] - count * need[1], disk
