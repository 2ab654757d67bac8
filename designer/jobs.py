"""Work that no request waits for.

A job's input is ids, so that nothing stale waits in the table, and it may run twice: the second run finds the
work done. What the job does is a service; this file only gets it going.
"""

from __future__ import annotations

from typing import Any

from designer import failure_services, services
from designer.imports import services as imports
from designer.models import Revision, WorkloadImport
from jobs.worker import Run, Superseded


def size_revision(run: Run) -> dict[str, Any]:
    """Size one frozen revision (input: `revision`)."""
    revision = Revision.objects.select_related("design", "author").filter(pk=run.input["revision"]).first()
    if revision is None:
        raise Superseded("The design was deleted in the meantime.")
    sizing = services.size_revision(revision, report=run.report)
    return {"sizing": str(sizing.pk), "design": str(revision.design_id)}


def read_inventory(run: Run) -> dict[str, Any]:
    """Read the files of one import of a workload (input: `import`, and the `version` that asked for it)."""
    found = WorkloadImport.objects.filter(pk=run.input["import"]).first()
    if found is None:
        raise Superseded("The design was deleted in the meantime.")
    if found.version != run.input["version"] or found.state != WorkloadImport.State.READING:
        raise Superseded("It was read, or asked for in another way, in the meantime.")
    found = imports.read_inventory(found, report=run.report)
    return {"import": str(found.pk), "design": str(found.design_id), "state": found.state}


def rank_failures(run: Run) -> dict[str, Any]:
    """Rank every failure of one frozen revision (input: `revision`, `with_pairs`)."""
    revision = Revision.objects.select_related("design", "author").filter(pk=run.input["revision"]).first()
    if revision is None:
        raise Superseded("The design was deleted in the meantime.")
    ranking = failure_services.rank_revision(
        revision, with_pairs=bool(run.input.get("with_pairs")), report=run.report
    )
    return {"failure_ranking": str(ranking.pk), "design": str(revision.design_id)}
