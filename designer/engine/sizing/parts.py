"""What the steps of a sizing hand to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from catalog.engine.hardware import DeviceClass, HardwareSelection, NodeRole, NodeSpec
from designer.engine.sizing import compute, packing, performance, power, storage
from designer.engine.sizing.fabric import Fabric
from designer.engine.sizing.model import ComputeSizing, SizingRequest, StorageSizing
from designer.engine.sizing.uneven import UnevenLayout
from designer.engine.workload import FailureDomain, Policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserves:
    """What a host keeps from guests, and of what it is made up: threads and GiB."""

    threads: int
    ram_gib: Decimal
    host_ram_gib: Decimal
    osds: int = 0
    threads_per_osd: int = 0
    gib_per_osd: Decimal = Decimal(0)
    control_threads: int = 0
    control_gib: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKind:
    """Equal nodes of one role."""

    role: NodeRole
    spec: NodeSpec
    count: int
    is_existing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    sizing: ComputeSizing
    spec: NodeSpec
    """What more of it is built from."""
    kinds: tuple[NodeKind, ...]
    """Those that are there already, then the new ones."""
    groups: tuple[packing.HostGroup, ...]
    """What each of `kinds` gives to guests."""
    demands: tuple[packing.VmDemand, ...]
    spare: int
    """Hosts that the rule keeps spare."""
    computed_hosts: int
    """What the rules ask for, whatever a person fixed."""
    host: packing.HostCapacity
    """A new one."""
    needed: compute.HostsNeeded
    reserves: Reserves
    most_vms_per_host: int
    """Of this mix, on one host by itself."""
    hosts_in_use: int
    """Without those that the rule keeps spare; more than the load needs where more are bought."""
    hosts_bound_by: str
    """What decided the number of hosts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPool:
    """One Ceph pool with what its protection means."""

    name: str
    kind: str
    size: int
    """Copies, or k + m."""
    min_size: int
    data_share: Decimal
    """e: of raw, what is data."""
    share: Decimal
    """Of the raw capacity."""
    protection: performance.Protection


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The storage of one device class."""

    device_class: DeviceClass
    spec: NodeSpec
    """What more of it is built from."""
    kinds: tuple[NodeKind, ...]
    """Those that are there already, then the new ones; where one node does everything, those of compute."""
    computed_hosts: int
    """What the rules ask for, whatever a person fixed."""
    sizing: StorageSizing
    layout: storage.Layout | UnevenLayout
    capacity: storage.Capacity
    stranded_tb: Decimal
    left_out: int
    written_tb: Decimal
    objects_tb: Decimal
    """Of it, objects: they do not grow with VMs."""
    least: int
    """Nodes that copies and failure domains ask for, whatever is written."""
    pools: tuple[PlannedPool, ...]
    next_node_tb: Decimal
    """Usable capacity that the next node, or row of nodes in each failure domain, adds."""
    nodes_in_step: int
    """Nodes of that step: 1, or one for each rack or zone."""
    previous_tb: Decimal | None
    """Usable capacity without the last such step; None where it is needed for copies or is there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    kinds: tuple[NodeKind, ...]
    """All nodes, in the order of `RackContent.nodes`."""
    contents: tuple[power.RackContent, ...]
    fabric: Fabric | None
    """How racks are joined; None where there is one."""
    bound_by: str
    by_limit: dict[str, int]
    for_nodes: int = 0
    """Racks that would carry nodes, leaves and out-of-band switches, spines left aside; 0 when set by hand."""


def is_hyper_converged(hardware: HardwareSelection) -> bool:
    """Whether one node does everything: no control and no storage node is chosen, and the compute node has all roles."""
    roles = {NodeRole.CONTROL, NodeRole.COMPUTE, NodeRole.STORAGE}
    return hardware.control is None and hardware.storage is None and roles <= set(hardware.compute.roles)


def osd_node(hardware: HardwareSelection) -> NodeSpec:
    """The node that carries the OSDs."""
    return hardware.storage or hardware.compute


def existing_of(hardware: HardwareSelection, role: NodeRole) -> tuple[NodeKind, ...]:
    """The nodes of a role that are there already, in the order in which they are used."""
    return tuple(
        NodeKind(role=role, spec=nodes.spec, count=nodes.count, is_existing=True)
        for nodes in hardware.existing
        if nodes.role is role
    )


