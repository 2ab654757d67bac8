"""From a workload to the two plans that are compared: hardware month by month, instances and services by cloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from catalog.engine.definitions import NetworkDefinition, ServiceDefinition
from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.hardware import NodeSpec, PartPrice, PduSpec, RackSpec, SwitchSpec
from catalog.engine.offers import CloudPrices, Offer, Term
from catalog.engine.units import ceil
from costing.engine.matching import MatchPolicy, MatchReport, cpu_floor, match, request_of
from costing.engine.model import Asset, FleetDemand, PrivatePlan, PublicPlan, Purchase, SharedDemand
from costing.engine.rules import GrowthShape, demand_factor
from designer.engine.bill import BillLine, bill_of_materials
from designer.engine.layout import lay_out
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import NodeCounts, SizingRequest
from designer.engine.workload import Workload

GB_PER_TB = 1_000
Report = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What of the catalog a cloud is laid out and priced with, each by id."""

    hardware: Mapping[str, NodeSpec | SwitchSpec | RackSpec | PduSpec]
    parts: Mapping[str, PartPrice]
    services: Mapping[str, ServiceDefinition]
    networks: Mapping[str, NetworkDefinition]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityMonth:
    """What one operating month needs, and what stands then."""

    month: int
    vms: Decimal
    control: int
    compute: int
    storage: int
    racks: int
    switches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateGrowth:
    """The private side over the horizon: the plan to be priced, the months behind it, and the first purchase."""

    plan: PrivatePlan
    months: tuple[CapacityMonth, ...]
    bill: tuple[BillLine, ...]
    """Of month 1."""


def shared_demand(request: SizingRequest) -> SharedDemand:
    """Return the part of the workload that both sides carry beside VMs, in month 1 (FR1)."""
    workload = request.workload
    return SharedDemand(
        vms=Decimal(workload.vms),
        annual_growth=workload.annual_growth_rate,
        egress_gb=workload.egress_gb_per_vm * workload.vms,
        inter_zone_gb=workload.inter_zone_gb_per_vm * workload.vms,
        object_gb=workload.object_storage_tb * GB_PER_TB,
        snapshot_share=request.policies.snapshot_share,
        load_balancers=workload.load_balancers,
        public_ipv4_addresses=workload.public_ipv4_addresses,
    )


def private_growth(
    request: SizingRequest,
    shelf: Shelf,
    *,
    horizon_months: int,
    shape: GrowthShape = GrowthShape.SMOOTH,
    report: Report = lambda share: None,
) -> PrivateGrowth:
    """Return what the private side buys, and when: every month is sized, racked and cabled anew (D1 to D4).

    What stands never shrinks by itself: a month needs at least what the months before it had.

    Raises:
        InvalidDocument: a month cannot be sized on this hardware, or a piece has no price.
    """
    standing: dict[str, int] = {}
    pieces: dict[str, BillLine] = {}
    purchases: list[Purchase] = []
    months: list[CapacityMonth] = []
    least: NodeCounts | None = None
    first: tuple[BillLine, ...] = ()
    drawn: object = None
    for month in range(1, horizon_months + 1):
        factor = demand_factor(request.workload.annual_growth_rate, month, shape)
        asked = replace(request, workload=_at(request.workload, factor), at_least=least)
        result = size(asked)
        if drawn != (drawn := (result.counts, result.facility.racks)):  # else it looks as the month before
            drawing = lay_out(asked, result, shelf.services, shelf.networks)
            bill = bill_of_materials(drawing, shelf.hardware, shelf.parts)
            first = first or bill
            for line in bill:
                missing = line.count - standing.get(line.id, 0)
                if missing > 0:
                    purchases.append(Purchase(asset=line.id, count=missing, in_service=month - 1))
                    standing[line.id] = line.count
                pieces.setdefault(line.id, line)
        least = result.counts
        months.append(
            CapacityMonth(
                month=month,
                vms=request.workload.vms * factor,
                control=least.control,
                compute=least.compute,
                storage=least.storage,
                racks=least.racks,
                switches=least.leaves + least.spines + least.oob_switches,
            )
        )
        report(month / horizon_months)
    policies = request.policies
    plan = PrivatePlan(
        assets=tuple(_asset(line) for line in pieces.values()),
        purchases=tuple(purchases),
        host_cpu_load=policies.host_cpu_load,
        pue=policies.pue,
    )
    return PrivateGrowth(plan=plan, months=tuple(months), bill=first)


