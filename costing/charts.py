"""The charts of a comparison.

Rules (domain notes, tco section 7): bars start at zero, a side has the same colour everywhere, no second axis, the
loser is shown at equal size, numbers stand beside the lines, and every chart has its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from config.charts import Spec, base, svg_of, titled, with_size
from costing.engine.ledger import CATEGORY_LABELS, CostCategory

PALETTE = ("#0d7a71", "#c2410c", "#1d4ed8", "#a16207")
"""Private, AWS, Azure, GCP: the light theme of static/css/tokens.css, in the order of `range.category` there."""
TOKENS = ("--sw-chart-private", "--sw-chart-aws", "--sw-chart-azure", "--sw-chart-gcp")
OTHERS = ("#7c3aed", "#be185d", "#475569", "#0e7490")
KNOWN = ("private", "aws", "azure", "gcp")

Result = Mapping[str, Any]


def yearly(result: Result) -> Spec:
    """Cost by year, each option a bar beside the others; year 0 is the signature (O12)."""
    values = [
        {"year": f"Year {year}", "option": name, "amount": cents / 100}
        for name, option in _named(result)
        for year, cents in enumerate(option["yearly_cents"])
    ]
    return _spec(
        values,
        mark={"type": "bar", "tooltip": True},
        height=240,
        encoding={
            "x": {"field": "year", "type": "nominal", "title": None, "axis": {"labelAngle": 0}},
            "xOffset": {"field": "option", "sort": option_names(result)},
            "y": _money(result, "amount", "Cost of the year"),
            "color": _sides(result),
        },
    )


def cumulative(result: Result) -> Spec:
    """Cumulative cost by month of every option, with the lasting break-evens marked (O2, O5)."""
    values = [
        {"month": month, "option": name, "amount": cents / 100}
        for name, option in _named(result)
        for month, cents in enumerate(accumulate(option["monthly_cents"]))
    ]
    last = result["tco"]["horizon_months"]
    names = dict(zip((o["id"] for o in result["tco"]["options"]), option_names(result), strict=True))
    marks = [
        {
            "month": versus["break_even"]["durable"],
            "text": f"Even with {names[versus['option']]} in month {versus['break_even']['durable']}",
        }
        for versus in result["tco"]["versus"]
        if versus["break_even"]["durable"]
    ]
    shared = {
        "x": {
            "field": "month",
            "type": "quantitative",
            "title": "Month",
            "scale": {"domain": [0, last], "nice": False},
            "axis": {"values": list(range(0, last + 1, 12)), "grid": False},
        }
    }
    layers: list[Spec] = [
        {
            "mark": {"type": "line", "strokeWidth": 2.2, "tooltip": True, "interpolate": "linear"},
            "encoding": {
                **shared,
                "y": _money(result, "amount", "Paid so far"),
                "color": _sides(result),
            },
        },
    ]
    if marks:
        layers.append(
            {
                "data": {"values": marks},
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#64748b"},
                "encoding": shared,
            }
        )
    # Above each other, the longest lowest, in the corner that rising curves leave empty: break-evens are often close.
    for line, mark in enumerate(sorted(marks, key=lambda mark: -len(mark["text"]))):
        place = {"x": {"expr": "width - 4"}, "y": {"expr": f"height - {4 + 12 * line}"}}
        layers.append(
            {
                "data": {"values": [mark]},
                "mark": {"type": "text", "align": "right", "baseline": "bottom", "color": "#475569", **place},
                "encoding": {"text": {"field": "text"}},
            }
        )
    return {**base(), "data": {"values": values}, "height": 280, "layer": layers}


def breakdown(result: Result) -> Spec:
    """The total of each option by subject."""
    values = [
        {"category": label, "option": name, "amount": option["category_cents"].get(key, 0) / 100}
        for key, label in categories(result)
        for name, option in _named(result)
        if option["category_cents"].get(key)
    ]
    labels = [label for _, label in categories(result)]
    return _spec(
        values,
        mark={"type": "bar", "tooltip": True},
        height={"step": 13},
        encoding={
            "y": {
                "field": "category",
                "type": "nominal",
                "title": None,
                "sort": labels,
                "axis": {"labelLimit": 220},
            },
            "yOffset": {"field": "option", "sort": option_names(result)},
            "x": _money(result, "amount", "Over the horizon"),
            "color": _sides(result),
        },
    )


def waterfall(result: Result) -> Spec:
    """From the cheapest public option to the private one, a subject at a time; the bars sum to the difference."""
    options = result["tco"]["options"]
    private, public = options[0], cheapest(result)
    names = dict(zip((o["id"] for o in options), option_names(result), strict=True))
    steps: list[dict[str, Any]] = []
    level = public["total_cents"]
    steps.append({"step": names[public["id"]], "start": 0, "end": level / 100, "kind": "total"})
    for key, label in categories(result):
        change = private["category_cents"].get(key, 0) - public["category_cents"].get(key, 0)
        if change == 0:
            continue
        steps.append(
            {
                "step": label,
                "start": level / 100,
                "end": (level + change) / 100,
                "kind": "private costs more" if change > 0 else "private costs less",
            }
        )
        level += change
    steps.append(
        {"step": names[private["id"]], "start": 0, "end": private["total_cents"] / 100, "kind": "total"}
    )
    for step in steps:
        step["text"] = _short(step["end"] - step["start"])
        step["top"] = max(step["start"], step["end"])
    order = [step["step"] for step in steps]
    x = {
        "field": "step",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {"labelAngle": -30, "labelLimit": 130},
    }
    kinds = ["total", "private costs less", "private costs more"]
    return {
        **base(),
        "data": {"values": steps},
        "height": 250,
        "layer": [
            {
                "mark": {"type": "bar", "tooltip": True},
                "encoding": {
                    "x": x,
                    "y": _money(result, "start", "Total over the horizon"),
                    "y2": {"field": "end"},
                    "color": {
                        "field": "kind",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": kinds, "range": ["#64748b", "#4d7c0f", "#be123c"]},
                        "legend": {"orient": "top"},
                    },
                },
            },
            {
                "mark": {"type": "text", "dy": -7, "fontSize": 10},
                "encoding": {
                    "x": x,
                    "y": {"field": "top", "type": "quantitative"},
                    "text": {"field": "text"},
                },
            },
        ],
    }


def growth(result: Result) -> Spec:
    """Servers by month, as steps: when the private cloud grows (D3, D4)."""
    roles = (("compute", "Compute"), ("storage", "Storage"), ("control", "Control"))
    values = [
        {"month": month["month"], "role": label, "nodes": month[key]}
        for month in result["months"]
        for key, label in roles
    ]
    return {
        **base(),
        "data": {"values": values},
        "height": 170,
        "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.85, "tooltip": True},
        "encoding": {
            "x": {
                "field": "month",
                "type": "quantitative",
                "title": "Month",
                "axis": {"grid": False, "tickMinStep": 1},
                "scale": {"domain": [1, max(2, len(result["months"]))], "nice": False},
            },
            "y": {
                "field": "nodes",
                "type": "quantitative",
                "title": "Nodes",
                "stack": "zero",
                "axis": {"tickMinStep": 1},
            },
            "color": {
                "field": "role",
                "type": "nominal",
                "title": None,
                "sort": [label for _, label in roles],
                "legend": {"orient": "top"},
                "scale": {
                    "domain": [label for _, label in roles],
                    "range": ["#2563eb", "#b45309", "#7c3aed"],
                },
            },
        },
    }


CHARTS: Mapping[str, tuple[str, Callable[[Result], Spec]]] = {
    "yearly": ("Cost by year", yearly),
    "cumulative": ("Cumulative cost", cumulative),
    "breakdown": ("Cost by subject", breakdown),
    "waterfall": ("From the cheapest public cloud to the private one", waterfall),
    "growth": ("Servers by month", growth),
}
"""Key -> title and specification. `waterfall` needs at least one public option."""


def keys_for(result: Result) -> list[str]:
    """Return which charts a result can have."""
    return [key for key in CHARTS if key != "waterfall" or len(result["tco"]["options"]) > 1]


def specification(result: Result, key: str) -> Spec:
    """Return the specification of one chart."""
    return CHARTS[key][1](result)


def screen_svg(result: Result, key: str, title: str) -> str:
    """Return one chart as `<svg>` for a page: its colours are tokens, so that it follows the theme."""
    svg = svg_of(with_size(specification(result, key), 440))
    for colour, token in zip(PALETTE, TOKENS, strict=True):
        svg = svg.replace(f'"{colour}"', f'"var({token})"')
    return titled(svg, title)


def print_svg(
    result: Result,
    key: str,
    title: str,
    *,
    width: int = 560,
    height: int | Mapping[str, int] | None = None,
    legend_columns: int | None = None,
) -> str:
    """Return one chart as `<svg>` for print, `width` by `height` units without its axes; None: its usual height."""
    spec = with_size(specification(result, key), width)
    if height is not None:
        spec["height"] = height
    if legend_columns is not None:
        spec["config"]["legend"]["columns"] = legend_columns
    return titled(svg_of(spec), title)


def categories(result: Result) -> list[tuple[str, str]]:
    """Return the subjects that occur, with their names, in their order."""

    present = {key for option in result["tco"]["options"] for key in option["category_cents"]}
    return [(c.value, CATEGORY_LABELS[c]) for c in CostCategory if c.value in present]


def cheapest(result: Result) -> Mapping[str, Any]:
    """Return the public option with the lowest total."""
    found: Mapping[str, Any] = min(result["tco"]["options"][1:], key=lambda o: (o["total_cents"], o["id"]))
    return found


def _named(result: Result) -> list[tuple[str, Mapping[str, Any]]]:
    return list(zip(option_names(result), result["tco"]["options"], strict=True))


def option_names(result: Result) -> list[str]:
    """Names of the options, each once: with the region where a provider occurs twice."""
    options = result["tco"]["options"]
    plain = [option["name"] for option in options]
    return [
        f"{option['name']} {option['region']}" if plain.count(option["name"]) > 1 else option["name"]
        for option in options
    ]


def colours(result: Result) -> list[str]:
    """Colours of the options in their order, the same for a side in every chart."""
    others = iter(OTHERS * 5)
    taken: set[str] = set()
    found = []
    for option in result["tco"]["options"]:
        key = next((k for k in KNOWN if option["id"].split("-")[0] == k), None)
        found.append(PALETTE[KNOWN.index(key)] if key and key not in taken else next(others))
        taken.add(key or "")
    return found


def _sides(result: Result) -> dict[str, Any]:
    """The colours of the options as an encoding."""
    return {
        "field": "option",
        "type": "nominal",
        "title": None,
        "sort": option_names(result),
        "scale": {"domain": option_names(result), "range": colours(result)},
        "legend": {"orient": "top", "labelLimit": 260},
    }


def _money(result: Result, field: str, title: str) -> dict[str, Any]:
    money = result["tco"]["currency"]["code"]
    return {
        "field": field,
        "type": "quantitative",
        "title": f"{title}, {money}",
        "axis": {"format": "~s", "tickCount": 6},
    }


def _short(amount: float) -> str:
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    return f"{sign}{size / 1e6:.2f}M" if size >= 1e6 else f"{sign}{size / 1e3:.0f}k"


def _spec(values: Sequence[Mapping[str, Any]], **rest: Any) -> Spec:
    return {**base(), "data": {"values": list(values)}, **rest}
