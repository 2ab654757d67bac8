"""JSON documents to frozen dataclasses and back, with every mistake named by field, value and remedy.

The dataclass is the contract: its types and the `Bounds` in their annotations decide what is accepted, what
`json_schema` publishes, and what the error says. Reading never stops at the first mistake.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

MAX_TEXT = 10_000
MAX_ITEMS = 100_000
MAX_DECIMALS = 12
"""Digits after the point that a number may carry; trailing zeros do not count."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The finite domain of a number, or of the length of a text or list, and what it is for."""

    minimum: int | Decimal | None = None
    maximum: int | Decimal | None = None
    unit: str = ""
    help: str = ""


# security R54: every numeric input has a finite domain.
Count = Annotated[int, Bounds(0, 10**7)]
PositiveCount = Annotated[int, Bounds(1, 10**7)]
Ratio = Annotated[Decimal, Bounds(0, 100)]
Share = Annotated[Decimal, Bounds(0, 1)]
Rate = Annotated[Decimal, Bounds(Decimal(-1), 10, "per year")]
Watts = Annotated[Decimal, Bounds(0, 10**6, "W")]
Quantity = Annotated[Decimal, Bounds(0, 10**9)]
PositiveQuantity = Annotated[Decimal, Bounds(Decimal("0.001"), 10**9)]
"""Of what something is divided by, such as the load that a rack carries."""
UnitPrice = Annotated[Decimal, Bounds(0, 10**9)]
Name = Annotated[str, Bounds(1, 120)]
Slug = Annotated[str, Bounds(1, 80)]
Text = Annotated[str, Bounds(0, MAX_TEXT)]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a document."""

    field: str
    value: Any
    message: str
    remedy: str


class InvalidDocument(ValueError):
    """A document that does not describe a possible thing; carries every mistake found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = tuple(problems)


def read(kind: type[T], data: Any, *, path: str = "") -> T:
    """Return `data`, parsed JSON, as a `kind`.

    Numbers become int or Decimal as the field says; a float is taken by its shortest decimal form.

    Raises:
        InvalidDocument: something is missing, unknown, of the wrong type or out of bounds.
    """
    problems: list[Problem] = []
    value = _read(kind, data, path, problems)
    if problems:
        raise InvalidDocument(problems)
    return value  # type: ignore[no-any-return]  # _read gives a `kind` whenever it reports no problem


