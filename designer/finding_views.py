"""The pages of findings: the list, its fragment, the badge of the tab, and what people accept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from config.errors import Invalid, Stale
from designer import findings, forms, services
from designer.engine.failures.formulas import FORMULAS as FAILURE_FORMULAS
from designer.engine.sizing.formulas import FORMULAS as SIZING_FORMULAS
from designer.engine.topology import COLLECTIONS, Topology
from designer.engine.validation.model import ORDER, Finding
from designer.engine.validation.profiles import Profile
from designer.engine.validation.rules import FAMILIES, RULE_BY_ID
from designer.frame import framed, visible_design
from designer.models import Design

SHOWN_ELEMENTS = 6
SUPPRESSED = "suppressed"
FORMULA_IDS = frozenset(formula.id for formula in (*SIZING_FORMULAS, *FAILURE_FORMULAS))


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementLink:
    """An element that a finding marks, and whether the drawing's tables have a row for it."""

    id: str
    name: str
    has_row: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding as the list shows it."""

    finding: Finding
    about: str
    formulas: tuple[str, ...]
    """Ids of the formulas that its source names."""
    elements: tuple[ElementLink, ...]
    more: int
    """How many more elements it marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """The findings of one family, or the accepted ones."""

    key: str
    title: str
    rows: tuple[FindingRow, ...]


def listing(design: Design, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the list of findings shows: by family, by the severity and family asked for, accepted ones apart."""
    document = services.document_of(design)
    review = findings.review(document)
    names = _names(document.topology)
    severity, family = query.get("severity", ""), query.get("family", "")
    rows: dict[str, list[FindingRow]] = {key: [] for key in (*FAMILIES, SUPPRESSED)}
    for finding in review.findings:
        is_accepted = finding.suppression is not None
        kind = SUPPRESSED if is_accepted else finding.severity.value
        if severity in ("", kind) and family in ("", finding.family):
            rows[SUPPRESSED if is_accepted else finding.family].append(_row(finding, names))
    titles = {key: title for key, (title, _) in FAMILIES.items()} | {SUPPRESSED: "Accepted"}
    return {
        "review": review,
        "counts": review.counts,
        "groups": [
            FindingGroup(key=key, title=titles[key], rows=tuple(found))
            for key, found in rows.items()
            if found
        ],
        "severity": severity,
        "family": family,
        "profile": document.profile.value,
        "profiles": [(profile.value, profile.value.capitalize()) for profile in Profile],
        "severities": [
            ("", "Any"),
            *((s.value, s.value.capitalize()) for s in ORDER),
            (SUPPRESSED, "Accepted"),
        ],
        "families": [("", "Any"), *((key, title) for key, (title, _) in FAMILIES.items())],
        "version": design.version,
    }


@login_required
@require_GET
def design_findings(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """What validation finds in a design, by family, with what helps; and what was accepted."""
    return _page(request, visible_design(request, design_pk))


@login_required
@require_GET
def design_findings_list(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """The list alone: a fragment with a URL of its own, for filters."""
    design = visible_design(request, design_pk)
    context = framed(request, design, "findings", listing(design, request.GET.dict()))
    return render(request, "designer/partials/findings.html", context)


@login_required
@require_GET
def design_findings_count(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """The badge of the tab: a fragment that comes after the page."""
    review = findings.review_of(visible_design(request, design_pk))
    return render(request, "designer/partials/findings_count.html", {"counts": review.counts})


@login_required
@require_POST
def finding_suppress(request: HttpRequest, design_pk: UUID, rule: str) -> HttpResponse:
    """Accept what a rule finds, with the reason."""
    design = visible_design(request, design_pk)
    elements = request.POST.get("elements", "").split() if request.POST.get("scope") != "rule" else []
    try:
        findings.suppress(
            design=design,
            rule=rule,
            reason=request.POST.get("reason", ""),
            elements=elements,
            based_on=forms.version(request.POST),
            user=cast(User, request.user),
        )
    except (Invalid, Stale) as error:
        return _page(request, design, error)
    return redirect("designer:design-findings", design.pk)


@login_required
@require_POST
def finding_lift(request: HttpRequest, design_pk: UUID, rule: str) -> HttpResponse:
    """Count what was accepted again."""
    design = visible_design(request, design_pk)
    try:
        findings.lift_suppression(
            design=design,
            rule=rule,
            elements=request.POST.get("elements", "").split(),
            based_on=forms.version(request.POST),
            user=cast(User, request.user),
        )
    except Stale as error:
        return _page(request, design, error)
    return redirect("designer:design-findings", design.pk)


@login_required
@require_POST
def design_profile(request: HttpRequest, design_pk: UUID) -> HttpResponse:
    """Say what the design is for: production, lab or edge."""
    design = visible_design(request, design_pk)
    try:
        services.change_part(
            design=design,
            part="profile",
            value=request.POST.get("profile", ""),
            based_on=forms.version(request.POST),
            user=cast(User, request.user),
        )
    except (Invalid, Stale) as error:
        return _page(request, design, error)
    return redirect("designer:design-findings", design.pk)


def _page(request: HttpRequest, design: Design, error: Invalid | Stale | None = None) -> HttpResponse:
    """The whole page; after an error with what was typed, on top of what is there now."""
    if error is not None:
        design.refresh_from_db()
    context = listing(design, request.GET.dict()) | {
        "error": _told(error),
        "typed": request.POST.get("reason", ""),
        "open_rule": request.resolver_match.kwargs.get("rule", "") if request.resolver_match else "",
    }
    status = 200 if error is None else error.status
    return render(request, "designer/design_findings.html", framed(request, design, "findings", context), status=status)  # fmt: skip


def _told(error: Invalid | Stale | None) -> str:
    if isinstance(error, Invalid):
        return " ".join(f"{p.field.capitalize()} {p.message}. {p.remedy}" for p in error.problems)
    return f"{error.message} Look at what there is now, then send it again." if error else ""


def _row(finding: Finding, names: Mapping[str, ElementLink]) -> FindingRow:
    marked = [names.get(key, ElementLink(id=key, name=key, has_row=False)) for key in finding.elements]
    return FindingRow(
        finding=finding,
        about=RULE_BY_ID[finding.rule].about,
        formulas=formulas_in(finding.source),
        elements=tuple(marked[:SHOWN_ELEMENTS]),
        more=max(0, len(marked) - SHOWN_ELEMENTS),
    )


def formulas_in(source: str) -> tuple[str, ...]:
    """Return the formulas that a source names: `sizing.R2, R3` are two."""
    found, family = [], ""
    for prefix, number in re.findall(r"(?:(sizing|failure)\.)?\b([A-Z]{1,2}\d{1,2})\b", source):
        family = prefix or family
        found.append(f"{family}.{number}")
    return tuple(key for key in dict.fromkeys(found) if key in FORMULA_IDS)


def _names(topology: Topology) -> dict[str, ElementLink]:
    racks = {rack.id for rack in topology.racks}
    found = {}
    for collection in COLLECTIONS:
        for element in getattr(topology, collection):
            has_row = collection in ("nodes", "switches") and element.rack in racks
            found[element.id] = ElementLink(
                id=element.id, name=getattr(element, "name", element.id), has_row=has_row
            )
    return found
