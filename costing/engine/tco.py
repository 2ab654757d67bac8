"""The same demand on a private cloud and on public ones: ledgers, and what they say side by side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.money import Money
from costing.engine.assumptions import ASSUMPTIONS, GROUPS, Chosen, chosen
from costing.engine.cloud import SERVICE_LABELS, PublicSide
from costing.engine.explain import explained
from costing.engine.ledger import LedgerLine, by_category, by_month, by_year, cumulative
from costing.engine.model import (
    ENGINE_VERSION,
    PRIVATE,
    STALE_DAYS,
    AssumptionUsed,
    CostNotice,
    OptionResult,
    TcoRequest,
    TcoResult,
    Versus,
)
from costing.engine.outputs import break_even, discounted, internal_rate, present_value, return_on_investment
from costing.engine.private import PrivateSide
from costing.engine.rules import monthly_rate
from designer.engine.document import FacilityMode
from designer.engine.growth import demand_factor


def tco(request: TcoRequest) -> TcoResult:
    """Return what `request.demand` costs on each side, and the private side against each public one.

    Raises:
        InvalidDocument: an assumption is unknown or out of bounds, a purchase names no asset, an option is there twice.
    """
    _check(request)
    picked = chosen(request.assumptions)
    conventions, currency = request.conventions, request.currency
    private = PrivateSide(request.private, request.demand, picked, conventions, currency)
    staff = [private.staff(month) for month in private.months]
    publics = [
        PublicSide(plan, request.demand, picked, conventions, currency, staff) for plan in request.public
    ]
    months = [demand_factor(request.demand.annual_growth, m, conventions.growth) for m in private.months]
    quantities = [request.demand.vms * factor for factor in months]
    options = [_option(PRIVATE, "Private cloud", "", private.lines(), request, picked, quantities)]
    for side in publics:
        plan = side.plan
        options.append(_option(plan.id, plan.name, plan.region, side.lines(), request, picked, quantities))
    versus = tuple(_versus(options[0], option, request, picked) for option in options[1:])
    result = TcoResult(
        engine_version=ENGINE_VERSION,
        currency=currency,
        conventions=conventions,
        horizon_months=private.horizon,
        vm_months=sum(quantities, Decimal(0)),
        options=tuple(options),
        versus=versus,
        assumptions=assumptions_used(picked),
        notices=tuple(_notices(request, publics)),
        figures={},
    )
    return explained(result, request, private, publics)


def assumptions_used(picked: Chosen) -> tuple[AssumptionUsed, ...]:
    """Return every assumption with its value, range and source, in the order of the groups."""
    return tuple(
        AssumptionUsed(
            key=item.key,
            label=item.label,
            group=group,
            symbol=item.symbol,
            unit=item.unit,
            value=picked[item.key],
            low=item.low,
            typical=item.typical,
            high=item.high,
            grade=item.grade.value,
            source=item.source,
            is_changed=picked.is_changed(item.key),
        )
        for group, items in GROUPS.items()
        for item in items
    )


def _check(request: TcoRequest) -> None:
    problems: list[Problem] = []
    assets = [asset.key for asset in request.private.assets]
    for index, purchase in enumerate(request.private.purchases):
        if purchase.asset not in assets:
            remedy = f"Use one of: {', '.join(assets) or 'none is listed'}."
            field = f"private.purchases[{index}].asset"
            problems.append(Problem(field, purchase.asset, "is not one of private.assets", remedy))
    ids = [PRIVATE, *(plan.id for plan in request.public)]
    for index, plan in enumerate(request.public):
        if ids.count(plan.id) > 1:
            field = f"public[{index}].id"
            problems.append(Problem(field, plan.id, "is there twice", "Give each option an id of its own."))
    if len(set(assets)) < len(assets):
        problems.append(
            Problem("private.assets", assets, "a key is there twice", "Give each asset a key of its own.")
        )
    if request.currency.code == "USD" and request.currency.per_usd != 1:
        problems.append(Problem("currency.per_usd", request.currency.per_usd, "is not 1 for USD", "Send 1."))
    if problems:
        raise InvalidDocument(problems)


def _option(
    key: str,
    name: str,
    region: str,
    lines: Sequence[LedgerLine],
    request: TcoRequest,
    picked: Chosen,
    quantities: Sequence[Decimal],
) -> OptionResult:
    horizon = picked.whole("horizon_months")
    rate = monthly_rate(picked["annual_discount_rate"], request.conventions.rate)
    monthly = by_month(lines, horizon)
    worth = present_value(lines, rate=rate, timing=request.conventions.timing)
    vm_months = sum(quantities, Decimal(0))
    discounted_vm_months = sum(
        (quantity * (1 + rate) ** -month for month, quantity in enumerate(quantities, start=1)), Decimal(0)
    )
    total = sum(monthly)
    return OptionResult(
        id=key,
        name=name,
        region=region,
        is_private=key == PRIVATE,
        lines=tuple(lines),
        monthly_cents=monthly,
        yearly_cents=by_year(monthly),
        category_cents={category.value: cents for category, cents in by_category(lines).items()},
        total_cents=total,
        present_value_cents=Money.post(worth).cents,
        per_vm_month=Decimal(total).scaleb(-2) / vm_months if vm_months else Decimal(0),
        levelised_per_vm_month=worth / discounted_vm_months if discounted_vm_months else Decimal(0),
    )


def _versus(private: OptionResult, public: OptionResult, request: TcoRequest, picked: Chosen) -> Versus:
    horizon, timing = picked.whole("horizon_months"), request.conventions.timing
    rate = monthly_rate(picked["annual_discount_rate"], request.conventions.rate)
    saving = public.total_cents - private.total_cents
    worth = public.present_value_cents - private.present_value_cents
    differences = [
        Decimal(b - a).scaleb(-2) for a, b in zip(private.monthly_cents, public.monthly_cents, strict=True)
    ]
    sums = [
        [Decimal(cents).scaleb(-2) for cents in cumulative(side.monthly_cents)] for side in (private, public)
    ]
    discounted_sums = [
        _running(discounted(side.lines, horizon, rate=rate, timing=timing)) for side in (private, public)
    ]
    return Versus(
        option=public.id,
        saving_cents=saving,
        saving_share=Decimal(saving) / public.total_cents if public.total_cents else None,
        net_present_value_cents=worth,
        present_value_share=Decimal(worth) / public.present_value_cents
        if public.present_value_cents
        else None,
        break_even=break_even(*sums),
        discounted_break_even=break_even(*discounted_sums),
        internal_rate=internal_rate(differences),
        return_on_investment=return_on_investment(differences),
    )


def _running(amounts: Sequence[Decimal]) -> list[Decimal]:
    sums, running = [], Decimal(0)
    for amount in amounts:
        running += amount
        sums.append(running)
    return sums


def _notices(request: TcoRequest, publics: Sequence[PublicSide]) -> list[CostNotice]:
    """What a reader must know before quoting the result: holes, old prices, what is left out (FR12, FR15, FR17)."""
    notices = []
    for side in publics:
        name = f"{side.plan.name} {side.plan.region}".strip()
        if side.missing:
            listed = ", ".join(SERVICE_LABELS[service] for service in side.missing)
            message = f"{name}: no price is known for {listed}; left out, so {side.plan.name} looks cheaper than it is."
            notices.append(CostNotice(severity="warning", rule="tco.FR17", message=message))
        old = [
            (price.as_of, price.name)
            for price in side.plan.services.values()
            if (request.priced_on - price.as_of).days > STALE_DAYS
        ]
        old += [
            (fleet.price_as_of, fleet.instance_type)
            for fleet in side.plan.fleets
            if (request.priced_on - fleet.price_as_of).days > STALE_DAYS
        ]
        if old:
            oldest, what = min(old)
            message = f"{name}: {len(old)} prices are older than {STALE_DAYS} days, the oldest of {oldest} ({what})."
            notices.append(CostNotice(severity="info", rule="tco.FR17", message=message))
    aged = [
        (asset.price_as_of, asset.label)
        for asset in request.private.assets
        if (request.priced_on - asset.price_as_of).days > STALE_DAYS
    ]
    if aged:
        oldest, what = min(aged)
        message = f"Private hardware: {len(aged)} prices are older than {STALE_DAYS} days, the oldest of {oldest} ({what})."
        notices.append(CostNotice(severity="info", rule="tco.FR17", message=message))
    names = {asset.key: asset.label for asset in request.private.assets}
    if owned := [f"{p.count} x {names[p.asset]}" for p in request.private.purchases if p.is_owned]:
        message = (
            f"Owned already: {', '.join(owned)}. They are not bought; power, space, subscription and people count them, "
            "and they are replaced when their remaining life, an assumption, ends."
        )
        notices.append(CostNotice(severity="info", rule="tco.P3", message=message))
    if request.conventions.facility is FacilityMode.OWN:
        message = "Own site: the price per kW must hold the annuity of building and plant; energy is metered beside it."
        notices.append(CostNotice(severity="info", rule="tco.P7", message=message))
    message = (
        "Not included, on either side: guest operating systems and applications, managed services, "
        "backup beyond snapshots, a second site, dual running, taxes."
    )
    notices.append(CostNotice(severity="info", rule="tco.FR15", message=message))
    return notices


__all__ = ["ASSUMPTIONS", "assumptions_used", "tco"]
