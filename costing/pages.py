"""What the cost pages of a design show, gathered for their templates from a stored comparison. Nothing is computed
here that the engine has not computed; this chooses, orders, and rounds columns as a whole (tco.R2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog import prices as catalog_prices
from catalog.engine.money import round_to_units
from costing import charts, services
from costing.engine.assumptions import GROUPS
from costing.models import Comparison
from designer.engine.document import DesignDocument, FacilityMode, ReportingCurrency
from designer.models import Customer, Design

FACILITY_WORDS = {
    FacilityMode.COLO_METERED: "Colocation by kW, energy by the meter",
    FacilityMode.COLO_ALLIN: "Colocation by kW, energy included",
    FacilityMode.OWN: "Own room: annuity by kW, energy beside it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionCard:
    """One option at a glance; figures are documents of `Figure`."""

    id: str
    provider: str
    """`private`, `aws`: its colour."""
    name: str
    region: str
    is_private: bool
    is_cheapest: bool
    total: Mapping[str, Any]
    present_value: Mapping[str, Any]
    per_vm_month: Mapping[str, Any]
    per_vm_month_text: str
    """To the cent, as every price of one VM."""
    versus: Mapping[str, Any] | None
    saving: Mapping[str, Any] | None
    net_present_value: Mapping[str, Any] | None
    break_even: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table with an amount for each option, in whole units of the currency; None: none."""

    label: str
    amounts: tuple[int | None, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    key: str
    title: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionRow:
    """One assumption as a form shows it."""

    key: str
    label: str
    symbol: str
    unit: str
    value: str
    low: Decimal
    typical: Decimal
    high: Decimal
    grade: str
    source: str
    is_changed: bool
    error: str = ""


def cost(design: Design) -> dict[str, Any]:
    """Return what the cost page shows: the comparison that fits, else the latest with a note, else nothing."""
    current = services.current_comparison(design)
    comparison = current or services.latest_comparison(design)
    if comparison is None:
        return {"comparison": None}
    return {"is_current": current is not None, **shown(comparison), "charts": chart_list(comparison)}


def shown(comparison: Comparison) -> dict[str, Any]:
    """Return the parts of a comparison for page and print."""
    result = comparison.result
    tco, figures = result["tco"], result["tco"]["figures"]
    return {
        "comparison": comparison,
        "result": result,
        "currency": tco["currency"]["code"],
        "headline": result["headline"],
        "cards": option_cards(tco),
        "years": table(tco, "yearly_cents", [f"Year {y}" for y in range(len(tco["options"][0]["yearly_cents"]))]),
        "subjects": subjects(result),
        "names": charts.option_names(result),
        "ledgers": [
            {
                "option": option,
                "lines": [
                    {**line, "figure": figures[f"{option['id']}.{line['key']}"]} for line in option["lines"]
                ],
            }
            for option in tco["options"]
        ],
        "matches": result["matches"],
        "variants": result["variants"],
        "notices": tco["notices"],
        "changed": [item for item in tco["assumptions"] if item["is_changed"]],
    }  # fmt: skip


def option_cards(tco: Mapping[str, Any]) -> list[OptionCard]:
    """The options, private first, each with its headline figures."""
    figures = tco["figures"]
    versus = {item["option"]: item for item in tco["versus"]}
    least = min(option["total_cents"] for option in tco["options"])
    return [
        OptionCard(
            id=option["id"],
            provider=option["id"].partition("-")[0],
            name=option["name"],
            region=option["region"],
            is_private=option["is_private"],
            is_cheapest=option["total_cents"] == least,
            total=figures[f"{option['id']}.total"],
            present_value=figures[f"{option['id']}.present_value"],
            per_vm_month=figures[f"{option['id']}.per_vm_month"],
            per_vm_month_text=f"{option['per_vm_month']:,.2f}",
            versus=versus.get(option["id"]),
            saving=figures.get(f"{option['id']}.saving"),
            net_present_value=figures.get(f"{option['id']}.net_present_value"),
            break_even=figures.get(f"{option['id']}.break_even"),
        )
        for option in tco["options"]
    ]


def table(tco: Mapping[str, Any], field: str, labels: Iterable[str]) -> list[Row]:
    """A table of one series by option, columns rounded as a whole so that they add up, with its total (R2)."""
    columns = [round_to_units(option[field]) for option in tco["options"]]
    rows = [
        Row(label=label, amounts=tuple(amounts))
        for label, amounts in zip(labels, zip(*columns, strict=True), strict=True)
    ]
    return [*rows, Row(label="Total", amounts=tuple(sum(column) for column in columns), is_total=True)]


def subjects(result: Mapping[str, Any]) -> list[Row]:
    """Totals by subject and option (R2)."""
    options, found = result["tco"]["options"], charts.categories(result)
    columns = [
        round_to_units([option["category_cents"].get(key, 0) for key, _ in found]) for option in options
    ]
    rows = []
    for index, (key, label) in enumerate(found):
        amounts = tuple(
            column[index] if key in option["category_cents"] else None
            for column, option in zip(columns, options, strict=True)
        )
        rows.append(Row(label=label, amounts=amounts))
    return [*rows, Row(label="Total", amounts=tuple(sum(column) for column in columns), is_total=True)]


def chart_list(comparison: Comparison) -> list[Chart]:
    """The charts of a comparison, drawn for a page."""
    result = comparison.result
    return [
        Chart(
            key=key,
            title=charts.CHARTS[key][0],
            svg=charts.screen_svg(result, key, described(result, key)),
        )
        for key in charts.keys_for(result)
    ]


def described(result: Mapping[str, Any], key: str) -> str:
    """A chart in one sentence, for those who do not see it."""
    title = charts.CHARTS[key][0]
    money = result["tco"]["currency"]["code"]
    if key == "growth":
        first, last = result["months"][0], result["months"][-1]
        return f"{title}: {first['compute']} compute nodes in month 1, {last['compute']} in month {last['month']}."
    totals = ", ".join(
        f"{option['name']} {option['total_cents'] / 100:,.0f} {money}" for option in result["tco"]["options"]
    )
    return f"{title}. Totals: {totals}."


def assumption_groups(
    document: DesignDocument, typed: Mapping[str, str], errors: Mapping[str, str]
) -> list[tuple[str, list[AssumptionRow]]]:
    """Every assumption with its value in this design, by subject, as a form shows it."""
    return [
        (
            group,
            [
                AssumptionRow(
                    key=item.key,
                    label=item.label,
                    symbol=item.symbol,
                    unit=item.unit,
                    value=typed.get(item.key, plain(document.assumptions.get(item.key, item.typical))),
                    low=item.low,
                    typical=item.typical,
                    high=item.high,
                    grade=item.grade.value,
                    source=item.source,
                    is_changed=item.key in document.assumptions
                    and document.assumptions[item.key] != item.typical,
                    error=errors.get(item.key, ""),
                )
                for item in items
            ],
        )
        for group, items in GROUPS.items()
    ]


def plain(value: Decimal) -> str:
    """A number as people type it: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cloud_fields(document: DesignDocument, customer: Customer) -> list[dict[str, Any]]:
    """A choice of region for each cloud with prices; empty: not compared."""
    picked = {cloud.provider: cloud.region for cloud in services.clouds_of(document, customer)}
    by_provider: dict[str, list[tuple[str, str]]] = {}
    names: dict[str, str] = {}
    for region in catalog_prices.cloud_regions():
        label = (
            f"{region.region_name} ({region.region})"
            if region.region_name != region.region
            else region.region
        )
        by_provider.setdefault(region.provider, []).append((region.region, label))
        names[region.provider] = region.provider_name
    order = sorted(
        by_provider, key=lambda provider: (provider not in services.USUAL_CLOUDS, names[provider].casefold())
    )
    return [
        {
            "name": f"cloud-{provider}",
            "label": names[provider],
            "value": picked.get(provider, ""),
            "choices": [("", "Not compared"), *sorted(by_provider[provider], key=lambda pair: pair[1])],
        }
        for provider in order
    ]


def choice_fields(document: DesignDocument) -> list[dict[str, Any]]:
    """The choices of a comparison that are not numbers."""
    return [
        {
            "name": "facility",
            "label": "Site",
            "value": document.cost.facility.value,
            "choices": [(mode.value, FACILITY_WORDS[mode]) for mode in FacilityMode],
        },
        {
            "name": "currency",
            "label": "Currency of the report",
            "value": document.cost.currency.value,
            "choices": [(code.value, code.value) for code in ReportingCurrency],
        },
    ]
