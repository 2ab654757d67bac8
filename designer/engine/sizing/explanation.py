"""The figures of a sizing: every number with its formula, inputs and working."""

from __future__ import annotations

from decimal import Decimal

from catalog.engine.figures import Grade, Input, Step
from catalog.engine.hardware import NodeSpec
from designer.engine.sizing import control_plane, hyperconverged, storage
from designer.engine.sizing.figures import FigureBook, plain
from designer.engine.sizing.mixed_explained import (
    explain_kinds,
    explain_uneven,
    hosts_by_resource,
    usable_inputs,
)
from designer.engine.sizing.model import ControlSizing, SizingRequest
from designer.engine.sizing.packing import GROUPS
from designer.engine.sizing.parts import (
    Computed,
    Reserves,
    Stored,
    is_hyper_converged,
)
from designer.engine.sizing.uneven import UnevenLayout


def _spec_input(
    spec: NodeSpec, name: str, label: str, value: int | Decimal, unit: str, symbol: str = ""
) -> Input:
    return Input(
        name=name,
        label=label,
        value=value,
        unit=unit,
        symbol=symbol,
        source=f"Catalog: {spec.name} ({spec.id})",
    )


NOVA_RATIOS = "openstack/nova nova/conf/compute.py, since 2023.1; before, 16 for CPU and 1.5 for RAM"
DEFAULTS = {
    "cpu_allocation_ratio": (
        Decimal(4), NOVA_RATIOS, Grade.A,
    ),
    "ram_allocation_ratio": (
        Decimal(1), NOVA_RATIOS, Grade.A,
    ),
    "vm_overhead_gib": (Decimal("0.5"), "Red Hat hyper-converged guide; TripleO", Grade.B),
    "replicas": (Decimal(3), "Ceph: osd_pool_default_size", Grade.A),
    "pue": (Decimal("1.5"), "Uptime Institute, weighted average of 2025: 1.54", Grade.A),
}  # fmt: skip
"""Planning rules whose default is not of this house: the default, its source and grade (domain notes, sizing and tco 1.7)."""


def rule_input(name: str, label: str, value: int | Decimal, unit: str = "", symbol: str = "") -> Input:
    """Return a planning rule as the input of a figure. A value of one's own is of grade C, whatever it departs from."""
    source, grade = "Planning rule of this design; the default is a house value", Grade.C
    if name in DEFAULTS:
        usual, origin, founded = DEFAULTS[name]
        if value == usual:
            source, grade = f"Default: {origin}", founded
        else:
            source = f"Planning rule of this design, instead of {plain(usual)} ({origin})"
    return Input(name=name, label=label, value=value, unit=unit, symbol=symbol, source=source, grade=grade)