def write(value: Any) -> Any:
    """Return `value` as plain JSON data. Decimals become ints where whole, else floats; enums their value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: write(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): write(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [write(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted(write(item) for item in value)
    return value


def json_schema(kind: Any) -> dict[str, Any]:
    """Return the JSON Schema of documents that `read` accepts as a `kind`."""
    base, bounds = _unwrap(kind)
    origin, arguments = get_origin(base), get_args(base)
    schema: dict[str, Any]
    if origin in (Union, types.UnionType):
        options = [json_schema(a) for a in arguments if a is not type(None)]
        schema = {"anyOf": [*options, {"type": "null"}]}
    elif dataclasses.is_dataclass(base):
        hints = _hints(base)  # type: ignore[arg-type]  # a dataclass type is hashable
        fields = dataclasses.fields(base)
        schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {f.name: json_schema(hints[f.name]) for f in fields},
            "required": [f.name for f in fields if _is_required(f)],
        }
        if base.__doc__:
            schema["description"] = base.__doc__.strip().split("\n")[0]
    elif origin in (tuple, frozenset):
        schema = {"type": "array", "items": json_schema(arguments[0])}
    elif origin in (dict, Mapping) or base in (dict, Mapping):
        schema = {"type": "object"}
        if arguments:
            schema["additionalProperties"] = json_schema(arguments[1])
    elif isinstance(base, type) and issubclass(base, StrEnum):
        schema = {"type": "string", "enum": [member.value for member in base]}
    elif base is bool:
        schema = {"type": "boolean"}
    elif base is int:
        schema = {"type": "integer"}
    elif base is Decimal:
        schema = {"type": "number"}
    elif base is date:
        schema = {"type": "string", "format": "date"}
    elif base is str:
        schema = {"type": "string"}
    else:
        schema = {}
    if bounds is not None:
        names = {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}
        low, high = names.get(str(schema.get("type")), ("minimum", "maximum"))
        if bounds.minimum is not None:
            schema[low] = write(Decimal(bounds.minimum))
        if bounds.maximum is not None:
            schema[high] = write(Decimal(bounds.maximum))
        about = " ".join(
            part for part in (bounds.help, f"Unit: {bounds.unit}." if bounds.unit else "") if part
        )
        if about:
            schema["description"] = about
    return schema


def number(raw: Any) -> Decimal | None:
    """Return `raw` as an exact finite Decimal, or None when it is not a JSON number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    try:
        value = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _read(kind: Any, data: Any, path: str, problems: list[Problem]) -> Any:
    base, bounds, origin, arguments = _shape(kind)
    if base is str:  # most of what documents hold
        return _read_text(data, path, bounds, problems)
    if origin in (Union, types.UnionType):
        if data is None and type(None) in arguments:
            return None
        inner = next(a for a in arguments if a is not type(None))
        return _read(inner if bounds is None else Annotated[inner, bounds], data, path, problems)
    if dataclasses.is_dataclass(base):
        return _read_object(base, data, path, problems)
    if origin in (tuple, frozenset):
        return _read_list(origin, arguments[0], data, path, bounds, problems)
    if origin in (dict, Mapping) or base in (dict, Mapping):
        if not isinstance(data, dict):
            problems.append(Problem(path, data, "is not an object", "Send a JSON object here."))
            return None
        inner = arguments[1] if arguments else Any
        return {key: _read(inner, item, _join(path, str(key)), problems) for key, item in data.items()}
    if isinstance(base, type) and issubclass(base, StrEnum):
        if isinstance(data, str) and data in {member.value for member in base}:
            return base(data)
        options = ", ".join(member.value for member in base)
        problems.append(Problem(path, data, f"{data!r} is not one of the choices", f"Use one of: {options}."))
        return None
    if base is bool:
        if isinstance(data, bool):
            return data
        problems.append(Problem(path, data, "is not true or false", "Send true or false."))
        return None
    if base in (int, Decimal):
        return _read_number(base, data, path, bounds, problems)
    if base is date:
        try:
            return date.fromisoformat(data)
        except (TypeError, ValueError):
            problems.append(Problem(path, data, "is not a date", "Write it as 2026-11-24."))
            return None
    return data


