"""From a workload to a cloud, in the order of calculation of domain notes, sizing section 10."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.figures import Grade, Input, Step
from catalog.engine.hardware import HardwareSelection, NodeSpec
from catalog.engine.units import ceil
from designer.engine.sizing import compute, control_plane, network, power, storage
from designer.engine.sizing.figures import FigureBook, plain
from designer.engine.sizing.model import (
    ENGINE_VERSION,
    ComputeSizing,
    ControlSizing,
    FacilitySizing,
    NetworkSizing,
    NodeCounts,
    Notice,
    Pool,
    RackLoad,
    SizingRequest,
    SizingResult,
    StorageSizing,
    Subnet,
)
from designer.engine.workload import FailureDomain, Policies

MAX_ROUNDS = 5
POOL_SHARES = (
    ("volumes", Decimal("0.60")),
    ("vms", Decimal("0.25")),
    ("images", Decimal("0.08")),
    ("backups", Decimal("0.07")),
)
"""House shares of the reference designs."""
MANAGERS = 2
LEAVES_PER_RACK = 2
SPINES = 2
MOST_NODES = 10_000
MOST_RACKS = 1_000
"""The largest cloud that is planned in one piece: what drawing and pages are built to show. House values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compute:
    sizing: ComputeSizing
    host: compute.HostCapacity
    needed: compute.HostsNeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Storage:
    sizing: StorageSizing
    layout: storage.Layout
    capacity: storage.Capacity
    written_tb: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Racks:
    contents: tuple[power.RackContent, ...]
    bound_by: str
    by_limit: dict[str, int]


def size(request: SizingRequest) -> SizingResult:
    """Return the cloud that carries `request.workload` by `request.policies` on `request.hardware`.

    Raises:
        InvalidDocument: a VM is larger than any host, or the hardware cannot do its part; names field and remedy.
    """
    policies = request.policies
    _check_hardware(request.hardware, policies)
    counted = _growth(request)
    racks = policies.racks or min(3, max(1, policies.controllers))
    notices: list[Notice] = []
    for _round in range(MAX_ROUNDS):
        computed = _compute(request, counted, racks)
        stored = _storage(request, counted, racks)
        spread = _racks(request, computed.sizing.hosts, stored.sizing.hosts)
        if len(spread.contents) == racks or not _racks_matter(policies):
            racks = len(spread.contents)
            break
        racks = len(spread.contents)
    else:
        message = f"The rack count did not settle in {MAX_ROUNDS} rounds; the last one, {racks}, is shown."
        notices.append(
            Notice(severity="warning", formula="sizing.R6", message=message, remedy="Set the racks by hand.")
        )
    control = _control(request, computed, stored)
    fabric = _network(request, spread)
    facility = _facility(request, spread)
    subnets = _subnets(computed.sizing.hosts, control.nodes, stored.sizing.hosts, request.hardware, spread)
    notices += _notices(request, computed, control, stored, fabric)
    counts = NodeCounts(
        control=control.nodes if request.hardware.control else 0,
        compute=computed.sizing.hosts,
        storage=stored.sizing.hosts if request.hardware.storage else 0,
        racks=racks,
        leaves=fabric.leaves,
        spines=fabric.spines,
        oob_switches=fabric.oob_switches,
        pdus=2 * racks,
    )
    book = FigureBook()
    _explain_compute(book, request, computed)
    _explain_control(book, request, control, computed)
    _explain_storage(book, request, stored)
    _explain_network(book, fabric, spread, request.hardware)
    _explain_facility(book, request, facility, spread)
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


def _refuse_too_many(count: int, things: str, most: int) -> None:
    if count > most:
        message = f"the workload needs more than {most:,} {things}, the most that one cloud is planned with"
        remedy = "Plan several clouds, or larger hardware."
        raise InvalidDocument([Problem("workload", f"{count:,} {things}", message, remedy)])


def _check_hardware(hardware: HardwareSelection, policies: Policies) -> None:
    problems = []
    remedy = "Choose control and storage nodes too; hyper-converged nodes are sized by a later version."
    if hardware.control is None:
        problems.append(Problem("hardware.control", None, "no control node is chosen", remedy))
    if hardware.storage is None:
        problems.append(Problem("hardware.storage", None, "no storage node is chosen", remedy))
    elif hardware.storage.osds < 1 or hardware.storage.osd_tb <= 0 or hardware.storage.osd_media is None:
        chosen = hardware.storage.id
        problems.append(
            Problem("hardware.storage", chosen, "this node has no drives for Ceph", "Choose a storage node.")
        )
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


def _racks_matter(policies: Policies) -> bool:
    return FailureDomain.RACK in (policies.failure_unit, policies.storage_failure_domain)


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


