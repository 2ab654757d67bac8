"""What the services of a price list mean for a comparison: which price is block storage, egress, support.

The table below is all that is particular to a provider. A service whose price list has no fitting row is absent:
no price is ever invented for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.engine.hardware import Basis
from catalog.engine.offers import CloudService, PriceTier, ServicePrice

ANYWHERE = "*"
"""The region of rows that hold in every region."""

EGRESS_FREE_GB = Decimal(100)
"""AWS and Azure: a month and account, as the sources of their egress rows say (tco.md 1.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """Which rows of a price list are the price of a service."""

    name: str
    """What the provider calls it."""
    path: str
    unit: str
    included: int = 0
    """What each volume has without charge."""
    free: Decimal = Decimal(0)
    """Units a month at no charge, as the first tier (tco.U7)."""
    fixed: Decimal | None = None
    """The price instead of the row's own, where the row only tells that nothing else is charged."""
    basis: Basis | None = None
    """How far `fixed` can be trusted, where that is not as far as the row."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One price of a service as the price list has it."""

    region: str
    path: str
    unit: str
    start: Decimal = Decimal(0)
    end: Decimal | None = None
    price: Decimal
    basis: Basis
    basis_note: str = ""
    as_of: date
    source: str


_SHARE = "fraction of monthly usage in USD band"
_MINIMUM = "USD-month minimum"
_COMES_WITH_CAPACITY = "IOPS and throughput come with the capacity and have no price of their own"

MEANINGS: Mapping[str, Mapping[CloudService, tuple[Meaning, ...]]] = {
    "aws": {
        CloudService.BLOCK_GB_MONTH: (Meaning(name="EBS gp3", path="block/gp3", unit="GB-month"),),
        CloudService.BLOCK_IOPS_MONTH: (
            Meaning(name="EBS gp3 IOPS", path="block/gp3/iops_over_3000", unit="IOPS-month", included=3000),
        ),
        CloudService.BLOCK_MB_PER_SECOND_MONTH: (
            Meaning(
                name="EBS gp3 throughput",
                path="block/gp3/throughput_over_125MBps",
                unit="MBps-month",
                included=125,
            ),
        ),
        CloudService.SNAPSHOT_GB_MONTH: (
            Meaning(name="EBS snapshot", path="block/snapshot", unit="GB-month"),
        ),
        CloudService.OBJECT_GB_MONTH: (Meaning(name="S3 Standard", path="object/standard", unit="GB-month"),),
        CloudService.EGRESS_GB: (
            Meaning(
                name="Data transfer out to the internet",
                path="traffic/internet_egress",
                unit="GB",
                free=EGRESS_FREE_GB,
            ),
        ),
        CloudService.INTER_ZONE_GB: (
            Meaning(name="Data transfer between zones", path="traffic/inter_az", unit="GB"),
        ),
        CloudService.LOAD_BALANCER_HOUR: (
            Meaning(
                name="Application Load Balancer",
                path="lb/application",
                unit="hour",
                note="capacity units (LCU) not included",
            ),
        ),
        CloudService.NAT_GATEWAY_HOUR: (Meaning(name="NAT gateway", path="nat/gateway", unit="hour"),),
        CloudService.NAT_GB: (Meaning(name="NAT gateway data", path="nat/data", unit="GB"),),
        CloudService.PUBLIC_IPV4_HOUR: (
            Meaning(name="Public IPv4 address", path="ipv4/public", unit="hour"),
        ),
        CloudService.SUPPORT_SHARE: (Meaning(name="Business support", path="support/business", unit=_SHARE),),
        CloudService.SUPPORT_MINIMUM_MONTH: (
            Meaning(name="Business support, minimum", path="support/business_min_month", unit=_MINIMUM),
        ),
    },
    "azure": {
        CloudService.BLOCK_GB_MONTH: (
            Meaning(name="Premium SSD v2", path="block/premium_ssd_v2", unit="GB-month"),
        ),
        CloudService.BLOCK_IOPS_MONTH: (
            Meaning(
                name="Premium SSD v2 IOPS",
                path="block/premium_ssd_v2/iops_over_3000",
                unit="IOPS-month",
                included=3000,
            ),
        ),
        CloudService.BLOCK_MB_PER_SECOND_MONTH: (
            Meaning(
                name="Premium SSD v2 throughput",
                path="block/premium_ssd_v2/throughput_over_125MBps",
                unit="MBps-month",
                included=125,
            ),
        ),
        CloudService.SNAPSHOT_GB_MONTH: (
            Meaning(name="Managed disk snapshot, LRS", path="block/snapshot/LRS", unit="GB-month"),
        ),
        CloudService.OBJECT_GB_MONTH: (
            Meaning(name="Blob storage hot, LRS", path="object/hot/LRS", unit="GB-month"),
        ),
        CloudService.EGRESS_GB: (
            Meaning(
                name="Internet egress, Microsoft network",
                path="traffic/internet_egress",
                unit="GB",
                free=EGRESS_FREE_GB,
            ),
        ),
        CloudService.LOAD_BALANCER_HOUR: (
            Meaning(
                name="Standard Load Balancer",
                path="lb/standard_first_5_rules",
                unit="hour",
                note="up to five rules; data processed not included",
            ),
        ),
        CloudService.NAT_GATEWAY_HOUR: (Meaning(name="NAT gateway", path="nat/gateway", unit="hour"),),
        CloudService.NAT_GB: (Meaning(name="NAT gateway data", path="nat/data", unit="GB"),),
        CloudService.PUBLIC_IPV4_HOUR: (
            Meaning(name="Public IPv4 address", path="ipv4/public", unit="hour"),
        ),
        CloudService.SUPPORT_SHARE: (
            Meaning(
                name="Professional Direct",
                path="support/professional_direct",
                unit="USD-month",
                fixed=Decimal(0),
                note="a fixed fee, no share of the charges",
            ),
        ),
        CloudService.SUPPORT_MINIMUM_MONTH: (
            Meaning(name="Professional Direct, fee", path="support/professional_direct", unit="USD-month"),
        ),
    },
    "gcp": {
        CloudService.BLOCK_GB_MONTH: (
            Meaning(
                name="Balanced persistent disk",
                path="block/pd-balanced",
                unit="GB-month",
                note=_COMES_WITH_CAPACITY,
            ),
        ),
        CloudService.BLOCK_IOPS_MONTH: (
            Meaning(
                name="Balanced persistent disk IOPS",
                path="block/pd-balanced",
                unit="GB-month",
                fixed=Decimal(0),
                basis=Basis.RECALLED,
                note=_COMES_WITH_CAPACITY,
            ),
        ),
        CloudService.BLOCK_MB_PER_SECOND_MONTH: (
            Meaning(
                name="Balanced persistent disk throughput",
                path="block/pd-balanced",
                unit="GB-month",
                fixed=Decimal(0),
                basis=Basis.RECALLED,
                note=_COMES_WITH_CAPACITY,
            ),
        ),
        CloudService.SNAPSHOT_GB_MONTH: (
            Meaning(name="Disk snapshot", path="block/snapshot", unit="GB-month"),
        ),
        CloudService.OBJECT_GB_MONTH: (
            Meaning(name="Cloud Storage Standard", path="object/standard", unit="GB-month"),
        ),
        CloudService.EGRESS_GB: (
            Meaning(name="Internet egress, premium tier", path="traffic/internet_egress", unit="GB"),
        ),
        CloudService.LOAD_BALANCER_HOUR: (
            Meaning(
                name="Forwarding rules",
                path="lb/forwarding_rules_first_5",
                unit="hour",
                note="up to five rules; data processed not included",
            ),
        ),
        CloudService.NAT_GATEWAY_HOUR: (
            Meaning(
                name="Cloud NAT",
                path="nat/gateway_max",
                unit="hour",
                note="the price of a gateway for 32 VMs or more; fewer cost less",
            ),
        ),
        CloudService.NAT_GB: (Meaning(name="Cloud NAT data", path="nat/data", unit="GB"),),
        CloudService.PUBLIC_IPV4_HOUR: (
            Meaning(name="External IPv4 address on a VM", path="ipv4/public_on_vm", unit="hour"),
        ),
        CloudService.SUPPORT_SHARE: (
            Meaning(name="Enhanced support", path="support/enhanced", unit=_SHARE),
            Meaning(name="Standard support", path="support/standard", unit="fraction of monthly usage"),
        ),
        CloudService.SUPPORT_MINIMUM_MONTH: (
            Meaning(name="Enhanced support, minimum", path="support/enhanced_min_month", unit=_MINIMUM),
            Meaning(name="Standard support, minimum", path="support/standard_min_month", unit=_MINIMUM),
        ),
    },
}
"""Provider -> service -> what its price is called, best first. Azure and Google charge nothing between zones that
the price lists show: absent, as is every price that a list does not have."""

REGION_GROUPS: Mapping[str, Mapping[str, str]] = {
    "azure": {
        "Europe": "zone1 (Europe, North America)",
        "North America": "zone1 (Europe, North America)",
        "Asia": "zone2 (Asia, Oceania, ME, Africa)",
        "Oceania": "zone2 (Asia, Oceania, ME, Africa)",
        "Africa": "zone2 (Asia, Oceania, ME, Africa)",
        "South America": "zone3 (South America)",
    }
}
"""Provider -> continent -> the name of a group of regions that its price list has rows for."""

UNIT_NAMES: Mapping[CloudService, str] = {
    CloudService.BLOCK_GB_MONTH: "GB-month",
    CloudService.BLOCK_IOPS_MONTH: "IOPS-month",
    CloudService.BLOCK_MB_PER_SECOND_MONTH: "MB/s-month",
    CloudService.SNAPSHOT_GB_MONTH: "GB-month",
    CloudService.OBJECT_GB_MONTH: "GB-month",
    CloudService.EGRESS_GB: "GB",
    CloudService.INTER_ZONE_GB: "GB",
    CloudService.LOAD_BALANCER_HOUR: "hour",
    CloudService.NAT_GATEWAY_HOUR: "hour",
    CloudService.NAT_GB: "GB",
    CloudService.PUBLIC_IPV4_HOUR: "hour",
    CloudService.SUPPORT_SHARE: "share of charges",
    CloudService.SUPPORT_MINIMUM_MONTH: "month",
}

_TRUST = tuple(Basis)


def places(provider: str, region: str, continent: str) -> tuple[str, ...]:
    """Return where to look for a service's price in `region`: the region, its group, everywhere."""
    group = REGION_GROUPS.get(provider, {}).get(continent)
    return (region, group, ANYWHERE) if group else (region, ANYWHERE)


def service_prices(
    provider: str, region: str, continent: str, rows: Iterable[Row]
) -> dict[str, ServicePrice]:
    """Return what each service costs in `region`, by `CloudService` value. What no row prices is absent.

    Where a list has several prices for one tier, the dearest counts: the cheaper one is an exception's.
    A list whose tiers leave a gap prices nothing.
    """
    by_place: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        by_place.setdefault((row.region, row.path, row.unit), []).append(row)
    found = {}
    for service, meanings in MEANINGS.get(provider, {}).items():
        for meaning in meanings:
            there = (
                by_place.get((place, meaning.path, meaning.unit), [])
                for place in places(provider, region, continent)
            )
            price = next((priced for prices in there if (priced := _priced(service, meaning, prices))), None)
            if price is not None:
                found[service.value] = price
                break
    return found


def _priced(service: CloudService, meaning: Meaning, rows: list[Row]) -> ServicePrice | None:
    tiers, used = _tiers(rows)
    if not used:
        return None
    if meaning.fixed is not None:
        tiers = (PriceTier(price=meaning.fixed),)
    elif meaning.free:
        tiers = _with_free_allowance(tiers, meaning.free)
    worst = max(used, key=lambda row: _TRUST.index(row.basis))
    notes = [row.basis_note for row in used if row.basis is worst.basis and row.basis_note][:1]
    if meaning.free:
        notes.append(f"the first {meaning.free:,f} {meaning.unit} a month are free")
    if meaning.note:
        notes.append(meaning.note)
    return ServicePrice(
        service=service,
        name=meaning.name,
        unit=UNIT_NAMES[service],
        tiers=tiers,
        included=Decimal(meaning.included),
        basis=meaning.basis or worst.basis,
        basis_note="; ".join(notes),
        as_of=min(row.as_of for row in used),
        source="; ".join(dict.fromkeys(row.source for row in used)),
    )


def _tiers(rows: list[Row]) -> tuple[tuple[PriceTier, ...], list[Row]]:
    """The tiers that `rows` make, and the rows used; neither when they leave a gap."""
    dearest: dict[tuple[Decimal, Decimal | None], Row] = {}
    for row in rows:
        known = dearest.get((row.start, row.end))
        if known is None or row.price > known.price:
            dearest[row.start, row.end] = row
    ordered = sorted(dearest.values(), key=lambda row: row.start)
    expected: Decimal | None = Decimal(0)
    for row in ordered:
        if row.start != expected:
            return (), []
        expected = row.end
    if expected is not None:
        return (), []
    return tuple(PriceTier(start=row.start, end=row.end, price=row.price) for row in ordered), ordered


def _with_free_allowance(tiers: tuple[PriceTier, ...], free: Decimal) -> tuple[PriceTier, ...]:
    rest = [tier for tier in tiers if tier.end is None or tier.end > free]
    first = PriceTier(start=free, end=rest[0].end, price=rest[0].price)
    return (PriceTier(start=Decimal(0), end=free, price=Decimal(0)), first, *rest[1:])
