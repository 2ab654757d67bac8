"""From a workload to the two plans that are compared: hardware month by month, instances and services by cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.hardware import NodeSpec, RackSpec, SwitchSpec
from catalog.engine.offers import CloudPrices, Offer, Term
from costing.engine.matching import MatchPolicy, MatchReport, cpu_floor, match, request_of
from costing.engine.model import Asset, FleetDemand, PrivatePlan, PublicPlan, Purchase, SharedDemand
from designer.engine.bill import BillLine
from designer.engine.growth import CapacityMonth, GrowthShape, Shelf, grow
from designer.engine.sizing.model import SizingRequest

GB_PER_TB = 1_000
Report = Callable[[float], None]


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
    """Return what the private side buys, and when: the growth of the design, each piece with its price (D1 to D4).

    Raises:
        InvalidDocument: a month cannot be sized on this hardware, or a piece has no price.
    """
    grown = grow(request, shelf, horizon_months=horizon_months, shape=shape, report=report)
    lines = [(purchase.in_service, line) for purchase in grown.purchases for line in purchase.lines]
    owned = [line for line in grown.bill if line.is_existing]
    policies = request.policies
    plan = PrivatePlan(
        assets=tuple(
            _asset(line) for line in {line.id: line for line in (*owned, *(b for _, b in lines))}.values()
        ),
        purchases=(
            *(Purchase(asset=line.id, count=line.count, is_owned=True) for line in owned),
            *(Purchase(asset=line.id, count=line.count, in_service=a) for a, line in lines),
        ),
        host_cpu_load=policies.host_cpu_load,
        pue=policies.pue,
    )
    return PrivateGrowth(plan=plan, months=grown.months, bill=grown.bill)


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
