"""What a cloud must carry, and the rules it is planned by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from catalog.engine.documents import (
    Bounds,
    Count,
    InvalidDocument,
    Name,
    PositiveCount,
    Problem,
    Ratio,
    Share,
    Slug,
)
from catalog.engine.hardware import DeviceClass


class FailureDomain(StrEnum):
    HOST = "host"
    RACK = "rack"
    ZONE = "zone"


class HugePage(StrEnum):
    """Sizes of huge pages on x86-64."""

    MIB_2 = "2MiB"
    GIB_1 = "1GiB"


HUGE_PAGE_GIB: Mapping[HugePage, Decimal] = {HugePage.MIB_2: Decimal(1) / 512, HugePage.GIB_1: Decimal(1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class VmProfile:
    """VMs of one size. RAM in GiB, disk in GB as provisioned."""

    id: Slug
    name: Name
    count: Count
    vcpus: Annotated[int, Bounds(1, 1024)]
    ram_gib: Annotated[Decimal, Bounds(Decimal("0.0625"), 24_576, "GiB")]
    disk_gb: Annotated[Decimal, Bounds(0, 10**6, "GB")] = Decimal(0)
    disk_iops: Annotated[int, Bounds(0, 10**6, "IOPS of one VM")] = 300
    disk_mb_per_second: Annotated[Decimal, Bounds(0, 10**5, "MB/s of one VM")] = Decimal(20)
    gpus: Annotated[int, Bounds(0, 64, "whole GPUs of one VM")] = 0
    always_on_share: Share = Decimal(1)
    """tco.U1 b: the share of these VMs that never stops."""
    on_hours_share: Share = Decimal(1)
    """tco.U1 h: the share of all hours that the rest of them run."""
    is_production: bool = True
    device_class: DeviceClass | None = None
    """Of the drives that its disks are on; None: those of the design's storage node."""
    has_pinned_cpus: bool = False
    """hw:cpu_policy=dedicated: each vCPU has a thread to itself."""
    huge_pages: HugePage | None = None
    """hw:mem_page_size; None: memory in pages of 4 KiB."""
    numa_nodes: Annotated[int | None, Bounds(1, 8, "guest NUMA cells")] = None
    """hw:numa_nodes. None: one where CPUs are pinned or pages huge, none elsewhere, as Nova does."""
    anti_affinity_group_size: Annotated[int | None, Bounds(2, 1000, "VMs of a group")] = None
    """VMs of a server group with the policy anti-affinity: each on a host of its own. The last group has the rest.
    None: no rule."""

    def __post_init__(self) -> None:
        if self.numa_nodes and self.vcpus % self.numa_nodes:
            message = f"does not divide {self.vcpus} vCPU evenly"
            remedy = "Use a divisor of the vCPUs: Nova gives each guest cell as many."
            raise InvalidDocument([Problem("numa_nodes", self.numa_nodes, message, remedy)])

    @property
    def guest_cells(self) -> int:
        """NUMA cells of the guest; 0: it has no NUMA topology and floats over the host."""
        return self.numa_nodes or (1 if self.has_pinned_cpus or self.huge_pages else 0)

    @property
    def page_gib(self) -> Decimal | None:
        """Size of its huge pages in GiB."""
        return HUGE_PAGE_GIB[self.huge_pages] if self.huge_pages else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The demand on the first day, and how it grows."""

    profiles: Annotated[tuple[VmProfile, ...], Bounds(1, 200)]
    annual_growth_rate: Annotated[Decimal, Bounds(Decimal("-0.9"), 10, "per year")] = Decimal("0.1")
    growth_years: Annotated[Decimal, Bounds(0, 7, "years")] = Decimal(0)
    """Growth to build for on the first day; the comparison sets 0 and asks month by month (tco.D1)."""
    object_storage_tb: Annotated[Decimal, Bounds(0, 10**6, "TB")] = Decimal(0)
    object_storage_class: DeviceClass | None = None
    """Of the drives that objects are on; None: those of the design's storage node."""
    egress_gb_per_vm: Annotated[Decimal, Bounds(0, 10**6, "GB per VM and month")] = Decimal(30)
    """To the internet. Low default by tco.FR13 (10-50 GB per VM-month)."""
    inter_zone_gb_per_vm: Annotated[Decimal, Bounds(0, 10**6, "GB per VM and month")] = Decimal(0)
    load_balancers: Count = 2
    public_ipv4_addresses: Count = 20

    def __post_init__(self) -> None:
        ids = [profile.id for profile in self.profiles]
        if twice := sorted({key for key in ids if ids.count(key) > 1}):
            remedy = "Give each profile an id of its own."
            raise InvalidDocument([Problem("profiles", twice, "has an id twice", remedy)])

    @property
    def vms(self) -> int:
        return sum(profile.count for profile in self.profiles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A workload known only by its sums."""

    vms: PositiveCount
    vcpus: PositiveCount
    ram_gib: Annotated[Decimal, Bounds(1, 10**9, "GiB")]
    disk_gb: Annotated[Decimal, Bounds(0, 10**10, "GB")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlan:
    """One Ceph pool as it is wanted: copies, or k data and m coding shards."""

    name: Name
    share_of_raw: Share
    """Of the raw capacity of its device class; those of all pools of a class make 1."""
    device_class: DeviceClass | None = None
    """None: that of the design's storage node."""
    replicas: Annotated[int | None, Bounds(2, 5)] = None
    """None, and no k and m: as `Policies.replicas`."""
    k: Annotated[int | None, Bounds(1, 32)] = None
    m: Annotated[int | None, Bounds(1, 32)] = None

    def __post_init__(self) -> None:
        remedy = "Give replicas, or both k and m, or none of them."
        if (self.k is None) != (self.m is None) or (self.k is not None and self.replicas is not None):
            problem = Problem("k", self.k, "does not say how the pool keeps its data", remedy)
            raise InvalidDocument([problem])


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The rules of planning. Defaults are those of domain notes sizing, with their symbols."""

    cpu_allocation_ratio: Annotated[Decimal, Bounds(Decimal("0.5"), 16, "vCPU per thread")] = Decimal(4)
    ram_allocation_ratio: Annotated[Decimal, Bounds(Decimal("0.5"), Decimal("1.5"))] = Decimal(1)
    reserved_cores: Annotated[int, Bounds(0, 64, "cores kept for the host")] = 2
    pinned_threads: Annotated[int | None, Bounds(0, 1536, "threads of each compute node")] = None
    """cpu_dedicated_set of each compute node, as many in each NUMA cell (C8). None: by the share of pinned vCPUs."""
    dpdk_cores: Annotated[int, Bounds(0, 64, "poll-mode cores")] = 0
    vm_overhead_gib: Annotated[Decimal, Bounds(0, 4, "GiB per VM")] = Decimal("0.5")
    reserved_host_ram_gib: Annotated[Decimal | None, Bounds(0, 512, "GiB")] = None
    """None: 8, 16 or 32 by the size of the host (R_os)."""
    spare_hosts: Annotated[int | None, Bounds(0, 1000, "hosts")] = None
    """None: max(1, 5 %) and one more above 20 hosts (C7)."""
    failure_unit: FailureDomain = FailureDomain.HOST
    """The loss that the VMs must survive (C7 check)."""
    storage_failure_domain: FailureDomain = FailureDomain.HOST
    replicas: Annotated[int, Bounds(2, 5)] = 3
    pools: Annotated[tuple[PoolPlan, ...], Bounds(0, 50)] = ()
    """Empty: volumes, vms, images and backups by house shares, each with `replicas` copies."""
    zones: Annotated[int | None, Bounds(2, 9)] = None
    """Zones that racks are dealt over in turn; None: no zones, and each rack counts as one where zones are asked for."""
    self_heal_reserve: bool = True
    """False: fill to nearfull, 0.85, without room to rebuild (S3)."""
    thin_share_boot: Share = Decimal("0.6")
    """Written over provisioned (S8 thin)."""
    snapshot_share: Ratio = Decimal("0.1")
    metadata_share: Share = Decimal("0.02")
    """BlueStore metadata, o of S3."""
    controllers: Annotated[int, Bounds(1, 9)] = 3
    monitors_on_control: bool = False
    """True: MON and MGR on the control nodes; False: on the storage nodes, as in the reference design."""
    amphorae_per_load_balancer: Annotated[int, Bounds(0, 2)] = 0
    """VMs of Octavia that each load balancer adds to the compute nodes: 1 SINGLE, 2 ACTIVE_STANDBY (CP8); 0: none."""
    control_share_gib: Annotated[Decimal | None, Bounds(0, 512, "GiB")] = None
    """What each hyper-converged node keeps for control plane, MON and MGR (R_ctl of H1). None: 48 GiB from 512 GiB
    of RAM on, 36 below."""
    control_share_threads: Annotated[int | None, Bounds(0, 128, "threads")] = None
    """Likewise (u_ctl of C2). None: 8 threads, or 6."""
    control_extra_ram_gib: Annotated[Decimal, Bounds(0, 512, "GiB")] = Decimal(0)
    """x of CP2: memory of optional services on each controller."""
    log_gb_per_host_day: Annotated[Decimal, Bounds(0, 100, "GB")] = Decimal("0.1")
    log_days: Annotated[int, Bounds(0, 3650, "days")] = 14
    racks: Annotated[int | None, Bounds(1, 1000)] = None
    """None: as many as space, power, weight, ports and the quorum spread ask for (R6)."""
    spare_rack_units: Annotated[int, Bounds(0, 20, "U kept free in each rack")] = 2
    power_factor: Annotated[Decimal, Bounds(Decimal("0.5"), 1)] = Decimal(1)
    host_cpu_load: Share = Decimal("0.35")
    """u: average load of the hosts, for energy (tco 1.7)."""
    pue: Annotated[Decimal, Bounds(1, 3)] = Decimal("1.5")

    def __post_init__(self) -> None:
        problems = []
        totals: dict[DeviceClass | None, Decimal] = {}
        for pool in self.pools:
            totals[pool.device_class] = totals.get(pool.device_class, Decimal(0)) + pool.share_of_raw
        for device_class, total in totals.items():
            if abs(total - 1) > Decimal("0.0001"):
                remedy = "Change the shares so that their sum is 1."
                of = f"pools on {device_class.value}" if device_class else "pools"
                problems.append(Problem("pools", str(total), f"is the sum of the shares of the {of}", remedy))
        names = [pool.name for pool in self.pools]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            problems.append(Problem("pools", twice, "has a name twice", "Give each pool a name of its own."))
        if self.zones and self.racks and self.racks % self.zones:
            remedy = f"Use a multiple of {self.zones}."
            problems.append(
                Problem("racks", self.racks, f"does not spread evenly over {self.zones} zones", remedy)
            )
        if problems:
            raise InvalidDocument(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Node counts that a person fixed instead of those computed: they hold whatever the workload becomes.

    Control nodes, spare hosts and racks are fixed in `Policies`.
    """

    compute: Annotated[int | None, Bounds(1, 10_000, "nodes")] = None
    storage_hdd: Annotated[int | None, Bounds(1, 10_000, "nodes")] = None
    storage_ssd: Annotated[int | None, Bounds(1, 10_000, "nodes")] = None
    storage_nvme: Annotated[int | None, Bounds(1, 10_000, "nodes")] = None

    def storage(self, device_class: DeviceClass) -> int | None:
        """Storage nodes of one device class."""
        return {
            DeviceClass.HDD: self.storage_hdd,
            DeviceClass.SSD: self.storage_ssd,
            DeviceClass.NVME: self.storage_nvme,
        }[device_class]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceVms:
    """VMs that the platform itself runs on the compute nodes (section 10 step 4)."""

    count: int = 0
    vcpus: int = 1
    ram_gib: Decimal = Decimal(1)
    disk_gb: Decimal = Decimal(5)
