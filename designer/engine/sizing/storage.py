"""Ceph: capacity from the drives up, the hosts that a demand needs, memory, CPU, daemons, placement groups (sizing.S)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.hardware import Media
from catalog.engine.units import floor

NEARFULL = Decimal("0.85")
BACKFILLFULL = Decimal("0.90")
FULL = Decimal("0.95")
MAX_PG_PER_OSD = 250
OSD_MEMORY_TARGET_GIB = 4
MON_RAM_GIB, MGR_RAM_GIB = 5, 2
THREADS_PER_OSD = {Media.HDD: (1, 3), Media.SATA_SSD: (2, 4), Media.NVME: (4, 6)}
"""Minimum and recommended threads of one OSD (S11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Equal drives in equal hosts in equal failure domains."""

    hosts: int
    drives_per_host: int
    drive_tb: Decimal
    domains: int
    size: int = 3
    """Replicas, or k + m."""

    @property
    def hosts_per_domain(self) -> int:
        return max(1, self.hosts // self.domains)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """From raw to what may be promised, TB."""

    raw_tb: Decimal
    replicated_tb: Decimal
    after_metadata_tb: Decimal
    usable_tb: Decimal
    fill_limit: Decimal
    fill_reason: str


def raw_tb(*, hosts: int, drives_per_host: int, drive_tb: Decimal) -> Decimal:
    """Return the sum of the drives as sold, TB (S1)."""
    return hosts * drives_per_host * drive_tb


def efficiency(*, replicas: int | None = None, k: int | None = None, m: int | None = None) -> Decimal:
    """Return the share of raw that is data: 1/n, or k/(k+m) (S2).

    Raises:
        ValueError: neither replicas nor both of k and m are given, or they are not positive.
    """
    if replicas is not None and replicas > 0 and k is None and m is None:
        return Decimal(1) / replicas
    if replicas is None and k is not None and m is not None and k > 0 and m > 0:
        return Decimal(k) / (k + m)
    raise ValueError("give either replicas, or both k and m, as positive numbers")


def fill_limit(layout: Layout, *, self_heal_reserve: bool = True) -> tuple[Decimal, str]:
    """Return how full a pool may be and still rebuild after the planned loss, and which rule binds (S3)."""
    domains, per_domain = layout.domains, layout.hosts_per_domain
    drives, size = layout.drives_per_host, layout.size
    if domains < size:
        return Decimal(0), f"impossible: {size} copies need {size} failure domains and there are {domains}"
    limits = [(NEARFULL, "nearfull: Ceph warns from here on")]
    if not self_heal_reserve:
        return limits[0]
    if domains > size:
        share = BACKFILLFULL * (domains - 1) / domains
        limits.append((share, f"room to rebuild the loss of one of {domains} failure domains"))
    if per_domain > 1:
        shift = (
            Decimal(1)
            if domains == size
            else (Decimal(1) if per_domain == 2 else Decimal("1.3")) / (domains - size + 1)
        )
        share = BACKFILLFULL / (1 + min(Decimal(1), shift) / (per_domain - 1))
        limits.append((share, f"room on the siblings of one of {per_domain} hosts inside a failure domain"))
    if domains == size and per_domain == 1:
        share = BACKFILLFULL * (drives - 1) / drives
        limits.append((share, f"domains = size: room to rebuild 1 of {drives} OSDs inside its host"))
    return min(limits, key=lambda limit: limit[0])


def capacity(
    layout: Layout,
    *,
    data_share: Decimal,
    metadata_share: Decimal = Decimal("0.02"),
    self_heal_reserve: bool = True,
) -> Capacity:
    """Return the waterfall from raw to usable, TB (S1 to S4)."""
    raw = raw_tb(hosts=layout.hosts, drives_per_host=layout.drives_per_host, drive_tb=layout.drive_tb)
    limit, reason = fill_limit(layout, self_heal_reserve=self_heal_reserve)
    replicated = raw * data_share
    after_metadata = replicated * (1 - metadata_share)
    return Capacity(
        raw_tb=raw,
        replicated_tb=replicated,
        after_metadata_tb=after_metadata,
        usable_tb=after_metadata * limit,
        fill_limit=limit,
        fill_reason=reason,
    )


def raw_needed_tb(
    *, usable_tb: Decimal, data_share: Decimal, limit: Decimal, metadata_share: Decimal = Decimal("0.02")
) -> Decimal:
    """Return the raw capacity that holds `usable_tb` of written data, TB (S8).

    Raises:
        ValueError: nothing may be stored at that fill limit.
    """
    if limit <= 0:
        raise ValueError("nothing may be stored: there are fewer failure domains than copies")
    return usable_tb / (data_share * limit * (1 - metadata_share))


def monitors(hosts: int) -> int:
    """Return the MON count: 3, and 5 from five hosts on (S12)."""
    return 5 if hosts >= 5 else 3


def ram_needed_gib(*, osds: int, colocated_gib: int = 0) -> int:
    """Return the RAM of an OSD node, GiB: twice the memory target for each OSD, and what else runs there (S10)."""
    return 2 * OSD_MEMORY_TARGET_GIB * osds + colocated_gib


def threads_needed(*, osds: int, media: Media, has_monitor: bool = True) -> tuple[int, int]:
    """Return the minimum and the recommended threads of an OSD node (S11)."""
    least, good = THREADS_PER_OSD[media]
    return osds * least, osds * good + (4 if has_monitor else 0) + 4


def min_size(*, replicas: int | None = None, k: int | None = None, m: int | None = None) -> int:
    """Return Ceph's default min_size of a pool (S14)."""
    if replicas is not None:
        return replicas - replicas // 2
    if k is None or m is None:
        raise ValueError("give either replicas, or both k and m")
    return k + min(1, m - 1)


def planned_pg_num(*, osds: int, size: int, share: Decimal, target: int = 100) -> int:
    """Return the placement groups of a pool by Ceph's own calculator (S13, planner)."""
    least = _nearest_power_by_logarithm(Decimal(osds // size + 1))
    if least < osds:
        least *= 2
    wanted = Decimal(target) * osds * share / size
    return max(_rounded_pg(wanted), least) if wanted > 0 else least


def pg_replicas_per_osd(pg_nums: Sequence[int], *, size: int, osds: int) -> Decimal:
    """Return the placement group copies on the average OSD (S13)."""
    return Decimal(sum(pg_nums) * size) / osds if osds else Decimal(0)


def _rounded_pg(wanted: Decimal) -> int:
    power = _nearest_power_by_logarithm(wanted)
    return power * 2 if Decimal(power) < wanted * Decimal("0.75") else power


def _nearest_power_by_logarithm(value: Decimal) -> int:
    if value <= 1:
        return 1
    return int(2 ** floor(Decimal(repr(math.log2(float(value)))) + Decimal("0.5")))