def _host_and_demands(
    request: SizingRequest, counted: list[int]
) -> tuple[compute.HostCapacity, list[compute.VmDemand], int, Decimal]:
    """One host as guests see it, the VMs, and the threads and GiB that the host keeps."""
    spec, policies = request.hardware.compute, request.policies
    reserved = compute.reserved_threads(
        threads_per_core=spec.threads_per_core,
        host_cores=policies.reserved_cores,
        dpdk_cores=policies.dpdk_cores,
    )
    reserve = _host_ram_reserve(policies, spec)
    ram = (spec.ram_gib - reserve) * policies.ram_allocation_ratio
    if reserved >= spec.threads or ram <= 0:
        field, value = ("policies.reserved_cores", policies.reserved_cores)
        raise InvalidDocument([Problem(field, value, "the reserves take the whole host", "Reserve less.")])
    host = compute.HostCapacity(
        threads=spec.threads,
        vcpus=compute.vcpu_capacity(
            threads=spec.threads, reserved=reserved, cpu_allocation_ratio=policies.cpu_allocation_ratio
        ),
        ram_gib=ram,
        local_disk_gb=spec.local_disk_gb,
    )
    profiles = request.workload.profiles
    demands = [
        compute.VmDemand(
            count=count,
            vcpus=profile.vcpus,
            ram_gib=profile.ram_gib + policies.vm_overhead_gib,
            local_disk_gb=profile.disk_gb if spec.local_disk_gb else Decimal(0),
        )
        for profile, count in zip(profiles, counted, strict=True)
    ]
    compute.refuse_what_fits_nowhere(host, demands, [profile.name for profile in profiles])
    return host, demands, reserved, reserve


def _compute(request: SizingRequest, counted: list[int], racks: int) -> _Compute:
    policies = request.policies
    host, demands, reserved, reserve = _host_and_demands(request, counted)
    needed = compute.hosts_needed(host, demands)
    _refuse_too_many(needed.packed, "compute nodes", MOST_NODES)
    spare = compute.spare_hosts(needed.packed) if policies.spare_hosts is None else policies.spare_hosts
    hosts = compute.hosts_that_survive(
        hosts_for_load=needed.packed, spare=spare, unit=policies.failure_unit, domains=racks
    )
    least = request.at_least.compute if request.at_least else 0
    hosts = max(hosts, least)
    sizing = ComputeSizing(
        hosts_for_load=needed.packed,
        spare_hosts=hosts - needed.packed,
        hosts=hosts,
        vms=sum(counted),
        vcpus=sum(vm.count * vm.vcpus for vm in demands),
        ram_gib=sum((vm.count * vm.ram_gib for vm in demands), Decimal(0)),
        vcpus_per_host=host.vcpus,
        ram_gib_per_host=host.ram_gib,
        reserved_threads=reserved,
        reserved_ram_gib=reserve,
        vms_with_spare=compute.most_vms(host, demands, hosts - spare),
        bound_by=needed.bound_by,
        packing_hosts=needed.packed,
    )
    return _Compute(sizing=sizing, host=host, needed=needed)