def explain_compute(book: FigureBook, request: SizingRequest, computed: Computed) -> None:
    spec, policies, sizing, needed = (
        request.hardware.compute,
        request.policies,
        computed.sizing,
        computed.needed,
    )
    host, kept = computed.host, computed.reserves
    ratio = policies.cpu_allocation_ratio
    if kept.osds:
        _explain_shares(book, spec, kept)
    pinned, kept_threads = [], str(sizing.reserved_threads)
    if host.pcpus:
        kept_threads += f" - {host.pcpus}"
        pinned = [Input(name="pcpus", label="Threads for pinned vCPUs", value=host.pcpus, unit="threads", symbol="PCPU")]  # fmt: skip
    book.add(
        "compute.vcpus_per_host", "vCPU of a host", sizing.vcpus_per_host, "vCPU", "sizing.C3",
        "floor((T - R_thr - PCPU) x a_cpu)" if host.pcpus else "floor((T - R_thr) x a_cpu)",
        inputs=(
            _spec_input(spec, "threads", "Logical CPUs", spec.threads, "threads", "T"),
            rule_input("reserved_threads", "Threads kept from guests", sizing.reserved_threads, "threads", "R_thr"),
            rule_input("cpu_allocation_ratio", "vCPU per thread", ratio, "", "a_cpu"),
            *pinned,
        ),
        steps=(
            Step(
                label="vCPU", working=f"({spec.threads} - {kept_threads}) x {plain(ratio)}",
                value=sizing.vcpus_per_host, unit="vCPU",
            ),
        ),
    )  # fmt: skip
    reserve_inputs = [rule_input("host_ram_gib", "Kept for the host", kept.host_ram_gib, "GiB", "R_os")]
    if kept.osds:
        reserve_inputs += [
            _share_input(spec, "control_gib", kept.control_gib),
            rule_input("gib_per_osd", "Memory of an OSD", kept.gib_per_osd, "GiB", "m_osd"),
        ]
    book.add(
        "compute.ram_gib_per_host", "RAM of a host for VMs", sizing.ram_gib_per_host, "GiB",
        "sizing.H1" if kept.osds else "sizing.C4",
        "(M - R_os - R_ctl - O x m_osd) x a_ram" if kept.osds else "(M - R_os) x a_ram",
        inputs=(
            _spec_input(spec, "ram_gib", "RAM", spec.ram_gib, "GiB", "M"), *reserve_inputs,
            rule_input("ram_allocation_ratio", "RAM ratio", policies.ram_allocation_ratio, "", "a_ram"),
        ),
        steps=(
            Step(
                label="RAM",
                working=f"({spec.ram_gib} - {plain(sizing.reserved_ram_gib)}) x {plain(policies.ram_allocation_ratio)}",
                value=sizing.ram_gib_per_host, unit="GiB",
            ),
        ),
    )  # fmt: skip
    book.add(
        "compute.vms_per_host", "VMs of this mix on one host", computed.most_vms_per_host, "VMs", "sizing.C5",
        "the largest multiple of the mix that packs into one host",
        inputs=(
            Input(name="vcpus_per_host", label="vCPUs for guests", value=sizing.vcpus_per_host, unit="vCPU", symbol="V_h"),
            Input(name="ram_gib_per_host", label="RAM for guests", value=sizing.ram_gib_per_host, unit="GiB"),
        ),
        steps=(
            Step(
                label="The mix scaled down and packed by first-fit decreasing", value=computed.most_vms_per_host, unit="VMs",
                working=f"{plain(sizing.ram_gib)} GiB and {sizing.vcpus} vCPU of {sizing.vms} VMs, into {plain(sizing.ram_gib_per_host)} GiB and {sizing.vcpus_per_host} vCPU",
            ),
        ),
        bound_by=sizing.bound_by,
    )  # fmt: skip
    reserved_mb = 1024 * (kept.ram_gib + computed.most_vms_per_host * policies.vm_overhead_gib)
    book.add(
        "compute.reserved_host_memory_mb", "Nova's reserved_host_memory_mb", reserved_mb, "MiB",
        "sizing.H2" if kept.osds else "sizing.C4", "1024 x (R + N x o_vm)",
        inputs=(
            rule_input("reserved_ram_gib", "Kept from guests", kept.ram_gib, "GiB", "R"),
            Input(name="vms_per_host", label="VMs on one host", value=computed.most_vms_per_host, unit="VMs", symbol="N"),
            rule_input("vm_overhead_gib", "Overhead of a VM", policies.vm_overhead_gib, "GiB", "o_vm"),
        ),
        steps=(
            Step(
                label="reserved_host_memory_mb",
                working=f"1024 x ({plain(kept.ram_gib)} + {computed.most_vms_per_host} x {plain(policies.vm_overhead_gib)})",
                value=reserved_mb, unit="MiB",
            ),
        ),
    )  # fmt: skip
    asked = {
        "CPU": (Decimal(sizing.vcpus - sizing.pinned_vcpus), Decimal(host.vcpus)),
        "pinned CPU": (Decimal(sizing.pinned_vcpus), Decimal(host.pcpus)),
        "RAM": (sizing.ram_gib, host.ram_gib),
    }
    if gpus := computed.sizing.gpus:
        asked["GPU"] = (Decimal(gpus), Decimal(host.gpus))
    if len(computed.kinds) > 1 or any(kind.is_existing for kind in computed.kinds):
        explain_kinds(book, computed)
        steps = hosts_by_resource(computed)
    else:
        steps = [
            Step(
                label=f"Hosts for {name}", working=f"{plain(need)} / {plain(capacity)}", value=need / capacity,
                unit="hosts",
            )
            for name, (need, capacity) in asked.items()
            if capacity and (need or name != "pinned CPU")
        ]  # fmt: skip
        if apart := needed.by_resource.get(GROUPS):
            steps.append(
                Step(
                    label="Hosts for groups",
                    working="the largest, each VM on a host of its own",
                    value=apart,
                    unit="hosts",
                )
            )
    steps.append(
        Step(label="Fragmentation", working="largest VM / host / 2", value=needed.fragmentation, unit="share")
    )
    steps.append(
        Step(label="Safe figure", working="hosts / (1 - phi), rounded up", value=needed.bound, unit="hosts")
    )
    steps.append(
        Step(
            label="Packed",
            working="better of first-fit decreasing and host by host",
            value=needed.packed,
            unit="hosts",
        )
    )
    book.add(
        "compute.hosts_for_load", "Compute nodes for the load", sizing.hosts_for_load, "nodes", "sizing.C6",
        "better of first-fit decreasing and host by host, over (vCPU, RAM + o_vm, disk)",
        inputs=(
            Input(name="vms", label="VMs", value=sizing.vms, unit="VMs", source="Workload of this design"),
            Input(name="vcpus", label="vCPU asked for", value=sizing.vcpus, unit="vCPU", source="Workload of this design"),
            Input(name="ram_gib", label="RAM with overhead", value=sizing.ram_gib, unit="GiB", source="Workload of this design"),
            rule_input("vm_overhead_gib", "Overhead of a VM", policies.vm_overhead_gib, "GiB", "o_vm"),
        ),
        steps=tuple(steps), bound_by=sizing.bound_by,
    )  # fmt: skip
    book.add(
        "compute.spare_hosts", "Spare compute nodes", sizing.spare_hosts, "nodes", "sizing.C7",
        "k = max(1, ceil(0.05 n)), + 1 above 20; the loss of one failure unit must leave n",
        inputs=(
            Input(name="hosts_for_load", label="Nodes for the load", value=sizing.hosts_for_load, unit="nodes", symbol="n"),
            Input(name="failure_unit", label="Survives the loss of one", value=policies.failure_unit.value),
        ),
        steps=(
            Step(
                label="Beyond the load", working=f"{sizing.hosts} - {sizing.hosts_for_load}", value=sizing.spare_hosts, unit="nodes"
            ),
        ),
    )  # fmt: skip
    book.add(
        "compute.hosts", "Hyper-converged nodes" if kept.osds else "Compute nodes", sizing.hosts, "nodes", "sizing.C7", "n + k",
        inputs=(
            Input(name="hosts_for_load", label="Nodes for the load", value=sizing.hosts_for_load, unit="nodes", symbol="n"),
            Input(name="spare_hosts", label="Spare nodes", value=sizing.spare_hosts, unit="nodes", symbol="k"),
        ),
        steps=(
            Step(
                label="Nodes", working=f"{sizing.hosts_for_load} + {sizing.spare_hosts}", value=sizing.hosts, unit="nodes"
            ),
        ),
        bound_by=computed.hosts_bound_by,
    )  # fmt: skip
    book.add(
        "compute.vms_with_spare", "VMs of this mix with the spare set aside", sizing.vms_with_spare, "VMs", "sizing.C7",
        "the largest multiple of the mix that still packs into n hosts",
        inputs=(Input(name="hosts_in_use", label="Nodes without the spare", value=computed.hosts_in_use, unit="nodes", symbol="n"),),
        steps=(
            Step(
                label="Packed by first-fit decreasing", value=sizing.vms_with_spare, unit="VMs",
                working=f"the mix of {sizing.vms} VMs, scaled, into {computed.hosts_in_use} nodes",
            ),
        ),
        note="What the cloud carries with every spare host idle.", bound_by=sizing.bound_by,
    )  # fmt: skip


