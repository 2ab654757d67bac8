"""The document that a new design starts with: a reference design as it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.engine.definitions import ReferenceDesignDefinition
from catalog.engine.documents import read, write
from designer.engine.document import DesignDocument, HardwareChoice
from designer.engine.layout import topology_of_reference
from designer.engine.workload import Policies, VmProfile, Workload

if TYPE_CHECKING:
    from catalog.library import Library


def document_of_reference(definition: ReferenceDesignDefinition, library: Library) -> DesignDocument:
    """Return a reference design as a document: its flavor as workload, its planning rules, hardware and drawing."""
    selection = library.selection_for(definition.id)
    flavor = definition.flavor
    profile = VmProfile(
        id="standard",
        name=f"{flavor.vcpus} vCPU, {flavor.ram_gib} GiB",
        count=definition.vms_with_spare,
        vcpus=flavor.vcpus,
        ram_gib=flavor.ram_gib,
        disk_gb=flavor.disk_gb,
        gpus=flavor.gpus,
    )
    rules = {**write(definition.rules), "cpu_allocation_ratio": write(flavor.cpu_allocation_ratio)}
    return DesignDocument(
        workload=Workload(profiles=(profile,)),
        policies=read(Policies, rules),
        hardware=HardwareChoice(
            control=selection.control.id if selection.control else None,
            compute=selection.compute.id,
            storage=selection.storage.id if selection.storage else None,
            leaf=selection.leaf.id,
            spine=selection.spine.id,
            oob=selection.oob.id,
            rack=selection.rack.id,
            pdu=selection.pdu.id,
        ),
        topology=topology_of_reference(definition, library),
    )
