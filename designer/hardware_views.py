"""The hardware page of a design, and the counts that a person fixed. Each view reads, calls a service, renders."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from config.errors import Invalid, Stale
from designer import forms, hardware_pages, services
from designer.frame import framed, visible_design


@login_required
@require_http_methods(["GET", "POST"])
def design_hardware(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Choose models, list what is there already, plan pools and device classes, fix counts; saving sizes again."""
    design = visible_design(request, design_pk)
    document = services.document_of(design)
    state = forms.FormState(values={})
    status, version = 200, design.version
    if request.method == "POST":
        state.values = request.POST.dict()
        version = forms.version(request.POST)
        try:
            saved = services.change_parts(
                design=design,
                parts=hardware_pages.parts_from(request.POST, document),
                based_on=version,
                user=cast(User, request.user),
            )
            services.request_sizing(design=saved, user=cast(User, request.user))
            return redirect("designer:design-sizing", design.pk)
        except (Invalid, Stale) as error:
            state.errors = forms.errors_of(error)
            status = error.status
            version = error.current_version if isinstance(error, Stale) else version
    context: dict[str, Any] = hardware_pages.shown(document, state) | {"form": state, "version": version}
    page = framed(request, design, "hardware", context)
    return render(request, "designer/design_hardware.html", page, status=status)


@login_required
@require_GET
def hardware_row(request: HttpRequest, table: str) -> HttpResponse:
    """One empty row of the existing nodes or of the pools: a fragment with a URL of its own."""
    raw = request.GET.get("index", "0")
    index = min(999, int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < 5 else 0
    name = "pool" if table == "pools" else "existing"
    row = hardware_pages.pool_row(index, {}) if name == "pool" else hardware_pages.existing_row(index, {})
    context = {
        "row": row,
        "roles": hardware_pages.ROLES,
        "classes": hardware_pages.CLASSES,
        "node_specs": hardware_pages.node_choices(),
    }
    return render(request, f"designer/partials/{name}_row.html", context)


@login_required
@require_POST
def design_override_remove(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Let the rules count again what a person had fixed, and have the design sized so."""
    design = visible_design(request, design_pk)
    user = cast(User, request.user)
    saved = services.remove_override(
        design=design,
        field=request.POST.get("field", ""),
        based_on=forms.version(request.POST),
        user=user,
    )
    services.request_sizing(design=saved, user=user)
    return redirect("designer:design-sizing", design.pk)
