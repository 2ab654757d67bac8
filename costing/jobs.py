"""Work that no request waits for: comparing, and printing proposals. Inputs are ids; a second run finds the work done."""

from __future__ import annotations

from typing import Any

from costing import services
from costing.models import Proposal
from costing.proposals import services as proposal_services
from designer.models import Revision
from jobs.worker import Run, Superseded


def compare_revision(run: Run) -> dict[str, Any]:
    """Compare one frozen revision with its clouds (input: `revision`)."""
    revision = (
        Revision.objects.select_related("design__customer", "author").filter(pk=run.input["revision"]).first()
    )
    if revision is None:
        raise Superseded("The design was deleted in the meantime.")
    comparison = services.compare_revision(revision, report=run.report)
    return {"comparison": str(comparison.pk), "design": str(revision.design_id)}


def print_proposal(run: Run) -> dict[str, Any]:
    """Print one proposal and store its PDF (input: `proposal`)."""
    proposal = (
        Proposal.objects.select_related(
            "design__customer", "design__team", "author", "comparison__revision__design__customer",
            "comparison__revision__author",
        )
        .filter(pk=run.input["proposal"])
        .first()
    )  # fmt: skip
    if proposal is None:
        raise Superseded("The proposal was deleted in the meantime.")
    printed = proposal_services.print_proposal(proposal, report=run.report)
    return {"proposal": str(printed.pk), "design": str(printed.design_id), "sha256": printed.sha256}
