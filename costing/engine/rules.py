"""The rules of domain notes tco, each on its own: exact Decimals in, exact Decimals out; nothing is rounded here.

Money is in units of one currency, energy in kWh, bandwidth in Mbps, months are indices from 1 (operating month)
or from 0 (dated events; 0 is the signature).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from catalog.engine.offers import PriceTier
from catalog.engine.units import HOURS_PER_MONTH, MONTHS_PER_YEAR, ceil

ONE = Decimal(1)
MBIT_PER_GB = 8_000
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3_600
FAN_EXPONENT = Decimal("1.4")
"""Of the power curve of Fan, Weber and Barroso, 2007 (P6)."""


class RateConvention(StrEnum):
    """How a yearly discount rate becomes a monthly one (T2)."""

    EFFECTIVE = "effective"
    NOMINAL = "nominal"


class Timing(StrEnum):
    """When recurring flows of a month happen (T3)."""

    END = "end"
    MID = "mid"
    BEGIN = "begin"


class PowerCurve(StrEnum):
    """How the draw of a server follows its load (P6)."""

    LINEAR = "linear"
    FAN = "fan"


def monthly_rate(annual_rate: Decimal, convention: RateConvention = RateConvention.EFFECTIVE) -> Decimal:
    """Return the discount rate of a month (T2)."""
    if convention is RateConvention.NOMINAL:
        return annual_rate / MONTHS_PER_YEAR
    return (ONE + annual_rate) ** (ONE / MONTHS_PER_YEAR) - ONE


def discount_factor(
    rate: Decimal, month: int, *, timing: Timing = Timing.END, is_dated: bool = False
) -> Decimal:
    """Return what 1 at index `month` is worth at index 0, at `rate` a month (T3). Dated events keep their index."""
    shift = Decimal(0)
    if not is_dated and month > 0:
        shift = {Timing.END: Decimal(0), Timing.MID: Decimal("0.5"), Timing.BEGIN: ONE}[timing]
    return (ONE + rate) ** (shift - month)


def escalation(rate: Decimal, month: int) -> Decimal:
    """Return the factor of a recurring price in operating month `month`: steps on the anniversary (T4)."""
    return (ONE + rate) ** ((month - 1) // MONTHS_PER_YEAR)


def purchase_escalation(rate: Decimal, index: int) -> Decimal:
    """Return the factor of a purchase price at `index`: moves smoothly (T4)."""
    return (ONE + rate) ** (Decimal(index) / MONTHS_PER_YEAR)


def nodes_required(vms: Decimal, *, vms_per_node: Decimal, spare_nodes: int) -> int:
    """Return the nodes for `vms` where the sizing engine is not asked (D2)."""
    return ceil(vms / vms_per_node) + spare_nodes


def refresh_price(
    price: Decimal, *, trend: Decimal, index: int, price_share: Decimal, generation: int = 1
) -> Decimal:
    """Return what the same capacity costs when it is replaced at `index` for the `generation`-th time (P3)."""
    return price * purchase_escalation(trend, index) * price_share**generation


def residual_value(
    price: Decimal, *, age_months: int, life_months: int, scrap_share: Decimal, unexpired_value: Decimal
) -> Decimal:
    """Return what an asset bought at `price` is worth at `age_months` (P4)."""
    left = max(Decimal(0), ONE - Decimal(age_months) / life_months)
    return price * (scrap_share + (ONE - scrap_share) * unexpired_value * left)


def load_share_of_power(load: Decimal, curve: PowerCurve = PowerCurve.LINEAR) -> Decimal:
    """Return phi(u): the share of the span between idle and full power that a load of `load` draws (P6)."""
    return load if curve is PowerCurve.LINEAR else 2 * load - load**FAN_EXPONENT


def energy_kwh(average_watts: Decimal, *, pue: Decimal) -> Decimal:
    """Return the energy of a month at the meter (P6)."""
    return average_watts / 1000 * pue * HOURS_PER_MONTH


def committed_kw(peak_kw: Decimal, *, minimum_kw: Decimal, block_kw: Decimal) -> Decimal:
    """Return the power that a site sells for a peak of `peak_kw` (P7)."""
    return max(minimum_kw, ceil(peak_kw / block_kw) * block_kw)


def average_mbps(gb_per_month: Decimal) -> Decimal:
    """Return the average rate of decimal GB a month (P8)."""
    return gb_per_month * MBIT_PER_GB / SECONDS_PER_MONTH


def transit_cost(
    p95_mbps: Decimal, *, commit_mbps: Decimal, price: Decimal, overage_price: Decimal
) -> Decimal:
    """Return the transit of a month: the commit in full, the 95th percentile above it (P8)."""
    return commit_mbps * price + max(Decimal(0), p95_mbps - commit_mbps) * overage_price


def subscription_months(index: int) -> int:
    """Return how many months of a yearly contract are paid at `index`: up to the next anniversary (P9)."""
    return MONTHS_PER_YEAR - index % MONTHS_PER_YEAR


def staff_fte(
    *,
    minimum: Decimal,
    fixed: Decimal,
    nodes: int,
    nodes_per_fte: Decimal,
    petabytes: Decimal,
    petabytes_per_fte: Decimal,
) -> Decimal:
    """Return the size of the platform team (P10)."""
    return max(minimum, fixed + nodes / nodes_per_fte + petabytes / petabytes_per_fte)


def staff_cost(fte: Decimal, *, salary: Decimal, loading: Decimal) -> Decimal:
    """Return what `fte` cost in a month, before escalation (P10)."""
    return fte * salary * loading / MONTHS_PER_YEAR


def charged_factor(
    *,
    commitments: Sequence[tuple[Decimal, Decimal, Decimal]],
    always_on: Decimal,
    on_hours: Decimal,
    on_demand_trend: Decimal = ONE,
) -> Decimal:
    """Return what a fleet is charged, as a share of its list price for all hours (U1).

    `commitments` are (share of the fleet, discount, price trend locked in). Unused commitment is a cost.
    """
    covered = sum((share for share, _, _ in commitments), Decimal(0))
    committed = sum((share * (ONE - off) * trend for share, off, trend in commitments), Decimal(0))
    rest = max(Decimal(0), always_on - covered) + (ONE - max(always_on, covered)) * on_hours
    return committed + rest * on_demand_trend


def locked_trend(trend: Decimal, month: int, term_months: int) -> Decimal:
    """Return J_k: the price factor of a commitment, which changes only when it is renewed (U17)."""
    return (ONE + trend) ** (Decimal((month - 1) // term_months * term_months) / MONTHS_PER_YEAR)


def tiered_cost(quantity: Decimal, tiers: Sequence[PriceTier]) -> Decimal:
    """Return the cost of `quantity` units, each tier at its own price (U6, U7)."""
    total = Decimal(0)
    for tier in tiers:
        upper = quantity if tier.end is None else min(quantity, tier.end)
        total += max(Decimal(0), upper - tier.start) * tier.price
    return total


def support_fee(base: Decimal, tiers: Sequence[PriceTier], *, minimum: Decimal = Decimal(0)) -> Decimal:
    """Return a month's support: a share of `base` in tiers, and at least `minimum` (U14)."""
    return max(minimum, tiered_cost(base, tiers))


