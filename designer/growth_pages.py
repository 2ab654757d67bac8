"""What the growth page shows, gathered for its template."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog.engine.documents import write
from config.errors import Invalid
from designer import growth_charts, growth_services
from designer.engine.growth import RESOURCE_LABELS, GrowthAnswer, Level, Order, Resource
from designer.forms import Field, FormState, shown_fields
from designer.models import Design
from designer.services import document_of

FIELDS = (
    Field(name="annual_growth_rate", label="Growth", unit="% a year"),
    Field(name="horizon_months", label="Horizon", unit="months", help="12 to 84; the comparison uses it, too"),
    Field(name="lead_months", label="Lead time", unit="months", help="From an order to service; usually 3 (house value)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    resource: Resource
    title: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One resource in one month; `percent` is demand over capacity."""

    level: Level
    percent: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    month: int
    servers: int
    racks: int
    cells: tuple[Cell, ...]
    buys: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order as the calendar shows it; months are counted from the first operating month."""

    order: Order
    when: str
    service_month: int
    is_with_first: bool
    """It goes out with the first order, since its lead time begins before the signature."""


def shown(design: Design, state: FormState) -> dict[str, Any]:
    """Return what the page shows; without an answer where the design cannot be sized, with the reason."""
    document = document_of(design)
    try:
        answer = growth_services.growth_of(document)
        plan = write(growth_services.plan_of(document))
    except Invalid as error:
        problems = error.problems
        values = {"annual_growth_rate": document.workload.annual_growth_rate}
        return {"answer": None, "problems": problems, "fields": shown_fields(FIELDS, values, state)}
    return {
        "answer": answer,
        "fields": shown_fields(FIELDS, plan, state),
        "sentence": sentence(answer),
        "orders": order_rows(answer),
        "later": [order for order in answer.orders if order.ordered > 0],
        "total": sum((order.total.typical for order in answer.orders), Decimal(0)),
        "currency": answer.orders[0].total.currency if answer.orders else "",
        "labels": [RESOURCE_LABELS[resource] for resource in growth_charts.resources_of(answer)],
        "months": month_rows(answer),
        "charts": [
            Chart(resource=r, title=RESOURCE_LABELS[r][0], svg=growth_charts.screen_svg(answer, r))
            for r in growth_charts.resources_of(answer)
        ],
    }


def sentence(answer: GrowthAnswer) -> str:
    """Return the growth in words: how far the first order carries, and how many follow."""
    first, last = (growth_charts.level_of(answer.months[at], Resource.VMS).demand for at in (0, -1))
    grows = f"{first:,} VMs become {last:,} in {answer.horizon_months} months."
    if first == last:
        grows = f"{first:,} VMs stay {last:,} for {answer.horizon_months} months."
    later = [order for order in answer.orders if order.ordered > 0]
    if not later:
        return f"{grows} What is ordered at the signature carries them to the end."
    word = "order follows" if len(later) == 1 else "orders follow"
    return (
        f"{grows} What is ordered at the signature carries them through month {later[0].in_service}; "
        f"{len(later)} {word}, the first after month {later[0].ordered}."
    )


def order_rows(answer: GrowthAnswer) -> tuple[OrderRow, ...]:
    """Return the orders with their dates in words."""
    return tuple(
        OrderRow(
            order=order,
            when="at the signature" if order.ordered == 0 else f"end of month {order.ordered}",
            service_month=order.in_service + 1,
            is_with_first=order.ordered == 0 and order.in_service > 0,
        )
        for order in answer.orders
    )


def month_rows(answer: GrowthAnswer) -> tuple[MonthRow, ...]:
    """Return every month as the table shows it: what the charts draw, in numbers."""
    buying = {order.in_service + 1 for order in answer.orders}
    return tuple(
        MonthRow(
            month=month.month,
            servers=month.control + month.compute + month.storage,
            racks=month.racks,
            cells=tuple(
                Cell(level=level, percent=level.demand * 100 / level.capacity if level.capacity else None)
                for level in month.levels
            ),
            buys=month.month in buying,
        )
        for month in answer.months
    )
