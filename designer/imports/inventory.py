"""What an inventory file says about an estate, and what is left of it once people have decided what counts.

Provisioned, used and peak stand apart: no number is derived here but by `sized`, and only when it is switched on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from typing import Annotated, Any

from catalog.engine.documents import Bounds
from designer.imports.rows import Inventory, InventoryVm, Power

MAX_VCPUS = 1024
MAX_RAM_MIB = 24_576 * 1024
MIN_RAM_MIB = 64
MAX_DISK_MIB = 10**15 // 2**20
"""The bounds of a VM profile, in the units of an inventory."""
ZOMBIE_CPU_RATIO = 0.02
"""A VM that is on and whose processor, at its peak where that is known, else on average, stays at or below this share of what
it has may be forgotten. House value: no source gives one; it only marks candidates."""
NAMES_SHOWN = 20


class Reason(StrEnum):
    """Why a row does not count, in the order in which the reasons are asked."""

    PLACEHOLDER = "placeholder"
    TEMPLATE = "template"
    SERVICE_VM = "service_vm"
    DUPLICATE = "duplicate"
    EMPTY = "empty"
    UNKNOWN_SIZE = "unknown_size"
    IMPOSSIBLE = "impossible"
    POWERED_OFF = "powered_off"
    SUSPENDED = "suspended"
    ZOMBIE = "zombie"


EXPLAINED: Mapping[Reason, str] = {
    Reason.PLACEHOLDER: "Placeholders of Site Recovery Manager: the VM itself runs elsewhere",
    Reason.TEMPLATE: "Templates: copied from, never run",
    Reason.SERVICE_VM: "Service VMs of the old platform (vCLS), which go away with it",
    Reason.DUPLICATE: "Second rows of one VM: same identifier, or same name in the same place",
    Reason.EMPTY: "No vCPUs or no RAM in the row",
    Reason.UNKNOWN_SIZE: "Names an instance type or flavor whose size neither the files nor the price books say",
    Reason.IMPOSSIBLE: "Sizes beyond what one VM can have here",
    Reason.POWERED_OFF: "Powered off: no load, though their disks take space",
    Reason.SUSPENDED: "Suspended: no load, though their disks take space",
    Reason.ZOMBIE: "Candidates for switching off: on, but the processor does next to nothing",
}
NEVER_COUNTED = frozenset({Reason.EMPTY, Reason.UNKNOWN_SIZE, Reason.IMPOSSIBLE})
"""Rows that no switch can make count: there is no size to plan with."""


class Basis(StrEnum):
    """What a VM is planned with."""

    PROVISIONED = "provisioned"
    USED = "used"
    PEAK = "peak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What people may change about how an inventory is counted."""

    include: Annotated[tuple[Reason, ...], Bounds(0, 10)] = ()
    """Reasons that do not drop a row after all."""
    drop_zombies: bool = False
    basis: Basis = Basis.PROVISIONED
    """For vCPUs and RAM. Other than provisioned: right-sizing by tco.M8, only where it was measured."""
    disk_basis: Basis = Basis.PROVISIONED
    """Peak counts as used: disks have no peak of their own."""
    comfort_factor: Annotated[Decimal, Bounds(1, 3)] = Decimal("1.3")
    """On top of what was measured. Default of tco.M8."""
    max_profiles: Annotated[int, Bounds(1, 60)] = 20
    outliers_apart: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Totals of some VMs. A sum of what was measured counts only those VMs where it was."""

    vms: int = 0
    vcpus: int = 0
    vcpus_used: float = 0
    """vCPUs times their average load."""
    vcpus_peak: float = 0
    ram_mib: int = 0
    ram_used_mib: int = 0
    ram_measured: int = 0
    ram_peak_mib: int = 0
    ram_peak_measured: int = 0
    cpu_measured: int = 0
    cpu_peak_measured: int = 0
    disk_mib: int = 0
    disk_known: int = 0
    disk_used_mib: int = 0
    disk_measured: int = 0
    iops: float = 0
    iops_measured: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """The rows that one reason leaves out."""

    reason: Reason
    explained: str
    can_be_included: bool
    sums: Sums
    names: tuple[str, ...]
    """The first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport:
    """What was read, what counts, and what does not, by reason. Rows read = blank + dropped + kept."""

    rows_read: int
    blank_rows: int
    kept: Sums
    dropped: tuple[Dropped, ...]
    included_after_all: Mapping[str, int]
    """Rows that a reason would drop, but for a switch."""
    zombie_candidates: int
    zombie_names: tuple[str, ...]
    zombies_measured: int
    """VMs whose processor was measured at all; where it was not, no candidate can be seen."""


