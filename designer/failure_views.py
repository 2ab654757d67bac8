"""The failure page of a design. Each view reads, calls a service, renders."""

from __future__ import annotations

from dataclasses import replace
from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from designer import failure_pages, failure_services, services
from designer.frame import framed, visible_design

MOST_SECONDS = 10**8


@login_required
@require_GET
def design_failures(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """What stops when something fails: choose it on the drawing or in the list; the ranking of all failures."""
    design = visible_design(request, design_pk)
    document = services.document_of(design)
    context = failure_pages.effect(design, document, _asked(request))
    context |= failure_pages.ranking(design, document)
    return render(request, "designer/design_failures.html", framed(request, design, "failures", context))


@login_required
@require_GET
def design_failure_effect(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """What a failure does, alone: the fragment that the page replaces."""
    design = visible_design(request, design_pk)
    asked = _asked(request)
    context = {"design": design} | failure_pages.effect(design, services.document_of(design), asked)
    answer = render(request, "designer/partials/failure_effect.html", context)
    if "asked" in context and not context["problem"]:
        here = replace(context["asked"], at=asked.at)
        answer["HX-Push-Url"] = failure_pages.address(design, here)
    return answer


@login_required
@require_POST
def design_failures_rank(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Have every failure of the design ranked as it is now."""
    design = visible_design(request, design_pk)
    with_pairs = request.POST.get("with_pairs") == "on"
    failure_services.request_ranking(design=design, user=cast(User, request.user), with_pairs=with_pairs)
    return redirect("designer:design-failures", design.pk)


def _asked(request: HttpRequest) -> failure_pages.Asked:
    at = request.GET.get("at", "0")
    return failure_pages.Asked(
        failed=request.GET.getlist("failed"),
        at=min(MOST_SECONDS, int(at)) if at.isascii() and at.isdigit() and len(at) < 12 else 0,
        look=request.GET.get("look", "")[:100],
        is_looking=request.GET.get("press") == "look",
    )
