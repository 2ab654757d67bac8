"""What people are shown before an inventory is used: what counts, what is lost and why, and the profiles that come of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from designer.engine.workload import VmProfile
from designer.imports.grouping import Outlier, group
from designer.imports.inventory import Basis, LossReport, Switches, select, sized
from designer.imports.rows import FileRead, Inventory

OUTLIERS_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Sums of the VMs as they are planned, and those over what is provisioned: 1 without right-sizing."""

    vms: int
    vcpus: int
    ram_mib: int
    disk_mib: int
    vcpus_ratio: Decimal
    ram_ratio: Decimal
    disk_ratio: Decimal
    not_measured: int
    """VMs whose vCPUs or RAM stay as provisioned although right-sizing is on, for nothing was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSums:
    """Sums of the profiles, in the units of a workload."""

    vms: int
    vcpus: int
    ram_gib: Decimal
    disk_gb: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An inventory under one set of switches."""

    format: str
    files: tuple[FileRead, ...]
    notes: tuple[str, ...]
    hosts: int | None
    partitions: int | None
    datastores: int | None
    datastores_repeated: int
    shared_disks: int
    shared_disk_mib: int
    loose_disk_mib: int
    estate_iops: float | None
    estate_p95_iops: float | None
    estate_peak_iops: float | None
    loss: LossReport
    planned: Planned
    profiles: tuple[VmProfile, ...]
    profile_sums: ProfileSums
    sizes: int
    added_vcpus: int
    added_ram_mib: int
    outliers: tuple[Outlier, ...]
    outlier_count: int


def review(inventory: Inventory, switches: Switches) -> Review:
    """Return what `inventory` comes to under `switches`. The same question has the same answer."""
    vms, loss = select(inventory, switches)
    planned = [sized(vm, switches) for vm in vms]
    p95 = inventory.estate_p95_iops if inventory.estate_p95_iops is not None else inventory.estate_iops
    grouped = group(
        planned,
        max_profiles=switches.max_profiles,
        outliers_apart=switches.outliers_apart,
        loose_disk_mib=inventory.loose_disk_mib,
        estate_iops=p95,
    )
    vcpus, ram_mib, disk_mib = (
        sum(getattr(v, name) * v.vm.count for v in planned) for name in ("vcpus", "ram_mib", "disk_mib")
    )
    profiles = grouped.profiles
    return Review(
        format=inventory.format,
        files=inventory.files,
        notes=inventory.notes,
        hosts=inventory.hosts,
        partitions=inventory.partitions,
        datastores=inventory.datastores,
        datastores_repeated=inventory.datastores_repeated,
        shared_disks=inventory.shared_disks,
        shared_disk_mib=inventory.shared_disk_mib,
        loose_disk_mib=inventory.loose_disk_mib,
        estate_iops=inventory.estate_iops,
        estate_p95_iops=inventory.estate_p95_iops,
        estate_peak_iops=inventory.estate_peak_iops,
        loss=loss,
        planned=Planned(
            vms=loss.kept.vms,
            vcpus=vcpus,
            ram_mib=ram_mib,
            disk_mib=disk_mib,
            vcpus_ratio=_ratio(vcpus, loss.kept.vcpus),
            ram_ratio=_ratio(ram_mib, loss.kept.ram_mib),
            disk_ratio=_ratio(disk_mib, loss.kept.disk_mib),
            not_measured=_not_measured(loss, switches),
        ),
        profiles=profiles,
        profile_sums=ProfileSums(
            vms=sum(p.count for p in profiles),
            vcpus=sum(p.count * p.vcpus for p in profiles),
            ram_gib=sum((p.count * p.ram_gib for p in profiles), Decimal(0)),
            disk_gb=sum((p.count * p.disk_gb for p in profiles), Decimal(0)),
        ),
        sizes=grouped.sizes,
        added_vcpus=grouped.added_vcpus,
        added_ram_mib=grouped.added_ram_mib,
        outliers=grouped.outliers[:OUTLIERS_SHOWN],
        outlier_count=len(grouped.outliers),
    )


def _ratio(planned: int, provisioned: int) -> Decimal:
    return round(Decimal(planned) / provisioned, 4) if provisioned else Decimal(1)


def _not_measured(loss: LossReport, switches: Switches) -> int:
    kept = loss.kept
    match switches.basis:
        case Basis.USED:
            return kept.vms - min(kept.cpu_measured, kept.ram_measured)
        case Basis.PEAK:
            return kept.vms - min(kept.cpu_peak_measured, kept.ram_peak_measured)
    return 0
