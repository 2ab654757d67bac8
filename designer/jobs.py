"""Work that no request waits for.

A job's input is ids, so that nothing stale waits in the table, and it may run twice: the second run finds the
work done. What the job does is a service; this file only gets it going.
"""

from __future__ import annotations

from typing import Any

from designer import services
from designer.models import Revision
from jobs.worker import Run, Superseded


def size_revision(run: Run) -> dict[str, Any]:
    """Size one frozen revision (input: `revision`)."""
    revision = Revision.objects.select_related("design", "author").filter(pk=run.input["revision"]).first()
    if revision is None:
        raise Superseded("The design was deleted in the meantime.")
    sizing = services.size_revision(revision, report=run.report)
    return {"sizing": str(sizing.pk), "design": str(revision.design_id)}
