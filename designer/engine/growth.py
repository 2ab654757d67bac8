"""Growth month by month: what is needed, what stands, and what is ordered when (tco.D1 to D4).

Index 0 is the signature, just before the first operating month; index m is the end of operating month m.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from catalog.engine.definitions import NetworkDefinition, ServiceDefinition
from catalog.engine.documents import Bounds, InvalidDocument, Problem
from catalog.engine.hardware import NodeSpec, PartPrice, PduSpec, PriceRange, RackSpec, SwitchSpec
from catalog.engine.units import MONTHS_PER_YEAR, ceil
from designer.engine.bill import BillLine, BillTotal, PieceKind, bill_of_materials, bill_total
from designer.engine.layout import lay_out
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import ENGINE_VERSION, NodeCounts, SizingRequest, SizingResult
from designer.engine.workload import Overrides, Policies, Workload

HORIZON_MONTHS, LEAD_MONTHS = 60, 3
"""Defaults of tco section 1.7: H matches the life of a server, L is a house value."""
HORIZON_KEY, LEAD_KEY = "horizon_months", "procurement_lead_months"
"""The assumptions of a design that say otherwise."""

MOST_SERVERS = 1_000
"""The most servers whose growth is answered at once: some five seconds of work. House value."""

Months = Annotated[int, Bounds(12, 84, "months")]
Lead = Annotated[int, Bounds(0, 24, "months")]
Report = Callable[[float], None]


class GrowthShape(StrEnum):
    """How demand grows within a year (tco.D1)."""

    SMOOTH = "smooth"
    STEP = "step"
    LINEAR = "linear"


class Resource(StrEnum):
    """What demand is measured in."""

    VMS = "vms"
    VCPUS = "vcpus"
    RAM = "ram"
    STORAGE = "storage"
    GPUS = "gpus"


RESOURCE_LABELS: Mapping[Resource, tuple[str, str]] = {
    Resource.VMS: ("VMs", ""),
    Resource.VCPUS: ("vCPU", ""),
    Resource.RAM: ("RAM", "GiB"),
    Resource.STORAGE: ("Storage", "TB"),
    Resource.GPUS: ("GPUs", ""),
}
"""Name and unit of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What of the catalog a cloud is laid out and priced with, each by id."""

    hardware: Mapping[str, NodeSpec | SwitchSpec | RackSpec | PduSpec]
    parts: Mapping[str, PartPrice]
    services: Mapping[str, ServiceDefinition]
    networks: Mapping[str, NetworkDefinition]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One resource in one month: what is asked for, and what may be promised of what stands."""

    resource: Resource
    demand: Decimal
    capacity: Decimal
    """With the spare hosts set aside (sizing.C7), within the fill limit (sizing.S4)."""
    unit: str
    formula: str
    """Of the capacity; the demand is that of tco.D1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityMonth:
    """What one operating month needs, and what stands then."""

    month: int
    vms: Decimal
    """Of the workload, unrounded; the level of VMs has whole ones, amphorae among them."""
    control: int
    compute: int
    storage: int
    racks: int
    switches: int
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something is bought: a count that rose, and what it was bound by."""

    what: str
    before: int
    after: int
    bound_by: str
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What enters service at index `in_service`: the pieces that were missing, each with its count (tco.D3)."""

    in_service: int
    lines: tuple[BillLine, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A cloud over its horizon."""

    months: tuple[CapacityMonth, ...]
    purchases: tuple[Purchase, ...]
    """By month; the first is that of index 0."""
    bill: tuple[BillLine, ...]
    """Of month 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """So many of one model, at its list price: nothing is discounted or escalated here."""

    id: str
    kind: PieceKind
    name: str
    make: str
    count: int
    price: PriceRange | None
    amount: Decimal | None
    """Count times the typical price; None without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A purchase with its dates."""

    ordered: int
    """k = max(0, a - L) (tco.D3)."""
    in_service: int
    lines: tuple[OrderLine, ...]
    reasons: tuple[Reason, ...]
    total: BillTotal
    """Of the lines with a price."""
    unpriced: tuple[str, ...]
    """Names of the lines without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthPlan:
    """How a design says that it grows. Without defaults: a form that leaves one out is told so."""

    annual_growth_rate: Annotated[Decimal, Bounds(Decimal("-0.9"), 10, "per year")]
    horizon_months: Months
    lead_months: Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthQuestion:
    """A workload that grows on chosen hardware: what it needs each month, and when to order it."""

    sizing: SizingRequest
    horizon_months: Months = HORIZON_MONTHS
    lead_months: Lead = LEAD_MONTHS
    shape: GrowthShape = GrowthShape.SMOOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthAnswer:
    """The answer to a `GrowthQuestion`. The months are those of tco.D1, the orders those of tco.D3."""

    engine_version: str
    horizon_months: int
    lead_months: int
    annual_growth_rate: Decimal
    months: tuple[CapacityMonth, ...]
    orders: tuple[Order, ...]