def loan_payment(principal: Decimal, *, annual_rate: Decimal, months: int) -> Decimal:
    """Return the monthly payment of a loan in arrears, at a nominal rate compounded monthly (F2)."""
    rate = annual_rate / MONTHS_PER_YEAR
    return principal / months if rate == 0 else principal * rate / (ONE - (ONE + rate) ** -months)


def lease_rental(
    price: Decimal,
    *,
    residual: Decimal,
    annual_rate: Decimal,
    months: int,
    in_advance: bool = False,
) -> Decimal:
    """Return the monthly rental of a lease with a residual, in arrears or in advance (F3)."""
    rate = annual_rate / MONTHS_PER_YEAR
    if rate == 0:
        return (price - residual) / months
    arrears = (price - residual * (ONE + rate) ** -months) * rate / (ONE - (ONE + rate) ** -months)
    return arrears / (ONE + rate) if in_advance else arrears


def straight_line_depreciation(price: Decimal, *, salvage: Decimal, months: int) -> Decimal:
    """Return the depreciation of a month: a view of the books, never a cost (F5)."""
    return (price - salvage) / months


def utilisation_break_even(
    *, fixed_cost: Decimal, capacity: Decimal, public_unit: Decimal, private_unit: Decimal
) -> Decimal | None:
    """Return the utilisation from which owning is cheaper, above 1 when out of reach; None: never (O10)."""
    margin = public_unit - private_unit
    return None if margin <= 0 else fixed_cost / (capacity * margin)