def _storage(request: SizingRequest, counted: list[int], racks: int) -> _Storage:
    spec, policies = request.hardware.storage, request.policies
    assert spec is not None and spec.osd_media is not None  # noqa: S101, PT018 - _check_hardware refused it
    written = sum(
        (count * profile.disk_gb for profile, count in zip(request.workload.profiles, counted, strict=True)),
        Decimal(0),
    )
    growth = (1 + request.workload.annual_growth_rate) ** request.workload.growth_years
    written_tb = written / 1000 * policies.thin_share_boot * (1 + policies.snapshot_share)
    written_tb += request.workload.object_storage_tb * growth
    data_share = storage.efficiency(replicas=policies.replicas)
    least = max(policies.replicas, request.at_least.storage if request.at_least else 0)
    by_rack = policies.storage_failure_domain is not FailureDomain.HOST
    if by_rack and racks < policies.replicas:
        message = f"{policies.replicas} replicas in different racks need {policies.replicas} racks and there are {racks}"
        raise InvalidDocument(
            [Problem("policies.storage_failure_domain", "rack", message, "Use more racks, or host.")]
        )
    step = racks if by_rack else 1
    hosts = ceil(Decimal(least) / step) * step

    def at(hosts: int) -> tuple[storage.Layout, storage.Capacity]:
        layout = storage.Layout(
            hosts=hosts, drives_per_host=spec.osds, drive_tb=spec.osd_tb, domains=racks if by_rack else hosts,
            size=policies.replicas,
        )  # fmt: skip
        found = storage.capacity(
            layout, data_share=data_share, metadata_share=policies.metadata_share,
            self_heal_reserve=policies.self_heal_reserve,
        )  # fmt: skip
        return layout, found

    floor_hosts = hosts
    low, high = 0, 1  # usable capacity never falls with more hosts: double, then halve
    while at(hosts + high * step)[1].usable_tb < written_tb:
        low, high = high, high * 2
        if high > 100_000:
            message = f"{written_tb:,.0f} TB would take more than 100,000 storage nodes"
            remedy = "Use larger storage nodes, or less disk."
            raise InvalidDocument([Problem("workload.profiles", written_tb, message, remedy)])
    if at(hosts)[1].usable_tb < written_tb:
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (
                (middle, high) if at(hosts + middle * step)[1].usable_tb < written_tb else (low, middle)
            )
        hosts += high * step
    layout, found = at(hosts)
    osds = hosts * spec.osds
    monitors = storage.monitors(hosts)
    colocated = 0 if policies.monitors_on_control else storage.MON_RAM_GIB + storage.MGR_RAM_GIB
    minimum, recommended = storage.threads_needed(
        osds=spec.osds, media=spec.osd_media, has_monitor=not policies.monitors_on_control
    )
    pools = tuple(
        Pool(
            name=name,
            kind="replicated",
            size=policies.replicas,
            min_size=storage.min_size(replicas=policies.replicas),
            share_of_raw=share,
            usable_tb=found.usable_tb * share,
            pg_num=storage.planned_pg_num(osds=osds, size=policies.replicas, share=share),
            failure_domain=policies.storage_failure_domain.value,
            media=spec.osd_media.value,
        )
        for name, share in POOL_SHARES
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
        needed_raw_tb=storage.raw_needed_tb(
            usable_tb=written_tb,
            data_share=data_share,
            limit=found.fill_limit,
            metadata_share=policies.metadata_share,
        ),
        needed_usable_tb=written_tb,
        bound_by="capacity" if hosts > floor_hosts else "failure domains",
        monitors=monitors,
        managers=MANAGERS,
        ram_needed_gib=Decimal(storage.ram_needed_gib(osds=spec.osds, colocated_gib=colocated)),
        threads_minimum=minimum,
        threads_recommended=recommended,
        pools=pools,
    )
    return _Storage(sizing=sizing, layout=layout, capacity=found, written_tb=written_tb)


def _control(request: SizingRequest, computed: _Compute, stored: _Storage) -> ControlSizing:
    policies = request.policies
    nodes = max(policies.controllers, request.at_least.control if request.at_least else 0)
    monitors = storage.MON_RAM_GIB + storage.MGR_RAM_GIB if policies.monitors_on_control else 0
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
            hosts=nodes + computed.sizing.hosts + stored.sizing.hosts,
            days=policies.log_days,
            gb_per_host_day=policies.log_gb_per_host_day,
            log_nodes=nodes,
        ),
    )


def _racks(request: SizingRequest, compute_hosts: int, storage_hosts: int) -> _Racks:
    """Deal the hardware over as few racks as space, power, weight, ports and the quorum spread allow (R6, R7)."""
    policies, hardware = request.policies, request.hardware
    control_hosts = max(policies.controllers, request.at_least.control if request.at_least else 0)
    spread = policies.racks or min(3, control_hosts)
    servers = power.RackContent(control=control_hosts, compute=compute_hosts, storage=storage_hosts)
    together = _load(request, servers, 1)
    by_limit = {"the spread of quorum members": spread} | power.racks_by_sum(
        units=together.used_units, watts=together.max_watts, kg=together.equipment_kg,
        usable_units=together.usable_units, feed=together.feed_watts, load_kg=together.max_load_kg,
    )  # fmt: skip
    if policies.racks is not None:
        contents = _dealt(hardware, control_hosts, compute_hosts, storage_hosts, policies.racks)
        return _Racks(contents=tuple(contents), bound_by="set by hand", by_limit=by_limit)
    least = max(*by_limit.values(), request.at_least.racks if request.at_least else 1)
    _refuse_too_many(least, "racks", MOST_RACKS)
    most = min(MOST_RACKS, least + control_hosts + compute_hosts + storage_hosts)
    for racks in range(least, most + 1):
        contents = _dealt(hardware, control_hosts, compute_hosts, storage_hosts, racks)
        over = {limit for content in set(contents) for limit in _over(request, content)}
        if not over:
            break
        by_limit |= dict.fromkeys(over, racks + 1)
    else:
        if most == MOST_RACKS:
            _refuse_too_many(MOST_RACKS + 1, "racks", MOST_RACKS)
        limits = " and ".join(sorted(over))
        message = f"no rack can hold one node of each kind with its switches: {limits} run out"
        raise InvalidDocument(
            [Problem("hardware.pdu", hardware.pdu.id, message, "Choose a larger PDU or rack.")]
        )
    return _Racks(
        contents=tuple(contents), bound_by=max(by_limit, key=lambda name: by_limit[name]), by_limit=by_limit
    )