def _explain_shares(book: FigureBook, spec: NodeSpec, kept: Reserves) -> None:
    """What a hyper-converged host keeps from guests, part by part."""
    osd_gib, osd_threads = kept.osds * kept.gib_per_osd, kept.osds * kept.threads_per_osd
    host_threads = kept.threads - osd_threads - kept.control_threads
    osds = _spec_input(spec, "osds", "OSDs", kept.osds, "OSDs", "O")
    book.add(
        "compute.reserved_threads", "Threads kept from guests", kept.threads, "threads", "sizing.C2",
        "t x n_os + O x u_osd + u_ctl",
        inputs=(
            osds, rule_input("threads_per_osd", "Threads of an OSD, at least", kept.threads_per_osd, "threads", "u_osd"),
            _share_input(spec, "control_threads", kept.control_threads),
        ),
        steps=(
            Step(
                label="Threads", working=f"{host_threads} + {kept.osds} x {kept.threads_per_osd} + {kept.control_threads}",
                value=kept.threads, unit="threads",
            ),
        ),
        note="Every node keeps the control plane's share, also those that carry none of it now.",
    )  # fmt: skip
    book.add(
        "compute.reserved_ram_gib", "RAM kept from guests", kept.ram_gib, "GiB", "sizing.H1", "R_os + R_ctl + O x m_osd",
        inputs=(
            osds, rule_input("gib_per_osd", "Memory of an OSD", kept.gib_per_osd, "GiB", "m_osd"),
            _share_input(spec, "control_gib", kept.control_gib),
        ),
        steps=(
            Step(
                label="RAM", working=f"{plain(kept.host_ram_gib)} + {plain(kept.control_gib)} + {plain(osd_gib)}",
                value=kept.ram_gib, unit="GiB",
            ),
        ),
        note="Set osd_memory_target by hand, or autotune with a ratio of 0.2 (sizing.H4).",
    )  # fmt: skip


