"""How a formula and its parameters are written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.figures import Answer, Formula, Parameter, Value
from designer.engine.sizing.figures import SOURCES

Bound = int | Decimal | None


def whole(name: str, label: str, unit: str = "", symbol: str = "", **changes: Bound | bool) -> Parameter:
    """A whole number from 0 to 10 million, if not told otherwise."""
    bounds = {"minimum": 0, "maximum": 10**7} | changes
    return Parameter(name=name, label=label, unit=unit, symbol=symbol, kind="integer", **bounds)  # type: ignore[arg-type]  # numbers only


def number(name: str, label: str, unit: str = "", symbol: str = "", **changes: Bound | bool) -> Parameter:
    """A number from 0 to a thousand million, if not told otherwise."""
    bounds = {"minimum": 0, "maximum": 10**9} | changes
    if (default := bounds.get("default")) is not None:
        bounds["default"] = Decimal(default)  # as what is sent arrives
    return Parameter(name=name, label=label, unit=unit, symbol=symbol, kind="number", **bounds)  # type: ignore[arg-type]  # numbers only


def rows(name: str, label: str, unit: str = "", **changes: Any) -> Parameter:
    """A list of objects or lists, whose meaning the formula checks itself."""
    return Parameter(name=name, label=label, unit=unit, kind="rows", **changes)


def choice(name: str, label: str, choices: Sequence[str], **changes: Any) -> Parameter:
    """One of several words."""
    return Parameter(name=name, label=label, kind="text", choices=tuple(choices), **changes)


def formula(
    formula_id: str,
    title: str,
    expression: str,
    parameters: tuple[Parameter, ...],
    *,
    calculate: Callable[..., Answer],
    example: Mapping[str, Value],
    aliases: tuple[str, ...] = (),
) -> Formula:
    """A formula with the source and grade that `figures.SOURCES` has for it."""
    source, grade = SOURCES[formula_id]
    return Formula(
        id=formula_id,
        title=title,
        expression=expression,
        parameters=parameters,
        source=source,
        grade=grade,
        calculate=calculate,
        aliases=aliases,
        example=example,
    )


def refuse(field: str, value: Any, message: str, remedy: str) -> InvalidDocument:
    """One problem with one input, to be raised."""
    return InvalidDocument([Problem(field, value, message, remedy)])


def row_number(row: Any, index: int, of: str, name: str, default: int | Decimal | None = None) -> Decimal:
    """The number `name` of a row, not negative.

    Raises:
        InvalidDocument: the row is not an object, or has no such number.
    """
    value = row.get(name, default) if isinstance(row, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        raise refuse(
            f"{of}[{index}].{name}", value, "is not a number of 0 or more", f"Send {name} as a number."
        )
    return Decimal(value)


def pair(case: Any, index: int, of: str, words: str) -> tuple[int, int]:
    """Two counts of a row.

    Raises:
        InvalidDocument: the row is not two whole numbers of 0 or more.
    """
    if (
        not isinstance(case, tuple)
        or len(case) != 2
        or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in case)
    ):
        raise refuse(f"{of}[{index}]", case, f"is not {words}", "Send two counts.")
    return case[0], case[1]
