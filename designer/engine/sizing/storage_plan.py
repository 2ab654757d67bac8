"""How many storage nodes of each device class a workload needs, and what they hold (sizing.S1 to S14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.hardware import DeviceClass, NodeRole, NodeSpec
from catalog.engine.units import ceil
from designer.engine.sizing import control_plane, performance, storage
from designer.engine.sizing.model import Pool, SizingRequest, StorageSizing
from designer.engine.sizing.parts import (
    NodeKind,
    PlannedPool,
    Stored,
    amphorae_of,
    domains_of,
    existing_of,
    filled_up,
    is_hyper_converged,
    osd_node,
)
from designer.engine.sizing.uneven import OsdHosts, UnevenLayout, uneven_capacity, uneven_layout
from designer.engine.workload import FailureDomain, Policies, PoolPlan

POOL_SHARES = (
    ("volumes", Decimal("0.60")),
    ("vms", Decimal("0.25")),
    ("images", Decimal("0.08")),
    ("backups", Decimal("0.07")),
)
"""House shares of the reference designs."""
MANAGERS = 2
LEAST_HOSTS = 3
"""Storage nodes of a cluster, however few copies it keeps: reference architecture."""
MOST_STORAGE_NODES = 100_000


def device_classes(request: SizingRequest) -> dict[DeviceClass, NodeSpec]:
    """Return the node that carries each device class, that of the design's storage node first.

    Raises:
        InvalidDocument: two models have one class, or something names a class that no model has.
    """
    hardware, problems = request.hardware, []
    found: dict[DeviceClass, NodeSpec] = {}
    main = osd_node(hardware)
    for field, spec in (
        ("hardware.storage", main),
        *((f"hardware.storage_tiers[{n}]", tier) for n, tier in enumerate(hardware.storage_tiers)),
    ):
        if spec.osd_media is None or spec.osds < 1:
            remedy = "Choose a storage node."
            problems.append(Problem(field, spec.id, "this node has no drives for Ceph", remedy))
            continue
        device_class = DeviceClass.of(spec.osd_media)
        if device_class in found:
            message = f"has {device_class.value} drives, as {found[device_class].name} has"
            problems.append(Problem(field, spec.id, message, "Choose one model for each device class."))
        found.setdefault(device_class, spec)
    listed = ", ".join(device_class.value for device_class in found)
    for field, wanted in _classes_named(request):
        if wanted not in found:
            remedy = f"Add a storage node with {wanted.value} drives, or use one of: {listed}."
            message = "no storage node of this design has such drives"
            problems.append(Problem(field, wanted.value, message, remedy))
    if problems:
        raise InvalidDocument(problems)
    return found


def _classes_named(request: SizingRequest) -> list[tuple[str, DeviceClass]]:
    """Where a device class is asked for: by disks, objects, pools, existing nodes and fixed counts."""
    workload = request.workload
    named = [
        (f"workload.profiles[{n}].device_class", profile.device_class)
        for n, profile in enumerate(workload.profiles)
    ]
    named.append(("workload.object_storage_class", workload.object_storage_class))
    named += [
        (f"policies.pools[{n}].device_class", pool.device_class)
        for n, pool in enumerate(request.policies.pools)
    ]
    named += [
        (f"hardware.existing[{n}].spec", DeviceClass.of(nodes.spec.osd_media))
        for n, nodes in enumerate(request.hardware.existing)
        if nodes.role is NodeRole.STORAGE and nodes.spec.osd_media
    ]
    named += [
        (f"hardware.overrides.storage_{device_class.value}", device_class)
        for device_class in DeviceClass
        if request.overrides.storage(device_class) is not None
    ]
    return [(field, device_class) for field, device_class in named if device_class is not None]


def pool_plans(policies: Policies, device_class: DeviceClass, *, is_main: bool) -> tuple[PlannedPool, ...]:
    """Return the pools of a device class that are wanted, or those of this house.

    Raises:
        InvalidDocument: pools that name the class, and pools that name none, make more than the whole of it.
    """
    wanted = [
        pool
        for pool in policies.pools
        if pool.device_class is device_class or (is_main and pool.device_class is None)
    ]
    total = sum((pool.share_of_raw for pool in wanted), Decimal(0))
    if wanted and abs(total - 1) > Decimal("0.0001"):
        message = (
            f"is the sum of the shares of the pools on {device_class.value}, with those that name no class"
        )
        raise InvalidDocument([Problem("policies.pools", str(total), message, "Make it 1.")])
    if not wanted:
        shares = POOL_SHARES if is_main else ((f"volumes-{device_class.value}", Decimal(1)),)
        wanted = [PoolPlan(name=name, share_of_raw=share) for name, share in shares]
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


def written_tb(
    request: SizingRequest, counted: Sequence[int], device_class: DeviceClass, *, is_main: bool
) -> Decimal:
    """Return what is written to the drives of a class: disks, snapshots and objects, TB (S8)."""
    workload, policies = request.workload, request.policies

    def is_here(wanted: DeviceClass | None) -> bool:
        return wanted is device_class or (is_main and wanted is None)

    disks = sum(
        (
            count * profile.disk_gb
            for profile, count in zip(workload.profiles, counted, strict=True)
            if is_here(profile.device_class)
        ),
        Decimal(0),
    )
    if is_main:
        disks += amphorae_of(request) * control_plane.AMPHORA_DISK_GB
    found = disks / 1000 * policies.thin_share_boot * (1 + policies.snapshot_share)
    return found + objects_tb(request, device_class, is_main=is_main)


def objects_tb(request: SizingRequest, device_class: DeviceClass, *, is_main: bool) -> Decimal:
    """Return the objects on the drives of a class at the end of the growth that is built for, TB (S8)."""
    workload = request.workload
    wanted = workload.object_storage_class
    if wanted is not device_class and not (is_main and wanted is None):
        return Decimal(0)
    return workload.object_storage_tb * (1 + workload.annual_growth_rate) ** workload.growth_years


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What one number of hosts holds: the waterfall over all pools, and of each way to keep data."""

    layout: storage.Layout | UnevenLayout
    capacity: storage.Capacity
    of_group: dict[tuple[int, Decimal], storage.Capacity]
    stranded_tb: Decimal
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cluster:
    """The hosts of one device class, whatever their number."""

    role: NodeRole
    spec: NodeSpec
    existing: tuple[NodeKind, ...]
    groups: dict[tuple[int, Decimal], Decimal]
    """Size and data share of pools -> their share of raw."""
    policies: Policies
    domains: int | None
    """Racks or zones; None: each host is a failure domain."""

    def at(self, hosts: int) -> _Held:
        kinds = filled_up(self.existing, self.role, self.spec, hosts)
        layouts = {size: self._layout(kinds, hosts, size) for size, _ in self.groups}
        found, stranded, left_out = {}, Decimal(0), 0
        for (size, data_share), share in self.groups.items():
            layout = layouts[size]
            rules = {
                "data_share": data_share,
                "metadata_share": self.policies.metadata_share,
                "self_heal_reserve": self.policies.self_heal_reserve,
            }
            if isinstance(layout, storage.Layout):
                found[size, data_share] = storage.capacity(layout, **rules)  # type: ignore[arg-type]  # by name
            else:
                held = uneven_capacity(layout, **rules)  # type: ignore[arg-type]  # by name
                found[size, data_share] = held.capacity
                stranded += share * held.stranded_tb
                left_out = max(left_out, held.left_out)
        widest = max(layouts)
        return _Held(
            layout=layouts[widest],
            capacity=storage.combined([(share, found[group]) for group, share in self.groups.items()]),
            of_group=found,
            stranded_tb=stranded,
            left_out=left_out,
        )

    def _layout(self, kinds: Sequence[NodeKind], hosts: int, size: int) -> storage.Layout | UnevenLayout:
        drives = {(kind.spec.osds, kind.spec.osd_tb) for kind in kinds}
        if len(drives) == 1 and (
            self.domains is None or (hosts % self.domains == 0 and hosts >= self.domains)
        ):
            ((osds, drive_tb),) = drives
            return storage.Layout(
                hosts=hosts, drives_per_host=osds, drive_tb=drive_tb, domains=self.domains or hosts, size=size
            )  # fmt: skip
        groups = [OsdHosts(count=k.count, drives=k.spec.osds, drive_tb=k.spec.osd_tb) for k in kinds]
        return uneven_layout(groups, domains=self.domains, size=size)