def _share_input(spec: NodeSpec, name: str, value: int | Decimal) -> Input:
    """What a hyper-converged node keeps for the control plane; said to be an override where it is one."""
    gib, threads = hyperconverged.usual_control_share(spec.ram_gib)
    usual, unit, symbol = (gib, "GiB", "R_ctl") if name == "control_gib" else (threads, "threads", "u_ctl")
    source = "House value, a planning rule of the design"
    if value != usual:
        source = f"Override by a planning rule of this design: the house value is {plain(usual)} {unit}"
    label = "Share of the control plane"
    return Input(name=name, label=label, value=value, unit=unit, symbol=symbol, source=source, grade=Grade.C)


def explain_control(
    book: FigureBook, request: SizingRequest, control: ControlSizing, computed: Computed
) -> None:
    hosts, vms, extra = computed.sizing.hosts, computed.sizing.vms, request.policies.control_extra_ram_gib
    if request.policies.monitors_on_control or is_hyper_converged(request.hardware):
        extra += storage.MON_RAM_GIB + storage.MGR_RAM_GIB
    c = Input(name="compute_hosts", label="Compute nodes", value=hosts, unit="nodes", symbol="C")
    v = Input(name="vms", label="VMs that must run", value=vms, unit="VMs", symbol="V")
    x = rule_input("extra_gib", "Optional services", extra, "GiB", "x")
    book.add(
        "control.nodes", "Control nodes", control.nodes, "nodes", "sizing.CP1", "odd n >= 3; f = floor((n - 1) / 2)",
        inputs=(rule_input("controllers", "Controllers asked for", request.policies.controllers, "nodes", "n"),),
        steps=(
            Step(label="Majority", working=f"floor({control.nodes} / 2) + 1", value=control.quorum, unit="nodes"),
            Step(
                label="Losses tolerated", working=f"floor(({control.nodes} - 1) / 2)", value=control.tolerated_losses,
                unit="nodes",
            ),
        ),
    )  # fmt: skip
    book.add(
        "control.ram_needed_gib", "RAM a controller needs", control.ram_needed_gib, "GiB", "sizing.CP2",
        "(24 + 0.06 C + 0.002 V + x) x 1.25", inputs=(c, v, x),
        steps=(
            Step(
                label="RAM", working=f"(24 + 0.06 x {hosts} + 0.002 x {vms} + {plain(extra)}) x 1.25",
                value=control.ram_needed_gib, unit="GiB",
            ),
            Step(label="Next memory size", working="of 32, 48, 64 ... 512", value=control_plane.ram_step_gib(control.ram_needed_gib), unit="GiB"),
        ),
    )  # fmt: skip
    book.add(
        "control.cores_needed", "Cores a controller needs", control.cores_needed, "cores", "sizing.CP3",
        "8 + 47.2 x C / 1000 / (n - 1), at least 8", inputs=(c,),
        steps=(
            Step(
                label="Cores", working=f"8 + 47.2 x {hosts} / 1000 / {max(1, control.nodes - 1)}, rounded up",
                value=control.cores_needed, unit="cores",
            ),
        ),
    )  # fmt: skip
    book.add(
        "control.disk_needed_gb", "Disk a controller needs", control.disk_needed_gb, "GB", "sizing.CP4",
        "100 + 50 + 0.05 V + L x hosts x days / n_log", inputs=(v,),
        steps=(
            Step(
                label="System, images, databases", working=f"100 + 50 + 0.05 x {computed.sizing.vms}",
                value=150 + Decimal("0.05") * computed.sizing.vms, unit="GB",
            ),
            Step(
                label="With logs", unit="GB", value=control.disk_needed_gb,
                working=f"+ {plain(request.policies.log_gb_per_host_day)} x hosts x {request.policies.log_days} days / {control.nodes}",
            ),
        ),
    )  # fmt: skip


