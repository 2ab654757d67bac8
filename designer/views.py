"""The pages of customers and designs. Each reads, calls a service, renders."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.idempotency import once_for_each_form
from accounts.models import Team, User
from accounts.permissions import may_edit_designs
from catalog import services as catalog_services
from catalog.documents import parse
from catalog.engine.documents import write
from config.errors import Invalid, Problem, Stale
from designer import forms, hardware_pages, live, pages, revisions, services
from designer.drawing.download import drawing_response
from designer.drawing.svg import VIEWS
from designer.engine.sizing.workload import profiles_from_totals
from designer.engine.workload import Totals, Workload
from designer.frame import framed, visible_design
from designer.imports import pages as import_pages
from designer.models import Customer, Design, Revision
from jobs.models import Job


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Where people land: their designs, newest first, and what is being worked on."""
    designs = Design.objects.visible_to(request.user).select_related("customer", "team")[:12]
    jobs = Job.objects.visible_to(request.user).order_by("-created_at")[:6]
    customers = Customer.objects.visible_to(request.user).count()
    context = {"cards": [pages.design_card(d) for d in designs], "jobs": jobs, "customers": customers}
    return render(request, "designer/home.html", context)


@login_required
@require_GET
def customer_list(request: HttpRequest) -> HttpResponse:
    """The customers of the teams that the reader belongs to."""
    query = request.GET.get("q", "").strip()[:120]
    customers = Customer.objects.visible_to(request.user).with_design_counts()
    if query:
        customers = customers.filter(name__icontains=query)
    context = {"customers": customers[:200], "query": query, "teams": _teams(request)}
    return render(request, "designer/customer_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@once_for_each_form
def customer_create(request: HttpRequest) -> HttpResponse:
    """Add a customer."""
    state = forms.FormState(values=request.POST.dict())
    if request.method == "POST":
        team = get_object_or_404(Team.objects.visible_to(request.user), pk=_uuid(request.POST.get("team")))
        values = {name: request.POST.get(name, "").strip() for name in ("name", "country", "city", "contact")}
        try:
            customer = services.create_customer(team=team, user=cast(User, request.user), **values)
            return redirect("designer:customer-detail", customer.pk)
        except Invalid as error:
            state.errors = forms.errors_by_name(error)
    context = {"form": state, "teams": _teams(request)}
    return render(request, "designer/customer_form.html", context, status=200 if state.is_valid else 400)


@login_required
@require_GET
def customer_detail(request: HttpRequest, customer_pk: UUID) -> HttpResponse:
    """One customer and the designs made for them."""
    customer = get_object_or_404(
        Customer.objects.visible_to(request.user).select_related("team"), pk=customer_pk
    )
    designs = (
        Design.objects.visible_to(request.user).filter(customer=customer).select_related("customer", "team")
    )
    context = {
        "customer": customer,
        "cards": [pages.design_card(d) for d in designs[:60]],
        "may_edit": may_edit_designs(cast(User, request.user), customer.team),
    }
    return render(request, "designer/customer_detail.html", context)


@login_required
@require_GET
def design_list(request: HttpRequest) -> HttpResponse:
    """All designs that the reader may see."""
    query = request.GET.get("q", "").strip()[:120]
    designs = Design.objects.visible_to(request.user).select_related("customer", "team")
    if query:
        designs = designs.matching(query)
    context = {"cards": [pages.design_card(d) for d in designs[:60]], "query": query}
    return render(request, "designer/design_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@once_for_each_form
def design_create(request: HttpRequest) -> HttpResponse:
    """Start a design: customer, reference design, workload as profiles or totals."""
    customers = Customer.objects.visible_to(request.user)
    state = forms.FormState(values=request.POST.dict() or request.GET.dict())
    if request.method == "POST":
        customer = get_object_or_404(customers, pk=_uuid(request.POST.get("customer")))
        try:
            workload = _workload_from(request.POST)
            design = services.create_design(
                customer=customer,
                user=cast(User, request.user),
                name=request.POST.get("name", ""),
                reference_design=request.POST.get("reference_design", ""),
                workload=workload,
            )
            services.request_sizing(design=design, user=cast(User, request.user))
            return redirect("designer:design-detail", design.pk)
        except Invalid as error:
            state.errors = forms.errors_by_name(error)
            state.rows = forms.profile_rows(request.POST)
    context = {
        "form": state,
        "customers": customers[:500],
        "reference_designs": catalog_services.library().reference_designs.values(),
        "profile_rows": pages.profile_rows(state.rows, at_least=3),
        "kind": request.POST.get("kind", "profiles"),
        "workload_fields": forms.shown_fields(forms.WORKLOAD_FIELDS, write(Workload(profiles=())), state),
    }
    return render(request, "designer/design_form.html", context, status=200 if state.is_valid else 400)


@login_required
@require_GET
def design_detail(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """The overview of a design: what it carries, what it is built from, the drawing, what is being worked on."""
    design = visible_design(request, design_pk)
    context = pages.overview(design)
    return render(request, "designer/design_detail.html", framed(request, design, "overview", context))


@login_required
@require_http_methods(["GET", "POST"])
def design_workload(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Change the workload and the planning rules; saving has the design sized again."""
    design = visible_design(request, design_pk)
    document = services.document_of(design)
    state = forms.FormState(values={}, rows=write(document.workload)["profiles"])
    status, version = 200, design.version
    if request.method == "POST":
        state.values = request.POST.dict()
        version = forms.version(request.POST)
        try:
            parts = {
                "workload": write(_workload_from(request.POST)),
                "policies": {**write(document.policies), **_policies_from(request.POST)},
            }
            saved = services.change_parts(
                design=design, parts=parts, based_on=version, user=cast(User, request.user)
            )
            services.request_sizing(design=saved, user=cast(User, request.user))
            return redirect("designer:design-sizing", design.pk)
        except (Invalid, Stale) as error:
            state.errors = forms.errors_of(error)
            state.rows = forms.profile_rows(request.POST)
            status = error.status
            # Whoever reads the warning and saves again has decided: their form then bases on what is there now.
            version = error.current_version if isinstance(error, Stale) else version
    context = {
        "form": state,
        "version": version,
        "profile_rows": pages.profile_rows(state.rows, at_least=1),
        "kind": request.POST.get("kind", "profiles"),
        "workload_fields": forms.shown_fields(forms.WORKLOAD_FIELDS, write(document.workload), state),
        "classes": hardware_pages.CLASSES if document.hardware.storage_tiers else [],
        "object_storage_class": state.values.get(
            "object_storage_class", document.workload.object_storage_class or ""
        ),
        "policy_fields": forms.shown_fields(forms.policy_fields(document), write(document.policies), state),
        **import_pages.uploads(design),
    }
    return render(
        request,
        "designer/design_workload.html",
        framed(request, design, "workload", context),
        status=status,
    )


@login_required
@require_GET
def profile_row(request: HttpRequest) -> HttpResponse:
    """One empty row of the profile table: a fragment with a URL of its own."""
    raw = request.GET.get("index", "0")
    index = min(999, int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < 5 else 0
    classes = hardware_pages.CLASSES if "classes" in request.GET else []
    context = {"row": pages.empty_row(index), "form": None, "classes": classes}
    return render(request, "designer/partials/profile_row.html", context)


@login_required
@require_POST
def design_size(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Have the design sized as it is now."""
    design = visible_design(request, design_pk)
    services.request_sizing(design=design, user=cast(User, request.user))
    return redirect("designer:design-sizing", design.pk)


@login_required
@require_GET
def design_sizing(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Capacity: node counts, the waterfall of Ceph, racks and power, every figure explained."""
    design = visible_design(request, design_pk)
    context = pages.capacity(design)
    return render(request, "designer/design_sizing.html", framed(request, design, "sizing", context))


@login_required
@require_GET
def design_drawing(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """The drawing, large, with its outline as tables."""
    design = visible_design(request, design_pk)
    view = request.GET.get("view", "all")
    context = pages.drawing(design, view if view in VIEWS else "all")
    return render(request, "designer/design_drawing.html", framed(request, design, "drawing", context))


@login_required
@require_GET
def design_editor(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """The editor of the drawing: its data, and a place for the script to draw in."""
    design = visible_design(request, design_pk)
    context = framed(request, design, "editor", {})
    data = live.editor_data(design) | {
        "api": reverse("api:design-detail", args=[design.pk]),
        "mayEdit": context["may_edit"],
        "csrfToken": get_token(request),
        "sprite": static("build/icons.svg"),
        "links": {
            "svg": reverse("designer:design-drawing-svg", args=[design.pk]),
            "json": reverse("api:design-part", args=[design.pk, "topology"]),
            "history": reverse("designer:design-history", args=[design.pk]),
            "overview": reverse("designer:design-detail", args=[design.pk]),
            "editor": reverse("designer:design-editor", args=[design.pk]),
        },
    }
    return render(request, "designer/design_editor.html", context | {"data": data})


@login_required
@require_GET
def design_drawing_svg(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """The drawing as a file that is safe to open on its own (R25)."""
    return drawing_response(visible_design(request, design_pk))


@login_required
@require_GET
def design_history(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Frozen revisions and every saved change."""
    design = visible_design(request, design_pk)
    context = {
        "revisions": design.revisions.select_related("author").prefetch_related("sizings")[:100],
        "change_sets": design.change_sets.select_related("author").order_by("-version")[:100],
    }
    return render(request, "designer/design_history.html", framed(request, design, "history", context))


@login_required
@require_POST
def revision_restore(request: HttpRequest, revision_pk: UUID) -> HttpResponse:
    """Make a frozen revision the working document again."""
    revision = get_object_or_404(
        Revision.objects.visible_to(request.user).select_related("design", "design__team"), pk=revision_pk
    )
    services.restore_revision(revision=revision, user=cast(User, request.user))
    return redirect("designer:design-history", revision.design_id)


@login_required
@require_POST
def revision_freeze(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Freeze the working document, by a name or without."""
    design = visible_design(request, design_pk)
    services.must_edit(cast(User, request.user), design.team)
    services.freeze_revision(design=design, user=cast(User, request.user), name=request.POST.get("name", ""))
    return redirect("designer:design-history", design.pk)


@login_required
@require_POST
def revision_fork(request: HttpRequest, revision_pk: UUID) -> HttpResponse:
    """Start a design from a frozen revision, and go there."""
    revision = get_object_or_404(
        Revision.objects.visible_to(request.user).select_related("design__team", "design__customer"),
        pk=revision_pk,
    )
    name = (
        request.POST.get("name", "").strip()
        or f"{revision.design.name[:100]}, from revision {revision.number}"
    )
    design = revisions.fork_revision(revision=revision, user=cast(User, request.user), name=name)
    return redirect("designer:design-detail", design.pk)


def _workload_from(data: Any) -> Workload:
    """The workload of a posted form, by profiles or by totals."""
    values = forms.scalar_fields(data, (*(f.name for f in forms.WORKLOAD_FIELDS), "object_storage_class"))
    if data.get("kind") == "totals":
        totals = parse(Totals, forms.scalar_fields(data, ("vms", "vcpus", "ram_gib", "disk_gb")))
        try:
            profiles = profiles_from_totals(totals)
        except ValueError as error:
            remedy = "Give each VM at least one vCPU."
            raise Invalid([Problem("vcpus", totals.vcpus, str(error), remedy)]) from error
        return parse(Workload, {**values, "profiles": write(profiles)})
    return parse(Workload, {**values, "profiles": forms.profile_rows(data)})


def _policies_from(data: Any) -> dict[str, Any]:
    """The planning rules of a posted form; one that was emptied is computed again."""
    shown = (*forms.POLICY_FIELDS, *forms.HYPER_CONVERGED_FIELDS)
    found = forms.scalar_fields(data, tuple(f.name for f in shown))
    for name in (
        "spare_hosts",
        "racks",
        "zones",
        "pinned_threads",
        "control_share_gib",
        "control_share_threads",
    ):
        if name in data and name not in found:
            found[name] = None
    return found


def _teams(request: HttpRequest) -> list[Team]:
    return list(Team.objects.visible_to(request.user))


def _uuid(raw: str | None) -> UUID | None:
    try:
        return UUID(raw or "")
    except ValueError:
        return None
