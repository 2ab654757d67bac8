"""Posted amounts (tco.R1) and their display (tco.R2)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.engine.money import Money, round_to_units, total
from catalog.engine.units import ceil, floor


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        # domain/tco.md, W19.
        pytest.param("2.675", 268, id="W19-R1-up-to-even"),
        pytest.param("2.665", 266, id="W19-R1-down-to-even"),
        pytest.param("2.685", 268, id="W19-R1-down-to-even-again"),
        pytest.param("-2.675", -268, id="W19-R1-negative"),
        pytest.param("0.005", 0, id="W19-R1-to-zero"),
    ],
)
def test_an_amount_is_posted_half_to_even(amount, cents):
    assert Money.post(Decimal(amount)).cents == cents


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_not_money(amount):
    with pytest.raises(ValueError, match="not an amount"):
        Money.post(Decimal(amount))


def test_currencies_do_not_mix():
    with pytest.raises(ValueError, match="convert it first"):
        Money(1, "EUR") + Money(1, "USD")


def test_whole_dollars_are_shown_by_largest_remainder():
    assert round_to_units([1040, 2040, 3040]) == [11, 20, 30]  # tco.W19, R2


@given(st.lists(st.integers(-(10**12), 10**12), max_size=30))
def test_a_rounded_column_adds_up_to_its_rounded_total(cents):
    shown = round_to_units(cents)

    assert abs(sum(shown) * 100 - sum(cents)) <= 50
    assert all(abs(whole * 100 - exact) <= 100 for whole, exact in zip(shown, cents, strict=True))


@given(st.lists(st.integers(-(10**12), 10**12), max_size=30))
def test_a_total_is_the_exact_sum_of_what_was_posted(cents):
    assert total([Money(c) for c in cents]).cents == sum(cents)


@pytest.mark.parametrize(
    ("value", "down", "up"), [("2.9999999999", 3, 3), ("3.0000000001", 3, 3), ("2.5", 2, 3), ("-0.5", -1, 0)]
)
def test_a_quotient_next_to_a_whole_number_is_that_number(value, down, up):
    assert (floor(Decimal(value)), ceil(Decimal(value))) == (down, up)
