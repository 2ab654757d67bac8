"""Work that no request waits for: comparing, and printing proposals. Inputs are ids; a second run finds the work done."""

from __future__ import annotations

from typing import Any

from costing import services
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
