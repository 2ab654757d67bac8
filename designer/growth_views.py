"""The growth page of a design: what each month needs, and what to order when. Each view reads, calls a service, renders."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from config.errors import Invalid, Stale
from designer import forms, growth_charts, growth_pages, growth_services
from designer.engine.growth import Resource
from designer.frame import framed, visible_design
from designer.services import document_of

FIELDS = ("annual_growth_rate", "horizon_months", "lead_months")


@login_required
@require_http_methods(["GET", "POST"])
def design_growth(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Month by month what is asked for and what stands, and the orders; growth and lead time are changed here."""
    design = visible_design(request, design_pk)
    state = forms.FormState(values={})
    status, version = 200, design.version
    if request.method == "POST":
        state.values = request.POST.dict()
        version = forms.version(request.POST)
        try:
            growth_services.change_growth(
                design=design,
                values=forms.scalar_fields(request.POST, FIELDS),
                based_on=version,
                user=cast(User, request.user),
            )
            return redirect("designer:design-growth", design.pk)
        except (Invalid, Stale) as error:
            state.errors = forms.errors_of(error)
            status = error.status
            version = error.current_version if isinstance(error, Stale) else version
    context: dict[str, Any] = growth_pages.shown(design, state) | {"version": version, "errors": state.errors}
    page = framed(request, design, "growth", context)
    return render(request, "designer/design_growth.html", page, status=status)


@login_required
@require_GET
def design_growth_chart(request: HttpRequest, design_pk: UUID, resource: str) -> HttpResponse:
    """The specification of one chart, for the browser to draw it alive."""
    answer = growth_services.growth_of(document_of(visible_design(request, design_pk)))
    if resource not in growth_charts.resources_of(answer):
        raise Http404
    return JsonResponse(growth_charts.specification(answer, Resource(resource)))
