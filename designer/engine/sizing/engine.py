"""From a workload to a cloud, in the order of calculation of domain notes, sizing section 10."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.figures import Input, Step
from catalog.engine.hardware import DeviceClass, HardwareSelection, NodeRole, NodeSpec
from catalog.engine.units import ceil
from designer.engine.sizing import compute, control_plane, hyperconverged, packing, storage
from designer.engine.sizing.ceilings import ceilings_of
from designer.engine.sizing.changes import explain_changes
from designer.engine.sizing.explanation import (
    explain_compute,
    explain_control,
    explain_storage,
)
from designer.engine.sizing.figures import FigureBook
from designer.engine.sizing.groups_explained import explain_groups, group_notices
from designer.engine.sizing.guests import demand_of, host_of
from designer.engine.sizing.limits_explained import (
    explain_ceilings,
    explain_losses,
    explain_scale,
)
from designer.engine.sizing.mixed_explained import explain_classes
from designer.engine.sizing.model import (
    ENGINE_VERSION,
    ComputeSizing,
    ControlSizing,
    NodeCounts,
    NodesOfModel,
    Notice,
    SizingRequest,
    SizingResult,
    StorageOfClass,
)
from designer.engine.sizing.notices import notices_of
from designer.engine.sizing.numa_explained import explain_numa, numa_notices
from designer.engine.sizing.overrides import fixed_counts, show
from designer.engine.sizing.parts import (
    Computed,
    Reserves,
    Stored,
    amphorae_of,
    controller_extra_gib,
    controllers_of,
    domains_of,
    existing_of,
    filled_up,
    is_hyper_converged,
    nodes_of,
    osd_node,
    racks_matter,
)
from designer.engine.sizing.racking import (
    facility_of,
    network_of,
    refuse_too_many,
    spread_over_racks,
    subnets_of,
)
from designer.engine.sizing.site_explained import explain_facility, explain_network
from designer.engine.sizing.storage_plan import all_classes, device_classes, plan_storage
from designer.engine.workload import Policies

MAX_ROUNDS = 5
MOST_NODES = 10_000
"""The most nodes of a kind that are planned in one piece: what drawing and pages are built to show. House value."""


def size(request: SizingRequest) -> SizingResult:
    """Return the cloud that carries `request.workload` by `request.policies` on `request.hardware`.

    Raises:
        InvalidDocument: a VM is larger than any host, or the hardware cannot do its part; names field and remedy.
    """
    policies = request.policies
    _check_hardware(request.hardware, policies)
    counted = _growth(request)
    racks = policies.racks or max(policies.zones or 1, min(3, max(1, policies.controllers)))
    notices: list[Notice] = []
    seen = [racks]
    for _round in range(MAX_ROUNDS):
        computed, stored = _nodes(request, counted, racks)
        spread = spread_over_racks(request, nodes_of(request, computed, stored))
        if len(spread.contents) == racks or not racks_matter(policies):
            racks = len(spread.contents)
            break
        racks = len(spread.contents)
        seen.append(racks)
    else:
        # Each count asks for nodes that fill another: the largest is kept, for whose nodes it has room.
        racks = max(seen)
        computed, stored = _nodes(request, counted, racks)
        spread = spread_over_racks(_with_racks(request, racks), nodes_of(request, computed, stored))
        message = f"The rack count did not settle: it went {', '.join(map(str, seen))}. {len(spread.contents)} are planned."
        racks = len(spread.contents)
        notices.append(
            Notice(severity="warning", formula="sizing.R6", message=message, remedy="Set the racks by hand.")
        )
    storage_nodes = sum(kind.count for kind in spread.kinds if kind.role is NodeRole.STORAGE)
    control = _control(request, computed, storage_nodes)
    sizing = all_classes(stored)
    fabric = network_of(request, spread)
    facility = facility_of(request, spread)
    subnets = subnets_of(spread, osd_hosts=sizing.hosts)
    ceilings = [ceilings_of(one) for one in stored]
    fixed = fixed_counts(request, computed, stored, spread)
    notices += [one.notice for one in fixed if one.notice]
    notices += notices_of(request, computed, control, stored, fabric, ceilings, spread)
    notices += numa_notices(request, computed)
    notices += group_notices(request, computed)
    counts = NodeCounts(
        control=control.nodes if request.hardware.control else 0,
        compute=computed.sizing.hosts,
        storage=storage_nodes,
        racks=racks,
        leaves=fabric.leaves,
        spines=fabric.spines,
        super_spines=fabric.super_spines,
        oob_switches=fabric.oob_switches,
        pdus=2 * racks,
        storage_by_class=(
            {one.device_class.value: one.sizing.hosts for one in stored} if len(stored) > 1 else {}
        ),
    )
    book = FigureBook()
    explain_compute(book, request, computed)
    explain_numa(book, request, computed)
    explain_groups(book, request, computed)
    explain_control(book, request, control, computed)
    explain_scale(book, request, computed, control)
    for one, limits in zip(stored, ceilings, strict=True):
        of_class = book if len(stored) == 1 else book.of_class(one.device_class.value)
        explain_storage(of_class, request, one)
        explain_ceilings(of_class, request, computed, one, limits)
    explain_classes(book, stored, sizing)
    explain_losses(book, request, computed, spread)
    explain_network(book, fabric, spread, request.hardware)
    explain_facility(book, request, facility, spread)
    for subnet in subnets:
        book.add(
            f"subnets.{subnet.network}", f"Subnet of {subnet.network}", f"/{subnet.prefix}", "", "sizing.N8",
            "32 - ceil(log2(2 h + 5))",
            inputs=(Input(name="hosts", label="Addresses in use", value=subnet.hosts, symbol="h"),),
            steps=(Step(label="Prefix", working=f"32 - ceil(log2(2 x {subnet.hosts} + 5))", value=subnet.prefix),),
        )  # fmt: skip
    show(book, fixed)
    headroom, best = explain_changes(book, request, computed, stored, control, fabric, facility)
    return SizingResult(
        engine_version=ENGINE_VERSION,
        counts=counts,
        compute=computed.sizing,
        control=control,
        storage=sizing,
        storage_classes=tuple(
            StorageOfClass(
                device_class=one.device_class,
                sizing=one.sizing,
                stranded_tb=one.stranded_tb,
                left_out_domains=one.left_out,
            )
            for one in stored
        ),
        nodes=tuple(
            NodesOfModel(role=k.role, spec=k.spec.id, count=k.count, is_existing=k.is_existing)
            for k in spread.kinds
        ),
        overrides=tuple(one.override for one in fixed),
        headroom=headroom,
        best_change=best,
        network=fabric,
        facility=facility,
        subnets=subnets,
        figures=book.figures,
        notices=tuple(notices),
    )


def _with_racks(request: SizingRequest, racks: int) -> SizingRequest:
    """The same question, never to be answered with fewer racks."""
    bought = request.at_least or NodeCounts(
        control=0, compute=0, storage=0, racks=0, leaves=0, spines=0, oob_switches=0, pdus=0
    )
    return replace(request, at_least=replace(bought, racks=max(bought.racks, racks)))


def _check_hardware(hardware: HardwareSelection, policies: Policies) -> None:
    problems = []
    together = is_hyper_converged(hardware)
    remedy = "Choose both a control and a storage node; or neither, and a compute node that does everything."
    if hardware.control is None and not together:
        problems.append(Problem("hardware.control", None, "no control node is chosen", remedy))
    if hardware.storage is None and not together:
        problems.append(Problem("hardware.storage", None, "no storage node is chosen", remedy))
    with_osds: list[tuple[str, NodeSpec]] = [
        (f"storage_tiers[{index}]", tier) for index, tier in enumerate(hardware.storage_tiers)
    ]
    if hardware.storage or together:
        with_osds.append(("compute" if together else "storage", osd_node(hardware)))
    for index, nodes in enumerate(hardware.existing):
        field = f"existing[{index}]"
        if nodes.role not in (NodeRole.CONTROL, NodeRole.COMPUTE, NodeRole.STORAGE):
            message = "is not a role that is sized"
            problems.append(
                Problem(
                    f"hardware.{field}.role", nodes.role.value, message, "Use control, compute or storage."
                )
            )
        if together and nodes.role is NodeRole.CONTROL:
            message = "a hyper-converged design has no control nodes"
            problems.append(Problem(f"hardware.{field}.role", "control", message, "Use role compute."))
        if together and nodes.role is NodeRole.COMPUTE:
            with_osds.append((f"{field}.spec", nodes.spec))
            if nodes.spec.osd_media is not hardware.compute.osd_media:
                message = "has other drives than the hyper-converged node of this design"
                remedy = "Use it as a storage node of its own class."
                problems.append(Problem(f"hardware.{field}.spec", nodes.spec.id, message, remedy))
        if nodes.role is NodeRole.STORAGE:
            with_osds.append((f"{field}.spec", nodes.spec))
    for name, node in with_osds:
        if node.osds < 1 or node.osd_tb <= 0 or node.osd_media is None:
            message = "this node has no drives for Ceph"
            problems.append(Problem(f"hardware.{name}", node.id, message, "Choose a storage node."))
    for name, spec in (
        ("compute", hardware.compute),
        ("control", hardware.control),
        ("storage", hardware.storage),
        *((f"storage_tiers[{index}]", tier) for index, tier in enumerate(hardware.storage_tiers)),
        *((f"existing[{index}].spec", nodes.spec) for index, nodes in enumerate(hardware.existing)),
    ):
        if spec is not None and (spec.fast_ports is None or spec.fast_ports.count < 1):
            field = f"hardware.{name}"
            problems.append(
                Problem(field, spec.id, "this node has no fast network ports", "Choose one that has.")
            )
    for name in ("leaf", "spine", "oob"):
        switch = getattr(hardware, name)
        if switch.port_group("down") is None:
            problems.append(
                Problem(f"hardware.{name}", switch.id, "this switch has no down ports", "Choose another.")
            )
    if policies.spare_rack_units >= hardware.rack.rack_units:
        message = f"leaves nothing of the rack's {hardware.rack.rack_units} U"
        problems.append(
            Problem("policies.spare_rack_units", policies.spare_rack_units, message, "Keep fewer free.")
        )
    if problems:
        raise InvalidDocument(problems)


def _growth(request: SizingRequest) -> list[int]:
    """The VMs of each profile at the end of the growth that is built for on the first day (C6)."""
    workload = request.workload
    factor = (1 + workload.annual_growth_rate) ** workload.growth_years
    return [ceil(profile.count * factor) for profile in workload.profiles]


def _host_ram_reserve(policies: Policies, spec: NodeSpec) -> Decimal:
    if policies.reserved_host_ram_gib is not None:
        return policies.reserved_host_ram_gib
    return Decimal(compute.host_ram_reserve_gib(spec.ram_gib))


def refuse_what_fits_nowhere(request: SizingRequest) -> None:
    """Refuse a workload with a VM that is larger than a whole host: without sizing anything, when it is saved.

    Raises:
        InvalidDocument: names the profile, the value and the largest that would fit.
    """
    _check_hardware(request.hardware, request.policies)
    _host_and_demands(request, _growth(request))
    device_classes(request)


def _reserves(request: SizingRequest, spec: NodeSpec) -> Reserves:
    """What a host keeps from guests: for itself, and where it does everything, for OSDs and control plane (C2, H1)."""
    policies = request.policies
    host_ram = _host_ram_reserve(policies, spec)
    osds, per_osd, control_gib, control_threads = 0, 0, Decimal(0), 0
    if is_hyper_converged(request.hardware):
        osds = spec.osds
        per_osd = storage.THREADS_PER_OSD[spec.osd_media][0] if spec.osd_media else 0
        control_gib, control_threads = hyperconverged.control_share(spec.ram_gib, policies)
    threads = compute.reserved_threads(
        threads_per_core=spec.threads_per_core,
        host_cores=policies.reserved_cores,
        dpdk_cores=policies.dpdk_cores,
        osds=osds,
        threads_per_osd=per_osd,
        control_threads=control_threads,
    )
    return Reserves(
        threads=threads,
        ram_gib=host_ram + osds * hyperconverged.GIB_PER_OSD + control_gib,
        host_ram_gib=host_ram,
        osds=osds,
        threads_per_osd=per_osd,
        gib_per_osd=hyperconverged.GIB_PER_OSD if osds else Decimal(0),
        control_threads=control_threads,
        control_gib=control_gib,
    )


def _host(request: SizingRequest, spec: NodeSpec, reserves: Reserves) -> packing.HostCapacity:
    """One host as guests see it.

    Raises:
        InvalidDocument: nothing is left for guests.
    """
    policies = request.policies
    ram = (spec.ram_gib - reserves.ram_gib) * policies.ram_allocation_ratio
    if reserves.threads >= spec.threads or ram <= 0:
        if reserves.osds:
            message = f"OSDs and control plane take the whole host: {reserves.threads} threads, {reserves.ram_gib:f} GiB"
            remedy = "Choose a larger node, or nodes for each role."
            raise InvalidDocument([Problem("hardware.compute", spec.id, message, remedy)])
        message = f"the reserves take the whole host, {spec.name}"
        raise InvalidDocument(
            [Problem("policies.reserved_cores", policies.reserved_cores, message, "Reserve less.")]
        )
    return host_of(
        spec,
        policies,
        request.workload,
        reserved_threads=reserves.threads,
        reserved_ram_gib=reserves.ram_gib,
    )


def _host_and_demands(
    request: SizingRequest, counted: list[int]
) -> tuple[packing.HostCapacity, list[packing.VmDemand], Reserves]:
    """A new host as guests see it, the VMs, and what the host keeps."""
    spec, policies = request.hardware.compute, request.policies
    reserves = _reserves(request, spec)
    host = _host(request, spec, reserves)
    others = [
        _host(request, kind.spec, _reserves(request, kind.spec))
        for kind in existing_of(request.hardware, NodeRole.COMPUTE)
    ]
    is_local = any(one.local_disk_gb for one in (host, *others))
    profiles = request.workload.profiles
    demands = [
        demand_of(profile, count, policies, has_local_disks=is_local)
        for profile, count in zip(profiles, counted, strict=True)
    ]
    names = [profile.name for profile in profiles]
    if amphorae := amphorae_of(request):
        ram = control_plane.AMPHORA_RAM_GIB + policies.vm_overhead_gib
        demands.append(packing.VmDemand(count=amphorae, vcpus=control_plane.AMPHORA_VCPUS, ram_gib=ram))
        names.append("An amphora")
    compute.refuse_what_fits_nowhere(host, demands, names, others)
    return host, demands, reserves


def _nodes(request: SizingRequest, counted: list[int], racks: int) -> tuple[Computed, tuple[Stored, ...]]:
    """Compute and storage nodes; where one node does everything, as many as the greediest of its parts asks for."""
    bought, together = request.at_least, is_hyper_converged(request.hardware)
    classes = device_classes(request)

    def stored(device_class: DeviceClass, least: int, exactly: int | None) -> Stored:
        is_main = classes[device_class] is osd_node(request.hardware)
        return plan_storage(
            request, counted, racks, device_class=device_class, spec=classes[device_class], is_main=is_main,
            least=least, exactly=exactly,
        )  # fmt: skip

    def bought_of(device_class: DeviceClass) -> int:
        if bought is None:
            return 0
        alone = bought.storage if len(classes) == 1 and not together else 0
        return max(alone, bought.storage_by_class.get(device_class.value, 0))

    main, *others = classes
    beside = tuple(stored(one, bought_of(one), request.overrides.storage(one)) for one in others)
    if not together:
        computed = _compute(request, counted, racks, least=bought.compute if bought else 0)
        return computed, (stored(main, bought_of(main), request.overrides.storage(main)), *beside)
    quorum, fixed = request.policies.controllers, request.overrides.compute
    computed = _compute(request, counted, racks, least=max(quorum, bought.compute if bought else 0))
    if computed.sizing.hosts == quorum > computed.sizing.hosts_for_load + 1:
        computed = replace(computed, hosts_bound_by="the control plane's majority")
    found = stored(main, computed.computed_hosts, fixed)
    if found.computed_hosts > computed.computed_hosts:
        computed = _compute(request, counted, racks, least=found.computed_hosts)
        computed = replace(computed, hosts_bound_by=f"storage: {found.sizing.bound_by}")
    return computed, (found, *beside)


def _spare(policies: Policies, hosts: int) -> int:
    """Hosts to keep spare beside `hosts` that carry the load (C7)."""
    return compute.spare_hosts(hosts) if policies.spare_hosts is None else policies.spare_hosts


def _compute(request: SizingRequest, counted: list[int], racks: int, *, least: int) -> Computed:
    policies, spec = request.policies, request.hardware.compute
    host, demands, reserves = _host_and_demands(request, counted)
    existing = existing_of(request.hardware, NodeRole.COMPUTE)
    there = [
        packing.HostGroup(count=kind.count, host=_host(request, kind.spec, _reserves(request, kind.spec)))
        for kind in existing
    ]
    needed = compute.hosts_needed(host, demands, there)
    refuse_too_many(needed.packed, "compute nodes", MOST_NODES)
    spare = _spare(policies, needed.packed)
    unit, domains = policies.failure_unit, domains_of(policies.failure_unit, policies, racks)
    if there:
        new = compute.new_hosts_that_survive(
            host, demands, there, spare=spare, unit=unit, domains=domains, least=needed.added
        )
        alone = packing.pack(host, demands)
        fewest = compute.hosts_that_survive(
            hosts_for_load=alone.added, spare=_spare(policies, alone.added), unit=unit, domains=domains
        )
        if not alone.left and fewest < new:  # many small old hosts raise the spare: then they stand by
            new, spare = fewest, _spare(policies, alone.added)
        hosts = sum(group.count for group in there) + new
        refuse_too_many(hosts, "compute nodes", MOST_NODES)
    else:
        hosts = compute.hosts_that_survive(
            hosts_for_load=needed.packed, spare=spare, unit=unit, domains=domains
        )
    hosts = max(hosts, least)
    computed_hosts, fixed = hosts, request.overrides.compute
    hosts = hosts if fixed is None else fixed
    kinds = filled_up(existing, NodeRole.COMPUTE, spec, hosts)
    groups = tuple(
        packing.HostGroup(count=kind.count, host=group.host)
        for kind, group in zip(kinds, [*there, packing.HostGroup(count=0, host=host)], strict=False)
    )
    survivors = packing.after_losses(groups, spare) or [[]]
    sizing = ComputeSizing(
        hosts_for_load=needed.packed,
        spare_hosts=max(0, hosts - needed.packed),
        hosts=hosts,
        vms=sum(vm.count for vm in demands),
        vcpus=sum(vm.count * vm.vcpus for vm in demands),
        ram_gib=sum((vm.count * vm.ram_gib for vm in demands), Decimal(0)),
        pinned_vcpus=sum(vm.count * vm.vcpus for vm in demands if vm.is_pinned),
        vcpus_per_host=host.vcpus,
        pcpus_per_host=host.pcpus,
        ram_gib_per_host=host.ram_gib,
        reserved_threads=reserves.threads,
        reserved_ram_gib=reserves.ram_gib,
        vms_with_spare=packing.vms_after_losses(host, demands, groups, spare),
        vcpus_with_spare=min(
            sum(g.count * (g.host.vcpus + g.host.pcpus) for g in left) for left in survivors
        ),
        ram_gib_with_spare=min(
            sum((g.count * g.host.ram_gib for g in left), Decimal(0)) for left in survivors
        ),
        gpus=sum(vm.count * vm.gpus for vm in demands),
        gpus_with_spare=min(sum(g.count * g.host.gpus for g in left) for left in survivors),
        bound_by=needed.bound_by,
        packing_hosts=needed.packed,
    )
    return Computed(
        sizing=sizing,
        spec=spec,
        kinds=kinds,
        groups=groups,
        demands=tuple(demands),
        spare=spare,
        computed_hosts=computed_hosts,
        host=host,
        needed=needed,
        reserves=reserves,
        most_vms_per_host=packing.most_vms(host, packing.without_groups(demands), 1),
        hosts_in_use=hosts - spare,
        hosts_bound_by=needed.bound_by if fixed is None else "set by hand",
    )


def _control(request: SizingRequest, computed: Computed, storage_nodes: int) -> ControlSizing:
    policies = request.policies
    together = is_hyper_converged(request.hardware)
    nodes = controllers_of(request)
    return ControlSizing(
        nodes=nodes,
        tolerated_losses=control_plane.tolerated_losses(nodes),
        quorum=control_plane.quorum(nodes),
        ram_needed_gib=control_plane.ram_needed_gib(
            compute_hosts=computed.sizing.hosts,
            vms=computed.sizing.vms,
            extra_gib=controller_extra_gib(request),
        ),
        cores_needed=control_plane.cores_needed(compute_hosts=computed.sizing.hosts, controllers=nodes),
        disk_needed_gb=control_plane.disk_needed_gb(
            vms=computed.sizing.vms,
            hosts=(0 if together else nodes) + computed.sizing.hosts + storage_nodes,
            days=policies.log_days,
            gb_per_host_day=policies.log_gb_per_host_day,
            log_nodes=nodes,
        ),
    )
