"""The figures of pinned vCPUs, huge pages and NUMA cells: inventories of a host, and what each profile finds there (C8)."""

from __future__ import annotations

from decimal import Decimal

from catalog.engine.figures import Grade, Input, Step
from designer.engine.sizing import packing
from designer.engine.sizing.figures import FigureBook, plain
from designer.engine.sizing.model import Notice, SizingRequest
from designer.engine.sizing.parts import Computed

MOST_WASTE = Decimal("0.2")
"""Of the pinned threads of a cell, left over by a profile, from which a notice tells of it. House value."""
SPLIT = "House rule: pinned threads are as large a part of the guests' threads as pinned vCPUs are of the workload"


def explain_numa(book: FigureBook, request: SizingRequest, computed: Computed) -> None:
    """Keep the figures of cells; none where no VM has a NUMA topology and no thread is kept for pinned ones."""
    host, rule = computed.host, request.policies.pinned_threads
    if host.pcpus:
        source = "Planning rule of this design" if rule is not None else SPLIT
        per_cell = host.pcpus // host.cells
        book.add(
            "compute.pcpus_per_host", "Threads of a host for pinned vCPUs", host.pcpus, "threads", "sizing.C8",
            "PCPU: cells x threads of cpu_dedicated_set in a cell, never overcommitted",
            inputs=(
                Input(name="pinned_vcpus", label="Pinned vCPU of the workload", value=computed.sizing.pinned_vcpus, unit="vCPU"),
                Input(name="vcpus", label="vCPU of the workload", value=computed.sizing.vcpus, unit="vCPU"),
                Input(name="cells", label="NUMA cells, one a socket", value=host.cells, symbol="cells"),
                Input(name="threads_per_cell", label="Pinned threads of a cell", value=per_cell, unit="threads", symbol="P_cell", source=source, grade=Grade.C),
            ),
            steps=(Step(label="PCPU", working=f"{host.cells} x {per_cell}", value=host.pcpus, unit="threads"),),
            note="Set cpu_dedicated_set to these threads and cpu_shared_set to the other threads of guests.",
        )  # fmt: skip
    profiles = request.workload.profiles
    for profile, vm in zip(profiles, computed.demands, strict=False):
        if not vm.guest_cells or not vm.count:
            continue
        fits, bound_by = packing.vms_of_one_size(host, vm)
        steps = []
        if vm.is_pinned:
            each = -(-vm.vcpus // vm.guest_cells)
            working = f"floor({host.pcpus // host.cells} / ceil({vm.vcpus} / {vm.guest_cells}))"
            steps.append(
                Step(
                    label="Guest cells in a cell, by threads",
                    working=working,
                    value=host.pcpus // host.cells // each,
                )
            )
        if vm.cell_gib:
            working = f"floor({plain(host.cell_gib)} / {plain(vm.cell_gib)})"
            steps.append(
                Step(
                    label="Guest cells in a cell, by RAM",
                    working=working,
                    value=int(host.cell_gib / vm.cell_gib),
                )
            )
        book.add(
            f"compute.numa.{profile.id}", f"VMs of {profile.name} on a host of their own", fits, "VMs", "sizing.C8",
            "floor(cells / q) x floor(P_cell / ceil(v / q)); pages likewise; at most what C5 allows",
            inputs=(
                Input(name="cells", label="NUMA cells of a host", value=host.cells, symbol="cells"),
                Input(name="numa_nodes", label="Cells of the guest", value=vm.guest_cells, symbol="q"),
                Input(name="cell_gib", label="RAM of one guest cell, in whole pages", value=vm.cell_gib, unit="GiB"),
                Input(name="page_gib", label="Huge page", value=profile.huge_pages.value if profile.huge_pages else "none"),
            ),
            steps=tuple(steps), bound_by=bound_by,
        )  # fmt: skip


def numa_notices(request: SizingRequest, computed: Computed) -> list[Notice]:
    """Return what must be said of pinned VMs: the inventories to set, and threads that a profile strands."""
    host, found = computed.host, []
    if host.pcpus:
        message = (
            f"Each compute node pins {host.pcpus} threads, {host.pcpus // host.cells} in each NUMA cell, and shares the others: "
            f"inventories of {host.pcpus} PCPU and {host.vcpus} VCPU."
        )
        remedy = "Set cpu_dedicated_set and cpu_shared_set so, or use another number (planning rule)."
        found.append(Notice(severity="info", formula="sizing.C8", message=message, remedy=remedy))
    if host.pcpus and not computed.sizing.pinned_vcpus:
        message = f"No VM has pinned vCPUs, and {host.pcpus} threads of each node are kept for them."
        found.append(Notice(severity="warning", formula="sizing.C8", message=message, remedy="Empty the planning rule."))  # fmt: skip
    threads = host.pcpus // host.cells
    for profile, vm in zip(request.workload.profiles, computed.demands, strict=False):
        if not vm.is_pinned or not vm.count:
            continue
        each = -(-vm.vcpus // vm.guest_cells)
        waste = Decimal(threads % each) / threads if threads else Decimal(0)
        if waste > MOST_WASTE:
            message = f"{profile.name} alone leaves {threads % each} of {threads} pinned threads in each NUMA cell: {each} are pinned at once."
            remedy = "Use vCPUs that divide the cell, more guest cells, or smaller VMs beside them."
            found.append(Notice(severity="info", formula="sizing.C8", message=message, remedy=remedy))
    return found
