"""The proposals of a design: their list, a button that makes the next, and the PDFs."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from catalog.engine.documents import write
from config.errors import DomainError
from costing.models import Proposal
from costing.proposals.checks import chapter_of
from costing.proposals.download import pdf_response
from costing.proposals.services import request_proposal_of_design
from costing.services import current_comparison
from designer.findings import review_of
from designer.frame import framed, visible_design
from designer.models import Design

SHOWN = 200


@login_required
@require_GET
def proposals(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Every version of the proposal of a design, newest first, and what the checks let the next one say."""
    design = visible_design(request, design_pk)
    return render(
        request, "costing/proposals.html", framed(request, design, "proposals", _listed(request, design))
    )


@login_required
@require_POST
def proposal_create(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Have the next version printed from the comparison that fits the design; refused while an error is open."""
    design = visible_design(request, design_pk)
    try:
        request_proposal_of_design(design=design, user=cast(User, request.user))
    except DomainError as error:
        return _refused(request, design, error)
    return redirect("costing:proposals", design.pk)


@login_required
@require_GET
def proposal_pdf(request: HttpRequest, proposal_pk: UUID) -> HttpResponse:
    """The PDF of one version, byte for byte as it was printed."""
    found = Proposal.objects.visible_to(request.user).select_related("design__customer", "design__team")
    proposal = get_object_or_404(found, pk=proposal_pk)
    try:
        return pdf_response(request, proposal)
    except DomainError as error:
        return _refused(request, proposal.design, error)


def _refused(request: HttpRequest, design: Design, error: DomainError) -> HttpResponse:
    context = {**_listed(request, design), "refused": error}
    return render(
        request, "costing/proposals.html", framed(request, design, "proposals", context), status=error.status
    )


def _listed(request: HttpRequest, design: Design) -> dict[str, Any]:
    found = Proposal.objects.visible_to(request.user).filter(design=design)
    return {
        "proposals": found.select_related("author", "comparison__revision").order_by("-version")[:SHOWN],
        "is_compared": current_comparison(design) is not None,
        "checks": chapter_of(write(review_of(design))),
    }
