"""A number that can say where it comes from: the currency in which all engines answer.

A `Figure` is one result with its formula id, inputs, steps, source and evidence grade. A `Formula` is the
single rule behind it, listed, documented and tried on its own (`manage.py calculate formula`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = "int | Decimal | str | bool | tuple[Value, ...] | Mapping[str, Value] | None"


class Grade(StrEnum):
    """How well a number is founded (domain notes, sizing and tco preambles)."""

    A = "A"
    """Upstream code or document, price list, published measurement of the vendor itself."""
    B = "B"
    """A secondary or vendor source that quotes the number."""
    C = "C"
    """A choice of this house: shown as "house value, editable"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One number that a figure was computed from."""

    name: str
    """snake_case, whole words, the unit as suffix: `ram_gib`."""
    label: str
    value: Value
    unit: str = ""
    symbol: str = ""
    """The letter that the formula uses for it: `M`."""
    source: str = ""
    grade: Grade | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the working: what was computed, with the numbers in it, and the result."""

    label: str
    working: str
    """The arithmetic with its numbers: `(512 - 16) / (8 + 0.5)`."""
    value: Value
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One explained result."""

    key: str
    """Dotted and stable: `compute.hosts`. A page finds a figure by it."""
    label: str
    """What people call it: "Compute nodes"."""
    value: Value
    unit: str = ""
    formula: str
    """Qualified id: `sizing.C6`."""
    expression: str = ""
    """The rule in symbols: "ceil(max_r n_r)"."""
    inputs: tuple[Input, ...] = ()
    steps: tuple[Step, ...] = ()
    bound_by: str = ""
    """The resource that decided: "RAM"."""
    source: str = ""
    grade: Grade | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One input of a formula, as documentation and as check."""

    name: str
    label: str
    unit: str = ""
    symbol: str = ""
    kind: str = "number"
    """`integer`, `number`, `text`, `boolean`, `numbers` (a list), `texts`, `rows` (a list of objects)."""
    default: Value = None
    is_required: bool = True
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    choices: tuple[str, ...] = ()
    source: str = ""
    grade: Grade | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a formula answers: its named results, and the working."""

    results: Mapping[str, Value]
    units: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    bound_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """One rule of the domain, on its own."""

    id: str
    """Qualified: `sizing.S4`."""
    title: str
    expression: str
    parameters: tuple[Parameter, ...]
    calculate: Callable[..., Answer]
    """Called with the parameters by name, already checked; numbers arrive as int or Decimal."""
    source: str
    grade: Grade
    aliases: tuple[str, ...] = ()
    """Other ids under which the domain files know it: `sizing.S13-planner`."""
    example: Mapping[str, Value] = field(default_factory=dict)
    """Inputs of a worked example: what the page shows first."""
