"""Ceph: capacity from the drives up, the hosts that a demand needs, memory, CPU, daemons, placement groups (sizing.S)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
MDS_RAM_GIB, RGW_RAM_GIB = 8, 4
AUTOTUNE_MIB = {"mds": 4096, "mgr": 4096, "mon": 1024, "crash": 128, "keepalived": 128, "haproxy": 128}
"""What cephadm sets aside for a daemon before it shares the rest among OSDs, MiB; any other takes 1024 (S10)."""
AUTOTUNE_RATIO = Decimal("0.7")
LEAST_PGS_OF_A_POOL = 32
OSDS_PER_SATA_DB, OSDS_PER_NVME_DB = 5, 15
"""The most OSDs behind one DB device (S9)."""
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


def fill_limits(layout: Layout, *, self_heal_reserve: bool = True) -> list[tuple[Decimal, str]]:
    """Return every limit that applies to how full a pool may be, and what each is for (S3 a to d)."""
    domains, per_domain = layout.domains, layout.hosts_per_domain
    drives, size = layout.drives_per_host, layout.size
    if domains < size:
        reason = f"impossible: {size} copies need {size} failure domains and there are {domains}"
        return [(Decimal(0), reason)]
    limits = [(NEARFULL, "nearfull: Ceph warns from here on")]
    if not self_heal_reserve:
        return limits
    if domains > size:
        share = BACKFILLFULL * (domains - 1) / domains
        limits.append((share, f"room to rebuild the loss of one of {domains} failure domains"))
    if per_domain > 1:
        shift = sibling_share(domains=domains, size=size, hosts_in_domain=per_domain)
        share = BACKFILLFULL / (1 + shift / (per_domain - 1))
        limits.append((share, f"room on the siblings of one of {per_domain} hosts inside a failure domain"))
    if domains == size and per_domain == 1:
        share = BACKFILLFULL * (drives - 1) / drives
        limits.append((share, f"domains = size: room to rebuild 1 of {drives} OSDs inside its host"))
    return limits


def sibling_share(*, domains: int, size: int, hosts_in_domain: int) -> Decimal:
    """Return sigma: of the data of a host that is lost, what its siblings in the same failure domain take (S3 c)."""
    if domains == size:
        return Decimal(1)
    factor = Decimal(1) if hosts_in_domain == 2 else Decimal("1.3")
    return min(Decimal(1), factor / (domains - size + 1))


def fill_limit(layout: Layout, *, self_heal_reserve: bool = True) -> tuple[Decimal, str]:
    """Return how full a pool may be and still rebuild after the planned loss, and which rule binds (S3)."""
    return min(fill_limits(layout, self_heal_reserve=self_heal_reserve), key=lambda limit: limit[0])


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


def combined(parts: Sequence[tuple[Decimal, Capacity]]) -> Capacity:
    """Return the waterfall of pools that keep their data differently, each given with its share of raw (S4).

    Its fill limit is the mean by capacity; the reason is that of the smallest.
    """
    if len(parts) == 1:
        return parts[0][1]
    after = sum((share * part.after_metadata_tb for share, part in parts), Decimal(0))
    usable = sum((share * part.usable_tb for share, part in parts), Decimal(0))
    limits = {part.fill_limit for _, part in parts}
    return Capacity(
        raw_tb=parts[0][1].raw_tb,
        replicated_tb=sum((share * part.replicated_tb for share, part in parts), Decimal(0)),
        after_metadata_tb=after,
        usable_tb=usable,
        fill_limit=limits.pop() if len(limits) == 1 else usable / after,
        fill_reason=min((part for _, part in parts), key=lambda part: part.fill_limit).fill_reason,
    )


def balance(*, pgs_per_osd: Decimal, deviation: int = 5) -> Decimal:
    """Return mean over fullest OSD that the balancer of Ceph (upmap) reaches at least, b (S5)."""
    return pgs_per_osd / (pgs_per_osd + deviation)


def balance_seen(*, mean_pgs: Decimal, most_pgs: Decimal) -> Decimal:
    """Return how even a real map is: mean over most placement groups of an OSD, b (S5)."""
    return mean_pgs / most_pgs


def held_by_unequal_domains(
    capacities_tb: Sequence[Decimal], *, size: int, beside_tb: Decimal = Decimal(0)
) -> Decimal:
    """Return the most that pools of `size` copies can hold on unequal failure domains, TB (S6).

    It is the largest U with sum(min(c_i, U)) >= size x U: a domain never holds two copies of the same data, so
    what it has above U stays empty. Found from the largest domain down: those above U count as U each.
    `beside_tb` is the sum of domains that are not listed; none of them is larger than the `size` largest.
    """
    ordered = sorted(capacities_tb, reverse=True)
    if len(ordered) < size:
        return Decimal(0)
    rest = sum(ordered, beside_tb)
    for capped in range(size):
        held = rest / (size - capped)
        if ordered[capped] <= held:
            return held
        rest -= ordered[capped]
    return ordered[size - 1]


def db_gb_per_osd(*, drive_tb: Decimal, db_share: Decimal) -> Decimal:
    """Return the DB and WAL space of one OSD on a faster drive, GB (S9)."""
    return drive_tb * 1000 * db_share


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


def autotuned_osd_bytes(
    *, ram_gib: Decimal, daemons: Mapping[str, int], ratio: Decimal = AUTOTUNE_RATIO
) -> int:
    """Return the osd_memory_target that cephadm sets by itself on a host, bytes (S10).

    `daemons` counts the daemons of the host by type, `osd` among them. Negative when the others leave nothing.
    """
    others = sum(
        count * AUTOTUNE_MIB.get(kind.replace("_", "-"), 1024)
        for kind, count in daemons.items()
        if kind != "osd"
    )
    left = int(ram_gib * 2**30 * ratio) - others * 2**20
    return left // daemons["osd"]


def monitor_host_ram_gib(osds: int) -> int:
    """Return the RAM of a host that carries a MON, GiB: 64 up to 300 OSDs, 128 beyond; a tiny cluster does with 32 (S12)."""
    return 64 if osds <= 300 else 128


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoscaledPool:
    """A pool as the pg_autoscaler sees it."""

    name: str
    size: int
    capacity_ratio: Decimal
    """Share of the cluster that it is expected to fill."""
    bulk: bool = False
    bias: Decimal = Decimal(1)


def autoscaled_pg_nums(
    pools: Sequence[AutoscaledPool], *, osds: int, target_per_osd: int = 100
) -> dict[str, int]:
    """Return the pg_num that Ceph will aim at by itself for each pool, in the order of the map (S13, autoscaler).

    Three passes as in Ceph 20.2.4: plain pools take their ratio of what is left, one after the other; bulk pools
    above an even share do the same; the rest share equally. It acts only where pg_num is off by a factor of 3.
    """
    left, used = Decimal(osds * target_per_osd), 0
    found: dict[str, int] = {}

    def take(pool: AutoscaledPool, ratio: Decimal) -> Decimal:
        wanted = ratio * left
        found[pool.name] = max(
            LEAST_PGS_OF_A_POOL, _nearest_power_by_difference(wanted / pool.size * pool.bias)
        )
        return wanted

    for pool in (pool for pool in pools if not pool.bulk):
        left -= int(take(pool, pool.capacity_ratio))
        used += 1
    even = []
    for pool in (pool for pool in pools if pool.bulk):
        if pool.capacity_ratio > Decimal(1) / (len(pools) - used):
            left -= int(take(pool, pool.capacity_ratio))
            used += 1
        else:
            even.append(pool)
    for pool in even:
        take(pool, Decimal(1) / (len(pools) - used))
    return {pool.name: found[pool.name] for pool in pools}


def pg_replicas_per_osd(pg_nums: Sequence[int], *, size: int, osds: int) -> Decimal:
    """Return the placement group copies on the average OSD (S13)."""
    return Decimal(sum(pg_nums) * size) / osds if osds else Decimal(0)


def _rounded_pg(wanted: Decimal) -> int:
    power = _nearest_power_by_logarithm(wanted)
    return power * 2 if Decimal(power) < wanted * Decimal("0.75") else power


def _nearest_power_by_difference(value: Decimal) -> int:
    """The nearest power of two by difference; of two equally near, the larger."""
    if value <= 1:
        return 1
    above = 1 << math.ceil(math.log2(float(value)))
    below = above // 2
    return below if value - below < above - value else above


def _nearest_power_by_logarithm(value: Decimal) -> int:
    if value <= 1:
        return 1
    return int(2 ** floor(Decimal(repr(math.log2(float(value)))) + Decimal("0.5")))