def explain_storage(book: FigureBook, request: SizingRequest, stored: Stored) -> None:
    spec, policies = stored.spec, request.policies
    sizing, layout = stored.sizing, stored.layout
    drives = _spec_input(spec, "drives_per_host", "OSDs of a node", spec.osds, "OSDs", "D")
    drive = _spec_input(spec, "drive_tb", "Drive", spec.osd_tb, "TB", "S")
    book.add(
        "storage.raw_tb", "Raw capacity", sizing.raw_tb, "TB", "sizing.S1", "H x D x S",
        inputs=(Input(name="hosts", label="Storage nodes", value=sizing.hosts, unit="nodes", symbol="H"), drives, drive),
        steps=(
            Step(
                label="Raw",
                working=" + ".join(f"{kind.count} x {kind.spec.osds} x {plain(kind.spec.osd_tb)}" for kind in stored.kinds),
                value=sizing.raw_tb, unit="TB",
            ),
        ),
    )  # fmt: skip
    if isinstance(layout, UnevenLayout):
        explain_uneven(book, stored, layout)
        explain_rest(book, request, stored, drives)
        return
    if policies.pools:
        expression = "raw x sum(share x e)"
        data_share = sizing.replicated_tb / sizing.raw_tb
        kept = [
            Input(
                name=f"pool_{number}",
                label=f"Pool {pool.name}",
                value=pool.share_of_raw,
                unit=f"of raw, {pool.kind} {pool.size}",
            )
            for number, pool in enumerate(sizing.pools, start=1)
        ]
        working = f"{plain(sizing.raw_tb)} x {plain(data_share, 4)}"
    else:
        expression, working = "raw x 1 / n", f"{plain(sizing.raw_tb)} / {policies.replicas}"
        kept = [rule_input("replicas", "Copies of every byte", policies.replicas, "", "n")]
    book.add(
        "storage.replicated_tb", "Replicated capacity", sizing.replicated_tb, "TB", "sizing.S2", expression,
        inputs=tuple(kept),
        steps=(Step(label="Replicated", working=working, value=sizing.replicated_tb, unit="TB"),),
    )  # fmt: skip
    book.add(
        "storage.after_metadata_tb", "After metadata", sizing.after_metadata_tb, "TB", "sizing.S4", "replicated x (1 - o)",
        inputs=(rule_input("metadata_share", "BlueStore metadata", policies.metadata_share, "share", "o"),),
        steps=(
            Step(
                label="After metadata", working=f"{plain(sizing.replicated_tb)} x (1 - {plain(policies.metadata_share)})",
                value=sizing.after_metadata_tb, unit="TB",
            ),
        ),
    )  # fmt: skip
    book.add(
        "storage.fill_limit", "Fill limit", sizing.fill_limit, "share", "sizing.S3",
        "smallest of 0.85; 0.9 (N-1)/N; 0.9/(1 + sigma/(q-1)); 0.9 (D-1)/D",
        inputs=(
            Input(name="failure_domains", label="Failure domains", value=layout.domains, symbol="N"),
            Input(name="hosts_per_domain", label="Hosts in each", value=layout.hosts_per_domain, symbol="q"),
            Input(name="size", label="Copies", value=layout.size, symbol="z"), drives,
        ),
        steps=(
            Step(
                label=sizing.fill_reason.capitalize(), value=sizing.fill_limit,
                working=f"N {layout.domains}, z {layout.size}, q {plain(Decimal(layout.hosts_per_domain))}, D {layout.drives_per_host}",
            ),
        ),
        bound_by=sizing.fill_reason,
    )  # fmt: skip
    book.add(
        "storage.usable_tb", "Usable capacity", sizing.usable_tb, "TB", "sizing.S4", "raw x (1 - o) x e x F",
        inputs=usable_inputs(sizing),
        steps=(
            Step(
                label="Usable", working=f"{plain(sizing.after_metadata_tb)} x {plain(sizing.fill_limit)}",
                value=sizing.usable_tb, unit="TB",
            ),
        ),
        bound_by=sizing.fill_reason, note="What may be promised to the customer.",
    )  # fmt: skip
    explain_rest(book, request, stored, drives)


