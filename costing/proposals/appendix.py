"""How each number was computed: the figures of sizing and comparison by subject and rule, their sources by number.

What figures share stands once; what differs only in numbers is one table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from config.templatetags.ui import shown
from costing.currencies import CURRENCIES
from costing.engine.model import PRIVATE

Document = Mapping[str, Any]

LEAST_ROWS = 4
"""Figures of one rule that make a table, when they differ only in numbers."""
SIZING_GROUPS = {
    "compute": "Compute",
    "control": "Control plane",
    "storage": "Storage",
    "network": "Fabric",
    "facility": "Racks, power and cooling",
    "subnets": "Addresses",
}
GROUPED = ("purchase.", "residual.")
"""Lines of the ledger that are printed as one table: the same rule a model of hardware."""


class Sources:
    """The sources of a document, each with one number, in the order in which they are first named."""

    def __init__(self, assumptions: Iterable[str] = ()) -> None:
        self.numbers: dict[str, int] = {}
        self.assumptions = frozenset(assumptions)
        """Keys of inputs whose sources stand in the chapter on assumptions, and get no number."""

    def __call__(self, text: str) -> int | None:
        """The number of a source; None where none is given."""
        return self.numbers.setdefault(text, len(self.numbers) + 1) if text else None

    def listed(self) -> list[dict[str, Any]]:
        return [{"number": n, "text": text} for text, n in self.numbers.items()]


def explained(
    sizing: Document, tco: Document, names: Sequence[str], sources: Sources
) -> list[dict[str, Any]]:
    """Every figure of sizing and comparison by subject and rule; lines of single models are in `hardware_rows`."""
    subjects = {key.partition(".")[0] for key in sizing["figures"]}
    titles = SIZING_GROUPS | {key: key.capitalize() for key in sorted(subjects - SIZING_GROUPS.keys())}
    found = [
        (title, [figure for key, figure in sizing["figures"].items() if key.startswith(f"{prefix}.")])
        for prefix, title in titles.items()
    ]
    figures = tco["figures"]
    lines: dict[bool, list[Document]] = {True: [], False: []}
    heads: list[Document] = []
    for option, name in zip(tco["options"], names, strict=True):
        keys = {f"{option['id']}.{line['key']}" for line in option["lines"]}
        for key, figure in figures.items():
            if key in keys and not key.removeprefix(f"{option['id']}.").startswith(GROUPED):
                label = figure["label"] if option["is_private"] else f"{name}, {figure['label']}"
                lines[option["is_private"]].append({**figure, "label": label})
            elif key.startswith(f"{option['id']}.") and key not in keys:
                heads.append(figure)
    found += [
        ("Private cloud, line by line", lines[True]),
        ("Public clouds, line by line", lines[False]),
        ("Totals and comparison", heads),
    ]
    return [{"title": title, "rules": _by_rule(items, sources)} for title, items in found if items]


def _by_rule(figures: Iterable[Document], sources: Sources) -> list[dict[str, Any]]:
    """Figures under the rule that they follow, in the order in which a rule first occurs.

    What several figures of a rule share, the same input with the same value, stands once with the rule.
    """
    rules: dict[tuple[str, str, str, str], list[Document]] = {}
    for figure in figures:
        key = (figure["formula"], figure["expression"], figure["source"], figure["grade"] or "")
        rules.setdefault(key, []).append(figure)
    shown_rules = []
    for (formula, expression, source, grade), found in rules.items():
        shared = [i for i in found[0]["inputs"] if all(i in f["inputs"] for f in found)] if found[1:] else []
        is_table = _differ_only_in_numbers(found, shared)
        shown_rules.append(
            {
                "formula": formula,
                "expression": expression,
                "source": sources(source),
                "grade": grade,
                "shared": [_input(item, sources) for item in shared],
                "table": _table(found, shared, sources) if is_table else None,
                "figures": [] if is_table else _merged(_worked(figure, shared, sources) for figure in found),
            }
        )
    return shown_rules


def _differ_only_in_numbers(figures: Sequence[Document], shared: Sequence[Document]) -> bool:
    """Whether enough figures have inputs of the same names, steps of the same labels, and nothing else to say."""
    shapes = {
        (
            tuple((i["name"], i["unit"]) for i in figure["inputs"] if i not in shared),
            tuple((step["label"], step["unit"]) for step in figure["steps"]),
            figure["unit"],
            figure["bound_by"] or figure["note"],
        )
        for figure in figures
    }
    inputs, steps, _unit, remark = next(iter(shapes))
    return len(figures) >= LEAST_ROWS and len(shapes) == 1 and len(inputs + steps) > 2 and not remark


def _table(figures: Sequence[Document], shared: Sequence[Document], sources: Sources) -> dict[str, Any]:
    """Figures of one rule as rows: own inputs, results of the steps; the working of the first stands for all alike."""
    first = figures[0]
    own = [[item for item in figure["inputs"] if item not in shared] for figure in figures]
    columns = [
        {"label": _common_label(items), "symbol": items[0]["symbol"], "unit": items[0]["unit"]}
        for items in zip(*own, strict=True)
    ] + [{"label": step["label"], "symbol": "", "unit": step["unit"]} for step in first["steps"]]
    remarks: dict[str, str] = {}
    rows = []
    for figure, items in zip(figures, own, strict=True):
        cells: list[dict[str, Any]] = [_input(item, sources) for item in items]
        for step, model in zip(figure["steps"], first["steps"], strict=True):
            is_alike = _pattern(step) == _pattern(model)
            mark = (
                ""
                if is_alike
                else remarks.setdefault(step["working"], "abcdefghijklmnopqrstuvwxyz"[len(remarks) % 26])
            )
            cells.append({**_step(step), "mark": mark})
        rows.append(
            {"label": figure["label"], "cells": cells, "value": _amount(figure["value"], figure["unit"])}
        )
    return {
        "columns": columns,
        "rows": rows,
        "unit": first["unit"],
        "example": first["label"],
        "steps": [_step(step) for step in first["steps"]],
        "remarks": [{"mark": mark, "working": working} for working, mark in remarks.items()],
    }


def _common_label(items: Sequence[Document]) -> str:
    """The label that inputs of a column share; their name, when each has its own."""
    labels = {str(item["label"]) for item in items}
    return labels.pop() if len(labels) == 1 else str(items[0]["name"]).replace("_", " ").capitalize()


def _pattern(step: Document) -> str:
    """How `step` is worked, whatever its numbers."""
    working: str = step["working"]
    return re.sub(r"[\d.,]+", "#", working)


def _amount(value: Any, unit: str) -> str:
    """A value as people read it; money with its cents."""
    is_money = unit in CURRENCIES and isinstance(value, int | float) and not isinstance(value, bool)
    return f"{round(Decimal(str(value)), 2):,.2f}" if is_money else shown(value)


def _input(item: Document, sources: Sources) -> dict[str, Any]:
    return {
        "label": item["label"],
        "symbol": item["symbol"],
        "value": shown(item["value"]),
        "unit": item["unit"],
        "source": None if item["name"] in sources.assumptions else sources(item["source"]),
    }


def _step(step: Document) -> dict[str, str]:
    return {
        "label": step["label"],
        "working": step["working"],
        "value": "" if step["value"] is None else _amount(step["value"], step["unit"]),
        "unit": step["unit"],
    }


def _worked(figure: Document, shared: Sequence[Document], sources: Sources) -> dict[str, Any]:
    """One figure as the appendix prints it. A sum over a ledger names how many lines it has, not all of them.

    A last step that ends at the value of the figure does not repeat it, nor does an input without source or symbol
    that the working names.
    """
    is_sum = figure["formula"] == "tco.O1"
    value = _amount(figure["value"], figure["unit"])
    steps = [_step(step) for step in ([] if is_sum else figure["steps"])]
    if steps and steps[-1]["working"] and (steps[-1]["value"], steps[-1]["unit"]) == (value, figure["unit"]):
        steps[-1] |= {"value": "", "unit": ""}
    return {
        "label": figure["label"],
        "value": value,
        "unit": figure["unit"],
        "inputs": [
            _input(i, sources) for i in figure["inputs"] if i not in shared and not _is_worked(i, steps)
        ],
        "steps": steps,
        "bound_by": figure["bound_by"],
        "note": f"Sum of {len(figure['steps'])} posted lines." if is_sum else figure["note"],
    }


def _is_worked(item: Document, steps: Sequence[Mapping[str, str]]) -> bool:
    """Whether an input says no more than the working that has its number."""
    numbers = [word.strip("(),") for step in steps for word in step["working"].replace(",", "").split()]
    return not item["source"] and not item["symbol"] and shown(item["value"]).replace(",", "") in numbers


def _merged(figures: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put figures that differ in their label alone, as a charge that is the same in each cloud, into one row."""
    found: dict[str, dict[str, Any]] = {}
    for figure in figures:
        key = repr({**figure, "label": ""})
        found[key] = (
            {**figure, "label": f"{found[key]['label']}; {figure['label']}"} if key in found else figure
        )
    return list(found.values())


