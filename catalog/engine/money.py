"""Posted amounts: integer cents of one currency, rounded once, half to even (tco.R1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount as posted: whole cents with a currency. Costs are positive, credits negative."""

    cents: int
    currency: str = "USD"

    @classmethod
    def post(cls, amount: Decimal | int, currency: str = "USD") -> Money:
        """Round `amount`, in units of `currency`, to the cent, half to even (tco.R1).

        Raises:
            ValueError: the amount is not finite.
        """
        exact = Decimal(amount)
        if not exact.is_finite():
            raise ValueError(f"{amount} is not an amount of money")
        return cls(int(exact.quantize(CENT, ROUND_HALF_EVEN).scaleb(2)), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in units of the currency, with two decimals."""
        return Decimal(self.cents).scaleb(-2)

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + self._cents_of(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - self._cents_of(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.cents, self.currency)

    def _cents_of(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} cannot be added to {self.currency}: convert it first")
        return other.cents

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency}"


def total(amounts: Iterable[Money], currency: str = "USD") -> Money:
    """Return the exact sum of posted `amounts`; zero of `currency` when there are none."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result


def round_to_units(cents: list[int], unit_cents: int = 100) -> list[int]:
    """Return `cents` in whole units, so that the column adds up to its rounded total (tco.R2).

    Largest remainder: floor all, then give the missing units to the largest fractions, ties to the first.
    """
    floors = [value // unit_cents for value in cents]
    whole = int((Decimal(sum(cents)) / unit_cents).quantize(Decimal(1), ROUND_HALF_EVEN))
    by_remainder = sorted(range(len(cents)), key=lambda index: (-(cents[index] % unit_cents), index))
    for index in by_remainder[: whole - sum(floors)]:
        floors[index] += 1
    return floors
