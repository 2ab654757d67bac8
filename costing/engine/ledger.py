"""The ledger: what is paid when, posted once in whole cents. Every total is an exact sum of it (tco.R1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from catalog.engine.money import Money
from catalog.engine.units import MONTHS_PER_YEAR


class CostCategory(StrEnum):
    """The subjects under which people read a cost, the same on both sides."""

    HARDWARE = "hardware"
    INSTANCES = "instances"
    STORAGE = "storage"
    NETWORK = "network"
    SITE = "site"
    ENERGY = "energy"
    SOFTWARE = "software"
    STAFF = "staff"
    ONE_OFF = "one-off"
    RESIDUAL = "residual"


CATEGORY_LABELS = {
    CostCategory.HARDWARE: "Hardware",
    CostCategory.INSTANCES: "Instances",
    CostCategory.STORAGE: "Storage",
    CostCategory.NETWORK: "Network and traffic",
    CostCategory.SITE: "Site",
    CostCategory.ENERGY: "Energy",
    CostCategory.SOFTWARE: "Software and support",
    CostCategory.STAFF: "Staff",
    CostCategory.ONE_OFF: "One-off",
    CostCategory.RESIDUAL: "Residual value",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One priced element over the whole horizon: costs positive, credits negative, in cents by month index."""

    key: str
    label: str
    category: CostCategory
    formula: str
    """Qualified id: `tco.P6`."""
    is_dated: bool
    """True: an event that keeps its index under every timing (tco.T3)."""
    cents: tuple[int, ...]
    """Index 0 is the signature, index m the end of month m."""

    @property
    def total_cents(self) -> int:
        return sum(self.cents)


def posted(amounts: Iterable[Decimal], *, per_usd: Decimal = Decimal(1)) -> tuple[int, ...]:
    """Return USD `amounts` in cents of the reporting currency: converted, then rounded half to even (R1, R4)."""
    return tuple(Money.post(amount * per_usd).cents if amount else 0 for amount in amounts)


def by_month(lines: Iterable[LedgerLine], horizon_months: int) -> tuple[int, ...]:
    """Return the cash of each index, in cents (O1)."""
    sums = [0] * (horizon_months + 1)
    for line in lines:
        for index, cents in enumerate(line.cents):
            sums[index] += cents
    return tuple(sums)


def cumulative(cents: Sequence[int]) -> tuple[int, ...]:
    """Return the running sum from index 0 (O2)."""
    sums, running = [], 0
    for value in cents:
        running += value
        sums.append(running)
    return tuple(sums)


def by_year(cents: Sequence[int]) -> tuple[int, ...]:
    """Return year 0 (index 0), then the sums of twelve months each; the last may be shorter (O12)."""
    years = [cents[0]]
    for start in range(1, len(cents), MONTHS_PER_YEAR):
        years.append(sum(cents[start : start + MONTHS_PER_YEAR]))
    return tuple(years)


def by_category(lines: Iterable[LedgerLine]) -> dict[CostCategory, int]:
    """Return the total of each category that has lines, in the order of the categories, in cents."""
    sums = dict.fromkeys(CostCategory, 0)
    present = set()
    for line in lines:
        sums[line.category] += line.total_cents
        present.add(line.category)
    return {category: cents for category, cents in sums.items() if category in present}
