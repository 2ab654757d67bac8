"""The units of the product, and the rounding that every formula shares.

RAM is counted in GiB (2**30 bytes), drives in TB (10**12), bandwidth in Gb/s (10**9), power in watts.
Source: domain notes, sizing, preamble.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

HOURS_PER_MONTH = 730
"""8,760 / 12, for every monthly figure (tco.T6)."""

MONTHS_PER_YEAR = 12

GIB = 2**30
TB = 10**12
TB_IN_TIB = Decimal(TB) / Decimal(2**40)
"""1 TB = 0.9095 TiB, the unit that Ceph reports."""

GB_PER_BINARY_TB = 1024
"""Cloud price tiers count 1 TB as 1,024 GB (tco.U6, tco.U7)."""

TOLERANCE = Decimal("1e-9")
"""A quotient this close to an integer is that integer (sizing, rules for the engine)."""


def floor(value: int | Decimal) -> int:
    """Return the largest whole number not above `value`, forgiving 1e-9 of rounding noise."""
    return int((Decimal(value) + TOLERANCE).to_integral_value(ROUND_FLOOR))


def ceil(value: int | Decimal) -> int:
    """Return the smallest whole number not below `value`, forgiving 1e-9 of rounding noise."""
    return int((Decimal(value) - TOLERANCE).to_integral_value(ROUND_CEILING))
