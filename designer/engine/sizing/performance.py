"""Ceph: the ceilings of IOPS and throughput, and how long a lost domain takes to be rebuilt (sizing.P1 to P4, N2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.hardware import Media

IOPS_PER_OSD = {Media.HDD: 315, Media.SATA_SSD: 21_500, Media.NVME: 21_500}
"""osd_mclock_max_capacity_iops_hdd and _ssd of Ceph 20.2.4 (P1)."""
WRITE_HEAVY_SATA_IOPS = 10_000
"""Cap of a SATA SSD under writes. House value (P1)."""
MB_PER_SECOND_PER_OSD = {
    Media.HDD: Decimal("157.2864"),
    Media.SATA_SSD: Decimal(500),
    Media.NVME: Decimal("1258.2912"),
}
"""osd_mclock_max_sequential_bandwidth: 150 and 1,200 MiB/s; 500 MB/s of a SATA SSD is a house value."""
OUT_AFTER_SECONDS = 600
"""mon_osd_down_out_interval (P3)."""
RECOVERY_SHARES = {
    "balanced": Decimal("0.5"),
    "high_client_ops": Decimal("0.4"),
    "high_recovery_ops": Decimal("0.7"),
}
"""rho: what each mClock profile keeps for recovery (P3)."""
NIC_EFFICIENCY = Decimal("0.7")
"""eta: fits Ceph's own statement of 20 minutes for 1 TiB at 10 Gb/s (P3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """How a pool keeps its data: copies, or k data and m coding shards."""

    replicas: int | None = None
    k: int | None = None
    m: int | None = None

    def __post_init__(self) -> None:
        is_replicated = self.replicas is not None and self.k is None and self.m is None
        is_erasure = self.replicas is None and self.k is not None and self.m is not None
        if not is_replicated and not is_erasure:
            raise ValueError("give either replicas, or both k and m")

    @property
    def raw_bytes_per_byte(self) -> Decimal:
        """What the drives write for one byte of a client in long writes."""
        return self._shards / self._data_shards

    @property
    def cluster_bytes_per_byte(self) -> Decimal:
        """What leaves the primary to other OSDs for one byte of a client: all shards but its own (N2)."""
        return (self._shards - 1) / self._data_shards

    def operations_per_write(self, *, has_ec_optimizations: bool = False) -> Decimal:
        """Operations on drives for one small write of a client: read-modify-write with erasure coding (P1)."""
        if self.replicas is not None:
            return Decimal(self.replicas)
        assert self.m is not None  # noqa: S101 - __post_init__
        return 2 * (Decimal(self.m + 1) if has_ec_optimizations else self._shards)

    @property
    def _shards(self) -> Decimal:
        return Decimal(self.replicas if self.replicas is not None else (self.k or 0) + (self.m or 0))

    @property
    def _data_shards(self) -> Decimal:
        return Decimal(1 if self.k is None else self.k)


@dataclass(frozen=True, slots=True, kw_only=True)
class Iops:
    """Ceilings of a cluster in small operations of clients; CPU and network may bind before."""

    read: Decimal
    write: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """A ceiling in GB/s and what binds."""

    gb_per_second: Decimal
    bound_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How long the rebuild of what was lost takes, and its two limits."""

    seconds: Decimal
    disk_gb_per_second: Decimal
    network_gb_per_second: Decimal
    bound_by: str

    @property
    def hours(self) -> Decimal:
        return self.seconds / 3600


def client_iops(
    *, osds: int, iops_per_osd: int, protection: Protection, has_ec_optimizations: bool = False
) -> Iops:
    """Return the ceilings of reads and small writes (P1)."""
    read = Decimal(osds * iops_per_osd)
    per_write = protection.operations_per_write(has_ec_optimizations=has_ec_optimizations)
    return Iops(read=read, write=read / per_write)


def mixed_iops(ceilings: Iops, *, read_share: Decimal) -> Decimal:
    """Return the ceiling of a mix of reads and writes: the harmonic mean by share (P1)."""
    return 1 / (read_share / ceilings.read + (1 - read_share) / ceilings.write)


def write_throughput(
    *,
    osds: int,
    mb_per_second: Decimal,
    protection: Protection,
    hosts: int,
    public_gbps: Decimal,
    cluster_gbps: Decimal | None = None,
) -> Throughput:
    """Return the ceiling of long client writes, GB/s (P2, N2).

    `public_gbps` and `cluster_gbps` are the two networks of one node; without the second, both share the first.
    """
    limits = {"drives": osds * mb_per_second / 1000 / protection.raw_bytes_per_byte}
    copies = protection.cluster_bytes_per_byte
    if cluster_gbps is None:
        limits["shared network"] = hosts * public_gbps / 8 / (1 + copies)
    else:
        limits["public network"] = hosts * public_gbps / 8
        if copies:
            limits["cluster network"] = hosts * cluster_gbps / 8 / copies
    return _least(limits)


def read_throughput(*, osds: int, mb_per_second: Decimal, hosts: int, public_gbps: Decimal) -> Throughput:
    """Return the ceiling of long client reads, GB/s (P2)."""
    return _least({"drives": osds * mb_per_second / 1000, "public network": hosts * public_gbps / 8})


def recovery(
    *,
    lost_tb: Decimal,
    osds: int,
    mb_per_second: Decimal,
    hosts: int,
    nic_gbps: Decimal,
    recovery_share: Decimal = RECOVERY_SHARES["balanced"],
    out_after_seconds: int = OUT_AFTER_SECONDS,
) -> Recovery:
    """Return how long Ceph rebuilds `lost_tb` onto `osds` of `hosts` that survive and may receive (P3).

    `nic_gbps` is what one node has for it; `lost_tb` the raw data that was on the lost part.
    """
    disks = osds * mb_per_second / 1000 * recovery_share
    wire = hosts * nic_gbps / 8 * NIC_EFFICIENCY
    if disks <= 0 or wire <= 0:
        raise ValueError("nothing survives that could receive the data")
    seconds = out_after_seconds + lost_tb * 1000 / min(disks, wire)
    return Recovery(
        seconds=seconds,
        disk_gb_per_second=disks,
        network_gb_per_second=wire,
        bound_by="drives" if disks <= wire else "network",
    )


def during_recovery(
    ceiling: Decimal, *, survivors: int, total: int, recovery_share: Decimal = RECOVERY_SHARES["balanced"]
) -> Decimal:
    """Return what clients keep of a ceiling while Ceph rebuilds (P4)."""
    return ceiling * (1 - recovery_share) * survivors / total


def _least(limits: dict[str, Decimal]) -> Throughput:
    name = min(limits, key=lambda key: limits[key])
    return Throughput(gb_per_second=limits[name], bound_by=name)
