"""Ceph: copies that placement groups lose, what heals itself, how long it takes and how full it gets (F8 to F11)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from catalog.engine.hardware import Media
from catalog.engine.units import TOLERANCE
from designer.engine.sizing.storage import BACKFILLFULL, FULL

OUT_SECONDS = 600
"""mon_osd_down_out_interval: a dead OSD is marked out, and its data rebuilt, after this."""
LEAST_IN_SHARE = Decimal("0.75")
"""mon_osd_min_in_ratio: with fewer OSDs in, none is marked out any more."""
RECOVERY_SHARE = Decimal("0.5")
"""rho: what the balanced mClock profile keeps for recovery (sizing.P3)."""
NETWORK_EFFICIENCY = Decimal("0.7")
"""eta: fits Ceph's statement of 20 minutes for 1 TiB at 10 Gb/s (sizing.P3)."""
MB_PER_SECOND = {Media.HDD: Decimal("157.3"), Media.SATA_SSD: Decimal(500), Media.NVME: Decimal("1258.3")}
"""w: mClock's sequential bandwidth of one OSD; 500 for SATA is a house value (sizing section 5)."""


def lost_copies(size: int, lost_shares: Sequence[Fraction], *, others: int = 0) -> tuple[Fraction, ...]:
    """Return P(a placement group lost exactly j copies) for j = 0 .. size (F8).

    `lost_shares` has, for each failure domain of equal weight, the share of its OSDs that is gone: 1 for a whole
    domain; `others` domains beside them lost nothing. A group lies on `size` different domains, each set of them equally likely, and on one OSD in each.
    With whole domains only this is the hypergeometric distribution. With fewer domains than copies, CRUSH maps
    one copy to each domain and the rest nowhere.
    """
    whole = sum(1 for share in lost_shares if share == 1)
    partial = tuple(sorted(share for share in lost_shares if 0 < share < 1))
    return _lost_copies(size, len(lost_shares) + others, whole, partial)