def demand_factor(growth: Decimal, month: int, shape: GrowthShape = GrowthShape.SMOOTH) -> Decimal:
    """Return demand in operating month `month` over that of month 1; never below 0 (tco.D1)."""
    elapsed = month - 1
    if shape is GrowthShape.STEP:
        return (1 + growth) ** (elapsed // MONTHS_PER_YEAR)
    if shape is GrowthShape.LINEAR:
        return max(Decimal(0), 1 + growth * elapsed / MONTHS_PER_YEAR)
    return (1 + growth) ** (Decimal(elapsed) / MONTHS_PER_YEAR)


def order_index(in_service: int, lead_months: int) -> int:
    """Return the index at which what enters service at `in_service` is ordered and paid (tco.D3)."""
    return max(0, in_service - lead_months)


def plan_growth(question: GrowthQuestion, shelf: Shelf) -> GrowthAnswer:
    """Return what every month of `question` needs, and the orders that provide it.

    Raises:
        InvalidDocument: a month cannot be sized on this hardware, or there are more servers than an answer waits for.
    """
    _refuse_too_many(question)
    growth = grow(question.sizing, shelf, horizon_months=question.horizon_months, shape=question.shape)
    return GrowthAnswer(
        engine_version=ENGINE_VERSION,
        horizon_months=question.horizon_months,
        lead_months=question.lead_months,
        annual_growth_rate=question.sizing.workload.annual_growth_rate,
        months=growth.months,
        orders=tuple(_order(purchase, question.lead_months) for purchase in growth.purchases),
    )


def _refuse_too_many(question: GrowthQuestion) -> None:
    asked, months = question.sizing, question.horizon_months
    factor = demand_factor(asked.workload.annual_growth_rate, months, question.shape)
    counts = size(replace(asked, workload=_at(asked.workload, max(Decimal(1), factor)))).counts
    servers = counts.control + counts.compute + counts.storage
    if servers > MOST_SERVERS:
        message = f"ends with {servers:,} servers, and {MOST_SERVERS:,} are answered at once"
        remedy = "Ask for fewer months; a cost comparison grows any number in the background."
        raise InvalidDocument([Problem("horizon_months", months, message, remedy)])


def grow(
    request: SizingRequest,
    shelf: Shelf,
    *,
    horizon_months: int,
    shape: GrowthShape = GrowthShape.SMOOTH,
    report: Report = lambda share: None,
) -> Growth:
    """Return what a cloud needs each month, and buys: every month is sized, racked and cabled anew (tco.D1 to D4).

    What stands never shrinks by itself: a month needs at least what the months before it had. A count set by hand
    stands from month 1 on: as the least where demand outgrows it, and exactly where it was less than month 1 needed.

    Raises:
        InvalidDocument: a month cannot be sized on this hardware.
    """
    standing: dict[str, int] = {}
    purchases: list[Purchase] = []
    months: list[CapacityMonth] = []
    least = request.at_least
    first: tuple[BillLine, ...] = ()
    before: SizingResult | None = None
    for month in range(1, horizon_months + 1):
        factor = demand_factor(request.workload.annual_growth_rate, month, shape)
        fixed = request.overrides if before is None else _kept(request.overrides, before)
        asked = replace(request, workload=_at(request.workload, factor), at_least=least, overrides=fixed)
        if before is not None:
            asked = replace(asked, policies=_split_as(before, asked))
        result = size(asked)
        if before is None or _drawn_by(result) != _drawn_by(before):  # else it looks as the month before
            drawing = lay_out(asked, result, shelf.services, shelf.networks)
            bill = bill_of_materials(drawing, shelf.hardware, shelf.parts)
            first = first or bill
            if added := _missing(bill, standing):
                reasons = _reasons(before.counts if before else None, result)
                purchases.append(Purchase(in_service=month - 1, lines=added, reasons=reasons))
        before, least = result, result.counts
        months.append(_month(month, request.workload.vms * factor, asked, result))
        report(month / horizon_months)
    return Growth(months=tuple(months), purchases=tuple(purchases), bill=first)


def _kept(overrides: Overrides, before: SizingResult) -> Overrides:
    """The counts set by hand that were less than needed: who fixed them there keeps them there."""
    short = {found.field for found in before.overrides if found.chosen < found.computed}
    names = [item.name for item in fields(overrides) if f"hardware.overrides.{item.name}" not in short]
    return replace(overrides, **dict.fromkeys(names))


def _split_as(before: SizingResult, asked: SizingRequest) -> Policies:
    """The planning rules with the threads for pinned vCPUs that equal hosts were set up with: that is done once (C8)."""
    policies, pinned = asked.policies, before.compute.pcpus_per_host
    if not pinned or asked.hardware.existing:
        return policies
    return replace(policies, pinned_threads=pinned)


def _at(workload: Workload, factor: Decimal) -> Workload:
    """The workload with its demand of another month, and nothing to grow on top (tco.D1)."""
    profiles = tuple(replace(profile, count=ceil(profile.count * factor)) for profile in workload.profiles)
    storage = workload.object_storage_tb * factor
    return replace(workload, profiles=profiles, object_storage_tb=storage, growth_years=Decimal(0))


def _drawn_by(result: SizingResult) -> object:
    return result.counts, result.facility.racks


def _missing(bill: tuple[BillLine, ...], standing: dict[str, int]) -> tuple[BillLine, ...]:
    """What of `bill` does not stand yet; from now on it does. What the customer has already is not bought."""
    added = []
    for line in bill:
        if line.is_existing:
            continue
        missing = line.count - standing.get(line.id, 0)
        if missing > 0:
            added.append(replace(line, count=missing))
            standing[line.id] = line.count
    return tuple(added)


def _reasons(before: NodeCounts | None, result: SizingResult) -> tuple[Reason, ...]:
    """Why a month buys: each count that rose, with what decides it. Cables and PDUs follow from these."""
    counts, figures = result.counts, result.figures
    nodes = figures["compute.hosts"]
    said = (
        ("control", "Control nodes", "the control plane's majority", "sizing.CP1"),
        ("compute", nodes.label, nodes.bound_by, nodes.formula),
        ("storage", "Storage nodes", result.storage.bound_by, "sizing.S8"),
        ("racks", "Racks", result.facility.bound_by, "sizing.R6"),
        ("leaves", "Leaf switches", "ports of the nodes in each rack", "sizing.N4"),
        ("spines", "Spine switches", "uplinks of the leaves", "sizing.N5"),
        ("super_spines", "Super-spine switches", "pods of leaves and spines", "sizing.N5"),
        ("oob_switches", "Out-of-band switches", "out-of-band ports", "sizing.N6"),
    )
    found = []
    for name, what, bound_by, formula in said:
        old, new = getattr(before, name) if before else 0, getattr(counts, name)
        if new > old:
            found.append(Reason(what=what, before=old, after=new, bound_by=bound_by, formula=formula))
    return tuple(found)


def _month(month: int, vms: Decimal, asked: SizingRequest, result: SizingResult) -> CapacityMonth:
    counts = result.counts
    return CapacityMonth(
        month=month,
        vms=vms,
        control=counts.control,
        compute=counts.compute,
        storage=counts.storage,
        racks=counts.racks,
        switches=counts.leaves + counts.spines + counts.super_spines + counts.oob_switches,
        levels=_levels(result),
    )


def _levels(result: SizingResult) -> tuple[Level, ...]:
    computed, stored = result.compute, result.storage
    pairs: list[tuple[Resource, Decimal | int, Decimal | int]] = [
        (Resource.VMS, computed.vms, computed.vms_with_spare),
        (Resource.VCPUS, computed.vcpus, computed.vcpus_with_spare),
        (Resource.RAM, computed.ram_gib, computed.ram_gib_with_spare),
        (Resource.STORAGE, stored.needed_usable_tb, stored.usable_tb),
    ]
    if computed.gpus:
        pairs.append((Resource.GPUS, computed.gpus, computed.gpus_with_spare))
    return tuple(
        Level(
            resource=resource,
            demand=Decimal(need),
            capacity=Decimal(room),
            unit=RESOURCE_LABELS[resource][1] or RESOURCE_LABELS[resource][0],
            formula="sizing.S4" if resource is Resource.STORAGE else "sizing.C7",
        )
        for resource, need, room in pairs
    )


def _order(purchase: Purchase, lead_months: int) -> Order:
    lines = tuple(
        OrderLine(
            id=line.id,
            kind=line.kind,
            name=line.name,
            make=line.make,
            count=line.count,
            price=line.price,
            amount=line.amount,
        )
        for line in purchase.lines
    )
    return Order(
        ordered=order_index(purchase.in_service, lead_months),
        in_service=purchase.in_service,
        lines=lines,
        reasons=purchase.reasons,
        total=bill_total(purchase.lines),
        unpriced=tuple(line.name for line in purchase.lines if line.price is None),
    )
