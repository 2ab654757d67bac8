"""The page of the deployment's choices: what is decided beside hardware and drawing, and which rules read it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from config.errors import Invalid, Stale
from designer import deployment_form, findings, forms, services
from designer.engine.document import DesignDocument
from designer.frame import framed, visible_design


@login_required
@require_http_methods(["GET", "POST"])
def design_deployment(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Answer the questions that validation and exports ask beside the drawing."""
    design = visible_design(request, design_pk)
    state = forms.FormState(values={})
    status, version = 200, design.version
    if request.method == "POST":
        version = forms.version(request.POST)
        state.values = request.POST.dict() | {
            q.name: request.POST.getlist(q.name)
            for q in deployment_form.QUESTIONS.values()
            if q.kind is deployment_form.Kind.CHECKS
        }
        try:
            services.change_part(
                design=design,
                part="deployment",
                value=deployment_form.posted(request.POST),
                based_on=version,
                user=cast(User, request.user),
            )
            return redirect("designer:design-deployment", design.pk)
        except (Invalid, Stale) as error:
            state.errors = forms.errors_of(error)
            status = error.status
            version = error.current_version if isinstance(error, Stale) else version
    context = _shown(services.document_of(design), state) | {"version": version, "errors": state.errors}
    page = framed(request, design, "deployment", context)
    return render(request, "designer/design_deployment.html", page, status=status)


def _shown(document: DesignDocument, state: forms.FormState) -> dict[str, Any]:
    """Every group with its questions, and what its rules find in the design as it is saved."""
    fields = deployment_form.shown(document.deployment, state, document.workload)
    found = [f for f in findings.review(document).findings if f.suppression is None]
    groups = []
    for group in deployment_form.GROUPS:
        rules = {rule for question in group.questions for rule in question.rules}
        groups.append(
            {
                "group": group,
                "fields": [fields[question.name] for question in group.questions],
                "findings": [finding for finding in found if finding.rule in rules],
            }
        )
    undecided = [field["question"] for field in fields.values() if field["is_undecided"]]
    return {"groups": groups, "undecided": undecided}