def explain_rest(book: FigureBook, request: SizingRequest, stored: Stored, drives: Input) -> None:
    """What follows from the capacity: raw that is needed, nodes, OSDs, daemons, memory, placement groups."""
    policies, sizing = request.policies, stored.sizing
    spec = max((kind.spec for kind in stored.kinds), key=lambda one: one.osds)
    book.add(
        "storage.needed_raw_tb", "Raw capacity needed", sizing.needed_raw_tb, "TB", "sizing.S8",
        "stored x thin x (1 + snapshots) / (e x F x (1 - o))",
        inputs=(
            Input(name="needed_usable_tb", label="Written data", value=sizing.needed_usable_tb, unit="TB", source="Workload of this design"),
            rule_input("thin_share", "Written of provisioned", policies.thin_share_boot, "share"),
            rule_input("snapshot_share", "Snapshots", policies.snapshot_share, "share"),
        ),
        steps=(
            Step(
                label="Raw", unit="TB", value=sizing.needed_raw_tb,
                working=f"{plain(sizing.needed_usable_tb)} x {plain(sizing.raw_tb)} raw / {plain(sizing.usable_tb)} usable",
            ),
        ),
    )  # fmt: skip
    book.add(
        "storage.hosts", "Nodes with OSDs" if is_hyper_converged(request.hardware) else "Storage nodes", sizing.hosts, "nodes", "sizing.S7", "smallest H with usable(H) >= written, H >= z",
        inputs=(
            Input(name="needed_usable_tb", label="Written data", value=sizing.needed_usable_tb, unit="TB", source="Workload of this design"),
        ),
        steps=(
            Step(label="Usable of these", working=f"usable({sizing.hosts})", value=sizing.usable_tb, unit="TB"),
            Step(label="Nodes", working=f"{plain(sizing.usable_tb)} TB for {plain(sizing.needed_usable_tb)} TB", value=sizing.hosts, unit="nodes"),
        ),
        bound_by=sizing.bound_by,
    )  # fmt: skip
    book.add(
        "storage.osds", "OSDs", sizing.osds, "OSDs", "sizing.S1", "H x D", inputs=(drives,),
        steps=tuple(
            Step(label=kind.spec.name, working=f"{kind.count} x {kind.spec.osds}", value=kind.count * kind.spec.osds, unit="OSDs")
            for kind in stored.kinds if kind.count
        ),
    )  # fmt: skip
    book.add(
        "storage.monitors", "Ceph monitors", sizing.monitors, "MON", "sizing.S12", "3; 5 from five hosts on",
        inputs=(Input(name="hosts", label="Nodes with OSDs", value=sizing.hosts, unit="nodes"),),
        steps=(
            Step(
                label="Monitors", working=f"{sizing.hosts} {'>=' if sizing.hosts >= 5 else '<'} 5", value=sizing.monitors, unit="MON"
            ),
        ),
    )  # fmt: skip
    book.add(
        "storage.ram_needed_gib", "RAM a storage node needs", sizing.ram_needed_gib, "GiB", "sizing.S10",
        "2 x osd_memory_target x D + colocated", inputs=(drives,),
        steps=(
            Step(
                label="RAM", working=f"2 x {storage.OSD_MEMORY_TARGET_GIB} x {spec.osds} + colocated MON and MGR",
                value=sizing.ram_needed_gib, unit="GiB",
            ),
        ),
    )  # fmt: skip
    book.add(
        "storage.threads_recommended", "Threads recommended for a storage node", sizing.threads_recommended, "threads",
        "sizing.S11", "D x u_rec + 2 MON + 2 MGR + 4 OS", inputs=(drives,),
        steps=(
            Step(
                label="Threads", working=f"{spec.osds} x u_rec of {spec.osd_media.value if spec.osd_media else 'no media'}, and the daemons beside",
                value=sizing.threads_recommended, unit="threads",
            ),
        ),
    )  # fmt: skip
    copies = sum(pool.pg_num * pool.size for pool in sizing.pools)
    each = Decimal(copies) / sizing.osds
    book.add(
        "storage.pg_per_osd", "Placement groups on an OSD", each, "PGs", "sizing.S13", "sum(pg_num x z) / OSDs",
        inputs=(Input(name="osds", label="OSDs", value=sizing.osds, unit="OSDs"),),
        steps=(
            Step(
                label="Copies and shards", unit="PGs", value=copies,
                working=" + ".join(f"{pool.pg_num} x {pool.size}" for pool in sizing.pools),
            ),
            Step(label="On one OSD", working=f"{copies} / {sizing.osds}", value=each, unit="PGs"),
        ),
    )  # fmt: skip
