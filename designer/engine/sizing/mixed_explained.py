"""The figures of hardware that differs: hosts of several generations, uneven storage, several device classes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.engine.figures import Input, Step
from designer.engine.sizing import packing
from designer.engine.sizing.figures import FigureBook, plain
from designer.engine.sizing.model import StorageSizing
from designer.engine.sizing.parts import Computed, Stored
from designer.engine.sizing.uneven import UnevenLayout


def explain_kinds(book: FigureBook, computed: Computed) -> None:
    """What each kind of compute node carries alone."""
    for number, (kind, group) in enumerate(zip(computed.kinds, computed.groups, strict=True), start=1):
        host = group.host
        alone = packing.most_vms(
            computed.host,
            packing.without_groups(computed.demands),
            0,
            existing=[packing.HostGroup(count=1, host=host)],
        )
        state = "existing" if kind.is_existing else "new"
        book.add(
            f"compute.kind_{number}_vms", f"VMs of this mix on one {kind.spec.name} ({state})", alone, "VMs", "sizing.C5",
            "the largest multiple of the mix that packs into one host",
            inputs=(
                Input(name="count", label="Nodes of this kind", value=kind.count, unit="nodes"),
                Input(name="threads", label="Logical CPUs", value=kind.spec.threads, unit="threads", symbol="T", source=f"Catalog: {kind.spec.name} ({kind.spec.id})"),
                Input(name="ram_gib", label="RAM", value=kind.spec.ram_gib, unit="GiB", symbol="M", source=f"Catalog: {kind.spec.name} ({kind.spec.id})"),
            ),
            steps=(
                Step(label="vCPU for VMs", working="sizing.C3", value=host.vcpus, unit="vCPU"),
                Step(label="RAM for VMs", working="sizing.C4", value=host.ram_gib, unit="GiB"),
            ),
        )  # fmt: skip


def hosts_by_resource(computed: Computed) -> list[Step]:
    """How far existing hosts go, resource by resource, and how many new ones the rest would fill."""
    there = sum(kind.count for kind in computed.kinds if kind.is_existing)
    return [
        Step(
            label=f"Hosts for {name}",
            working=f"{there} existing first, then new ones for the rest",
            value=hosts,
            unit="hosts",
        )
        for name, hosts in computed.needed.by_resource.items()
    ]


def explain_uneven(book: FigureBook, stored: Stored, layout: UnevenLayout) -> None:
    """The waterfall where failure domains differ: what they hold of one copy, and how full it may be (S3 to S6)."""
    sizing, size = stored.sizing, layout.size
    listed = " + ".join(f"{count} x {plain(domain.tb)}" for count, domain in layout.kinds)
    domains = Input(name="domains", label="Failure domains, TB", value=listed, symbol="c_i")
    copies = Input(name="size", label="Copies or shards", value=size, symbol="z")
    book.add(
        "storage.held_tb", "Raw capacity that copies can use", layout.raw_tb - stored.stranded_tb, "TB", "sizing.S6",
        "z x the largest U with sum(min(c_i, U)) >= z x U", inputs=(domains, copies),
        steps=(
            Step(label="Raw", working=listed, value=layout.raw_tb, unit="TB"),
            Step(label="No copy can go there", working="above U, or on a domain too small to take part", value=stored.stranded_tb, unit="TB"),
        ),
        note=f"{stored.left_out} of {layout.domains} failure domains are left out: with them less could be stored."
        if stored.left_out else "",
    )  # fmt: skip
    held = layout.raw_tb - stored.stranded_tb
    share = sizing.replicated_tb / held if held else Decimal(0)
    book.add(
        "storage.replicated_tb", "Replicated capacity", sizing.replicated_tb, "TB", "sizing.S2", "held x sum(share x e)",
        steps=(Step(label="Replicated", working=f"{plain(held)} x {plain(share, 4)}", value=sizing.replicated_tb, unit="TB"),),
    )  # fmt: skip
    book.add(
        "storage.after_metadata_tb", "After metadata", sizing.after_metadata_tb, "TB", "sizing.S4", "replicated x (1 - o)",
        steps=(Step(label="After metadata", working="without BlueStore's own part of each drive", value=sizing.after_metadata_tb, unit="TB"),),
    )  # fmt: skip
    losses = [
        Step(
            label=f"Held without one of {plain(domain.tb)} TB", working="sizing.S6, for one copy",
            value=layout.without_one(kind).held_tb, unit="TB",
        )
        for kind, (_, domain) in enumerate(layout.kinds)
    ] if layout.domains > size else []  # fmt: skip
    book.add(
        "storage.fill_limit", "Fill limit", sizing.fill_limit, "share", "sizing.S3-unequal",
        "smallest of 0.85; 0.9 x held without any one domain / held; 0.9 / (1 + sigma x largest host / its siblings)",
        inputs=(domains, copies),
        steps=(Step(label="Held of one copy", working=listed, value=layout.held_tb, unit="TB"), *losses),
        bound_by=sizing.fill_reason,
    )  # fmt: skip
    book.add(
        "storage.usable_tb", "Usable capacity", sizing.usable_tb, "TB", "sizing.S4", "held x (1 - o) x e x F",
        inputs=usable_inputs(sizing),
        steps=(
            Step(label="Usable", working=f"{plain(sizing.after_metadata_tb)} x {plain(sizing.fill_limit)}", value=sizing.usable_tb, unit="TB"),
        ),
        bound_by=sizing.fill_reason, note="What may be promised to the customer.",
    )  # fmt: skip


def usable_inputs(sizing: StorageSizing) -> tuple[Input, ...]:
    """What usable capacity is the product of, with the two steps before it."""
    return (
        Input(name="after_metadata_tb", label="After metadata", value=sizing.after_metadata_tb, unit="TB"),
        Input(name="fill_limit", label="Fill limit", value=sizing.fill_limit, unit="share", symbol="F"),
    )


def explain_classes(book: FigureBook, stored: Sequence[Stored], total: StorageSizing) -> None:
    """The sums over several device classes; each class has figures of its own."""
    if len(stored) == 1:
        return

    def add(name: str, label: str, value: Decimal | int, unit: str, formula: str) -> None:
        parts = [(one.device_class.value, getattr(one.sizing, name)) for one in stored]
        book.add(
            f"storage.{name}", label, value, unit, formula, "sum over device classes",
            inputs=tuple(Input(name=key, label=f"On {key}", value=part, unit=unit) for key, part in parts),
            steps=(Step(label="Sum", working=" + ".join(plain(part) for _, part in parts), value=value, unit=unit),),
        )  # fmt: skip

    add("hosts", "Storage nodes", total.hosts, "nodes", "sizing.S7")
    add("osds", "OSDs", total.osds, "OSDs", "sizing.S1")
    add("raw_tb", "Raw capacity", total.raw_tb, "TB", "sizing.S1")
    add("replicated_tb", "Replicated capacity", total.replicated_tb, "TB", "sizing.S2")
    add("after_metadata_tb", "After metadata", total.after_metadata_tb, "TB", "sizing.S4")
    add("usable_tb", "Usable capacity", total.usable_tb, "TB", "sizing.S4")
    add("needed_raw_tb", "Raw capacity needed", total.needed_raw_tb, "TB", "sizing.S8")
    add("needed_usable_tb", "Written data", total.needed_usable_tb, "TB", "sizing.S8")
