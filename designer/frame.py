"""The frame around every page of a design, in this app and in those to the right of it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.permissions import may_edit_designs
from designer.models import Design
from jobs.models import Job


def visible_design(request: HttpRequest, pk: UUID) -> Design:
    """Return a design that the reader may see; 404 for every other."""
    return get_object_or_404(
        Design.objects.visible_to(request.user).select_related("customer", "team"), pk=pk
    )


def framed(request: HttpRequest, design: Design, tab: str, context: dict[str, Any]) -> dict[str, Any]:
    """Return `context` with what `templates/designer/frame.html` needs: design, tab, its latest job, permission."""
    job = (
        Job.objects.visible_to(request.user)
        .filter(subject_type="design", subject_id=str(design.pk))
        .order_by("-created_at")
        .first()
    )
    frame = {
        "design": design,
        "tab": tab,
        "job": job,
        "may_edit": may_edit_designs(cast(User, request.user), design.team),
    }
    return frame | context
