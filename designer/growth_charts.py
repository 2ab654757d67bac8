"""The charts of growth: for each resource what may be promised, as steps, and what is asked for, as a line."""

from __future__ import annotations

from typing import Any

from config.charts import Spec, base, svg_of, titled, with_size
from designer.engine.growth import RESOURCE_LABELS, CapacityMonth, GrowthAnswer, Level, Resource

CAPACITY, DEMAND = "Capacity", "Demand"
COLOURS = ("var(--sw-chart-private)", "var(--sw-text)")
"""Tokens, so that the same specification follows the theme, still or alive."""


def resources_of(answer: GrowthAnswer) -> tuple[Resource, ...]:
    """Return the resources that the cloud is asked for, one chart each."""
    return tuple(level.resource for level in answer.months[0].levels)


def specification(answer: GrowthAnswer, resource: Resource) -> Spec:
    """Return the specification of the chart of one resource."""
    label, unit = RESOURCE_LABELS[resource]
    values = [
        {"month": month.month, "kind": kind, "amount": float(round(amount, 3))}
        for month in answer.months
        for kind, amount in _amounts(month, resource)
    ]
    x = {
        "field": "month",
        "type": "quantitative",
        "title": "Month",
        "scale": {"domain": [1, answer.horizon_months], "nice": False},
        "axis": {"values": [1, *range(12, answer.horizon_months + 1, 12)], "grid": False},
    }
    y = {
        "field": "amount",
        "type": "quantitative",
        "title": f"{label}, {unit}" if unit else label,
        "axis": {"format": ",~f" if answer.months[-1].vms < 10_000 else "~s", "tickCount": 5},
    }
    colour = {
        "field": "kind",
        "type": "nominal",
        "title": None,
        "scale": {"domain": [CAPACITY, DEMAND], "range": list(COLOURS)},
        "legend": {"orient": "top"},
    }
    shared: dict[str, Any] = {"x": x, "y": y, "color": colour}
    return {
        **base(),
        "data": {"values": values},
        "height": 190,
        "encoding": shared,
        "layer": [
            {
                "transform": [{"filter": f"datum.kind === '{CAPACITY}'"}],
                "mark": {
                    "type": "area", "interpolate": "step-after", "opacity": 0.2, "line": {"strokeWidth": 2},
                    "tooltip": True,
                },
            },
            {
                "transform": [{"filter": f"datum.kind === '{DEMAND}'"}],
                "mark": {"type": "line", "strokeWidth": 1.8, "strokeDash": [5, 3], "tooltip": True},
            },
        ],
    }  # fmt: skip


def screen_svg(answer: GrowthAnswer, resource: Resource) -> str:
    """Return the chart of one resource as `<svg>` for a page."""
    return titled(svg_of(with_size(specification(answer, resource), 440)), described(answer, resource))


def described(answer: GrowthAnswer, resource: Resource) -> str:
    """Return the chart in one sentence, for those who do not see it."""
    label, unit = RESOURCE_LABELS[resource]
    first, last = (level_of(month, resource) for month in (answer.months[0], answer.months[-1]))
    return (
        f"{label}{f' in {unit}' if unit else ''}: demand {first.demand:,.0f} in month 1 and {last.demand:,.0f} in month "
        f"{answer.horizon_months}, capacity {first.capacity:,.0f} and {last.capacity:,.0f}."
    )


def level_of(month: CapacityMonth, resource: Resource) -> Level:
    """Return what `month` asks for and may promise of `resource`."""
    return next(level for level in month.levels if level.resource is resource)


def _amounts(month: CapacityMonth, resource: Resource) -> tuple[tuple[str, Any], tuple[str, Any]]:
    level = level_of(month, resource)
    return (CAPACITY, level.capacity), (DEMAND, level.demand)
