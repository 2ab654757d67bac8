"""The failure page of a design. Each view reads, calls a service, renders."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from designer import failure_pages, failure_services
from designer.frame import framed, visible_design

MOST_SECONDS = 10**8


@login_required
@require_GET
def design_failures(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """What stops when something fails: choose it on the drawing or in the list; the ranking of all failures."""
    design = visible_design(request, design_pk)
    context = failure_pages.effect(design, request.GET.getlist("failed"), _at(request))
    context |= failure_pages.ranking(design)
    return render(request, "designer/design_failures.html", framed(request, design, "failures", context))


@login_required
@require_GET
def design_failure_effect(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """What a failure does, alone: the fragment that the page replaces."""
    design = visible_design(request, design_pk)
    asked = request.GET.getlist("failed")
    context = {"design": design} | failure_pages.effect(design, asked, _at(request))
    answer = render(request, "designer/partials/failure_effect.html", context)
    chosen = [item.named for item in context.get("chosen", ())]
    if not context.get("problem"):
        answer["HX-Push-Url"] = failure_pages.address(design, chosen)
    return answer


@login_required
@require_POST
def design_failures_rank(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Have every failure of the design ranked as it is now."""
    design = visible_design(request, design_pk)
    with_pairs = request.POST.get("with_pairs") == "on"
    failure_services.request_ranking(design=design, user=cast(User, request.user), with_pairs=with_pairs)
    return redirect("designer:design-failures", design.pk)


def _at(request: HttpRequest) -> int:
    raw = request.GET.get("at", "0")
    return min(MOST_SECONDS, int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < 12 else 0