@lru_cache(maxsize=4096)
def _lost_copies(size: int, domains: int, whole: int, partial: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    picked = min(size, domains)
    # ways[k][j]: weight of choosing k of the partly lost domains with j lost copies.
    ways = [[Fraction(0)] * (picked + 1) for _ in range(picked + 1)]
    ways[0][0] = Fraction(1)
    for share in partial:
        for k in range(picked - 1, -1, -1):
            for j in range(k + 1):
                if ways[k][j]:
                    ways[k + 1][j] += ways[k][j] * (1 - share)
                    ways[k + 1][j + 1] += ways[k][j] * share
    alive = domains - whole - len(partial)
    total = math.comb(domains, picked)
    found = [Fraction(0)] * (size + 1)
    for k in range(picked + 1):
        for j in range(k + 1):
            if not ways[k][j]:
                continue
            for dead in range(min(whole, picked - k) + 1):
                others = math.comb(whole, dead) * math.comb(alive, picked - k - dead)
                if others:
                    found[j + dead] += ways[k][j] * others / total
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Shares of the placement groups of a pool."""

    clean: Fraction
    degraded: Fraction
    inactive: Fraction
    lost: Fraction


def shares(
    *,
    size: int,
    min_size: int,
    readable_from: int,
    unreachable: Sequence[Fraction],
    dead: Sequence[Fraction],
    others: int = 0,
) -> Shares:
    """Return what becomes of the placement groups (F8).

    `unreachable` and `dead` are shares of each domain: dead ones are unreachable too; `others` domains are whole. `readable_from` is 1 for
    replicated pools and k for erasure-coded ones: with fewer surviving pieces data is lost until one comes back.
    """
    mapped = min(size, len(unreachable) + others)
    out, gone = lost_copies(size, unreachable, others=others), lost_copies(size, dead, others=others)
    clean = out[0]
    active = sum((out[j] for j in range(mapped + 1) if mapped - j >= min_size), Fraction(0))
    lost = sum((gone[j] for j in range(mapped + 1) if mapped - j < readable_from), Fraction(0))
    return Shares(
        clean=clean if mapped == size else Fraction(0),
        degraded=active - clean if mapped == size else active,
        inactive=1 - active - lost if 1 - active > lost else Fraction(0),
        lost=lost,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One failure domain of a pool's rule."""

    id: str
    osds: int
    tb: Decimal
    dead_osds: int = 0
    """Dead, or cut off so that the monitors will mark them out."""
    hosts: int = 1
    live_hosts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What happens to the lost copies by itself (F11)."""

    heals_itself: bool
    reason: str
    tb: Decimal
    hours: Decimal | None
    fill_after: Decimal


def recovery(
    *,
    domains: Sequence[Domain],
    size: int,
    fill: Decimal,
    rule: str,
    has_monitors: bool,
    whole_rack: bool,
    mb_per_second: Decimal,
    gbps_per_host: Decimal,
    others: Sequence[Domain] = (),
    other_osds: int = 0,
) -> Recovery:
    """Return whether lost copies are rebuilt, how long that takes (sizing.P3), and how full it gets (sizing.S3).

    `gbps_per_host` is what a receiving host gets over the network that recovery uses; `whole_rack`: all OSDs of a
    rack are gone, which Ceph does not mark out; `others` are domains that are whole; `other_osds` belong to other rules
    and count for the 75 % only.
    """
    count = len(domains) + len(others)
    dead = sum(domain.dead_osds for domain in domains)
    tb = fill * sum((d.tb * d.dead_osds / d.osds for d in domains if d.dead_osds), Decimal(0))

    def none(reason: str) -> Recovery:
        return Recovery(heals_itself=False, reason=reason, tb=tb, hours=None, fill_after=fill)

    if not dead:
        return Recovery(heals_itself=True, reason="nothing is lost", tb=tb, hours=Decimal(0), fill_after=fill)
    whole = sum(1 for d in domains if d.dead_osds == d.osds)
    left = count - whole
    total = sum(domain.osds for domain in domains) + sum(domain.osds for domain in others)
    if not has_monitors:
        return none("no majority of monitors: no map changes, nothing is rebuilt")
    if left < size:
        return none(
            f"{left} {rule}s are left for {size} copies: no rebuild until what failed is back"
            + (" (N = z)" if count == size else "")
        )
    if whole_rack:
        return none("a whole rack is not marked out by itself (mon_osd_down_out_subtree_limit = rack)")
    everything = total + other_osds
    if Decimal(everything - dead) / everything < LEAST_IN_SHARE:
        return none(
            f"fewer than 75 % of the OSDs would be in ({everything - dead} of {everything}): "
            "Ceph stops marking out (mon_osd_min_in_ratio)"
        )
    partly = [d for d in domains if 0 < d.dead_osds < d.osds]
    after = fill * count / left
    inside = left == size
    if partly:
        worst = max(Decimal(d.dead_osds) / d.osds for d in partly)
        siblings = max((d.hosts if d.hosts > 1 else d.osds) for d in partly)
        pull = Decimal(1) if siblings <= 2 else Decimal("1.3")
        sigma = min(Decimal(1), pull / (left - size + 1))
        after *= 1 + sigma * worst / (1 - worst)
    if inside and partly:
        # No other domain may take the copies: the siblings of the lost OSDs receive them all.
        receivers = sum(d.osds - d.dead_osds for d in partly)
        hosts = sum(d.live_hosts for d in partly)
    else:
        receivers = total - dead
        hosts = sum(d.live_hosts for d in domains) + sum(d.hosts for d in others)
    disks_mb = receivers * mb_per_second * RECOVERY_SHARE
    network_mb = hosts * gbps_per_host * NETWORK_EFFICIENCY * 1000 / 8
    speed_mb = min(disks_mb, network_mb)
    if speed_mb <= 0:
        return none("no OSD can receive the copies")
    if after > FULL + TOLERANCE:
        return Recovery(
            heals_itself=False, reason=f"the OSDs that receive would pass {FULL:.0%}: writes stop", tb=tb,
            hours=None, fill_after=after,
        )  # fmt: skip
    if after > BACKFILLFULL + TOLERANCE:
        return Recovery(
            heals_itself=False,
            reason=f"backfill stops at {BACKFILLFULL:.0%} before it is finished (backfill_toofull)",
            tb=tb, hours=None, fill_after=after,
        )  # fmt: skip
    seconds = OUT_SECONDS + tb * 10**6 / speed_mb
    where = "inside the same failure domain" if inside and partly else f"on the {left} {rule}s that are left"
    return Recovery(
        heals_itself=True, reason=f"rebuilt {where}", tb=tb, hours=seconds / 3600, fill_after=after
    )