def _read_object(base: Any, data: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(data, Mapping):
        problems.append(Problem(path, data, "is not an object", "Send a JSON object here."))
        return None
    fields, before = _fields(base), len(problems)
    known = fields.keys()
    for name in data:
        if name not in known:
            listed = ", ".join(sorted(known))
            problems.append(
                Problem(
                    _join(path, str(name)),
                    data[name],
                    "is not a known field",
                    f"Remove it; known are: {listed}.",
                )
            )
    values = {}
    for name, (hint, is_required) in fields.items():
        if name in data:
            values[name] = _read(hint, data[name], _join(path, name), problems)
        elif is_required:
            problems.append(Problem(_join(path, name), None, "is missing", "Send this field."))
    if len(problems) > before:
        return None
    try:
        return base(**values)
    except InvalidDocument as error:
        problems.extend(dataclasses.replace(p, field=_join(path, p.field)) for p in error.problems)
    except ValueError as error:
        problems.append(
            Problem(path, write(values), str(error), "Change these values so that they fit together.")
        )
    return None


def _read_list(
    origin: Any, inner: Any, data: Any, path: str, bounds: Bounds | None, problems: list[Problem]
) -> Any:
    if not isinstance(data, list | tuple):
        problems.append(Problem(path, data, "is not a list", "Send a JSON array here."))
        return None
    most = int(bounds.maximum) if bounds and bounds.maximum is not None else MAX_ITEMS
    least = int(bounds.minimum) if bounds and bounds.minimum is not None else 0
    if not least <= len(data) <= most:
        problems.append(
            Problem(
                path, len(data), f"has {len(data)} entries", f"Send between {least} and {most:,} entries."
            )
        )
        return None
    return origin(_read(inner, item, f"{path}[{index}]", problems) for index, item in enumerate(data))


def _read_number(base: Any, data: Any, path: str, bounds: Bounds | None, problems: list[Problem]) -> Any:
    value = number(data)
    low = bounds.minimum if bounds and bounds.minimum is not None else -(10**15)
    high = bounds.maximum if bounds and bounds.maximum is not None else 10**15
    is_whole = base is not int or value is None or value == value.to_integral_value()
    if value is None or not low <= value <= high or not is_whole:
        unit = f" {bounds.unit}" if bounds and bounds.unit else ""
        remedy = f"Send a number between {_plain(low)} and {_plain(high)}{unit}."
        if value is None:
            problem = Problem(path, _shown(data), "is not a finite number", remedy)
        elif not low <= value <= high:
            problem = Problem(path, data, f"{_plain(value)} is out of range", remedy)
        else:
            message = f"{_plain(value)} is not a whole number"
            problem = Problem(path, data, message, f"Send a whole number. {remedy}")
        problems.append(problem)
        return None
    if base is int:
        return int(value)
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MAX_DECIMALS:
        value = round(value, MAX_DECIMALS)
    return value


def _read_text(data: Any, path: str, bounds: Bounds | None, problems: list[Problem]) -> Any:
    if not isinstance(data, str):
        problems.append(Problem(path, data, "is not a text", "Send a JSON string here."))
        return None
    most = int(bounds.maximum) if bounds and bounds.maximum is not None else MAX_TEXT
    least = int(bounds.minimum) if bounds and bounds.minimum is not None else 0
    if bad := unprintable(data):
        problems.append(
            Problem(
                path,
                ascii(data)[:200],
                f"holds the character {bad}, which no document can show",
                "Remove it.",
            )
        )
        return None
    if not least <= len(data.strip()) or len(data) > most:
        problems.append(
            Problem(path, data[:200], f"has {len(data)} characters", f"Use {least} to {most:,} characters.")
        )
        return None
    return data


def unprintable(text: str) -> str:
    """Return the code point of the first character that JSON, XML and PDF cannot all carry, or "" (R24, R48)."""
    if text.isascii() and text.isprintable():
        return ""
    for character in text:
        code = ord(character)
        if (
            (code < 32 and character not in "\t\n\r")
            or 0x7F <= code <= 0x9F
            or 0xD800 <= code <= 0xDFFF
            or 0xFDD0 <= code <= 0xFDEF
            or code & 0xFFFE == 0xFFFE
        ):
            return f"U+{code:04X}"
    return ""


def _plain(value: int | Decimal) -> str:
    exact = Decimal(value)
    if exact and abs(exact.adjusted()) > 18:
        return f"{exact:.3E}"
    return f"{exact.normalize():,f}"


def _shown(data: Any) -> Any:
    return repr(data)[:80] if isinstance(data, float) else data


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_required(f: dataclasses.Field[Any]) -> bool:
    return f.default is MISSING and f.default_factory is MISSING


@lru_cache
def _hints(base: Any) -> dict[str, Any]:
    return get_type_hints(base, include_extras=True)


@lru_cache
def _fields(base: Any) -> Mapping[str, tuple[Any, bool]]:
    """The fields of a dataclass: type, and whether a document must have it."""
    hints = _hints(base)
    return {f.name: (hints[f.name], _is_required(f)) for f in dataclasses.fields(base)}


@lru_cache(maxsize=2_000)
def _shape(kind: Any) -> tuple[Any, Bounds | None, Any, tuple[Any, ...]]:
    """A type taken apart: what is inside its annotation, its bounds, its origin and arguments."""
    base, bounds = _unwrap(kind)
    return base, bounds, get_origin(base), get_args(base)


def _unwrap(kind: Any) -> tuple[Any, Bounds | None]:
    if get_origin(kind) is Annotated:
        base, *extras = get_args(kind)
        inner, inner_bounds = _unwrap(base)
        own = next((extra for extra in reversed(extras) if isinstance(extra, Bounds)), inner_bounds)
        return inner, own
    return kind, None
