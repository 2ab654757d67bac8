"""From a comparison to a document that a customer can be handed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string

from accounts.models import User
from accounts.services import audit
from catalog import services as catalog_services
from config.errors import Conflict
from costing.models import Comparison, Proposal
from costing.proposals import content, store
from costing.proposals.document import context_of
from costing.proposals.pdf import font_assets, render_pdf
from designer.models import Design
from designer.services import must_edit
from jobs.models import Job
from jobs.queue import enqueue_once

Report = Callable[[float, str], None]

VALID_DAYS = 30
"""How long an offer stands unless somebody says otherwise (house value)."""


@transaction.atomic
def create_proposal(*, comparison: Comparison, user: User) -> Proposal:
    """Add the next version of the proposal of the design that `comparison` belongs to; it has no PDF yet.

    Raises:
        Forbidden: the role of `user` does not allow it.
    """
    design = Design.objects.select_for_update().get(pk=comparison.revision.design_id)
    must_edit(user, design.team)
    latest = Proposal.objects.filter(design=design).aggregate(latest=Max("version"))["latest"] or 0
    return Proposal.objects.create(design=design, comparison=comparison, version=latest + 1, author=user)


@transaction.atomic
def request_proposal(*, comparison: Comparison, user: User) -> tuple[Proposal, Job]:
    """Add a proposal and have it printed in the background.

    Raises:
        Forbidden: the role of `user` does not allow it.
    """
    waiting = Proposal.objects.filter(comparison=comparison, sha256="").first()
    proposal = waiting or create_proposal(comparison=comparison, user=user)
    job = enqueue_once(
        "costing.print_proposal",
        {"proposal": str(proposal.pk)},
        user=user,
        team=proposal.design.team,
        subject_type="proposal",
        subject_id=proposal.pk,
    )
    return proposal, job


def print_proposal(proposal: Proposal, *, report: Report) -> Proposal:
    """Print `proposal` and store the bytes by their hash. What is printed already stays as it is.

    Raises:
        PrintFailed: the document could not be laid out; says why.
    """
    if proposal.sha256:
        return proposal
    report(0.1, "Gathering design, sizing and comparison")
    context = context_of(proposal, catalog_services.library())
    report(0.4, "Laying out pages")
    html = render_to_string("costing/proposal/document.html", context)
    css = render_to_string("costing/proposal/print.css")
    data = render_pdf(
        html=html,
        css=css,
        assets=font_assets(settings.BASE_DIR / "static" / "fonts"),
        made_at=proposal.created_at,
        identifier=str(proposal.pk),
    )
    report(0.9, "Storing the PDF")
    digest = store.keep(data)
    with transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk, sha256="").update(sha256=digest, size=len(data))
        proposal.refresh_from_db()
        audit("proposal.printed", actor=proposal.author, team=proposal.design.team, subject=proposal)
    return proposal


def pdf_of(proposal: Proposal) -> bytes:
    """Return the stored bytes of `proposal`.

    Raises:
        Conflict: it is not printed yet.
        FileDamaged: the stored file is gone or changed.
    """
    if not proposal.sha256:
        raise Conflict("This proposal is not printed yet. Wait for its job, or start it again.")
    return store.fetch(proposal.sha256)


def heading_of(proposal: Proposal) -> content.Heading:
    """Who offers what to whom, and when."""
    design, customer = proposal.design, proposal.design.customer
    return content.Heading(
        reference=proposal.reference,
        title=f"{design.name} for {customer.name}",
        customer=customer.name,
        place=customer.city,
        design=design.name,
        revision=proposal.comparison.revision.number,
        author=proposal.author.name or proposal.author.email,
        team=design.team.name,
        made_at=proposal.created_at,
        valid_until=proposal.created_at.date() + timedelta(days=VALID_DAYS),
    )