def reason_of(vm: InventoryVm, seen: Mapping[str, int] | None = None) -> Reason | None:
    """Return the first reason for which `vm` does not count by itself; `seen` maps identities to the row that counts."""
    if vm.is_placeholder:
        return Reason.PLACEHOLDER
    if vm.is_template:
        return Reason.TEMPLATE
    if vm.is_service_vm:
        return Reason.SERVICE_VM
    if seen is not None and vm.identity and seen[vm.identity] != id(vm):
        return Reason.DUPLICATE
    if vm.instance_type and not (vm.vcpus and vm.ram_mib):
        return Reason.UNKNOWN_SIZE
    if not vm.vcpus or not vm.ram_mib:
        return Reason.EMPTY
    if (
        not 1 <= vm.vcpus <= MAX_VCPUS
        or not MIN_RAM_MIB <= vm.ram_mib <= MAX_RAM_MIB
        or not 0 <= (vm.disk_mib or 0) <= MAX_DISK_MIB
        or not 0 <= (vm.disk_used_mib or 0) <= MAX_DISK_MIB
    ):
        return Reason.IMPOSSIBLE
    if vm.power is Power.OFF:
        return Reason.POWERED_OFF
    if vm.power is Power.SUSPENDED:
        return Reason.SUSPENDED
    return None


def is_zombie_candidate(vm: InventoryVm) -> bool:
    """Whether `vm` is on and was measured to do next to nothing (`ZOMBIE_CPU_RATIO`)."""
    ratio = vm.cpu_peak_ratio if vm.cpu_peak_ratio is not None else vm.cpu_used_ratio
    return vm.power is Power.ON and ratio is not None and ratio <= ZOMBIE_CPU_RATIO


def select(inventory: Inventory, switches: Switches) -> tuple[list[InventoryVm], LossReport]:
    """Return the VMs that count under `switches`, and the report of those that do not."""
    seen: dict[str, int] = {}
    for wanted in (True, False):  # of two rows of one VM the one that runs counts, else the first
        for vm in inventory.vms:
            if vm.identity and (vm.power is Power.ON) is wanted and not (vm.is_placeholder or vm.is_template):
                seen.setdefault(vm.identity, id(vm))
    kept: list[InventoryVm] = []
    dropped: dict[Reason, list[InventoryVm]] = {}
    after_all: dict[str, int] = {}
    zombies: list[InventoryVm] = []
    for vm in inventory.vms:
        reason = reason_of(vm, seen)
        if reason is not None and reason in switches.include and reason not in NEVER_COUNTED:
            # Included for one reason, it may still be without a size.
            bare = reason_of(_bare(vm))
            if bare not in NEVER_COUNTED:
                after_all[reason.value] = after_all.get(reason.value, 0) + vm.count
                kept.append(vm)
                continue
            reason = bare
        if reason is None and is_zombie_candidate(vm):
            zombies.append(vm)
            reason = Reason.ZOMBIE if switches.drop_zombies else None
        if reason is None:
            kept.append(vm)
        else:
            dropped.setdefault(reason, []).append(vm)
    report = LossReport(
        rows_read=len(inventory.vms)
        + sum(file.blank_rows for file in inventory.files if file.used_for == "VMs"),
        blank_rows=sum(file.blank_rows for file in inventory.files if file.used_for == "VMs"),
        kept=sums(kept),
        dropped=tuple(
            Dropped(
                reason=reason,
                explained=EXPLAINED[reason],
                can_be_included=reason not in NEVER_COUNTED,
                sums=sums(dropped[reason]),
                names=tuple(vm.name for vm in dropped[reason][:NAMES_SHOWN]),
            )
            for reason in Reason
            if reason in dropped
        ),
        included_after_all=after_all,
        zombie_candidates=sum(vm.count for vm in zombies),
        zombie_names=tuple(vm.name for vm in zombies[:NAMES_SHOWN]),
        zombies_measured=sum(
            vm.count for vm in kept if vm.cpu_peak_ratio is not None or vm.cpu_used_ratio is not None
        ),
    )
    return kept, report


