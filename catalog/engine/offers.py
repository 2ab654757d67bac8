"""What public clouds charge, as the engines see it: instances with their prices by term, services with tiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from catalog.engine.documents import Count, Name, PositiveCount, Quantity, Slug, Text, UnitPrice
from catalog.engine.hardware import Basis


class Term(StrEnum):
    """How long the customer is bound to pay."""

    ON_DEMAND = "on-demand"
    ONE_YEAR = "1-year"
    THREE_YEARS = "3-years"

    @property
    def months(self) -> int:
        """Length of the commitment; 0 on demand."""
        return {"on-demand": 0, "1-year": 12, "3-years": 36}[self.value]


class Architecture(StrEnum):
    X86_64 = "x86_64"
    ARM64 = "arm64"


class Category(StrEnum):
    """What a family is made for, by GiB of memory a vCPU (tco.M2): below 3, 3 to 6, 6 to 12, above."""

    COMPUTE = "compute"
    GENERAL = "general"
    MEMORY = "memory"
    HIGH_MEMORY = "high-memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstancePrice:
    """One hourly price of an instance type. The 1- and 3-year prices are without upfront payment."""

    term: Term
    price_model: Slug
    """As the price list calls it: `reserved_1y_no_upfront`, `cud_3y`."""
    usd_per_hour: UnitPrice
    basis: Basis
    basis_note: Text = ""
    """As the price list words it: `derived_family_discount`."""
    as_of: date
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One instance type in one region for one operating system. Memory in GiB."""

    provider: Slug
    region: Slug
    instance_type: Name
    family: Slug
    category: Category
    generation: Count = 0
    """Of its family line, from its name: m7i is 7, Standard_D4s_v5 is 5; 0 when its name tells none."""
    is_current: bool = True
    """False: older than the two newest generations of its line in this price list, or of a kind that M2 leaves out."""
    vcpus: PositiveCount
    memory_gib: Quantity
    architecture: Architecture = Architecture.X86_64
    is_burstable: bool = False
    is_core_based: bool = False
    """True: a vCPU is a whole core (Graviton, m7a, Axion), else one hardware thread (tco.FR2)."""
    gpus: Count = 0
    operating_system: Slug = "linux"
    prices: tuple[InstancePrice, ...]

    def price(self, term: Term) -> InstancePrice | None:
        """The price at `term`, or None when the price list has none."""
        return next((price for price in self.prices if price.term is term), None)


class CloudService(StrEnum):
    """What a comparison prices beside instances; the unit is part of the name."""

    BLOCK_GB_MONTH = "block-gb-month"
    """General-purpose SSD volume: gp3, Premium SSD v2, pd-balanced."""
    BLOCK_IOPS_MONTH = "block-iops-month"
    """Above `included` IOPS of a volume; a price of 0 where IOPS come with the capacity."""
    BLOCK_MB_PER_SECOND_MONTH = "block-mb-per-second-month"
    SNAPSHOT_GB_MONTH = "snapshot-gb-month"
    OBJECT_GB_MONTH = "object-gb-month"
    EGRESS_GB = "egress-gb"
    """To the internet; the free allowance is the first tier at price 0 (tco.U7)."""
    INTER_ZONE_GB = "inter-zone-gb"
    """One direction (tco.U8)."""
    LOAD_BALANCER_HOUR = "load-balancer-hour"
    NAT_GATEWAY_HOUR = "nat-gateway-hour"
    NAT_GB = "nat-gb"
    PUBLIC_IPV4_HOUR = "public-ipv4-hour"
    SUPPORT_SHARE = "support-share"
    """Of the month's charges, as fractions in tiers of USD (tco.U14)."""
    SUPPORT_MINIMUM_MONTH = "support-minimum-month"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTier:
    """The price of one unit from `start` up to `end` units (None: without end)."""

    start: Quantity = Decimal(0)
    end: Quantity | None = None
    price: UnitPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePrice:
    """What a service costs: its tiers in order, each starting where the one before ends. USD without tax."""

    service: CloudService
    name: Name
    """What the provider calls it: `EBS gp3`."""
    unit: Name
    tiers: tuple[PriceTier, ...]
    included: Quantity = Decimal(0)
    """What each volume has without charge: 3,000 IOPS, 125 MB/s."""
    basis: Basis
    basis_note: Text = ""
    as_of: date
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudPrices:
    """All that a comparison needs of one provider in one region, from one price book version."""

    provider: Slug
    provider_name: Name
    region: Slug
    region_name: Name
    price_book: Name
    """Which version: `AWS, version 1 of 2026-08-22`."""
    as_of: date
    offers: tuple[Offer, ...]
    services: Mapping[str, ServicePrice] = field(default_factory=dict)
    """By `CloudService` value. What is missing has no known price, and the comparison says so."""

    def service(self, service: CloudService) -> ServicePrice | None:
        return self.services.get(service.value)
