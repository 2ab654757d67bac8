"""What a design costs next to public clouds: the comparison, its assumptions, its charts and its ledger."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from config.errors import DomainError, Invalid, Stale
from costing import charts, pages, services
from costing.engine.assumptions import ASSUMPTIONS
from costing.models import Comparison
from designer import forms
from designer.frame import framed, visible_design
from designer.services import document_of


@login_required
@require_GET
def comparison(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """The cost of a design: the answer in words, charts, tables, and where each figure comes from."""
    design = visible_design(request, design_pk)
    context = pages.cost(design)
    return render(request, "costing/comparison.html", framed(request, design, "comparison", context))


@login_required
@require_POST
def comparison_start(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Have the design compared as it is now, at the prices of today."""
    design = visible_design(request, design_pk)
    try:
        services.request_comparison(design=design, user=cast(User, request.user))
    except Invalid as error:
        context = {**pages.cost(design), "problems": error.problems}
        page = framed(request, design, "comparison", context)
        return render(request, "costing/comparison.html", page, status=error.status)
    return redirect("costing:comparison", design.pk)


@login_required
@require_http_methods(["GET", "POST"])
def assumptions(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Every assumption with its range and source; saving has the design compared again."""
    design = visible_design(request, design_pk)
    document = document_of(design)
    errors: dict[str, str] = {}
    status, version = 200, design.version
    if request.method == "POST":
        version = forms.version(request.POST)
        try:
            saved = services.change_assumptions(
                design=design, parts=_parts(request.POST), based_on=version, user=cast(User, request.user)
            )
            services.request_comparison(design=saved, user=cast(User, request.user))
            return redirect("costing:comparison", design.pk)
        except (Invalid, Stale) as error:
            errors = _errors(error)
            status = error.status
            version = error.current_version if isinstance(error, Stale) else version
    context = {
        "version": version,
        "groups": pages.assumption_groups(document, request.POST, errors),
        "clouds": _as_posted(pages.cloud_fields(document, design.customer), request.POST),
        "choices": _as_posted(pages.choice_fields(document), request.POST),
        "errors": errors,
    }
    page = framed(request, design, "comparison", context)
    return render(request, "costing/assumptions.html", page, status=status)


@login_required
@require_GET
def chart(request: HttpRequest, comparison_pk: UUID, key: str) -> HttpResponse:
    """The specification of one chart, for the browser to draw it alive."""
    found = _comparison(request, comparison_pk)
    if key not in charts.keys_for(found.result):
        raise Http404
    return JsonResponse(charts.specification(found.result, key))


@login_required
@require_GET
def ledger_csv(request: HttpRequest, comparison_pk: UUID) -> StreamingHttpResponse:
    """Every posted line of every month as a CSV file."""
    found = _comparison(request, comparison_pk)
    response = StreamingHttpResponse(_rows(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ledger-{found.pk}.csv"'
    return response


def _comparison(request: HttpRequest, pk: UUID) -> Comparison:
    return get_object_or_404(Comparison.objects.visible_to(request.user), pk=pk)


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _rows(comparison: Comparison) -> Iterator[str]:
    writer = csv.writer(_Echo())
    money = comparison.result["tco"]["currency"]["code"]
    yield writer.writerow(
        ["option", "region", "category", "line", "label", "formula", "month_index", f"amount_{money.lower()}"]
    )
    for option in comparison.result["tco"]["options"]:
        for line in option["lines"]:
            for month, cents in enumerate(line["cents"]):
                if cents:
                    amount = Decimal(cents).scaleb(-2)
                    cells = [
                        option["name"],
                        option["region"],
                        line["category"],
                        line["key"],
                        line["label"],
                        line["formula"],
                        month,
                        amount,
                    ]
                    yield writer.writerow([_harmless(cell) for cell in cells])


def _harmless(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it (R34)."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" else cell


def _parts(data: Any) -> dict[str, Any]:
    """What was posted as parts of the design: only what differs from a default is kept."""
    overrides: dict[str, Any] = {}
    for key, item in ASSUMPTIONS.items():
        value = forms.typed(data.get(key, ""))
        if value is not None and value != item.typical:
            overrides[key] = value
    picked = {
        name.removeprefix("cloud-"): data[name] for name in data if name.startswith("cloud-") and data[name]
    }
    usual = [provider for provider in services.USUAL_CLOUDS if provider in picked]
    order = [*usual, *sorted(provider for provider in picked if provider not in usual)]
    clouds = [{"provider": provider, "region": picked[provider]} for provider in order]
    cost = {name: data[name] for name in ("facility", "currency") if data.get(name)}
    return {"assumptions": overrides, "clouds": clouds, "cost": cost}


def _errors(error: DomainError) -> dict[str, str]:
    if isinstance(error, Invalid):
        return {
            problem.field.removeprefix("assumptions."): f"{problem.message.capitalize()}. {problem.remedy}"
            for problem in error.problems
        }
    return {"form": f"{error.message} Your input is still here: save again to put yours over it."}


def _as_posted(fields: list[dict[str, Any]], data: Any) -> list[dict[str, Any]]:
    return [{**field, "value": data.get(field["name"], field["value"])} for field in fields]
