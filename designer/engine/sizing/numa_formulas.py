"""The formulas of pinned VMs, huge pages and GPUs on their own (sizing.C8, C9)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.engine.figures import Answer, Formula, Parameter, Step, Value
from catalog.engine.units import floor
from designer.engine.sizing import compute, numa
from designer.engine.sizing.figures import plain
from designer.engine.sizing.formula_parts import formula, number, refuse, whole


def _pinned(
    cells: int,
    threads_per_cell: int | None = None,
    vcpus: Sequence[int] = (),
    pages_per_cell: int | None = None,
    page_gib: Decimal = Decimal(1),
    ram_gib: Sequence[Decimal] = (),
    numa_nodes: Sequence[int] = (),
) -> Answer:
    results: dict[str, Value] = {}
    steps = []
    most = max(len(vcpus), len(ram_gib))
    nodes = tuple(numa_nodes) or (1,) * most
    if len(nodes) < most:
        message = f"has {len(nodes)} entries for {most} VMs"
        raise refuse("numa_nodes", list(nodes), message, "Send the guest cells of each VM, or none.")
    if vcpus and threads_per_cell is not None:
        counts = []
        for asked, guest_cells in zip(vcpus, nodes, strict=False):
            found = numa.pinned_vms(
                cells=cells, threads_per_cell=threads_per_cell, vcpus=asked, numa_nodes=guest_cells
            )
            working = (
                f"floor({cells} / {guest_cells}) x floor({threads_per_cell} / ceil({asked} / {guest_cells}))"
            )
            steps.append(Step(label=f"{asked} pinned vCPU", working=working, value=found, unit="VMs"))
            counts.append(found)
        results["count"] = tuple(counts)
    if ram_gib and pages_per_cell is not None:
        counts = []
        for gib, guest_cells in zip(ram_gib, nodes, strict=False):
            found = numa.huge_page_vms(
                cells=cells,
                pages_per_cell=pages_per_cell,
                page_gib=page_gib,
                ram_gib=gib,
                numa_nodes=guest_cells,
            )
            per_cell = f"ceil({plain(gib)} / {guest_cells} / {plain(page_gib)})"
            working = f"floor({cells} / {guest_cells}) x floor({pages_per_cell} / {per_cell})"
            steps.append(
                Step(label=f"{plain(gib)} GiB in huge pages", working=working, value=found, unit="VMs")
            )
            counts.append(found)
        results["count_by_huge_pages"] = tuple(counts)
    if not results:
        remedy = "Send threads_per_cell with vcpus, or pages_per_cell with ram_gib."
        raise refuse("vcpus", None, "is missing", remedy)
    return Answer(results=results, units={"count": "VMs", "count_by_huge_pages": "VMs"}, steps=tuple(steps))


def _gpu_hosts(
    gpus: int,
    gpus_per_host: int,
    gpus_per_vm: int,
    spare_hosts: int,
    vcpus_per_host: int | None = None,
    vcpus: int | None = None,
    ram_gib_per_host: Decimal | None = None,
    ram_gib: Decimal | None = None,
    vm_overhead_gib: Decimal = Decimal("0.5"),
) -> Answer:
    found = compute.gpu_hosts(gpus=gpus, gpus_per_host=gpus_per_host, spare=spare_hosts)
    limits = {"GPU": gpus_per_host // gpus_per_vm}
    if vcpus_per_host is not None and vcpus:
        limits["CPU"] = vcpus_per_host // vcpus
    if ram_gib_per_host is not None and ram_gib:
        limits["RAM"] = floor(ram_gib_per_host / (ram_gib + vm_overhead_gib))
    bound_by = min(limits, key=lambda name: limits[name])
    return Answer(
        results={"hosts": found, "vms_per_host": limits[bound_by]},
        units={"hosts": "nodes", "vms_per_host": "VMs"},
        steps=(
            Step(label="Hosts", working=f"ceil({gpus} / {gpus_per_host}) + {spare_hosts}", value=found, unit="nodes"),
            *(Step(label=f"VMs by {name}", working="of one host", value=count, unit="VMs") for name, count in limits.items()),
        ),
        bound_by=bound_by,
    )  # fmt: skip


FORMULAS: tuple[Formula, ...] = (
    formula(
        "sizing.C8", "Pinned VMs and huge pages of a host", "floor(cells / q) x floor(P_cell / ceil(v / q)); pages likewise",
        (
            whole("cells", "NUMA cells of the host", minimum=1, maximum=64),
            whole("threads_per_cell", "Threads of a cell for guests", "threads", "P_cell", maximum=4096, is_required=False),
            Parameter(name="vcpus", label="vCPU of each VM", unit="vCPU", symbol="v", kind="integers", minimum=1, maximum=4096, is_required=False),
            Parameter(name="numa_nodes", label="Guest cells of each VM", symbol="q", kind="integers", minimum=1, maximum=64, is_required=False),
            whole("pages_per_cell", "Huge pages of a cell", "pages", is_required=False),
            number("page_gib", "Size of a huge page", "GiB", minimum=Decimal("0.001"), maximum=1, default=1),
            Parameter(name="ram_gib", label="RAM of each VM in huge pages", unit="GiB", symbol="m", kind="numbers", minimum=Decimal("0.001"), maximum=100_000, is_required=False),
        ),
        calculate=_pinned, example={"cells": 2, "threads_per_cell": 32, "vcpus": (24, 48, 48), "numa_nodes": (1, 1, 2)},
    ),
    formula(
        "sizing.C9", "Hosts for GPUs", "ceil(G / G_host) + 1; VMs of a host: min(G_host / g_vm, C5)",
        (
            whole("gpus", "GPUs", "GPUs", "G"),
            whole("gpus_per_host", "GPUs of a host", "GPUs", "G_host", minimum=1, maximum=64),
            whole("gpus_per_vm", "GPUs of a VM", "GPUs", "g_vm", minimum=1, maximum=64, default=1),
            whole("spare_hosts", "Spare hosts", "nodes", default=1),
            whole("vcpus_per_host", "vCPU of a host", "vCPU", is_required=False),
            whole("vcpus", "vCPU of a VM", "vCPU", is_required=False),
            number("ram_gib_per_host", "RAM for guests", "GiB", is_required=False),
            number("ram_gib", "RAM of a VM", "GiB", is_required=False),
            number("vm_overhead_gib", "Overhead of a VM", "GiB", "o_vm", maximum=4, default=Decimal("0.5")),
        ),
        calculate=_gpu_hosts,
        example={
            "gpus": 56, "gpus_per_host": 8, "vcpus_per_host": 188, "vcpus": 20, "ram_gib_per_host": 2016, "ram_gib": 240,
        },
    ),
)  # fmt: skip