def _dealt(
    hardware: HardwareSelection, control: int, compute_hosts: int, storage_hosts: int, racks: int
) -> list[power.RackContent]:
    spines = SPINES if racks > 1 else 0
    dealt = {
        "compute": power.dealt(compute_hosts, racks),
        "storage": power.dealt(storage_hosts, racks, first=compute_hosts),
        "control": power.dealt(control, racks, first=compute_hosts + storage_hosts),
        "spines": power.dealt(spines, racks),
    }
    contents = [
        power.RackContent(**{name: counts[rack] for name, counts in dealt.items()}) for rack in range(racks)
    ]
    leaf_ports = hardware.leaf.port_group("down")
    per_pair = 2 * leaf_ports.count if leaf_ports else 1
    oob_ports = hardware.oob.port_group("down")
    per_oob = oob_ports.count if oob_ports else 1
    filled: dict[power.RackContent, power.RackContent] = {}  # a thousand racks have a handful of contents
    for content in set(contents):
        pairs = max(1, ceil(Decimal(_fast_ports(hardware, content)) / per_pair))
        leaves = LEAVES_PER_RACK * pairs
        servers = content.control + content.compute + content.storage
        needed = network.oob_ports_needed(servers=servers, switches=leaves + content.spines)
        oob_switches = max(1, ceil(Decimal(needed) / per_oob))
        filled[content] = replace(content, leaves=leaves, oob_switches=oob_switches)
    return [filled[content] for content in contents]


def _parts(hardware: HardwareSelection, content: power.RackContent) -> list[tuple[int, power.Spec]]:
    pairs: list[tuple[int, power.Spec | None]] = [
        (content.control, hardware.control),
        (content.compute, hardware.compute),
        (content.storage, hardware.storage),
        (content.leaves, hardware.leaf),
        (content.spines, hardware.spine),
        (content.oob_switches, hardware.oob),
    ]
    return [(count, spec) for count, spec in pairs if spec is not None and count]


def _fast_ports(hardware: HardwareSelection, content: power.RackContent) -> int:
    servers = (
        (content.control, hardware.control),
        (content.compute, hardware.compute),
        (content.storage, hardware.storage),
    )
    return sum(
        count * spec.fast_ports.count for count, spec in servers if spec is not None and spec.fast_ports
    )


def _load(request: SizingRequest, content: power.RackContent, rack: int) -> RackLoad:
    hardware, policies = request.hardware, request.policies
    parts = _parts(hardware, content)
    return RackLoad(
        rack=rack,
        control=content.control,
        compute=content.compute,
        storage=content.storage,
        leaves=content.leaves,
        spines=content.spines,
        oob_switches=content.oob_switches,
        used_units=sum(count * spec.rack_units for count, spec in parts),
        usable_units=hardware.rack.rack_units - policies.spare_rack_units,
        max_watts=sum((count * spec.max_watts for count, spec in parts), Decimal(0)),
        idle_watts=sum((count * spec.idle_watts for count, spec in parts), Decimal(0)),
        feed_watts=power.feed_watts(hardware.pdu, power_factor=policies.power_factor),
        equipment_kg=sum((count * spec.weight_kg for count, spec in parts), Decimal(0)),
        max_load_kg=hardware.rack.max_load_kg,
    )


def _over(request: SizingRequest, content: power.RackContent) -> list[str]:
    load = _load(request, content, 1)
    limits = {
        "rack units": load.used_units > load.usable_units,
        "power": load.max_watts > load.feed_watts,
        "weight": load.equipment_kg > load.max_load_kg,
    }
    return [name for name, is_over in limits.items() if is_over]


def _network(request: SizingRequest, spread: _Racks) -> NetworkSizing:
    hardware = request.hardware
    leaves = sum(content.leaves for content in spread.contents)
    spines = sum(content.spines for content in spread.contents)
    up = hardware.leaf.port_group("up")
    down = [
        sum(
            (count * spec.fast_ports.count * spec.fast_ports.gbps for count, spec in _parts(hardware, content)
             if isinstance(spec, NodeSpec) and spec.fast_ports),
            Decimal(0),
        )
        for content in spread.contents
    ]  # fmt: skip
    uplinks, worst, bound_by = 0, Decimal(0), "one rack: no spines"
    if spines and up is not None:
        most = up.count - up.count % spines
        bound_by = "one link to each spine"
        for uplinks in range(spines, max(most, spines) + 1, spines):
            worst = max(
                network.oversubscription(down_gbps=gbps, up_gbps=content.leaves * uplinks * up.gbps)
                for gbps, content in zip(down, spread.contents, strict=True)
            )
            if worst <= network.GOOD_OVERSUBSCRIPTION:
                break
            bound_by = "oversubscription"
    leaf_down = hardware.leaf.port_group("down")
    return NetworkSizing(
        leaves=leaves,
        spines=spines,
        oob_switches=sum(content.oob_switches for content in spread.contents),
        leaf_ports_needed=sum(_fast_ports(hardware, content) for content in spread.contents),
        leaf_ports=leaves * (leaf_down.count if leaf_down else 0),
        uplinks_per_leaf=uplinks,
        oversubscription=worst,
        bound_by=bound_by,
    )


