"""From a workload to a cloud, in the order of calculation of domain notes, sizing section 10."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.figures import Input, Step
from catalog.engine.hardware import HardwareSelection, NodeSpec
from catalog.engine.units import ceil
from designer.engine.sizing import compute, control_plane, hyperconverged, performance, storage
from designer.engine.sizing.ceilings import ceilings_of
from designer.engine.sizing.explanation import (
    explain_compute,
    explain_control,
    explain_facility,
    explain_network,
    explain_storage,
)
from designer.engine.sizing.figures import FigureBook
from designer.engine.sizing.limits_explained import (
    explain_ceilings,
    explain_growth,
    explain_losses,
    explain_scale,
)
from designer.engine.sizing.model import (
    ENGINE_VERSION,
    ComputeSizing,
    ControlSizing,
    NodeCounts,
    Notice,
    Pool,
    SizingRequest,
    SizingResult,
    StorageSizing,
)
from designer.engine.sizing.notices import notices_of
from designer.engine.sizing.parts import (
    Computed,
    PlannedPool,
    Reserves,
    Stored,
    amphorae_of,
    domains_of,
    is_hyper_converged,
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
from designer.engine.workload import FailureDomain, Policies, PoolPlan

MAX_ROUNDS = 5
POOL_SHARES = (
    ("volumes", Decimal("0.60")),
    ("vms", Decimal("0.25")),
    ("images", Decimal("0.08")),
    ("backups", Decimal("0.07")),
)
"""House shares of the reference designs."""
MANAGERS = 2
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
    for _round in range(MAX_ROUNDS):
        computed, stored = _nodes(request, counted, racks)
        storage_nodes = stored.sizing.hosts if request.hardware.storage else 0
        spread = spread_over_racks(request, computed.sizing.hosts, storage_nodes)
        if len(spread.contents) == racks or not racks_matter(policies):
            racks = len(spread.contents)
            break
        racks = len(spread.contents)
    else:
        message = f"The rack count did not settle in {MAX_ROUNDS} rounds; the last one, {racks}, is shown."
        notices.append(
            Notice(severity="warning", formula="sizing.R6", message=message, remedy="Set the racks by hand.")
        )
    control = _control(request, computed, storage_nodes)
    fabric = network_of(request, spread)
    facility = facility_of(request, spread)
    subnets = subnets_of(spread, osd_hosts=stored.sizing.hosts)
    ceilings = ceilings_of(request.hardware, stored)
    notices += notices_of(request, computed, control, stored, fabric, ceilings, spread)
    counts = NodeCounts(
        control=control.nodes if request.hardware.control else 0,
        compute=computed.sizing.hosts,
        storage=storage_nodes,
        racks=racks,
        leaves=fabric.leaves,
        spines=fabric.spines,
        oob_switches=fabric.oob_switches,
        pdus=2 * racks,
    )
    book = FigureBook()
    explain_compute(book, request, computed)
    explain_control(book, request, control, computed)
    explain_scale(book, request, computed, control)
    explain_storage(book, request, stored)
    explain_ceilings(book, request, computed, stored, ceilings)
    explain_growth(book, computed, stored)
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
    return SizingResult(
        engine_version=ENGINE_VERSION,
        counts=counts,
        compute=computed.sizing,
        control=control,
        storage=stored.sizing,
        network=fabric,
        facility=facility,
        subnets=subnets,
        figures=book.figures,
        notices=tuple(notices),
    )


def _check_hardware(hardware: HardwareSelection, policies: Policies) -> None:
    problems = []
    together = is_hyper_converged(hardware)
    remedy = "Choose both a control and a storage node; or neither, and a compute node that does everything."
    if hardware.control is None and not together:
        problems.append(Problem("hardware.control", None, "no control node is chosen", remedy))
    if hardware.storage is None and not together:
        problems.append(Problem("hardware.storage", None, "no storage node is chosen", remedy))
    carrier = osd_node(hardware)
    if (hardware.storage or together) and (
        carrier.osds < 1 or carrier.osd_tb <= 0 or carrier.osd_media is None
    ):
        field = "hardware.compute" if together else "hardware.storage"
        message = "this node has no drives for Ceph"
        problems.append(Problem(field, carrier.id, message, "Choose a storage node."))
    for name, spec in (
        ("compute", hardware.compute),
        ("control", hardware.control),
        ("storage", hardware.storage),
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
    _host_and_demands(request, _growth(request))


def _reserves(request: SizingRequest) -> Reserves:
    """What a host keeps from guests: for itself, and where it does everything, for OSDs and control plane (C2, H1)."""
    spec, policies = request.hardware.compute, request.policies
    host_ram = _host_ram_reserve(policies, spec)
    osds, per_osd, control_gib, control_threads = 0, 0, Decimal(0), 0
    if is_hyper_converged(request.hardware):
        osds = spec.osds
        per_osd = storage.THREADS_PER_OSD[spec.osd_media][0] if spec.osd_media else 0
        control_gib, control_threads = hyperconverged.control_share(spec.ram_gib)
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


def _host_and_demands(
    request: SizingRequest, counted: list[int]
) -> tuple[compute.HostCapacity, list[compute.VmDemand], Reserves]:
    """One host as guests see it, the VMs, and what the host keeps."""
    spec, policies = request.hardware.compute, request.policies
    reserves = _reserves(request)
    ram = (spec.ram_gib - reserves.ram_gib) * policies.ram_allocation_ratio
    if reserves.threads >= spec.threads or ram <= 0:
        if reserves.osds:
            message = f"OSDs and control plane take the whole host: {reserves.threads} threads, {reserves.ram_gib:f} GiB"
            remedy = "Choose a larger node, or nodes for each role."
            raise InvalidDocument([Problem("hardware.compute", spec.id, message, remedy)])
        message = "the reserves take the whole host"
        raise InvalidDocument(
            [Problem("policies.reserved_cores", policies.reserved_cores, message, "Reserve less.")]
        )
    host = compute.HostCapacity(
        threads=spec.threads,
        vcpus=compute.vcpu_capacity(
            threads=spec.threads,
            reserved=reserves.threads,
            cpu_allocation_ratio=policies.cpu_allocation_ratio,
        ),
        ram_gib=ram,
        local_disk_gb=spec.local_disk_gb,
        gpus=spec.gpus,
    )
    profiles = request.workload.profiles
    demands = [
        compute.VmDemand(
            count=count,
            vcpus=profile.vcpus,
            ram_gib=profile.ram_gib + policies.vm_overhead_gib,
            local_disk_gb=profile.disk_gb if spec.local_disk_gb else Decimal(0),
            gpus=profile.gpus,
        )
        for profile, count in zip(profiles, counted, strict=True)
    ]
    names = [profile.name for profile in profiles]
    if amphorae := amphorae_of(request):
        ram = control_plane.AMPHORA_RAM_GIB + policies.vm_overhead_gib
        demands.append(compute.VmDemand(count=amphorae, vcpus=control_plane.AMPHORA_VCPUS, ram_gib=ram))
        names.append("An amphora")
    compute.refuse_what_fits_nowhere(host, demands, names)
    return host, demands, reserves


def _nodes(request: SizingRequest, counted: list[int], racks: int) -> tuple[Computed, Stored]:
    """Compute and storage nodes; where one node does everything, as many as the greediest of its parts asks for."""
    bought = request.at_least
    if not is_hyper_converged(request.hardware):
        computed = _compute(request, counted, racks, least=bought.compute if bought else 0)
        return computed, _storage(request, counted, racks, least=bought.storage if bought else 0)
    quorum = request.policies.controllers
    computed = _compute(request, counted, racks, least=max(quorum, bought.compute if bought else 0))
    if computed.sizing.hosts == quorum > computed.sizing.hosts_for_load + 1:
        computed = replace(computed, hosts_bound_by="the control plane's majority")
    stored = _storage(request, counted, racks, least=computed.sizing.hosts)
    if stored.sizing.hosts > computed.sizing.hosts:
        computed = _compute(request, counted, racks, least=stored.sizing.hosts)
        computed = replace(computed, hosts_bound_by=f"storage: {stored.sizing.bound_by}")
    return computed, stored


def _compute(request: SizingRequest, counted: list[int], racks: int, *, least: int) -> Computed:
    policies = request.policies
    host, demands, reserves = _host_and_demands(request, counted)
    needed = compute.hosts_needed(host, demands)
    refuse_too_many(needed.packed, "compute nodes", MOST_NODES)
    spare = compute.spare_hosts(needed.packed) if policies.spare_hosts is None else policies.spare_hosts
    hosts = compute.hosts_that_survive(
        hosts_for_load=needed.packed,
        spare=spare,
        unit=policies.failure_unit,
        domains=domains_of(policies.failure_unit, policies, racks),
    )
    hosts = max(hosts, least)
    with_spare = compute.most_vms(host, demands, hosts - spare)
    sizing = ComputeSizing(
        hosts_for_load=needed.packed,
        spare_hosts=hosts - needed.packed,
        hosts=hosts,
        vms=sum(vm.count for vm in demands),
        vcpus=sum(vm.count * vm.vcpus for vm in demands),
        ram_gib=sum((vm.count * vm.ram_gib for vm in demands), Decimal(0)),
        vcpus_per_host=host.vcpus,
        ram_gib_per_host=host.ram_gib,
        reserved_threads=reserves.threads,
        reserved_ram_gib=reserves.ram_gib,
        vms_with_spare=with_spare,
        vcpus_with_spare=host.vcpus * (hosts - spare),
        ram_gib_with_spare=host.ram_gib * (hosts - spare),
        gpus=sum(vm.count * vm.gpus for vm in demands),
        gpus_with_spare=host.gpus * (hosts - spare),
        bound_by=needed.bound_by,
        packing_hosts=needed.packed,
    )
    return Computed(
        sizing=sizing,
        host=host,
        needed=needed,
        reserves=reserves,
        most_vms_per_host=compute.most_vms(host, demands, 1),
        hosts_in_use=hosts - spare,
        hosts_bound_by=needed.bound_by,
    )


def _pool_plans(policies: Policies) -> tuple[PlannedPool, ...]:
    """The pools that are wanted, or those of this house."""
    wanted = policies.pools or tuple(PoolPlan(name=name, share_of_raw=share) for name, share in POOL_SHARES)
    found = []
    for pool in wanted:
        replicas = (pool.replicas or policies.replicas) if pool.k is None else None
        found.append(
            PlannedPool(
                name=pool.name,
                kind="erasure" if replicas is None else "replicated",
                size=replicas if replicas is not None else (pool.k or 0) + (pool.m or 0),
                min_size=storage.min_size(replicas=replicas, k=pool.k, m=pool.m),
                data_share=storage.efficiency(replicas=replicas, k=pool.k, m=pool.m),
                share=pool.share_of_raw,
                protection=performance.Protection(replicas=replicas, k=pool.k, m=pool.m),
            )
        )
    return tuple(found)


def _storage(request: SizingRequest, counted: list[int], racks: int, *, least: int) -> Stored:
    spec, policies = osd_node(request.hardware), request.policies
    assert spec.osd_media is not None  # noqa: S101 - _check_hardware refused it
    together = is_hyper_converged(request.hardware)
    written = sum(
        (count * profile.disk_gb for profile, count in zip(request.workload.profiles, counted, strict=True)),
        Decimal(0),
    )
    written += amphorae_of(request) * control_plane.AMPHORA_DISK_GB
    growth = (1 + request.workload.annual_growth_rate) ** request.workload.growth_years
    written_tb = written / 1000 * policies.thin_share_boot * (1 + policies.snapshot_share)
    written_tb += request.workload.object_storage_tb * growth
    pools = _pool_plans(policies)
    groups: dict[tuple[int, Decimal], Decimal] = {}
    for pool in pools:
        groups[pool.size, pool.data_share] = groups.get((pool.size, pool.data_share), Decimal(0)) + pool.share
    widest = max(size for size, _ in groups)
    least = max(widest, least)
    domain = policies.storage_failure_domain
    is_host = domain is FailureDomain.HOST
    domains = domains_of(domain, policies, racks)
    if not is_host and domains < widest:
        message = f"{widest} copies or shards in different {domain.value}s need {widest} {domain.value}s and there are {domains}"
        raise InvalidDocument(
            [Problem("policies.storage_failure_domain", domain.value, message, "Use more of them, or host.")]
        )
    step = domains
    hosts = ceil(Decimal(least) / step) * step

    def layout_at(hosts: int, size: int) -> storage.Layout:
        return storage.Layout(
            hosts=hosts, drives_per_host=spec.osds, drive_tb=spec.osd_tb, domains=hosts if is_host else domains,
            size=size,
        )  # fmt: skip

    def of_group(hosts: int, size: int, data_share: Decimal) -> storage.Capacity:
        return storage.capacity(
            layout_at(hosts, size), data_share=data_share, metadata_share=policies.metadata_share,
            self_heal_reserve=policies.self_heal_reserve,
        )  # fmt: skip

    def at(hosts: int) -> storage.Capacity:
        return storage.combined([(share, of_group(hosts, *group)) for group, share in groups.items()])

    floor_hosts = hosts
    low, high = 0, 1  # usable capacity never falls with more hosts: double, then halve
    while at(hosts + high * step).usable_tb < written_tb:
        low, high = high, high * 2
        if high > 100_000:
            message = f"{written_tb:,.0f} TB would take more than 100,000 storage nodes"
            remedy = "Use larger storage nodes, or less disk."
            raise InvalidDocument([Problem("workload.profiles", written_tb, message, remedy)])
    if at(hosts).usable_tb < written_tb:
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if at(hosts + middle * step).usable_tb < written_tb else (low, middle)
        hosts += high * step
    layout, found = layout_at(hosts, widest), at(hosts)
    osds = hosts * spec.osds
    monitors = storage.monitors(hosts)
    has_monitor = together or not policies.monitors_on_control
    colocated = storage.MON_RAM_GIB + storage.MGR_RAM_GIB if has_monitor and not together else 0
    if request.workload.object_storage_tb and not together:
        colocated += storage.RGW_RAM_GIB
    minimum, recommended = storage.threads_needed(
        osds=spec.osds, media=spec.osd_media, has_monitor=has_monitor
    )
    planned = tuple(
        Pool(
            name=pool.name,
            kind=pool.kind,
            size=pool.size,
            min_size=pool.min_size,
            share_of_raw=pool.share,
            usable_tb=of_group(hosts, pool.size, pool.data_share).usable_tb * pool.share,
            pg_num=storage.planned_pg_num(osds=osds, size=pool.size, share=pool.share),
            failure_domain=domain.value,
            media=spec.osd_media.value,
            coding_chunks=pool.protection.m or 0,
        )
        for pool in pools
    )
    needed_raw_tb = Decimal(
        0
    )  # of nothing written, also where nothing may be stored: one drive in each of three hosts
    if written_tb:
        needed_raw_tb = storage.raw_needed_tb(
            usable_tb=written_tb,
            data_share=found.replicated_tb / found.raw_tb,
            limit=found.fill_limit,
            metadata_share=policies.metadata_share,
        )
    sizing = StorageSizing(
        hosts=hosts,
        osds=osds,
        raw_tb=found.raw_tb,
        replicated_tb=found.replicated_tb,
        after_metadata_tb=found.after_metadata_tb,
        usable_tb=found.usable_tb,
        fill_limit=found.fill_limit,
        fill_reason=found.fill_reason,
        needed_raw_tb=needed_raw_tb,
        needed_usable_tb=written_tb,
        bound_by=(
            "capacity"
            if hosts > floor_hosts
            else "the compute part"
            if together and least > policies.replicas
            else "failure domains"
        ),
        monitors=monitors,
        managers=MANAGERS,
        ram_needed_gib=Decimal(storage.ram_needed_gib(osds=spec.osds, colocated_gib=colocated)),
        threads_minimum=minimum,
        threads_recommended=recommended,
        pools=planned,
    )
    return Stored(
        sizing=sizing,
        layout=layout,
        capacity=found,
        written_tb=written_tb,
        pools=pools,
        next_node_tb=at(hosts + step).usable_tb - found.usable_tb,
        nodes_in_step=step,
    )


def _control(request: SizingRequest, computed: Computed, storage_nodes: int) -> ControlSizing:
    policies = request.policies
    together = is_hyper_converged(request.hardware)
    nodes = max(policies.controllers, request.at_least.control if request.at_least else 0)
    monitors = storage.MON_RAM_GIB + storage.MGR_RAM_GIB if together or policies.monitors_on_control else 0
    return ControlSizing(
        nodes=nodes,
        tolerated_losses=control_plane.tolerated_losses(nodes),
        quorum=control_plane.quorum(nodes),
        ram_needed_gib=control_plane.ram_needed_gib(
            compute_hosts=computed.sizing.hosts,
            vms=computed.sizing.vms,
            extra_gib=policies.control_extra_ram_gib + monitors,
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
