"""From many VMs to the few profiles of a workload.

The rule, as the page tells it: VMs of the same vCPUs and RAM are one profile. While there are more profiles than wanted, two
of them become one with the larger vCPUs and the larger RAM of the two: those two which add the least by that (share of all
vCPUs plus share of all RAM). So no VM gets less than it has, and what rounding adds is told. A profile's disk is the mean of its VMs, so the sum of disks stays. VMs far outside the rest (more than three times the range of the
middle half above its top: Tukey's outer fence, 1977) keep profiles of their own, so that they round nobody up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import quantiles

import numpy as np

from designer.engine.workload import VmProfile
from designer.imports.inventory import SizedVm, gb, gib

OUTER_FENCE = 3
ALWAYS_ON_SHARE = 0.95
"""A VM that ran in this share of a bill's hours counts as always on. House value."""
MANY_SIZES = 400
"""Above this many different sizes RAM is first rounded up to the next eighth of a power of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A VM far larger than the rest in one respect."""

    name: str
    row: int
    what: str
    value: int
    limit: int
    """Where the outer fence is, in the same unit: vCPUs or MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Profiles of some VMs, and what making them changed."""

    profiles: tuple[VmProfile, ...]
    outliers: tuple[Outlier, ...]
    added_vcpus: int
    """Sum of profiles less sum of VMs: what rounding sizes up costs."""
    added_ram_mib: int
    sizes: int
    """How many different sizes there were."""


@dataclass(slots=True)
class _Size:
    """VMs that get one size."""

    vcpus: int
    ram_mib: int
    vms: list[SizedVm]

    @property
    def count(self) -> int:
        return sum(sized.vm.count for sized in self.vms)