def hardware_rows(tco: Document, sources: Sources) -> dict[str, Any]:
    """What each model of hardware costs over the horizon: purchases (P1) and residual value (P4), in cents."""
    private, figures = tco["options"][0], tco["figures"]
    cents = {line["key"]: sum(line["cents"]) for line in private["lines"]}
    rows, rules = [], {}
    for line in private["lines"]:
        figure = figures[f"{PRIVATE}.{line['key']}"]
        if line["key"].startswith(GROUPED):
            rules[figure["formula"]] = figure
        kind, _, asset = line["key"].partition(".")
        if kind != "purchase":
            continue
        price = next(item for item in figure["inputs"] if item["name"] == "unit_price")
        rows.append(
            {
                "label": line["label"],
                "price": price["value"],
                "source": sources(price["source"]),
                "steps": [
                    f"{step['working'].partition(' ')[0]} ({_when(step['label'])})"
                    for step in figure["steps"]
                ],
                "purchased": cents[line["key"]],
                "residual": cents.get(f"residual.{asset}"),
            }
        )
    return {
        "rows": rows,
        "rules": [
            {
                "formula": formula,
                "expression": figure["expression"],
                "source": sources(figure["source"]),
                "grade": figure["grade"],
                "inputs": [_input(i, sources) for i in figure["inputs"] if i["name"] != "unit_price"],
            }
            for formula, figure in rules.items()
        ],
    }


def _when(label: str) -> str:
    """`In service from month 4, paid at index 0` as "4"."""
    return label.removeprefix("In service from month ").partition(",")[0]