def public_plan(prices: CloudPrices, request: SizingRequest) -> tuple[PublicPlan | None, MatchReport]:
    """Return the cloud that carries the workload in the region of `prices`, and how its instances were chosen.

    The plan is None when a profile has no feasible instance there: it is never silently shrunk (M7).
    """
    policy = MatchPolicy(private_cpu_floor=cpu_floor(request.policies.cpu_allocation_ratio))
    profiles = request.workload.profiles
    requests = [
        replace(request_of(profile), allows_burstable=not profile.is_production) for profile in profiles
    ]
    report = match(requests, prices.offers, policy)
    if any(found.offer is None for found in report.matches):
        return None, report
    fleets = []
    for profile, found in zip(profiles, report.matches, strict=True):
        offer = found.offer
        assert offer is not None  # noqa: S101 - checked above
        on_demand = offer.price(Term.ON_DEMAND)
        assert on_demand is not None  # noqa: S101 - the policy compares this price
        fleets.append(
            FleetDemand(
                profile=profile.id,
                label=profile.name,
                instance_type=offer.instance_type,
                vms=Decimal(profile.count),
                on_demand=on_demand.usd_per_hour,
                one_year=_hourly(offer, Term.ONE_YEAR),
                three_years=_hourly(offer, Term.THREE_YEARS),
                always_on=profile.always_on_share,
                on_hours=profile.on_hours_share,
                volume_gb=profile.disk_gb,
                volume_iops=Decimal(profile.disk_iops),
                volume_mb_per_second=profile.disk_mb_per_second,
                price_as_of=on_demand.as_of,
                price_source=on_demand.source,
                price_basis=on_demand.basis,
            )
        )
    plan = PublicPlan(
        id=f"{prices.provider}-{prices.region}",
        provider=prices.provider,
        name=prices.provider_name,
        region=prices.region,
        region_name=prices.region_name,
        price_book=prices.price_book,
        fleets=tuple(fleets),
        services=prices.services,
    )
    return plan, report


def _at(workload: Workload, factor: Decimal) -> Workload:
    """The workload with its demand of another month, and nothing to grow on top (D1)."""
    profiles = tuple(replace(profile, count=ceil(profile.count * factor)) for profile in workload.profiles)
    storage = workload.object_storage_tb * factor
    return replace(workload, profiles=profiles, object_storage_tb=storage, growth_years=Decimal(0))


def _asset(line: BillLine) -> Asset:
    if line.price is None:
        remedy = "Give it a price in the catalog, or choose another model."
        raise InvalidDocument([Problem(f"hardware.{line.id}", None, "has no price", remedy)])
    spec = line.spec
    return Asset(
        key=line.id,
        label=line.name,
        unit_price=line.price.typical,
        price_as_of=line.price.as_of,
        price_source=line.price.source,
        price_basis=line.price.basis,
        idle_watts=spec.idle_watts if isinstance(spec, NodeSpec | SwitchSpec) else Decimal(0),
        max_watts=spec.max_watts if isinstance(spec, NodeSpec | SwitchSpec) else Decimal(0),
        raw_tb=spec.osds * spec.osd_tb if isinstance(spec, NodeSpec) else Decimal(0),
        is_node=isinstance(spec, NodeSpec),
        is_rack=isinstance(spec, RackSpec),
    )


def _hourly(offer: Offer, term: Term) -> Decimal | None:
    price = offer.price(term)
    return price.usd_per_hour if price else None