def plan_storage(
    request: SizingRequest,
    counted: Sequence[int],
    racks: int,
    *,
    device_class: DeviceClass,
    spec: NodeSpec,
    is_main: bool,
    least: int = 0,
    exactly: int | None = None,
) -> Stored:
    """Return the hosts of one device class that hold what is written to it, and their capacity and pools.

    Raises:
        InvalidDocument: there are fewer racks or zones than copies, or no number of hosts is enough.
    """
    policies = request.policies
    together = is_main and is_hyper_converged(request.hardware)
    written = written_tb(request, counted, device_class, is_main=is_main)
    pools = pool_plans(policies, device_class, is_main=is_main)
    groups: dict[tuple[int, Decimal], Decimal] = {}
    for pool in pools:
        groups[pool.size, pool.data_share] = groups.get((pool.size, pool.data_share), Decimal(0)) + pool.share
    widest = max(size for size, _ in groups)
    domain = policies.storage_failure_domain
    domains = domains_of(domain, policies, racks)
    if domain is not FailureDomain.HOST and domains < widest:
        message = f"{widest} copies or shards in different {domain.value}s need {widest} {domain.value}s and there are {domains}"
        raise InvalidDocument(
            [Problem("policies.storage_failure_domain", domain.value, message, "Use more of them, or host.")]
        )
    role = NodeRole.COMPUTE if together else NodeRole.STORAGE
    existing = existing_of(request.hardware, role)
    existing = tuple(
        k for k in existing if k.spec.osd_media and DeviceClass.of(k.spec.osd_media) is device_class
    )
    cluster = _Cluster(
        role=role, spec=spec, existing=existing, groups=groups, policies=policies,
        domains=None if domain is FailureDomain.HOST else domains,
    )  # fmt: skip
    there = sum(kind.count for kind in existing)
    fewest = max(widest, LEAST_HOSTS) if is_main else widest
    least = max(fewest, least, there)
    floor_hosts = ceil(Decimal(least) / domains) * domains
    computed = _hosts_that_hold(cluster, floor_hosts, domains, written)
    hosts = computed if exactly is None else exactly
    held = cluster.at(hosts)
    kinds = filled_up(existing, role, spec, hosts)
    if hosts > floor_hosts:
        bound_by = "capacity"
    elif together and least > max(policies.replicas, there):
        bound_by = "the compute part"
    else:
        bound_by = "failure domains" if hosts > there or least == fewest else "what is there already"
    if exactly is not None:
        bound_by = "set by hand"
    is_spread = exactly is None and hosts - domains >= max(floor_hosts, there)
    return Stored(
        device_class=device_class,
        spec=spec,
        kinds=kinds,
        computed_hosts=computed,
        sizing=_sizing(
            request, kinds, held, pools, written, bound_by,
            device_class=device_class, computed=cluster.at(computed), together=together,
        ),
        layout=held.layout,
        capacity=held.capacity,
        stranded_tb=held.stranded_tb,
        left_out=held.left_out,
        written_tb=written,
        objects_tb=objects_tb(request, device_class, is_main=is_main),
        least=ceil(Decimal(fewest) / domains) * domains,
        pools=pools,
        next_node_tb=cluster.at(hosts + domains).capacity.usable_tb - held.capacity.usable_tb,
        nodes_in_step=domains,
        previous_tb=cluster.at(hosts - domains).capacity.usable_tb if is_spread else None,
    )  # fmt: skip