def filled_up(
    existing: Sequence[NodeKind], role: NodeRole, spec: NodeSpec, count: int
) -> tuple[NodeKind, ...]:
    """Return `count` nodes of a role: of the existing ones in their order, and new ones like `spec`."""
    kinds, left = [], count
    for kind in existing:
        used = min(kind.count, left)
        left -= used
        if used:
            kinds.append(replace(kind, count=used))
    if left:
        kinds.append(NodeKind(role=role, spec=spec, count=left))
    return tuple(kinds)


def controllers_of(request: SizingRequest) -> int:
    """Control nodes: those that are planned; more where more are there already, or bought."""
    existing = sum(kind.count for kind in existing_of(request.hardware, NodeRole.CONTROL))
    bought = request.at_least.control if request.at_least else 0
    return max(request.policies.controllers, existing, bought)


def controller_extra_gib(request: SizingRequest) -> Decimal:
    """Return x of CP2: the memory of optional services and of MON and MGR on each controller."""
    has_monitor = request.policies.monitors_on_control or is_hyper_converged(request.hardware)
    monitors = storage.MON_RAM_GIB + storage.MGR_RAM_GIB if has_monitor else 0
    return request.policies.control_extra_ram_gib + monitors


def nodes_of(request: SizingRequest, computed: Computed, stored: Sequence[Stored]) -> tuple[NodeKind, ...]:
    """Return all nodes by role and model, in the order in which they are dealt over racks (R7)."""
    found = [*computed.kinds]
    for one in stored:
        found += [kind for kind in one.kinds if kind.role is NodeRole.STORAGE]
    return (*found, *control_nodes(request))


def control_nodes(request: SizingRequest) -> tuple[NodeKind, ...]:
    """Return the control nodes by model; none where hyper-converged nodes carry the control plane."""
    spec = request.hardware.control
    if spec is None:
        return ()
    existing = existing_of(request.hardware, NodeRole.CONTROL)
    return filled_up(existing, NodeRole.CONTROL, spec, controllers_of(request))


def amphorae_of(request: SizingRequest) -> int:
    """The VMs of Octavia that are planned on the compute nodes (CP8, section 10 step 4)."""
    return request.workload.load_balancers * request.policies.amphorae_per_load_balancer


def is_on(request: SizingRequest, stored: Stored, wanted: DeviceClass | None) -> bool:
    """Whether disks of a class, or of none that is named, are on the drives of `stored`."""
    if wanted is not None:
        return wanted is stored.device_class
    return stored.spec.osd_media is osd_node(request.hardware).osd_media


def is_mixed(computed: Computed) -> bool:
    """Whether compute nodes differ."""
    return len({group.host for group in computed.groups}) > 1


def vms_short_after(unit: FailureDomain, computed: Computed, policies: Policies, racks: int) -> int:
    """How many VMs find no place after the worst loss of one host, rack or zone, hosts being what they are (C7)."""
    if unit is FailureDomain.HOST:
        cases = packing.after_losses(computed.groups, 1)
    else:
        cases = packing.after_domain_losses(computed.groups, domains_of(unit, policies, racks))
    return max(
        (packing.pack(computed.host, computed.demands, case, may_add=False).left for case in cases), default=0
    )


def most_nodes_lost(unit: FailureDomain, policies: Policies, spread: Spread) -> int:
    """How many compute nodes the worst loss of one host, rack or zone takes (C7)."""
    by_rack = [content.compute for content in spread.contents]
    if unit is FailureDomain.HOST:
        return min(1, sum(by_rack))
    zones = (policies.zones or len(by_rack)) if unit is FailureDomain.ZONE else len(by_rack)
    return max(sum(by_rack[zone::zones]) for zone in range(zones))


def domains_of(unit: FailureDomain, policies: Policies, racks: int) -> int:
    """How many racks or zones there are; 1 where hosts are the failure domain."""
    if unit is FailureDomain.HOST:
        return 1
    return policies.zones or racks if unit is FailureDomain.ZONE else racks


def racks_matter(policies: Policies) -> bool:
    """Whether the rack count changes how many nodes are needed."""
    return (
        policies.failure_unit is not FailureDomain.HOST
        or policies.storage_failure_domain is not FailureDomain.HOST
    )
