"""The cost rules on their own, for programs, tests and the curious."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.figures import Answer, Formula, Grade, Parameter, Step, Value
from catalog.engine.offers import PriceTier
from costing.engine import rules
from costing.engine.explain import SOURCES
from costing.engine.rules import PowerCurve, RateConvention, Timing
from designer.engine.document import FacilityMode
from designer.engine.growth import GrowthShape, demand_factor
from designer.engine.sizing.figures import plain

NOTES = "domain notes, tco section 1"


def _n(name: str, label: str, unit: str = "", symbol: str = "", **rest: Any) -> Parameter:
    return Parameter(
        name=name, label=label, unit=unit, symbol=symbol, **{"minimum": 0, "maximum": 10**12, **rest}
    )


def _month(name: str, label: str, symbol: str, minimum: int = 0) -> Parameter:
    return _n(name, label, "month", symbol, kind="integer", minimum=minimum, maximum=1_200)


def _rate(name: str, label: str, symbol: str = "") -> Parameter:
    return _n(name, label, "a year", symbol, minimum=Decimal("-0.9"), maximum=10)


def _choice(name: str, label: str, options: Sequence[str], default: str) -> Parameter:
    return Parameter(name=name, label=label, kind="text", choices=tuple(options), default=default)


def _formula(
    formula_id: str,
    title: str,
    expression: str,
    parameters: tuple[Parameter, ...],
    calculate: Callable[..., Answer],
    example: Mapping[str, Value],
) -> Formula:
    source, grade = SOURCES.get(formula_id, (NOTES, Grade.A))
    return Formula(
        id=formula_id,
        title=title,
        expression=expression,
        parameters=parameters,
        calculate=calculate,
        source=source,
        grade=grade,
        example=example,
    )


def _one(name: str, value: Value, unit: str = "", working: str = "", label: str = "Result") -> Answer:
    steps = (Step(label=label, working=working, value=value, unit=unit),) if working else ()
    return Answer(results={name: value}, units={name: unit} if unit else {}, steps=steps)


def _monthly_rate(annual_rate: Decimal, convention: str) -> Answer:
    rate = rules.monthly_rate(annual_rate, RateConvention(convention))
    working = (
        f"(1 + {annual_rate})^(1/12) - 1" if convention == RateConvention.EFFECTIVE else f"{annual_rate} / 12"
    )
    return _one("monthly_rate", rate, "a month", working)


def _discount_factor(annual_rate: Decimal, month: int, convention: str, timing: str) -> Answer:
    rate = rules.monthly_rate(annual_rate, RateConvention(convention))
    factor = rules.discount_factor(rate, month, timing=Timing(timing))
    return _one(
        "discount_factor", factor, "", f"(1 + {round(rate, 10)})^-m, m = {month}, {timing} of the month"
    )


def _escalation(annual_rate: Decimal, month: int) -> Answer:
    return _one(
        "factor", rules.escalation(annual_rate, month), "", f"(1 + {annual_rate})^floor(({month} - 1) / 12)"
    )


def _demand(quantity: Decimal, annual_growth: Decimal, month: int, shape: str) -> Answer:
    factor = demand_factor(annual_growth, month, GrowthShape(shape))
    return _one("quantity", quantity * factor, "", f"{plain(quantity)} x {round(factor, 8)}")


def _nodes(vms: Decimal, vms_per_node: Decimal, spare_nodes: int) -> Answer:
    if vms_per_node == 0:
        raise InvalidDocument([Problem("vms_per_node", 0, "is zero", "Send a number above 0.")])
    nodes = rules.nodes_required(vms, vms_per_node=vms_per_node, spare_nodes=spare_nodes)
    return _one("nodes", nodes, "nodes", f"ceil({plain(vms)} / {plain(vms_per_node)}) + {spare_nodes}")


def _refresh(price: Decimal, annual_trend: Decimal, index: int, price_share: Decimal) -> Answer:
    cost = rules.refresh_price(price, trend=annual_trend, index=index, price_share=price_share)
    return _one("cost", cost, "USD", f"{plain(price)} x (1 + {annual_trend})^({index}/12) x {price_share}")


def _residual(
    price: Decimal, age_months: int, life_months: int, scrap_share: Decimal, unexpired_value: Decimal
) -> Answer:
    value = rules.residual_value(
        price,
        age_months=age_months,
        life_months=life_months,
        scrap_share=scrap_share,
        unexpired_value=unexpired_value,
    )
    working = f"{plain(price)} x ({scrap_share} + (1 - {scrap_share}) x {unexpired_value} x max(0, 1 - {age_months}/{life_months}))"
    return _one("residual_value", value, "USD", working)


def _power(
    nodes: int,
    idle_watts: Decimal,
    max_watts: Decimal,
    load: Decimal,
    pue: Decimal,
    price_per_kwh: Decimal,
    curve: str,
) -> Answer:
    share = rules.load_share_of_power(load, PowerCurve(curve))
    watts = nodes * (idle_watts + (max_watts - idle_watts) * share)
    kwh = rules.energy_kwh(watts, pue=pue)
    return Answer(
        results={"watts": watts, "kwh": kwh, "cost": kwh * price_per_kwh},
        units={"watts": "W", "kwh": "kWh a month", "cost": "USD a month"},
        steps=(
            Step(
                label="Draw",
                working=f"{nodes} x ({idle_watts} + ({max_watts} - {idle_watts}) x {round(share, 6)})",
                value=watts,
                unit="W",
            ),
            Step(label="Energy", working=f"{plain(watts)} / 1000 x {pue} x 730", value=kwh, unit="kWh"),
            Step(
                label="Cost",
                working=f"{plain(kwh)} x {price_per_kwh}",
                value=kwh * price_per_kwh,
                unit="USD",
            ),
        ),
    )


def _site(
    peak_kw: Decimal,
    price_per_kw: Decimal,
    racks: int,
    rack_fee: Decimal,
    minimum_kw: Decimal,
    block_kw: Decimal,
    mode: str,
) -> Answer:
    if block_kw == 0:
        raise InvalidDocument([Problem("block_kw", 0, "is zero", "Send a number above 0.")])
    kw = rules.committed_kw(peak_kw, minimum_kw=minimum_kw, block_kw=block_kw)
    fee = Decimal(0) if mode == FacilityMode.OWN else racks * rack_fee
    return Answer(
        results={"committed_kw": kw, "cost": kw * price_per_kw + fee},
        units={"committed_kw": "kW", "cost": "USD a month"},
        steps=(
            Step(
                label="Power sold",
                working=f"max({minimum_kw}, ceil({plain(peak_kw)} / {block_kw}) x {block_kw})",
                value=kw,
                unit="kW",
            ),
        ),
    )


def _transit(
    gb_per_month: Decimal,
    peak_to_average: Decimal,
    commit_mbps: Decimal,
    price: Decimal,
    overage_price: Decimal,
) -> Answer:
    average = rules.average_mbps(gb_per_month)
    p95 = average * peak_to_average
    cost = rules.transit_cost(p95, commit_mbps=commit_mbps, price=price, overage_price=overage_price)
    return Answer(
        results={"average_mbps": average, "p95_mbps": p95, "cost": cost},
        units={"average_mbps": "Mbps", "p95_mbps": "Mbps", "cost": "USD a month"},
        steps=(
            Step(
                label="Average",
                working=f"{plain(gb_per_month)} x 8,000 / (730 x 3,600)",
                value=average,
                unit="Mbps",
            ),
            Step(
                label="95th percentile",
                working=f"{round(average, 4)} x {peak_to_average}",
                value=p95,
                unit="Mbps",
            ),
            Step(
                label="Cost",
                working=f"{plain(commit_mbps)} x {price} + max(0, p95 - {plain(commit_mbps)}) x {overage_price}",
                value=cost,
                unit="USD",
            ),
        ),
    )


def _subscription(nodes: int, fee: Decimal, annual_escalation: Decimal, index: int) -> Answer:
    months = rules.subscription_months(index)
    cost = nodes * fee * (1 + annual_escalation) ** (index // 12) * months / 12
    working = f"{nodes} x {plain(fee)} x (1 + {annual_escalation})^{index // 12} x {months}/12"
    return _one("cost", cost, "USD", working)


def _staff(
    minimum: Decimal,
    fixed: Decimal,
    nodes: int,
    nodes_per_fte: Decimal,
    petabytes: Decimal,
    petabytes_per_fte: Decimal,
    salary: Decimal,
    loading: Decimal,
) -> Answer:
    for name, value in (("nodes_per_fte", nodes_per_fte), ("petabytes_per_fte", petabytes_per_fte)):
        if value == 0:
            raise InvalidDocument([Problem(name, 0, "is zero", "Send a number above 0.")])
    fte = rules.staff_fte(
        minimum=minimum,
        fixed=fixed,
        nodes=nodes,
        nodes_per_fte=nodes_per_fte,
        petabytes=petabytes,
        petabytes_per_fte=petabytes_per_fte,
    )
    cost = rules.staff_cost(fte, salary=salary, loading=loading)
    return Answer(
        results={"fte": fte, "cost": cost},
        units={"fte": "FTE", "cost": "USD a month"},
        steps=(
            Step(
                label="Team",
                working=f"max({minimum}, {fixed} + {nodes} / {nodes_per_fte} + {petabytes} / {petabytes_per_fte})",
                value=fte,
                unit="FTE",
            ),
            Step(
                label="Cost",
                working=f"{plain(fte)} x {plain(salary)} x {loading} / 12",
                value=cost,
                unit="USD",
            ),
        ),
    )


def _instances(
    quantity: Decimal,
    price_per_hour: Decimal,
    shares: tuple[Decimal, ...],
    discounts: tuple[Decimal, ...],
    always_on: Decimal,
    on_hours: Decimal,
    negotiated: Decimal,
) -> Answer:
    if len(shares) != len(discounts):
        problem = Problem(
            "discounts", len(discounts), "has another length than shares", "Send one discount a share."
        )
        raise InvalidDocument([problem])
    if sum(shares) > 1:
        raise InvalidDocument(
            [
                Problem(
                    "shares",
                    [str(s) for s in shares],
                    "is more than the whole fleet",
                    "Let them add up to 1 at most.",
                )
            ]
        )
    terms = [(share, off, Decimal(1)) for share, off in zip(shares, discounts, strict=True)]
    factor = rules.charged_factor(commitments=terms, always_on=always_on, on_hours=on_hours)
    listed = quantity * 730 * price_per_hour
    return Answer(
        results={
            "list_cost": listed,
            "charged_share": factor,
            "cost": listed * factor * (1 - negotiated),
        },
        units={"list_cost": "USD a month", "charged_share": "share", "cost": "USD a month"},
        steps=(
            Step(
                label="List price",
                working=f"{plain(quantity)} x 730 x {price_per_hour}",
                value=listed,
                unit="USD",
            ),
            Step(
                label="Charged share",
                working="committed shares at their discount + the rest on demand",
                value=factor,
                unit="share",
            ),
        ),
    )


def _volumes(
    count: Decimal,
    gb: Decimal,
    iops: Decimal,
    mb_per_second: Decimal,
    price_gb: Decimal,
    free_iops: Decimal,
    price_iops: Decimal,
    free_mb_per_second: Decimal,
    price_mb_per_second: Decimal,
    snapshot_share: Decimal,
    price_snapshot: Decimal,
) -> Answer:
    zero = Decimal(0)
    parts = {
        "capacity": count * gb * price_gb,
        "iops": count * max(zero, iops - free_iops) * price_iops,
        "throughput": count * max(zero, mb_per_second - free_mb_per_second) * price_mb_per_second,
        "snapshots": count * gb * snapshot_share * price_snapshot,
    }
    return Answer(
        results={**parts, "cost": sum(parts.values(), zero)},
        units=dict.fromkeys([*parts, "cost"], "USD a month"),
    )


def _tiers(rows: Any, field: str) -> tuple[PriceTier, ...]:
    """Rows of `{"up_to": number or null, "price": number}`, in rising order, as tiers."""
    tiers: list[PriceTier] = []
    start: Decimal | None = Decimal(0)
    for index, row in enumerate(rows or ()):
        price = row.get("price") if isinstance(row, Mapping) else None
        if isinstance(price, bool) or not isinstance(price, int | Decimal) or price < 0:
            raise InvalidDocument(
                [Problem(f"{field}[{index}].price", price, "is not a price", "Send a number from 0.")]
            )
        end = row.get("up_to")
        is_number = isinstance(end, int | Decimal) and not isinstance(end, bool)
        if start is None or (end is not None and (not is_number or Decimal(end) <= start)):
            remedy = "Send rising upper bounds, and null only in the last row."
            raise InvalidDocument(
                [Problem(f"{field}[{index}].up_to", end, "does not follow the row before", remedy)]
            )
        limit = Decimal(end) if end is not None else None
        tiers.append(PriceTier(start=start, end=limit, price=Decimal(price)))
        start = limit
    if not tiers:
        raise InvalidDocument([Problem(field, rows, "is empty", "Send at least one tier.")])
    return tuple(tiers)


def _egress(gb: Decimal, tiers: Any) -> Answer:
    found = _tiers(tiers, "tiers")
    steps = []
    for tier in found:
        upper = gb if tier.end is None else min(gb, tier.end)
        units = max(Decimal(0), upper - tier.start)
        steps.append(
            Step(
                label=f"From {plain(tier.start)}",
                working=f"{plain(units)} x {tier.price}",
                value=units * tier.price,
                unit="USD",
            )
        )
    return Answer(
        results={"cost": rules.tiered_cost(gb, found)}, units={"cost": "USD a month"}, steps=tuple(steps)
    )


def _support(base: Decimal, tiers: Any, minimum: Decimal) -> Answer:
    fee = rules.support_fee(base, _tiers(tiers, "tiers"), minimum=minimum)
    return _one(
        "fee", fee, "USD a month", f"max({plain(minimum)}, tiered share of {plain(base)})", label="Support"
    )


def _loan(principal: Decimal, annual_rate: Decimal, months: int) -> Answer:
    payment = rules.loan_payment(principal, annual_rate=annual_rate, months=months)
    return Answer(
        results={
            "payment": payment,
            "paid": payment * months,
            "interest": payment * months - principal,
        },
        units={"payment": "USD a month", "paid": "USD", "interest": "USD"},
    )


def _lease(price: Decimal, residual: Decimal, annual_rate: Decimal, months: int, in_advance: bool) -> Answer:
    rental = rules.lease_rental(
        price, residual=residual, annual_rate=annual_rate, months=months, in_advance=in_advance
    )
    return Answer(
        results={"rental": rental, "paid": rental * months},
        units={"rental": "USD a month", "paid": "USD"},
    )


def _depreciation(price: Decimal, salvage: Decimal, months: int) -> Answer:
    return _one(
        "depreciation",
        rules.straight_line_depreciation(price, salvage=salvage, months=months),
        "USD a month",
        f"({plain(price)} - {plain(salvage)}) / {months}",
    )


def _utilisation(
    fixed_cost: Decimal, capacity: Decimal, public_unit: Decimal, private_unit: Decimal
) -> Answer:
    if capacity == 0:
        raise InvalidDocument([Problem("capacity", 0, "is zero", "Send a number above 0.")])
    share = rules.utilisation_break_even(
        fixed_cost=fixed_cost, capacity=capacity, public_unit=public_unit, private_unit=private_unit
    )
    words = "never: the public unit costs no more than the private one"
    if share is not None:
        words = "not reachable: more than the capacity would be needed" if share > 1 else "reachable"
    units = None if share is None else share * capacity
    return Answer(
        results={"utilisation": share, "units": units, "outcome": words}, units={"utilisation": "share"}
    )


CURVES = tuple(item.value for item in PowerCurve)
EGRESS_EXAMPLE: tuple[Value, ...] = (
    {"up_to": 100, "price": 0},
    {"up_to": 10_240, "price": Decimal("0.09")},
    {"up_to": 51_200, "price": Decimal("0.085")},
    {"up_to": 153_600, "price": Decimal("0.07")},
    {"up_to": None, "price": Decimal("0.05")},
)
SUPPORT_EXAMPLE: tuple[Value, ...] = (
    {"up_to": 10_000, "price": Decimal("0.10")},
    {"up_to": 80_000, "price": Decimal("0.07")},
    {"up_to": 250_000, "price": Decimal("0.05")},
    {"up_to": None, "price": Decimal("0.03")},
)
TIERS = Parameter(name="tiers", label="Tiers: upper bound (null: none) and price of a unit", kind="rows")
D = Decimal

FORMULAS: tuple[Formula, ...] = (
    _formula(
        "tco.T2", "Monthly discount rate", "i = (1+r)^(1/12) - 1; nominal: r/12",
        (_rate("annual_rate", "Discount rate", "r"), _choice("convention", "Convention", [c.value for c in RateConvention], "effective")),
        _monthly_rate, {"annual_rate": D("0.08")},
    ),
    _formula(
        "tco.T3", "Discount factor", "DF(m) = (1+i)^-m",
        (
            _rate("annual_rate", "Discount rate", "r"), _month("month", "Month", "m"),
            _choice("convention", "Convention", [c.value for c in RateConvention], "effective"),
            _choice("timing", "Timing", [t.value for t in Timing], "end"),
        ),
        _discount_factor, {"annual_rate": D("0.08"), "month": 36},
    ),
    _formula(
        "tco.T4", "Escalation of a recurring price", "E(e, m) = (1+e)^floor((m-1)/12)",
        (_rate("annual_rate", "Escalation", "e"), _month("month", "Month", "m", 1)), _escalation, {"annual_rate": D("0.03"), "month": 25},
    ),
    _formula(
        "tco.D1", "Demand of a month", "q(m) = q(1) (1+g)^((m-1)/12)",
        (
            _n("quantity", "Demand in month 1", "", "q"), _rate("annual_growth", "Growth", "g"), _month("month", "Month", "m", 1),
            _choice("shape", "Shape", [g.value for g in GrowthShape], "smooth"),
        ),
        _demand, {"quantity": 300, "annual_growth": D("0.2"), "month": 36},
    ),
    _formula(
        "tco.D2", "Nodes from VMs per node", "ceil(q / vms_per_node) + spare",
        (_n("vms", "VMs"), _n("vms_per_node", "VMs on a node"), _n("spare_nodes", "Spare nodes", kind="integer", maximum=10**6, default=1)),
        _nodes, {"vms": 300, "vms_per_node": 40, "spare_nodes": 1},
    ),
    _formula(
        "tco.P3", "Refresh", "price x (1+e_hw)^(k/12) x phi",
        (_n("price", "Price today", "USD"), _rate("annual_trend", "Price trend", "e_hw"), _month("index", "Replaced at", "k"), _n("price_share", "Same capacity, next generation", "of today's", "phi", maximum=3)),
        _refresh, {"price": 100_000, "annual_trend": D("-0.05"), "index": 60, "price_share": D("0.85")},
    ),
    _formula(
        "tco.P4", "Residual value", "P x [s + (1-s) x lambda x max(0, 1 - age/T)]",
        (
            _n("price", "Price paid", "USD", "P"), _month("age_months", "Age", ""), _month("life_months", "Life", "T", 1),
            _n("scrap_share", "Scrap share", "share", "s", maximum=1, default=D("0.03")),
            _n("unexpired_value", "Value of unexpired life", "share", "lambda", maximum=1, default=D("0.5")),
        ),
        _residual, {"price": 360_000, "age_months": 36, "life_months": 60, "scrap_share": D("0.03"), "unexpired_value": D("0.5")},
    ),
    _formula(
        "tco.P6", "Electricity of a month", "N x [idle + (max - idle) x phi(u)] / 1000 x PUE x 730 x price",
        (
            _n("nodes", "Servers", kind="integer", maximum=10**6), _n("idle_watts", "Idle", "W"), _n("max_watts", "Maximum", "W"),
            _n("load", "Average load", "share", "u", maximum=1, default=D("0.35")), _n("pue", "PUE", minimum=1, maximum=3, default=D("1.5")),
            _n("price_per_kwh", "Electricity", "USD per kWh", default=D("0.12")), _choice("curve", "Curve", CURVES, "linear"),
        ),
        _power, {"nodes": 12, "idle_watts": 320, "max_watts": 800, "load": D("0.35"), "pue": D("1.5"), "price_per_kwh": D("0.12")},
    ),
    _formula(
        "tco.P7", "Site of a month", "committed kW x price + racks x fee",
        (
            _n("peak_kw", "Peak power", "kW"), _n("price_per_kw", "Price", "USD per kW and month", default=220),
            _n("racks", "Racks", kind="integer", maximum=10**5, default=0), _n("rack_fee", "Rack fee", "USD a month", default=0),
            _n("minimum_kw", "Least sold", "kW", default=0), _n("block_kw", "Step", "kW", default=1),
            _choice("mode", "Mode", [m.value for m in FacilityMode], "colo_metered"),
        ),
        _site, {"peak_kw": D("15.49"), "price_per_kw": 220, "racks": 3},
    ),
    _formula(
        "tco.P8", "Internet transit of a month", "commit x p_c + max(0, p95 - commit) x p_o",
        (
            _n("gb_per_month", "Traffic", "GB"), _n("peak_to_average", "Peak to average", "times", minimum=1, maximum=20, default=2),
            _n("commit_mbps", "Commit", "Mbps", default=100), _n("price", "Committed", "USD per Mbps", "p_c", default=D("0.6")),
            _n("overage_price", "Overage", "USD per Mbps", "p_o", default=D("0.75")),
        ),
        _transit, {"gb_per_month": 300_000, "peak_to_average": 2, "commit_mbps": 2_000, "price": D("0.60"), "overage_price": D("0.75")},
    ),
    _formula(
        "tco.P9", "Prepaid subscription", "nodes x fee x (1+e)^floor(index/12) x months to the anniversary / 12",
        (_n("nodes", "Nodes", kind="integer", maximum=10**6), _n("fee", "Fee", "USD per node and year"), _rate("annual_escalation", "Escalation", "e"), _month("index", "Index", "")),
        _subscription, {"nodes": 12, "fee": 1775, "annual_escalation": 0, "index": 12},
    ),
    _formula(
        "tco.P10", "Platform team of a month", "max(FTE_min, FTE_fix + nodes/n + PB/p) x salary x loading / 12",
        (
            _n("minimum", "Least", "FTE", "FTE_min", default=4), _n("fixed", "Fixed part", "FTE", "FTE_fix", default=0),
            _n("nodes", "Nodes", kind="integer", maximum=10**6, default=0), _n("nodes_per_fte", "Nodes of one FTE", default=90),
            _n("petabytes", "Raw storage", "PB", default=0), _n("petabytes_per_fte", "PB of one FTE", default=D("0.9")),
            _n("salary", "Salary", "USD a year", default=125_000), _n("loading", "Compensation to wages", "times", minimum=1, maximum=5, default=D("1.43")),
        ),
        _staff, {"minimum": 3, "fixed": 1, "nodes": 60, "nodes_per_fte": 40, "petabytes": 2, "petabytes_per_fte": 4},
    ),
    _formula(
        "tco.U1", "Instances of a month", "q x 730 x price x {sum c_k (1-d_k) + max(0, b-C) + (1-max(b,C)) x h}",
        (
            _n("quantity", "VMs", "", "q"), _n("price_per_hour", "On demand", "USD an hour"),
            Parameter(name="shares", label="Committed shares of the fleet", symbol="c_k", kind="numbers", minimum=0, maximum=1, default=()),
            Parameter(name="discounts", label="Their discounts", symbol="d_k", kind="numbers", minimum=0, maximum=1, default=()),
            _n("always_on", "Always on", "share", "b", maximum=1, default=1), _n("on_hours", "Hours of the rest", "share", "h", maximum=1, default=1),
            _n("negotiated", "Negotiated discount", "share", maximum=1, default=0),
        ),
        _instances,
        {"quantity": 100, "price_per_hour": D("0.2016"), "shares": (D("0.4"), D("0.2")), "discounts": (D("0.45"), D("0.30")), "always_on": D("0.7"), "on_hours": D("0.3"), "negotiated": D("0.05")},
    ),
    _formula(
        "tco.U4", "Volumes of a month", "GB x price + max(0, IOPS - free) x price + max(0, MB/s - free) x price + snapshots",
        (
            _n("count", "Volumes"), _n("gb", "Size", "GB"), _n("iops", "IOPS of one", default=0), _n("mb_per_second", "Throughput of one", "MB/s", default=0),
            _n("price_gb", "Capacity", "USD per GB"), _n("free_iops", "IOPS without charge", default=3_000), _n("price_iops", "IOPS", "USD each", default=0),
            _n("free_mb_per_second", "Throughput without charge", "MB/s", default=125), _n("price_mb_per_second", "Throughput", "USD per MB/s", default=0),
            _n("snapshot_share", "Snapshots over volumes", "share", default=0), _n("price_snapshot", "Snapshots", "USD per GB", default=0),
        ),
        _volumes,
        {"count": 200, "gb": 100, "iops": 4_000, "mb_per_second": 200, "price_gb": D("0.08"), "price_iops": D("0.005"), "price_mb_per_second": D("0.04"), "snapshot_share": 1, "price_snapshot": D("0.05")},
    ),
    _formula("tco.U7", "Egress or object storage in tiers", "sum_j price_j x max(0, min(x, B_j) - B_(j-1))", (_n("gb", "Quantity", "GB", "x"), TIERS), _egress, {"gb": 60_000, "tiers": EGRESS_EXAMPLE}),
    _formula("tco.U14", "Support plan", "max(minimum, tiered share of the base)", (_n("base", "Charges before discounts", "USD"), TIERS, _n("minimum", "Minimum", "USD a month", default=0)), _support, {"base": 42_000, "tiers": SUPPORT_EXAMPLE, "minimum": 100}),
    _formula("tco.F2", "Loan", "A = P i / (1 - (1+i)^-n)", (_n("principal", "Financed", "USD", "P"), _rate("annual_rate", "Nominal rate"), _month("months", "Months", "n", 1)), _loan, {"principal": 600_000, "annual_rate": D("0.072"), "months": 48}),
    _formula(
        "tco.F3", "Lease", "(P - RV (1+i)^-n) i / (1 - (1+i)^-n)",
        (_n("price", "Price", "USD", "P"), _n("residual", "Residual", "USD", "RV", default=0), _rate("annual_rate", "Nominal rate"), _month("months", "Months", "n", 1), Parameter(name="in_advance", label="In advance", kind="boolean", default=False)),
        _lease, {"price": 600_000, "residual": 60_000, "annual_rate": D("0.066"), "months": 36, "in_advance": False},
    ),
    _formula("tco.F5", "Straight-line depreciation", "(P - salvage) / T", (_n("price", "Price", "USD", "P"), _n("salvage", "Salvage", "USD", default=0), _month("months", "Life", "T", 1)), _depreciation, {"price": 100_000, "salvage": 10_000, "months": 60}),
    _formula(
        "tco.O10", "Utilisation break-even", "u* = F / (K (c_pub - v_priv))",
        (_n("fixed_cost", "Fixed private cost", "USD a month", "F"), _n("capacity", "Capacity", "units", "K"), _n("public_unit", "Public unit", "USD", "c_pub"), _n("private_unit", "Private unit", "USD", "v_priv")),
        _utilisation, {"fixed_cost": 40_000, "capacity": 480, "public_unit": 125, "private_unit": 5},
    ),
)  # fmt: skip