def _hosts_that_hold(cluster: _Cluster, least: int, step: int, written: Decimal) -> int:
    """The smallest number of hosts, from `least` on by rows of `step`, that holds what is written (S8)."""

    def is_short(hosts: int) -> bool:
        return cluster.at(hosts).capacity.usable_tb < written

    if not is_short(least):
        return least
    low, high = 0, 1  # usable capacity never falls with more hosts: double, then halve
    while is_short(least + high * step):
        low, high = high, high * 2
        if high > MOST_STORAGE_NODES:
            message = f"{written:,.0f} TB would take more than 100,000 storage nodes"
            remedy = "Use larger storage nodes, or less disk."
            raise InvalidDocument([Problem("workload.profiles", written, message, remedy)])
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_short(least + middle * step) else (low, middle)
    return least + high * step


def _sizing(
    request: SizingRequest,
    kinds: Sequence[NodeKind],
    held: _Held,
    pools: Sequence[PlannedPool],
    written: Decimal,
    bound_by: str,
    *,
    device_class: DeviceClass,
    computed: _Held,
    together: bool,
) -> StorageSizing:
    policies, found = request.policies, held.capacity
    hosts = sum(kind.count for kind in kinds)
    osds = sum(kind.count * kind.spec.osds for kind in kinds)
    fullest = max((kind.spec for kind in kinds), key=lambda one: one.osds)
    assert fullest.osd_media is not None  # noqa: S101 - device_classes refused it
    has_monitor = together or not policies.monitors_on_control
    colocated = storage.MON_RAM_GIB + storage.MGR_RAM_GIB if has_monitor and not together else 0
    if request.workload.object_storage_tb and not together:
        colocated += storage.RGW_RAM_GIB
    minimum, recommended = storage.threads_needed(
        osds=fullest.osds, media=fullest.osd_media, has_monitor=has_monitor
    )
    planned = tuple(
        Pool(
            name=pool.name,
            kind=pool.kind,
            size=pool.size,
            min_size=pool.min_size,
            share_of_raw=pool.share,
            usable_tb=held.of_group[pool.size, pool.data_share].usable_tb * pool.share,
            pg_num=storage.planned_pg_num(osds=osds, size=pool.size, share=pool.share),
            failure_domain=policies.storage_failure_domain.value,
            media=fullest.osd_media.value,
            coding_chunks=pool.protection.m or 0,
        )
        for pool in pools
    )
    needed_raw_tb = Decimal(
        0
    )  # of nothing written, also where nothing may be stored: one drive in each of three hosts
    if written:
        enough = computed.capacity
        needed_raw_tb = storage.raw_needed_tb(
            usable_tb=written,
            data_share=enough.replicated_tb / enough.raw_tb,
            limit=enough.fill_limit,
            metadata_share=policies.metadata_share,
        )
    return StorageSizing(
        hosts=hosts,
        osds=osds,
        raw_tb=found.raw_tb,
        replicated_tb=found.replicated_tb,
        after_metadata_tb=found.after_metadata_tb,
        usable_tb=found.usable_tb,
        fill_limit=found.fill_limit,
        fill_reason=found.fill_reason,
        needed_raw_tb=needed_raw_tb,
        needed_usable_tb=written,
        bound_by=bound_by,
        monitors=storage.monitors(hosts),
        managers=MANAGERS,
        ram_needed_gib=Decimal(storage.ram_needed_gib(osds=fullest.osds, colocated_gib=colocated)),
        threads_minimum=minimum,
        threads_recommended=recommended,
        pools=planned,
    )