def _facility(request: SizingRequest, spread: _Racks) -> FacilitySizing:
    loads = tuple(_load(request, content, number) for number, content in enumerate(spread.contents, start=1))
    most = sum((load.max_watts for load in loads), Decimal(0))
    idle = sum((load.idle_watts for load in loads), Decimal(0))
    average = power.average_watts(idle_watts=idle, max_watts=most, load=request.policies.host_cpu_load)
    return FacilitySizing(
        racks=loads,
        bound_by=spread.bound_by,
        rack_units=sum(load.used_units for load in loads),
        max_watts=most,
        idle_watts=idle,
        average_watts=average,
        equipment_kg=sum((load.equipment_kg for load in loads), Decimal(0)),
        heat_btu_per_hour=power.heat_btu_per_hour(most),
        cooling_tons=power.cooling_tons(most),
        airflow_cfm=power.airflow_cfm(most),
        energy_kwh_per_year=power.energy_kwh_per_year(average_watts=average, pue=request.policies.pue),
    )


def _subnets(
    compute_hosts: int, control: int, storage_hosts: int, hardware: HardwareSelection, spread: _Racks
) -> tuple[Subnet, ...]:
    nodes = compute_hosts + control + storage_hosts
    switches = sum(c.leaves + c.spines + c.oob_switches for c in spread.contents)
    hosts = {
        "management": nodes + 2,  # the internal VIP and the gateway
        "tenant_overlay": compute_hosts + control,
        "storage_public": nodes,
        "storage_cluster": storage_hosts,
        "oob": nodes + switches + 2 * len(spread.contents),
    }
    return tuple(
        Subnet(network=name, hosts=count, prefix=network.subnet_prefix(hosts=count))
        for name, count in hosts.items()
    )


def _notices(
    request: SizingRequest,
    computed: _Compute,
    control: ControlSizing,
    stored: _Storage,
    fabric: NetworkSizing,
) -> list[Notice]:
    hardware, found = request.hardware, []

    def tell(severity: str, formula: str, message: str, remedy: str = "") -> None:
        found.append(Notice(severity=severity, formula=formula, message=message, remedy=remedy))

    node = hardware.control
    if node is not None and node.ram_gib < control.ram_needed_gib:
        step = control_plane.ram_step_gib(control.ram_needed_gib)
        tell(
            "error", "sizing.CP2",
            f"A controller needs {plain(control.ram_needed_gib, 1)} GiB and {node.name} has {node.ram_gib}.",
            f"Use control nodes with {step or 'more than 512'} GiB.",
        )  # fmt: skip
    cores = node.sockets * node.cores_per_socket if node else 0
    if node is not None and cores < control.cores_needed:
        message = f"A controller needs {control.cores_needed} cores and {node.name} has {cores}."
        tell("error", "sizing.CP3", message, f"Use control nodes with at least {control.cores_needed} cores.")
    if control.nodes < 3:
        message = f"{control.nodes} controllers: the loss of one stops the API."
        tell("warning", "sizing.CP1", message, "Use 3 controllers.")
    elif control.nodes % 2 == 0:
        message = f"{control.nodes} controllers tolerate no more losses than {control.nodes - 1}."
        tell("warning", "sizing.CP1", message, f"Use {control.nodes - 1} or {control.nodes + 1}.")
    drives = hardware.storage
    if drives is not None:
        if drives.ram_gib < stored.sizing.ram_needed_gib:
            needed = plain(stored.sizing.ram_needed_gib)
            tell(
                "error", "sizing.S10", f"A storage node needs {needed} GiB and {drives.name} has {drives.ram_gib}.",
                f"Use storage nodes with at least {needed} GiB.",
            )  # fmt: skip
        if drives.threads < stored.sizing.threads_minimum:
            needed_threads = stored.sizing.threads_minimum
            message = (
                f"The OSDs of a node need {needed_threads} threads and {drives.name} has {drives.threads}."
            )
            tell("error", "sizing.S11", message, f"Use storage nodes with {needed_threads} threads.")
        elif drives.threads < stored.sizing.threads_recommended:
            wanted = stored.sizing.threads_recommended
            message = f"{drives.name} has {drives.threads} threads; {wanted} are recommended for its OSDs."
            tell("warning", "sizing.S11", message, f"Use storage nodes with {wanted} threads.")
    if stored.layout.domains == stored.layout.size:
        tell(
            "info", "sizing.S7",
            f"{stored.layout.domains} failure domains hold {stored.layout.size} copies: a lost one cannot be rebuilt "
            "elsewhere until it is back; data stays available.",
            f"One more, {stored.layout.domains + 1}, lets Ceph heal by itself.",
        )  # fmt: skip
    if fabric.oversubscription > 3:
        message = f"The busiest rack is oversubscribed {plain(fabric.oversubscription, 2)} to 1."
        tell("warning", "sizing.N4", message, "Use leaves with more uplinks.")
    needed_hosts = computed.needed
    if needed_hosts.bound > needed_hosts.packed:
        tell(
            "info", "sizing.C6",
            f"The VMs pack into {needed_hosts.packed} hosts; {needed_hosts.bound} is the safe figure if sizes shift.",
        )  # fmt: skip
    return found


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


