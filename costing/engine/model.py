"""What the cost engine is asked, and what it answers. Money in USD where a price stands, in cents where posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated

from catalog.engine.documents import (
    Bounds,
    Count,
    Name,
    PositiveCount,
    Quantity,
    Share,
    Slug,
    Text,
    UnitPrice,
)
from catalog.engine.figures import Figure
from catalog.engine.hardware import Basis
from catalog.engine.offers import ServicePrice
from costing.engine.assumptions import AssumptionValue
from costing.engine.ledger import LedgerLine
from costing.engine.outputs import BreakEven, InternalRate
from costing.engine.rules import PowerCurve, RateConvention, Timing
from designer.engine.document import FacilityMode
from designer.engine.growth import GrowthShape

ENGINE_VERSION = "2026.11.0"
"""Raised whenever a figure changes; stored with every comparison."""

PRIVATE = "private"
STALE_DAYS = 90
"""A price older than this on the day of a comparison raises a warning (tco.FR17)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """The currency of the report, at one rate for the whole comparison (tco.R4)."""

    code: Annotated[str, Bounds(3, 3)] = "USD"
    per_usd: Annotated[Decimal, Bounds(Decimal("0.0001"), 10**6)] = Decimal(1)
    as_of: date | None = None
    source: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """Choices that are not numbers, printed with every result."""

    rate: RateConvention = RateConvention.EFFECTIVE
    timing: Timing = Timing.END
    growth: GrowthShape = GrowthShape.SMOOTH
    power: PowerCurve = PowerCurve.LINEAR
    facility: FacilityMode = FacilityMode.COLO_METERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One model of hardware that the private cloud buys. Watts and TB of one piece; price in USD each."""

    key: Slug
    label: Name
    unit_price: UnitPrice
    price_as_of: date
    price_source: Text
    price_basis: Basis
    idle_watts: Quantity = Decimal(0)
    max_watts: Quantity = Decimal(0)
    raw_tb: Quantity = Decimal(0)
    is_node: bool = False
    """True: a server, which has subscriptions, is run by people, and follows the price of memory."""
    is_rack: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """So many of one asset, in service from index `in_service` on (tco.D3)."""

    asset: Slug
    count: PositiveCount
    in_service: Annotated[int, Bounds(0, 120, "month index")] = 0
    is_owned: bool = False
    """In place before the signature: nothing is paid for it until it is replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePlan:
    """What the private side consists of, month by month."""

    assets: Annotated[tuple[Asset, ...], Bounds(0, 100)]
    purchases: Annotated[tuple[Purchase, ...], Bounds(0, 10_000)]
    host_cpu_load: Share = Decimal("0.35")
    pue: Annotated[Decimal, Bounds(1, 3)] = Decimal("1.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetDemand:
    """Equal VMs on one instance type. Prices in USD an hour for one VM."""

    profile: Slug
    label: Name
    instance_type: Name
    vms: Quantity
    """In month 1."""
    on_demand: UnitPrice
    one_year: UnitPrice | None = None
    """None: the price list has none, and the default discount is taken."""
    three_years: UnitPrice | None = None
    always_on: Share = Decimal(1)
    on_hours: Share = Decimal(1)
    volume_gb: Quantity = Decimal(0)
    volume_iops: Quantity = Decimal(0)
    volume_mb_per_second: Quantity = Decimal(0)
    price_as_of: date
    price_source: Text = ""
    price_basis: Basis = Basis.OBSERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPlan:
    """One public cloud that carries the same workload."""

    id: Slug
    """`aws-eu-central-1`."""
    provider: Slug
    name: Name
    """`AWS`."""
    region: Slug
    region_name: Name = "-"
    price_book: Name = "-"
    fleets: Annotated[tuple[FleetDemand, ...], Bounds(0, 1_000)]
    services: Mapping[str, ServicePrice] = field(default_factory=dict)
    """By `CloudService`; what is missing is left out and named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDemand:
    """The part of the workload that is not VMs; both sides carry it (tco.FR1). Per month where it flows."""

    vms: Quantity
    """In month 1."""
    annual_growth: Annotated[Decimal, Bounds(Decimal("-0.9"), 10)] = Decimal(0)
    egress_gb: Quantity = Decimal(0)
    inter_zone_gb: Quantity = Decimal(0)
    object_gb: Quantity = Decimal(0)
    snapshot_share: Quantity = Decimal(0)
    """Snapshots over provisioned volumes."""
    load_balancers: Count = 0
    public_ipv4_addresses: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TcoRequest:
    """One question to the cost engine: the same demand, carried by a private cloud and by public ones."""

    demand: SharedDemand
    private: PrivatePlan
    public: Annotated[tuple[PublicPlan, ...], Bounds(0, 40)] = ()
    assumptions: Mapping[str, AssumptionValue] = field(default_factory=dict)
    conventions: Conventions = field(default_factory=Conventions)
    currency: Currency = field(default_factory=Currency)
    priced_on: date
    """The day of the comparison, against which prices age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionResult:
    """What one option costs. Cents by month index, by year, by category."""

    id: Slug
    name: Name
    region: str
    is_private: bool
    lines: tuple[LedgerLine, ...]
    monthly_cents: tuple[int, ...]
    yearly_cents: tuple[int, ...]
    category_cents: Mapping[str, int]
    total_cents: int
    present_value_cents: int
    per_vm_month: Decimal
    levelised_per_vm_month: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """Private against one public option: positive savings mean that private is cheaper (tco.O3 to O8)."""

    option: Slug
    saving_cents: int
    saving_share: Decimal | None
    """Of the public total; None when that is nothing."""
    net_present_value_cents: int
    present_value_share: Decimal | None
    break_even: BreakEven
    discounted_break_even: BreakEven
    internal_rate: InternalRate
    return_on_investment: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionUsed:
    """One assumption as a comparison took it."""

    key: str
    label: str
    group: str
    symbol: str
    unit: str
    value: Decimal
    low: Decimal
    typical: Decimal
    high: Decimal
    grade: str
    source: str
    is_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostNotice:
    """Something that the reader must know: a missing price, an old one, a rule that binds."""

    severity: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TcoResult:
    """The answer: a ledger for each option, and the private side against each public one."""

    engine_version: str
    currency: Currency
    conventions: Conventions
    horizon_months: int
    vm_months: Decimal
    options: tuple[OptionResult, ...]
    """Private first."""
    versus: tuple[Versus, ...]
    assumptions: tuple[AssumptionUsed, ...]
    notices: tuple[CostNotice, ...]
    figures: Mapping[str, Figure]

    @property
    def private(self) -> OptionResult:
        return self.options[0]
