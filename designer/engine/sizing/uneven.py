"""Ceph on hosts that differ: what CRUSH can use of them, and how full they may be (sizing.S3 to S6).

A host, rack or zone never holds two copies of the same data. What the largest have above the rest therefore stays
empty, and what the loss of any one leaves must hold everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from designer.engine.sizing import power
from designer.engine.sizing.storage import (
    BACKFILLFULL,
    NEARFULL,
    Capacity,
    held_by_unequal_domains,
    sibling_share,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OsdHosts:
    """So many equal hosts with OSDs."""

    count: int
    drives: int
    drive_tb: Decimal

    @property
    def host_tb(self) -> Decimal:
        return self.drives * self.drive_tb

    @property
    def tb(self) -> Decimal:
        return self.count * self.host_tb


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One failure domain and the hosts in it."""

    hosts: tuple[OsdHosts, ...]

    @property
    def tb(self) -> Decimal:
        return sum((hosts.tb for hosts in self.hosts), Decimal(0))

    @property
    def host_count(self) -> int:
        return sum(hosts.count for hosts in self.hosts)

    @property
    def osds(self) -> int:
        return sum(hosts.count * hosts.drives for hosts in self.hosts)

    @property
    def largest_host_tb(self) -> Decimal:
        return max(hosts.host_tb for hosts in self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnevenLayout:
    """Failure domains that differ, largest first: so many of each kind."""

    kinds: tuple[tuple[int, Domain], ...]
    size: int = 3
    """Replicas, or k + m."""

    @property
    def domains(self) -> int:
        return sum(count for count, _ in self.kinds)

    @property
    def hosts(self) -> int:
        return sum(count * domain.host_count for count, domain in self.kinds)

    @property
    def hosts_per_domain(self) -> int:
        """Of the domain with the most."""
        return max((domain.host_count for _, domain in self.kinds), default=0)

    @property
    def osds(self) -> int:
        return sum(count * domain.osds for count, domain in self.kinds)

    @property
    def raw_tb(self) -> Decimal:
        return sum((count * domain.tb for count, domain in self.kinds), Decimal(0))

    @property
    def held_tb(self) -> Decimal:
        """The most of one copy, or of one shard, that the domains hold (S6)."""
        top: list[Decimal] = []  # only the largest, fewer than copies, can be larger than what they hold
        for count, domain in self.kinds:
            top += [domain.tb] * min(count, self.size - len(top))
        rest = self.raw_tb - sum(top, Decimal(0))
        return held_by_unequal_domains(top, size=self.size, beside_tb=rest)

    def without_one(self, kind: int) -> UnevenLayout:
        """What is left after the loss of one domain of that kind."""
        kinds = [(count - (index == kind), domain) for index, (count, domain) in enumerate(self.kinds)]
        return UnevenLayout(kinds=tuple((count, domain) for count, domain in kinds if count), size=self.size)


def uneven_layout(groups: Sequence[OsdHosts], *, domains: int | None, size: int) -> UnevenLayout:
    """Return `groups` as failure domains: each host one, or hosts dealt in turn over so many racks or zones (R7)."""
    counted: dict[Domain, int] = {}
    if domains is None:
        for group in groups:
            one = Domain(hosts=(OsdHosts(count=1, drives=group.drives, drive_tb=group.drive_tb),))
            counted[one] = counted.get(one, 0) + group.count
    else:
        starts = [sum(group.count for group in groups[:index]) for index in range(len(groups))]
        dealt = [power.dealt(g.count, domains, first=s) for g, s in zip(groups, starts, strict=True)]
        for index in range(domains):
            inside = tuple(
                OsdHosts(count=counts[index], drives=group.drives, drive_tb=group.drive_tb)
                for group, counts in zip(groups, dealt, strict=True)
                if counts[index]
            )
            if inside:
                counted[Domain(hosts=inside)] = counted.get(Domain(hosts=inside), 0) + 1
    kinds = sorted(((n, domain) for domain, n in counted.items() if n), key=lambda kind: -kind[1].tb)
    return UnevenLayout(kinds=tuple(kinds), size=size)


def uneven_fill_limits(layout: UnevenLayout, *, self_heal_reserve: bool = True) -> list[tuple[Decimal, str]]:
    """Return every limit that applies to how full the held capacity may be, and what each is for (S3 a to d).

    With equal domains they are those of `storage.fill_limits`.
    """
    domains, size, held = layout.domains, layout.size, layout.held_tb
    if domains < size:
        reason = f"impossible: {size} copies need {size} failure domains and there are {domains}"
        return [(Decimal(0), reason)]
    limits = [(NEARFULL, "nearfull: Ceph warns from here on")]
    if not self_heal_reserve:
        return limits
    if domains > size:
        left = min(layout.without_one(kind).held_tb for kind in range(len(layout.kinds)))
        share = BACKFILLFULL * left / held
        limits.append((share, f"room to rebuild the loss of any one of {domains} unequal failure domains"))
    for _, domain in layout.kinds:
        if domain.host_count > 1:
            shift = sibling_share(domains=domains, size=size, hosts_in_domain=domain.host_count)
            growth = domain.largest_host_tb / (domain.tb - domain.largest_host_tb)
            reason = (
                f"room on the siblings of the largest of {domain.host_count} hosts inside a failure domain"
            )
            limits.append((BACKFILLFULL / (1 + shift * growth), reason))
        elif domains == size:
            drives = domain.hosts[0].drives
            reason = f"domains = size: room to rebuild 1 of {drives} OSDs inside its host"
            limits.append((BACKFILLFULL * (drives - 1) / drives, reason))
    return limits


@dataclass(frozen=True, slots=True, kw_only=True)
class UnevenCapacity:
    """The waterfall of hosts that differ, and what of them it leaves aside."""

    capacity: Capacity
    stranded_tb: Decimal
    """Raw capacity that no copy can be put on (S6)."""
    left_out: int
    """Of the smallest failure domains, those that hold less data together with the others than apart from them."""


def uneven_capacity(
    layout: UnevenLayout,
    *,
    data_share: Decimal,
    metadata_share: Decimal = Decimal("0.02"),
    self_heal_reserve: bool = True,
) -> UnevenCapacity:
    """Return the waterfall from raw to usable, TB (S1 to S6), by the larger domains alone where that holds more.

    A domain much smaller than the others could not take what the loss of a large one leaves: it would lower what
    may be stored. It is then counted as standing apart, so that more hardware never holds less.
    """
    best: UnevenCapacity | None = None
    for end in range(len(layout.kinds), 0, -1):
        part = UnevenLayout(kinds=layout.kinds[:end], size=layout.size)
        if part.domains < layout.size and best is not None:
            break
        held = part.held_tb * layout.size
        limits = uneven_fill_limits(part, self_heal_reserve=self_heal_reserve)
        limit, reason = min(limits, key=lambda found: found[0])
        replicated = held * data_share
        after_metadata = replicated * (1 - metadata_share)
        found = UnevenCapacity(
            capacity=Capacity(
                raw_tb=layout.raw_tb,
                replicated_tb=replicated,
                after_metadata_tb=after_metadata,
                usable_tb=after_metadata * limit,
                fill_limit=limit,
                fill_reason=reason,
            ),
            stranded_tb=layout.raw_tb - held,
            left_out=layout.domains - part.domains,
        )
        if best is None or found.capacity.usable_tb > best.capacity.usable_tb:
            best = found
    if best is None:
        raise ValueError("there are no hosts")
    return best