def all_classes(stored: Sequence[Stored]) -> StorageSizing:
    """Return the storage of all device classes together: sums, and the tightest of what does not add up."""
    parts = [one.sizing for one in stored]
    if len(parts) == 1:
        return parts[0]
    hosts = sum(part.hosts for part in parts)
    usable = sum((part.usable_tb for part in parts), Decimal(0))
    after = sum((part.after_metadata_tb for part in parts), Decimal(0))
    return StorageSizing(
        hosts=hosts,
        osds=sum(part.osds for part in parts),
        raw_tb=sum((part.raw_tb for part in parts), Decimal(0)),
        replicated_tb=sum((part.replicated_tb for part in parts), Decimal(0)),
        after_metadata_tb=after,
        usable_tb=usable,
        fill_limit=usable / after if after else Decimal(0),
        fill_reason=min(parts, key=lambda part: part.fill_limit).fill_reason,
        needed_raw_tb=sum((part.needed_raw_tb for part in parts), Decimal(0)),
        needed_usable_tb=sum((part.needed_usable_tb for part in parts), Decimal(0)),
        bound_by="; ".join(f"{one.device_class.value}: {one.sizing.bound_by}" for one in stored),
        monitors=storage.monitors(hosts),
        managers=MANAGERS,
        ram_needed_gib=max(part.ram_needed_gib for part in parts),
        threads_minimum=max(part.threads_minimum for part in parts),
        threads_recommended=max(part.threads_recommended for part in parts),
        pools=tuple(pool for part in parts for pool in part.pools),
    )