def _bare(vm: InventoryVm) -> InventoryVm:
    return InventoryVm(
        name=vm.name, row=vm.row, vcpus=vm.vcpus, ram_mib=vm.ram_mib, disk_mib=vm.disk_mib,
        disk_used_mib=vm.disk_used_mib, instance_type=vm.instance_type,
    )  # fmt: skip


def sums(vms: Iterable[InventoryVm]) -> Sums:
    """Return the totals of `vms`."""
    total: dict[str, Any] = {f.name: 0 for f in fields(Sums)}
    for vm in vms:
        n = vm.count
        total["vms"] += n
        total["vcpus"] += n * (vm.vcpus or 0)
        total["ram_mib"] += n * (vm.ram_mib or 0)
        for value, name, measured in (
            (vm.ram_used_mib, "ram_used_mib", "ram_measured"),
            (vm.ram_peak_mib, "ram_peak_mib", "ram_peak_measured"),
            (vm.disk_mib, "disk_mib", "disk_known"),
            (vm.disk_used_mib, "disk_used_mib", "disk_measured"),
            (vm.iops, "iops", "iops_measured"),
        ):
            if value is not None:
                total[name] += n * value
                total[measured] += n
        for ratio, name, measured in (
            (vm.cpu_used_ratio, "vcpus_used", "cpu_measured"),
            (vm.cpu_peak_ratio, "vcpus_peak", "cpu_peak_measured"),
        ):
            if ratio is not None:
                total[name] += n * (vm.vcpus or 0) * ratio
                total[measured] += n
    for name in ("vcpus_used", "vcpus_peak"):
        total[name] = round(total[name], 4)
    return Sums(**total)


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedVm:
    """One VM as it is planned: vCPUs, RAM and disk in MiB."""

    vm: InventoryVm
    vcpus: int
    ram_mib: int
    disk_mib: int


def sized(vm: InventoryVm, switches: Switches) -> SizedVm:
    """Return `vm` as planned: as provisioned, or what was measured times the comfort factor (tco.M8).

    vCPUs are rounded up to whole ones, RAM to whole 256 MiB. What was not measured stays as provisioned.
    """
    vcpus, ram_mib, disk_mib = vm.vcpus or 0, vm.ram_mib or 0, vm.disk_mib or 0
    if switches.basis is not Basis.PROVISIONED:
        is_peak = switches.basis is Basis.PEAK
        factor = float(switches.comfort_factor)
        cpu = vm.cpu_peak_ratio if is_peak else vm.cpu_used_ratio
        ram = vm.ram_peak_mib if is_peak else vm.ram_used_mib
        if cpu is not None:
            vcpus = min(MAX_VCPUS, max(1, math.ceil(round(vcpus * cpu * factor, 6))))
        if ram is not None:
            ram_mib = min(MAX_RAM_MIB, max(256, math.ceil(round(ram * factor / 256, 6)) * 256))
    if switches.disk_basis is not Basis.PROVISIONED and vm.disk_used_mib is not None:
        disk_mib = vm.disk_used_mib
    return SizedVm(vm=vm, vcpus=vcpus, ram_mib=ram_mib, disk_mib=disk_mib)


def gib(mib: int | float) -> Decimal:
    """Return MiB as GiB, rounded up to a thousandth."""
    return (Decimal(mib) / 1024).quantize(Decimal("0.001"), ROUND_UP)


def gb(mib: int | float | Decimal) -> Decimal:
    """Return MiB as GB of 10⁹ bytes, rounded up to a thousandth."""
    return (Decimal(mib) * 2**20 / 10**9).quantize(Decimal("0.001"), ROUND_UP)
