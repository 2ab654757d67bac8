"""All formulas in one list: found by id, asked with checked inputs, answered with the working."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from catalog.engine.documents import InvalidDocument, Problem, number, unprintable, write
from catalog.engine.figures import Formula, Parameter

MAX_NUMBER = 10**15
MAX_LIST = 1_000


class Formulary:
    """The formulas of the product by id. A bare id is accepted where it is unique."""

    def __init__(self, formulas: Iterable[Formula]) -> None:
        self._by_id: dict[str, Formula] = {}
        bare: dict[str, list[Formula]] = {}
        for formula in formulas:
            for name in (formula.id, *formula.aliases):
                if name in self._by_id:
                    raise ValueError(f"two formulas are called {name}")
                self._by_id[name] = formula
                bare.setdefault(name.partition(".")[2], []).append(formula)
        self._by_bare = {name: found[0] for name, found in bare.items() if name and len(found) == 1}
        self.formulas = tuple({formula.id: formula for formula in self._by_id.values()}.values())

    def find(self, wanted: Any) -> Formula:
        """Return the formula called `wanted`.

        Raises:
            InvalidDocument: there is none, or a bare id fits several.
        """
        found = self._by_id.get(wanted) or self._by_bare.get(wanted) if isinstance(wanted, str) else None
        if found is None:
            near = difflib.get_close_matches(str(wanted), self._by_id, n=3, cutoff=0.5)
            hint = f" Nearest: {', '.join(near)}." if near else ""
            remedy = f"Use an id that GET /api/v1/formulas/ lists.{hint}"
            raise InvalidDocument([Problem("formula", wanted, "is not a formula", remedy)])
        return found

    def calculate(self, document: Any) -> dict[str, Any]:
        """Answer `{"formula": id, "inputs": {...}}` with results, units, steps, source and grade.

        Raises:
            InvalidDocument: the formula or an input is wrong; says which, and what would be right.
        """
        if not isinstance(document, Mapping):
            raise InvalidDocument([Problem("", document, "is not an object", "Send a JSON object.")])
        unknown = [name for name in document if name not in ("formula", "inputs")]
        if unknown:
            raise InvalidDocument(
                [Problem(n, document[n], "is not a known field", "Remove it.") for n in unknown]
            )
        formula = self.find(document.get("formula"))
        values = _checked(formula, document.get("inputs", {}))
        try:
            answer = formula.calculate(**values)
        except InvalidDocument as error:
            raise InvalidDocument(
                [Problem(f"inputs.{p.field}", p.value, p.message, p.remedy) for p in error.problems]
            ) from error
        except ValueError as error:
            remedy = "Change the inputs so that they fit together."
            raise InvalidDocument([Problem("inputs", write(values), str(error), remedy)]) from error
        except (ArithmeticError, OverflowError) as error:
            remedy = "Use smaller numbers, or no zero where something is divided."
            raise InvalidDocument(
                [Problem("inputs", write(values), "the result is out of range", remedy)]
            ) from error
        return {
            "formula": formula.id,
            "title": formula.title,
            "expression": formula.expression,
            "inputs": write(values),
            "results": write(answer.results),
            "units": dict(answer.units),
            "steps": write(answer.steps),
            "bound_by": answer.bound_by,
            "source": formula.source,
            "grade": formula.grade.value,
        }


def described(formula: Formula) -> dict[str, Any]:
    """Return `formula` as the API and the generated page list it."""
    return {
        "id": formula.id,
        "title": formula.title,
        "expression": formula.expression,
        "parameters": [write(parameter) for parameter in formula.parameters],
        "source": formula.source,
        "grade": formula.grade.value,
        "aliases": list(formula.aliases),
        "example": write(formula.example),
    }


def _checked(formula: Formula, inputs: Any) -> dict[str, Any]:
    if not isinstance(inputs, Mapping):
        raise InvalidDocument(
            [Problem("inputs", inputs, "is not an object", "Send a JSON object of inputs.")]
        )
    problems: list[Problem] = []
    known = {parameter.name for parameter in formula.parameters}
    for name in inputs:
        if name not in known:
            remedy = f"{formula.id} takes: {', '.join(sorted(known)) or 'nothing'}."
            problems.append(
                Problem(f"inputs.{name}", inputs[name], "is not an input of this formula", remedy)
            )
    values = {}
    for parameter in formula.parameters:
        path = f"inputs.{parameter.name}"
        if parameter.name not in inputs:
            if parameter.is_required and parameter.default is None:
                unit = f" ({parameter.unit})" if parameter.unit else ""
                remedy = f"Send a value for “{parameter.label}”{unit}."
                problems.append(Problem(path, None, "is missing", remedy))
            elif parameter.default is not None:
                values[parameter.name] = parameter.default
            continue
        values[parameter.name] = _value(parameter, inputs[parameter.name], path, problems)
    if problems:
        raise InvalidDocument(problems)
    return values


def _value(parameter: Parameter, raw: Any, path: str, problems: list[Problem]) -> Any:
    match parameter.kind:
        case "integer" | "number":
            return _number(parameter, raw, path, problems)
        case "numbers" | "integers":
            if not isinstance(raw, list | tuple) or len(raw) > MAX_LIST:
                problems.append(
                    Problem(path, raw, "is not a list of numbers", f"Send up to {MAX_LIST} numbers.")
                )
                return None
            return tuple(_number(parameter, item, f"{path}[{i}]", problems) for i, item in enumerate(raw))
        case "boolean":
            if not isinstance(raw, bool):
                problems.append(Problem(path, raw, "is not true or false", "Send true or false."))
            return raw
        case "text":
            return _text(parameter, raw, path, problems)
        case "texts":
            if not isinstance(raw, list | tuple) or len(raw) > MAX_LIST:
                problems.append(Problem(path, raw, "is not a list of texts", f"Send up to {MAX_LIST} texts."))
                return None
            return tuple(_text(parameter, item, f"{path}[{i}]", problems) for i, item in enumerate(raw))
        case "rows":
            if not isinstance(raw, list | tuple):
                problems.append(Problem(path, write(raw), "is not a list of rows", "Send a JSON array."))
                return None
            return _rows(raw, path, problems)
        case _:
            return _rows(raw, path, problems)


def _number(parameter: Parameter, raw: Any, path: str, problems: list[Problem]) -> int | Decimal | None:
    value = number(raw)
    low = parameter.minimum if parameter.minimum is not None else -MAX_NUMBER
    high = parameter.maximum if parameter.maximum is not None else MAX_NUMBER
    remedy = f"Send a number between {low} and {high}{_unit(parameter)}."
    if value is None:
        shown = raw if isinstance(raw, str | bool | int | None) else repr(raw)[:80]
        problems.append(Problem(path, shown, "is not a finite number", remedy))
        return None
    if not low <= value <= high:
        problems.append(Problem(path, raw, "is out of range", remedy))
        return None
    if parameter.kind.startswith("integer"):
        if value != value.to_integral_value():
            problems.append(Problem(path, raw, "is not a whole number", remedy))
            return None
        return int(value)
    return value


def _text(parameter: Parameter, raw: Any, path: str, problems: list[Problem]) -> str | None:
    if not isinstance(raw, str) or len(raw) > 1_000 or unprintable(raw):
        problems.append(
            Problem(path, repr(raw)[:80], "is not a plain text", "Send up to 1,000 printable characters.")
        )
        return None
    if parameter.choices and raw not in parameter.choices:
        remedy = f"Use one of: {', '.join(parameter.choices)}."
        problems.append(Problem(path, raw, "is not one of the choices", remedy))
        return None
    return raw


def _rows(raw: Any, path: str, problems: list[Problem]) -> Any:
    """Rows and nested values: numbers become exact, everything else stays; the formula checks their meaning."""
    if isinstance(raw, Mapping):
        return {str(key): _rows(item, f"{path}.{key}", problems) for key, item in raw.items()}
    if isinstance(raw, list | tuple):
        if len(raw) > MAX_LIST:
            problems.append(Problem(path, len(raw), "has too many entries", f"Send up to {MAX_LIST}."))
            return None
        return tuple(_rows(item, f"{path}[{i}]", problems) for i, item in enumerate(raw))
    if isinstance(raw, bool) or raw is None:
        return raw
    if isinstance(raw, str):
        return _text(Parameter(name="", label=""), raw, path, problems)
    value = _number(Parameter(name="", label=""), raw, path, problems)
    return int(value) if value is not None and value == int(value) else value


def _unit(parameter: Parameter) -> str:
    return f" {parameter.unit}" if parameter.unit else ""