def group(
    vms: Sequence[SizedVm],
    *,
    max_profiles: int,
    outliers_apart: bool,
    loose_disk_mib: int = 0,
    estate_iops: float | None = None,
) -> Grouped:
    """Return the profiles of `vms` by the rule above; at most `max_profiles`, those of outliers among them.

    `loose_disk_mib` is spread over all VMs alike. `estate_iops`, where no VM has its own, is shared by all alike.
    """
    if not vms:
        return Grouped(profiles=(), outliers=(), added_vcpus=0, added_ram_mib=0, sizes=0)
    outliers = find_outliers(vms)
    apart = {(o.name, o.row) for o in outliers} if outliers_apart and max_profiles > 1 else set()
    usual = _sizes([v for v in vms if (v.vm.name, v.vm.row) not in apart])
    large = _sizes([v for v in vms if (v.vm.name, v.vm.row) in apart])
    sizes = len(usual) + len(large)
    for_large = min(len(large), max(1, max_profiles // 4)) if large and usual else len(large)
    large = _merged(large, max(1, for_large or max_profiles))
    usual = _merged(usual, max(1, max_profiles - len(large)))
    count = sum(v.vm.count for v in vms)
    loose_gb = gb(Decimal(loose_disk_mib) / count)
    shared_iops = None if estate_iops is None else estate_iops / count
    profiles = [
        _profile(size, is_outlier=is_outlier, loose_gb=loose_gb, shared_iops=shared_iops)
        for chosen, is_outlier in ((usual, False), (large, True))
        for size in sorted(chosen, key=lambda s: (-s.count, s.vcpus, s.ram_mib))
    ]
    return Grouped(
        profiles=_with_own_ids(profiles),
        outliers=tuple(outliers),
        added_vcpus=sum(s.vcpus * s.count for s in usual + large) - sum(v.vcpus * v.vm.count for v in vms),
        added_ram_mib=sum(s.ram_mib * s.count for s in usual + large)
        - sum(v.ram_mib * v.vm.count for v in vms),
        sizes=sizes,
    )


def find_outliers(vms: Sequence[SizedVm]) -> list[Outlier]:
    """Return the VMs beyond the outer fence in vCPUs, RAM or disk. Fewer than eight VMs have none."""
    if len(vms) < 8:
        return []
    found: dict[tuple[str, int], Outlier] = {}
    for what, unit in (("vcpus", "vCPUs"), ("ram_mib", "RAM"), ("disk_mib", "disk")):
        values = [getattr(v, what) for v in vms]
        low, _, high = quantiles(values, n=4, method="inclusive")
        fence = math.ceil(high + OUTER_FENCE * (high - low))
        if high == low:
            continue  # half of them are equal: the range says nothing
        for v in vms:
            if getattr(v, what) > fence:
                outlier = Outlier(
                    name=v.vm.name, row=v.vm.row, what=unit, value=getattr(v, what), limit=fence
                )
                found.setdefault((v.vm.name, v.vm.row), outlier)
    return list(found.values())


def _sizes(vms: Sequence[SizedVm]) -> list[_Size]:
    by_size: dict[tuple[int, int], _Size] = {}
    if len({(v.vcpus, v.ram_mib) for v in vms}) > MANY_SIZES:
        vms = [replace(v, ram_mib=_rounded(v.ram_mib)) for v in vms]
    for v in vms:
        by_size.setdefault((v.vcpus, v.ram_mib), _Size(v.vcpus, v.ram_mib, [])).vms.append(v)
    return list(by_size.values())


def _rounded(ram_mib: int) -> int:
    step = 1 << max(0, ram_mib.bit_length() - 4)
    return -(-ram_mib // step) * step


def _merged(sizes: list[_Size], limit: int) -> list[_Size]:
    """Join sizes until `limit` are left: each time the two that add the least when both get what the larger has."""
    if len(sizes) <= limit:
        return sizes
    sizes = sorted(sizes, key=lambda s: (s.vcpus, s.ram_mib))
    vcpus = np.array([s.vcpus for s in sizes], dtype=float)
    ram = np.array([s.ram_mib for s in sizes], dtype=float)
    count = np.array([s.count for s in sizes], dtype=float)
    all_vcpus, all_ram = float(vcpus @ count) or 1.0, float(ram @ count) or 1.0

    def added(i: int) -> np.ndarray:
        both_vcpus, both_ram = np.maximum(vcpus, vcpus[i]), np.maximum(ram, ram[i])
        more_vcpus = (both_vcpus - vcpus) * count + (both_vcpus - vcpus[i]) * count[i]
        more_ram = (both_ram - ram) * count + (both_ram - ram[i]) * count[i]
        cost: np.ndarray = more_vcpus / all_vcpus + more_ram / all_ram
        cost[i] = np.inf
        return cost

    costs = np.array([added(i) for i in range(len(sizes))])
    gone = np.zeros(len(sizes), dtype=bool)
    for _ in range(len(sizes) - limit):
        first, second = (int(i) for i in np.unravel_index(np.argmin(costs), costs.shape))
        keep, join = sizes[first], sizes[second]
        keep.vcpus, keep.ram_mib = max(keep.vcpus, join.vcpus), max(keep.ram_mib, join.ram_mib)
        keep.vms += join.vms
        vcpus[first], ram[first], count[first] = keep.vcpus, keep.ram_mib, count[first] + count[second]
        gone[second] = True
        row = np.where(gone, np.inf, added(first))
        costs[first, :], costs[:, first] = row, row
        costs[second, :], costs[:, second] = np.inf, np.inf
    return [size for size, is_gone in zip(sizes, gone, strict=True) if not is_gone]


def _profile(size: _Size, *, is_outlier: bool, loose_gb: Decimal, shared_iops: float | None) -> VmProfile:
    ram_gib = gib(size.ram_mib)
    count = size.count
    disk_gb = gb(Decimal(sum(v.disk_mib * v.vm.count for v in size.vms)) / count) + loose_gb
    shown = f"{size.vcpus} vCPU, {ram_gib.normalize():f} GiB"
    measured = [v.vm.iops for v in size.vms if v.vm.iops is not None]
    iops = sum(measured) / len(measured) if measured else shared_iops
    rates = [v.vm.mb_per_second for v in size.vms if v.vm.mb_per_second is not None]
    profile = VmProfile(
        id=f"{'large-' if is_outlier else ''}{size.vcpus}-{f'{ram_gib.normalize():f}'.replace('.', '-')}",
        name=f"{'Outliers, ' if is_outlier else ''}{shown}",
        count=count,
        vcpus=size.vcpus,
        ram_gib=ram_gib,
        disk_gb=disk_gb,
    )
    if iops is not None:
        profile = replace(profile, disk_iops=min(10**6, max(1, math.ceil(iops))))
    if rates:
        rate = Decimal(max(1, math.ceil(sum(rates) / len(rates))))
        profile = replace(profile, disk_mb_per_second=min(rate, Decimal(10**5)))
    shares = [(v.vm.hours_share, v.vm.count) for v in size.vms if v.vm.hours_share is not None]
    if shares:
        steady = sum(n for share, n in shares if share >= ALWAYS_ON_SHARE)
        rest = [(share, n) for share, n in shares if share < ALWAYS_ON_SHARE]
        hours = sum(share * n for share, n in rest) / sum(n for _, n in rest) if rest else 1.0
        profile = replace(
            profile,
            always_on_share=Decimal(str(round(steady / count, 4))),
            on_hours_share=Decimal(str(round(hours, 4))),
        )
    return profile


def _with_own_ids(profiles: Sequence[VmProfile]) -> tuple[VmProfile, ...]:
    seen: dict[str, int] = {}
    named = []
    for profile in profiles:
        seen[profile.id] = seen.get(profile.id, 0) + 1
        again = seen[profile.id]
        named.append(profile if again == 1 else replace(profile, id=f"{profile.id}-{again}"))
    return tuple(named)
