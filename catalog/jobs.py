"""Work of the catalog that no request waits for. A job may run twice: the second run finds the work done."""

from __future__ import annotations

from typing import Any

from catalog import device_imports
from catalog.models import HardwareImport
from jobs.worker import Run, Superseded


def read_device_types(run: Run) -> dict[str, Any]:
    """Read the file of one import of hardware models (input: `import`)."""
    found = HardwareImport.objects.filter(pk=run.input["import"]).first()
    if found is None or found.state != HardwareImport.State.READING:
        raise Superseded("It was read or discarded in the meantime.")
    found = device_imports.read_import(found, report=run.report)
    return {"hardware_import": str(found.pk), "state": found.state}
