"""From a comparison to a document that a customer can be handed. Pages, API and jobs call these."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string

from accounts.models import User
from accounts.services import audit
from catalog import services as catalog_services
from config.errors import Conflict
from costing.models import Comparison, Proposal
from costing.proposals import store
from costing.proposals.checks import checked
from costing.proposals.document import context_of
from costing.proposals.pdf import font_assets, render_pdf
from costing.services import carried_over, current_comparison
from designer.models import Design
from designer.services import freeze_revision, must_edit, sizing_of
from jobs.models import Job
from jobs.queue import enqueue_once

Report = Callable[[float, str], None]


@transaction.atomic
def request_proposal(*, comparison: Comparison, user: User) -> tuple[Proposal, Job]:
    """Add the next version of the proposal of a design, made from `comparison`, and have it printed in the background.

    One that waits for its print already is not added a second time.

    Raises:
        Forbidden: the role of `user` does not allow it.
        OpenErrors: validation finds errors in the compared revision that nobody accepted.
    """
    design = Design.objects.select_for_update().get(pk=comparison.revision.design_id)
    must_edit(user, design.team)
    proposal = Proposal.objects.filter(comparison=comparison, sha256="").first()
    if proposal is None:
        checks = checked(comparison.revision)
        latest = Proposal.objects.filter(design=design).aggregate(latest=Max("version"))["latest"] or 0
        proposal = Proposal.objects.create(
            design=design, comparison=comparison, version=latest + 1, author=user, checks=checks
        )
        audit("proposal.requested", actor=user, team=design.team, subject=proposal)
    job = enqueue_once(
        "costing.print_proposal",
        {"proposal": str(proposal.pk)},
        user=user,
        team=design.team,
        subject_type="design",
        subject_id=design.pk,
    )
    return proposal, job


@transaction.atomic
def request_proposal_of_design(*, design: Design, user: User) -> tuple[Proposal, Job]:
    """Freeze the design and have its proposal printed from the comparison that fits it as it is now.

    Raises:
        Forbidden: the role of `user` does not allow it.
        Conflict: there is no comparison that fits the design and the present prices.
        OpenErrors: validation finds errors in it that nobody accepted.
    """
    must_edit(user, design.team)
    comparison = current_comparison(design)
    if comparison is None:
        raise Conflict(
            "No comparison fits the design and the prices as they are now. Compare it, then make the proposal."
        )
    revision = freeze_revision(design=design, user=user)
    return request_proposal(comparison=carried_over(comparison, revision), user=user)


def print_proposal(proposal: Proposal, *, report: Report) -> Proposal:
    """Print `proposal` and store the bytes by their hash. What is printed already stays as it is.

    Raises:
        PrintFailed: the document could not be laid out; says why.
    """
    if proposal.is_printed:
        return proposal
    data = printed(proposal, report=report)
    report(0.95, f"Storing {len(data):,} bytes")
    digest = store.keep(data)
    with transaction.atomic():
        is_first = Proposal.objects.filter(pk=proposal.pk, sha256="").update(sha256=digest, size=len(data))
        if is_first:
            audit("proposal.printed", actor=proposal.author, team=proposal.design.team, subject=proposal)
    proposal.refresh_from_db()
    return proposal


def printed(proposal: Proposal, *, report: Report) -> bytes:
    """Return the PDF of `proposal`; the same bytes whenever it is printed."""
    report(0.05, "Reading the comparison, sizing the revision")
    sizing = sizing_of(proposal.comparison.revision, report=lambda share, message: None)
    report(0.2, "Drawing racks, networks and charts")
    context = context_of(proposal, sizing, catalog_services.library())
    report(0.5, "Setting the chapters")
    html = render_to_string("costing/proposal/document.html", context)
    css = render_to_string("costing/proposal/print.css")
    report(0.6, "Laying out the pages")
    return render_pdf(
        html=html,
        css=css,
        assets=font_assets(settings.BASE_DIR / "static" / "fonts"),
        made_at=proposal.created_at,
        identifier=str(proposal.pk),
    )


def pdf_of(proposal: Proposal) -> bytes:
    """Return the stored bytes of `proposal`.

    Raises:
        Conflict: it is not printed yet.
        FileDamaged: the stored file is gone or changed.
    """
    if not proposal.is_printed:
        raise Conflict("This proposal is not printed yet. Wait for its job, or make it again.")
    return store.fetch(proposal.sha256)
