"""What people and programs ask about the growth of a design. Pages and API call these."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from catalog import services as catalog_services
from catalog.documents import parse, refused
from catalog.engine.documents import InvalidDocument, write
from designer.engine.document import DesignDocument
from designer.engine.growth import (
    HORIZON_KEY,
    HORIZON_MONTHS,
    LEAD_KEY,
    LEAD_MONTHS,
    GrowthAnswer,
    GrowthPlan,
    GrowthQuestion,
    Shelf,
    plan_growth,
)
from designer.models import Design
from designer.services import change_parts, current_sizing, document_of, request_sizing, sizing_request


def shelf() -> Shelf:
    """Return what of the catalog a cloud is laid out and priced with, as it is now."""
    library = catalog_services.library()
    return Shelf(
        hardware=library.hardware_by_id,
        parts=library.parts,
        services=library.services,
        networks=library.networks,
    )


def plan_of(document: DesignDocument) -> GrowthPlan:
    """Return how `document` says that it grows.

    Raises:
        Invalid: an assumption is out of bounds.
    """
    chosen = document.assumptions
    values = {
        "annual_growth_rate": write(document.workload.annual_growth_rate),
        "horizon_months": _whole(chosen.get(HORIZON_KEY, Decimal(HORIZON_MONTHS))),
        "lead_months": _whole(chosen.get(LEAD_KEY, Decimal(LEAD_MONTHS))),
    }
    return parse(GrowthPlan, values)


def growth_of(document: DesignDocument) -> GrowthAnswer:
    """Return what every month of the horizon of `document` needs, and the orders that provide it.

    Raises:
        Invalid: a month cannot be sized on this hardware, or an assumption is out of bounds.
    """
    plan = plan_of(document)
    question = GrowthQuestion(
        sizing=sizing_request(document), horizon_months=plan.horizon_months, lead_months=plan.lead_months
    )
    try:
        return plan_growth(question, shelf())
    except InvalidDocument as error:
        raise refused(error) from error


@transaction.atomic
def change_growth(*, design: Design, values: dict[str, Any], based_on: int | None, user: User) -> Design:
    """Change growth, horizon and lead time of a design as one edit, and return it at its new version.

    The design is sized again where it was sized and that sizing fits no longer.

    Raises:
        Forbidden, PreconditionRequired, Stale: as every edit of a design.
        Invalid: a value is missing or out of bounds.
    """
    plan = parse(GrowthPlan, values)
    document = document_of(design)
    was_sized = current_sizing(design) is not None
    workload = write(document.workload) | {"annual_growth_rate": write(plan.annual_growth_rate)}
    assumptions: dict[str, Any] = write(document.assumptions)
    for key, value, usual in (
        (HORIZON_KEY, plan.horizon_months, HORIZON_MONTHS),
        (LEAD_KEY, plan.lead_months, LEAD_MONTHS),
    ):
        assumptions.pop(key, None)
        if value != usual:
            assumptions[key] = value
    parts = {"workload": workload, "assumptions": assumptions}
    saved = change_parts(design=design, parts=parts, based_on=based_on, user=user)
    if was_sized and current_sizing(saved) is None:
        request_sizing(design=saved, user=user)
    return saved


def _whole(value: Decimal) -> Any:
    return int(value) if value == value.to_integral_value() else value
