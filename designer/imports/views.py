"""The pages of imports: upload, report with switches, columns of a table, use. Each reads, calls a service, renders."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.quotas import StorageQuotaExceeded
from config.errors import Conflict, DomainError, Invalid, Stale
from designer import forms
from designer.frame import framed, visible_design
from designer.imports import pages, plain, services
from designer.models import WorkloadImport


@login_required
@require_POST
def import_create(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Store the uploaded files and have them read; the same files again lead to the import there is."""
    design = visible_design(request, design_pk)
    try:
        services.refuse_large_request(request)
        encoding = request.POST.get("encoding", "")
        found, _ = services.add_import(
            design=design,
            user=cast(User, request.user),
            files=request.FILES.getlist("files"),
            mapping={"encoding": encoding} if encoding else None,
        )
    except (Invalid, Conflict, StorageQuotaExceeded, services.TooLarge) as error:
        context = {"refused": _told(error), **pages.uploads(design)}
        return render(
            request,
            "designer/design_import_new.html",
            framed(request, design, "workload", context),
            status=error.status,
        )
    return redirect("designer:import-detail", found.pk)


@login_required
@require_GET
def import_detail(request: HttpRequest, import_pk: UUID) -> HttpResponse:
    """What was read, what is lost and why, the switches, and the profiles that come of it."""
    return _page(request, _visible(request, import_pk))


@login_required
@require_POST
def import_switches(request: HttpRequest, import_pk: UUID) -> HttpResponse:
    """Count the import in another way."""
    found = _visible(request, import_pk)
    switches: dict[str, Any] = {
        "include": request.POST.getlist("include"),
        "drop_zombies": request.POST.get("drop_zombies") == "on",
        "outliers_apart": request.POST.get("outliers_apart") == "on",
        **forms.scalar_fields(request.POST, ("basis", "disk_basis", "comfort_factor", "max_profiles")),
    }
    return _changed(request, found, switches=switches)


@login_required
@require_POST
def import_mapping(request: HttpRequest, import_pk: UUID) -> HttpResponse:
    """Say which column means what, and have the table read again."""
    found = _visible(request, import_pk)
    keys = (*plain.FIELDS, "ram_unit", "disk_unit", "encoding")
    mapping = {key: request.POST.get(key, "") for key in keys if request.POST.get(key)}
    return _changed(request, found, mapping=mapping)


@login_required
@require_POST
def import_use(request: HttpRequest, import_pk: UUID) -> HttpResponse:
    """Make the profiles the workload of the design and have it sized."""
    found = _visible(request, import_pk)
    try:
        services.use_import(found=found, user=cast(User, request.user), based_on=forms.version(request.POST))
    except (Invalid, Stale, Conflict) as error:
        return _page(request, found, error)
    return redirect("designer:design-sizing", found.design_id)


@login_required
@require_POST
def import_delete(request: HttpRequest, import_pk: UUID) -> HttpResponse:
    """Delete an import and its files; the design keeps the workload that it took from it."""
    found = _visible(request, import_pk)
    design_pk = found.design_id
    try:
        services.delete_import(
            found=found, user=cast(User, request.user), based_on=forms.version(request.POST)
        )
    except (Invalid, Stale, Conflict) as error:
        return _page(request, found, error)
    return redirect("designer:design-workload", design_pk)


def _visible(request: HttpRequest, pk: UUID) -> WorkloadImport:
    found = WorkloadImport.objects.visible_to(request.user).without_rows()
    return get_object_or_404(
        found.select_related("design", "design__team", "design__customer", "team"), pk=pk
    )


def _changed(request: HttpRequest, found: WorkloadImport, **what: Any) -> HttpResponse:
    try:
        services.change_import(
            found=found, user=cast(User, request.user), based_on=forms.version(request.POST), **what
        )
    except (Invalid, Stale, Conflict) as error:
        return _page(request, found, error)
    return redirect("designer:import-detail", found.pk)


def _page(request: HttpRequest, found: WorkloadImport, error: DomainError | None = None) -> HttpResponse:
    context = pages.detail(found)
    if error is not None:
        context["refused"] = _told(error)
    return render(
        request,
        "designer/design_import.html",
        framed(request, found.design, "workload", context),
        status=error.status if error is not None else 200,
    )


def _told(error: DomainError) -> dict[str, Any]:
    """What went wrong, a line each, with what helps."""
    lines = [f"{p.field}: {p.message}. {p.remedy}" for p in error.problems] or [error.message]
    return {"title": error.title, "lines": lines[:10]}
