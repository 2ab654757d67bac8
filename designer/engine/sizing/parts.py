"""What the steps of a sizing hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.hardware import HardwareSelection, NodeRole, NodeSpec
from designer.engine.sizing import compute, performance, power, storage
from designer.engine.sizing.model import ComputeSizing, SizingRequest, StorageSizing
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
class Computed:
    sizing: ComputeSizing
    host: compute.HostCapacity
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
    sizing: StorageSizing
    layout: storage.Layout
    capacity: storage.Capacity
    written_tb: Decimal
    pools: tuple[PlannedPool, ...]
    next_node_tb: Decimal
    """Usable capacity that the next node, or row of nodes in each failure domain, adds."""
    nodes_in_step: int
    """Nodes of that step: 1, or one for each rack or zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    contents: tuple[power.RackContent, ...]
    bound_by: str
    by_limit: dict[str, int]


def is_hyper_converged(hardware: HardwareSelection) -> bool:
    """Whether one node does everything: no control and no storage node is chosen, and the compute node has all roles."""
    roles = {NodeRole.CONTROL, NodeRole.COMPUTE, NodeRole.STORAGE}
    return hardware.control is None and hardware.storage is None and roles <= set(hardware.compute.roles)


def osd_node(hardware: HardwareSelection) -> NodeSpec:
    """The node that carries the OSDs."""
    return hardware.storage or hardware.compute


def amphorae_of(request: SizingRequest) -> int:
    """The VMs of Octavia that are planned on the compute nodes (CP8, section 10 step 4)."""
    return request.workload.load_balancers * request.policies.amphorae_per_load_balancer


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