def _rule_input(name: str, label: str, value: int | Decimal, unit: str = "", symbol: str = "") -> Input:
    source = "Planning rule of this design; the default is a house value"
    return Input(name=name, label=label, value=value, unit=unit, symbol=symbol, source=source, grade=Grade.C)


def _explain_compute(book: FigureBook, request: SizingRequest, computed: _Compute) -> None:
    spec, policies, sizing, needed = (
        request.hardware.compute,
        request.policies,
        computed.sizing,
        computed.needed,
    )
    host = computed.host
    ratio = policies.cpu_allocation_ratio
    book.add(
        "compute.vcpus_per_host", "vCPU of a host", sizing.vcpus_per_host, "vCPU", "sizing.C3",
        "floor((T - R_thr) x a_cpu)",
        inputs=(
            _spec_input(spec, "threads", "Logical CPUs", spec.threads, "threads", "T"),
            _rule_input("reserved_threads", "Threads kept from guests", sizing.reserved_threads, "threads", "R_thr"),
            _rule_input("cpu_allocation_ratio", "vCPU per thread", ratio, "", "a_cpu"),
        ),
        steps=(
            Step(
                label="vCPU", working=f"({spec.threads} - {sizing.reserved_threads}) x {plain(ratio)}",
                value=sizing.vcpus_per_host, unit="vCPU",
            ),
        ),
    )  # fmt: skip
    book.add(
        "compute.ram_gib_per_host", "RAM of a host for VMs", sizing.ram_gib_per_host, "GiB", "sizing.C4",
        "(M - R_os) x a_ram",
        inputs=(
            _spec_input(spec, "ram_gib", "RAM", spec.ram_gib, "GiB", "M"),
            _rule_input("reserved_ram_gib", "Kept for the host", sizing.reserved_ram_gib, "GiB", "R_os"),
            _rule_input("ram_allocation_ratio", "RAM ratio", policies.ram_allocation_ratio, "", "a_ram"),
        ),
        steps=(
            Step(
                label="RAM",
                working=f"({spec.ram_gib} - {plain(sizing.reserved_ram_gib)}) x {plain(policies.ram_allocation_ratio)}",
                value=sizing.ram_gib_per_host, unit="GiB",
            ),
        ),
    )  # fmt: skip
    asked = {
        "CPU": (Decimal(sizing.vcpus), Decimal(host.vcpus)),
        "RAM": (sizing.ram_gib, host.ram_gib),
    }
    steps = [
        Step(
            label=f"Hosts for {name}", working=f"{plain(need)} / {plain(capacity)}", value=need / capacity,
            unit="hosts",
        )
        for name, (need, capacity) in asked.items()
    ]  # fmt: skip
    steps.append(
        Step(label="Fragmentation", working="largest VM / host / 2", value=needed.fragmentation, unit="share")
    )
    steps.append(
        Step(label="Safe figure", working="hosts / (1 - phi), rounded up", value=needed.bound, unit="hosts")
    )
    steps.append(
        Step(
            label="First-fit decreasing",
            working="packs vCPU, RAM and disk together",
            value=needed.packed,
            unit="hosts",
        )
    )
    book.add(
        "compute.hosts_for_load", "Compute nodes for the load", sizing.hosts_for_load, "nodes", "sizing.C6",
        "first-fit decreasing over (vCPU, RAM + o_vm, disk)",
        inputs=(
            Input(name="vms", label="VMs", value=sizing.vms, unit="VMs", source="Workload of this design"),
            Input(name="vcpus", label="vCPU asked for", value=sizing.vcpus, unit="vCPU", source="Workload of this design"),
            Input(name="ram_gib", label="RAM with overhead", value=sizing.ram_gib, unit="GiB", source="Workload of this design"),
            _rule_input("vm_overhead_gib", "Overhead of a VM", policies.vm_overhead_gib, "GiB", "o_vm"),
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
    )  # fmt: skip
    book.add(
        "compute.hosts", "Compute nodes", sizing.hosts, "nodes", "sizing.C7", "n + k",
        steps=(
            Step(
                label="Nodes", working=f"{sizing.hosts_for_load} + {sizing.spare_hosts}", value=sizing.hosts, unit="nodes"
            ),
        ),
        bound_by=sizing.bound_by,
    )  # fmt: skip
    book.add(
        "compute.vms_with_spare", "VMs of this mix with the spare set aside", sizing.vms_with_spare, "VMs", "sizing.C7",
        "the largest multiple of the mix that still packs into n hosts",
        note="What the cloud carries with every spare host idle.", bound_by=sizing.bound_by,
    )  # fmt: skip


def _explain_control(
    book: FigureBook, request: SizingRequest, control: ControlSizing, computed: _Compute
) -> None:
    hosts, vms, extra = computed.sizing.hosts, computed.sizing.vms, request.policies.control_extra_ram_gib
    if request.policies.monitors_on_control:
        extra += storage.MON_RAM_GIB + storage.MGR_RAM_GIB
    c = Input(name="compute_hosts", label="Compute nodes", value=hosts, unit="nodes", symbol="C")
    v = Input(name="vms", label="VMs that must run", value=vms, unit="VMs", symbol="V")
    x = _rule_input("extra_gib", "Optional services", extra, "GiB", "x")
    book.add(
        "control.nodes", "Control nodes", control.nodes, "nodes", "sizing.CP1", "odd n >= 3; f = floor((n - 1) / 2)",
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
    )  # fmt: skip


def _explain_storage(book: FigureBook, request: SizingRequest, stored: _Storage) -> None:
    spec, policies, sizing, layout = request.hardware.storage, request.policies, stored.sizing, stored.layout
    assert spec is not None  # noqa: S101 - _check_hardware refused it
    drives = _spec_input(spec, "drives_per_host", "OSDs of a node", spec.osds, "OSDs", "D")
    drive = _spec_input(spec, "drive_tb", "Drive", spec.osd_tb, "TB", "S")
    book.add(
        "storage.raw_tb", "Raw capacity", sizing.raw_tb, "TB", "sizing.S1", "H x D x S",
        inputs=(Input(name="hosts", label="Storage nodes", value=sizing.hosts, unit="nodes", symbol="H"), drives, drive),
        steps=(
            Step(
                label="Raw", working=f"{sizing.hosts} x {spec.osds} x {plain(spec.osd_tb)}", value=sizing.raw_tb, unit="TB"
            ),
        ),
    )  # fmt: skip
    book.add(
        "storage.replicated_tb", "Replicated capacity", sizing.replicated_tb, "TB", "sizing.S2", "raw x 1 / n",
        inputs=(_rule_input("replicas", "Copies of every byte", policies.replicas, "", "n"),),
        steps=(
            Step(label="Replicated", working=f"{plain(sizing.raw_tb)} / {policies.replicas}", value=sizing.replicated_tb, unit="TB"),
        ),
    )  # fmt: skip
    book.add(
        "storage.after_metadata_tb", "After metadata", sizing.after_metadata_tb, "TB", "sizing.S4", "replicated x (1 - o)",
        inputs=(_rule_input("metadata_share", "BlueStore metadata", policies.metadata_share, "share", "o"),),
    )  # fmt: skip
    book.add(
        "storage.fill_limit", "Fill limit", sizing.fill_limit, "share", "sizing.S3",
        "smallest of 0.85; 0.9 (N-1)/N; 0.9/(1 + sigma/(q-1)); 0.9 (D-1)/D",
        inputs=(
            Input(name="failure_domains", label="Failure domains", value=layout.domains, symbol="N"),
            Input(name="hosts_per_domain", label="Hosts in each", value=layout.hosts_per_domain, symbol="q"),
            Input(name="size", label="Copies", value=layout.size, symbol="z"), drives,
        ),
        bound_by=sizing.fill_reason,
    )  # fmt: skip
    book.add(
        "storage.usable_tb", "Usable capacity", sizing.usable_tb, "TB", "sizing.S4", "raw x (1 - o) x e x F",
        steps=(
            Step(
                label="Usable", working=f"{plain(sizing.after_metadata_tb)} x {plain(sizing.fill_limit)}",
                value=sizing.usable_tb, unit="TB",
            ),
        ),
        bound_by=sizing.fill_reason, note="What may be promised to the customer.",
    )  # fmt: skip
    book.add(
        "storage.needed_raw_tb", "Raw capacity needed", sizing.needed_raw_tb, "TB", "sizing.S8",
        "stored x thin x (1 + snapshots) / (e x F x (1 - o))",
        inputs=(
            Input(name="needed_usable_tb", label="Written data", value=sizing.needed_usable_tb, unit="TB", source="Workload of this design"),
            _rule_input("thin_share", "Written of provisioned", policies.thin_share_boot, "share"),
            _rule_input("snapshot_share", "Snapshots", policies.snapshot_share, "share"),
        ),
    )  # fmt: skip
    book.add(
        "storage.hosts", "Storage nodes", sizing.hosts, "nodes", "sizing.S7", "smallest H with usable(H) >= written, H >= z",
        bound_by=sizing.bound_by,
    )  # fmt: skip
    book.add("storage.osds", "OSDs", sizing.osds, "OSDs", "sizing.S1", "H x D", inputs=(drives,))
    book.add(
        "storage.monitors", "Ceph monitors", sizing.monitors, "MON", "sizing.S12", "3; 5 from five hosts on",
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
    )  # fmt: skip
    pg_nums = [pool.pg_num for pool in sizing.pools]
    book.add(
        "storage.pg_per_osd", "Placement groups on an OSD",
        storage.pg_replicas_per_osd(pg_nums, size=policies.replicas, osds=sizing.osds), "PGs", "sizing.S13",
        "sum(pg_num x z) / OSDs",
        steps=(
            Step(label="Pools", working=" + ".join(str(n) for n in pg_nums), value=sum(pg_nums), unit="PGs"),
        ),
    )  # fmt: skip


def _explain_network(
    book: FigureBook, fabric: NetworkSizing, spread: _Racks, hardware: HardwareSelection
) -> None:
    racks = len(spread.contents)
    book.add(
        "network.leaves",
        "Leaf switches",
        fabric.leaves,
        "switches",
        "sizing.R6",
        "a pair in each rack, more by ports",
    )
    book.add(
        "network.spines", "Spine switches", fabric.spines, "switches", "sizing.N5", "2 from the second rack on",
        inputs=(Input(name="racks", label="Racks", value=racks),),
    )  # fmt: skip
    book.add(
        "network.oob_switches",
        "Out-of-band switches",
        fabric.oob_switches,
        "switches",
        "sizing.N6",
        "servers + switches + 2 PDUs + 1 ports a rack",
    )
    book.add(
        "network.leaf_ports_needed", "Leaf ports in use", fabric.leaf_ports_needed, "ports", "sizing.R6",
        "sum of the fast ports of all nodes", note=f"{fabric.leaf_ports} are there.",
    )  # fmt: skip
    book.add(
        "network.oversubscription", "Oversubscription of the busiest rack", fabric.oversubscription, ": 1", "sizing.N4",
        "down / up",
        inputs=(
            Input(name="uplinks_per_leaf", label="Uplinks of a leaf", value=fabric.uplinks_per_leaf, source=f"Catalog: {hardware.leaf.name}"),
        ),
        bound_by=fabric.bound_by,
    )  # fmt: skip


def _explain_facility(
    book: FigureBook, request: SizingRequest, facility: FacilitySizing, spread: _Racks
) -> None:
    policies = request.policies
    book.add(
        "facility.racks", "Racks", len(facility.racks), "racks", "sizing.R6", "the most that any limit asks for",
        inputs=tuple(Input(name=name.replace(" ", "_"), label=f"Racks for {name}", value=count) for name, count in spread.by_limit.items()),
        bound_by=facility.bound_by,
    )  # fmt: skip
    book.add("facility.rack_units", "Rack units in use", facility.rack_units, "U", "sizing.R1", "sum of U")
    book.add(
        "facility.max_watts",
        "Power at full load",
        facility.max_watts,
        "W",
        "sizing.R3",
        "sum of the maximum draw",
    )
    load = _rule_input("load", "Average load", policies.host_cpu_load, "share", "u")
    book.add(
        "facility.average_watts", "Power on average", facility.average_watts, "W", "sizing.R8", "idle + (max - idle) x u",
        inputs=(load,),
        steps=(
            Step(
                label="Average",
                working=f"{plain(facility.idle_watts)} + ({plain(facility.max_watts)} - {plain(facility.idle_watts)}) x {plain(policies.host_cpu_load)}",
                value=facility.average_watts, unit="W",
            ),
        ),
    )  # fmt: skip
    book.add(
        "facility.equipment_kg",
        "Weight of the equipment",
        facility.equipment_kg,
        "kg",
        "sizing.R4",
        "sum of kg",
    )
    book.add(
        "facility.heat_btu_per_hour", "Heat", facility.heat_btu_per_hour, "BTU/h", "sizing.R5", "W x 3.412"
    )
    book.add("facility.cooling_tons", "Cooling", facility.cooling_tons, "tons", "sizing.R5", "BTU/h / 12,000")
    book.add(
        "facility.energy_kwh_per_year", "Energy a year", facility.energy_kwh_per_year, "kWh", "sizing.R8",
        "average W / 1000 x 8,760 x PUE", inputs=(load, _rule_input("pue", "PUE", policies.pue)),
    )  # fmt: skip
