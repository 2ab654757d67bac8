"""What the ledgers say when put side by side: present values, break-even, rates of return (tco.O1 to O10).

An ordinary outcome that is not a number has a name of its own: a break-even that is not reached is None, a rate
of return that does not exist says why.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from costing.engine.ledger import LedgerLine
from costing.engine.rules import Timing, discount_factor

IRR_FLOOR, IRR_CEILING, IRR_POINTS = -0.30, 1.50, 3_601
"""The monthly rates between which roots are looked for, and at how many points (O7)."""


class IrrOutcome(StrEnum):
    """What can be said of a rate of return (O7)."""

    FOUND = "found"
    NON_CONVENTIONAL = "non-conventional flows"
    UNDEFINED = "undefined: the differences never change sign"
    SEVERAL = "several rates fit: use the net present value"
    NONE = "no rate between -30% and +150% a month fits"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """From which month private has cost no more than public; None: not within the horizon (O5)."""

    first: int | None
    durable: int | None
    interpolated: Decimal | None
    """The durable one with its fraction of a month, for display."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalRate:
    """Rate of return of choosing private over public, as fractions (O7)."""

    outcome: IrrOutcome
    monthly: Decimal | None = None
    annual: Decimal | None = None


def present_value(lines: Sequence[LedgerLine], *, rate: Decimal, timing: Timing) -> Decimal:
    """Return the worth at index 0 of posted `lines`, in units of the currency, unrounded (O3)."""
    if not lines:
        return Decimal(0)
    total = Decimal(0)
    horizon = len(lines[0].cents)
    for is_dated in (True, False):
        for month in range(horizon):
            cents = sum(line.cents[month] for line in lines if line.is_dated is is_dated)
            if cents:
                factor = discount_factor(rate, month, timing=timing, is_dated=is_dated)
                total += Decimal(cents).scaleb(-2) * factor
    return total


def discounted(
    lines: Sequence[LedgerLine], horizon_months: int, *, rate: Decimal, timing: Timing
) -> list[Decimal]:
    """Return the discounted cash of each index, in units of the currency."""
    sums = [Decimal(0)] * (horizon_months + 1)
    factors = {
        is_dated: [
            discount_factor(rate, m, timing=timing, is_dated=is_dated) for m in range(horizon_months + 1)
        ]
        for is_dated in (True, False)
    }
    for line in lines:
        for month, cents in enumerate(line.cents):
            if cents:
                sums[month] += Decimal(cents).scaleb(-2) * factors[line.is_dated][month]
    return sums


def break_even(private: Sequence[Decimal], public: Sequence[Decimal]) -> BreakEven:
    """Return when cumulative private cash first, and for good, is no more than public; ties count (O5, O6).

    Both are cumulative amounts by month index, from 0.
    """
    gaps = [a - b for a, b in zip(private, public, strict=True)]
    first = next((m for m, gap in enumerate(gaps) if gap <= 0), None)
    durable = None
    for month in range(len(gaps) - 1, -1, -1):
        if gaps[month] > 0:
            break
        durable = month
    fraction: Decimal | None = None
    if durable is not None:
        fraction = Decimal(durable)
        if durable > 0:
            before, after = gaps[durable - 1], gaps[durable]
            fraction = durable - 1 + before / (before - after)
    return BreakEven(first=first, durable=durable, interpolated=fraction)


def internal_rate(differences: Sequence[Decimal]) -> InternalRate:
    """Return the rate at which `differences` (public - private by index) are worth nothing today (O7)."""
    signs = [value > 0 for value in differences if value != 0]
    changes = sum(a != b for a, b in itertools.pairwise(signs))
    if changes == 0:
        return InternalRate(outcome=IrrOutcome.UNDEFINED)
    flows = [float(value) for value in differences]
    step = (IRR_CEILING - IRR_FLOOR) / (IRR_POINTS - 1)
    grid = [IRR_FLOOR + step * point for point in range(IRR_POINTS)]
    values = [_worth(flows, rate) for rate in grid]
    roots = []
    for low, high, at_low, at_high in zip(grid, grid[1:], values, values[1:], strict=False):
        if at_low == 0:
            roots.append(low)
        elif at_low * at_high < 0:
            roots.append(_bisect(flows, low, high))
    if not roots:
        return InternalRate(outcome=IrrOutcome.NONE)
    if len(roots) > 1:
        return InternalRate(outcome=IrrOutcome.SEVERAL)
    monthly = Decimal(repr(roots[0]))
    outcome = IrrOutcome.FOUND if changes == 1 else IrrOutcome.NON_CONVENTIONAL
    return InternalRate(outcome=outcome, monthly=monthly, annual=(1 + monthly) ** 12 - 1)


def return_on_investment(differences: Sequence[Decimal]) -> Decimal | None:
    """Return the sum of differences over what is laid out at index 0; None when nothing is (O8)."""
    return sum(differences, Decimal(0)) / -differences[0] if differences[0] < 0 else None


def _worth(flows: Sequence[float], rate: float) -> float:
    factor, total = 1.0, 0.0
    for flow in flows:
        total += flow * factor
        factor /= 1 + rate
    return total


def _bisect(flows: Sequence[float], low: float, high: float) -> float:
    at_low = _worth(flows, low)
    for _ in range(200):
        middle = (low + high) / 2
        value = _worth(flows, middle)
        if value == 0 or high - low < 1e-15:
            return middle
        if (value > 0) == (at_low > 0):
            low = middle
        else:
            high = middle
    return (low + high) / 2
