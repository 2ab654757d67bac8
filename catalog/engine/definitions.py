"""What the catalog says of clouds beside hardware: services, networks and reference designs, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated

from catalog.engine.documents import Bounds, Count, Name, PositiveCount, Quantity, Share, Slug, Text
from catalog.engine.hardware import NodeRole


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDefinition:
    """One component process of a service, and the Kolla-Ansible group that deploys it."""

    name: Name
    kolla_group: str = ""
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What one instance needs at a scale."""

    scale: Slug
    """`vm_50`, `vm_500`, `vm_1000`, `vm_5000`."""
    cores: Decimal
    ram_gib: Decimal
    disk_gb: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDefinition:
    """A service of OpenStack, Ceph or the platform below them."""

    id: Slug
    name: Name
    project: Name
    layer: Slug
    """`control`, `data` or `storage`."""
    roles: tuple[NodeRole, ...]
    """The kinds of nodes it may run on, the usual first; empty when it has hosts of its own."""
    is_in_reference_architecture: bool
    is_optional: bool
    quorum: str = ""
    minimum_replicas: Count = 1
    depends_on: tuple[Slug, ...] = ()
    networks: tuple[str, ...] = ()
    ports: Mapping[str, str] = field(default_factory=dict)
    processes: tuple[ProcessDefinition, ...] = ()
    footprints: tuple[Footprint, ...] = ()
    loss_of_one: Text = ""
    loss_of_all: Text = ""
    note: Text = ""
    source: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDefinition:
    """One of the networks of a cloud. Bandwidth in Gb/s of a host, MTU in bytes."""

    id: Slug
    name: Name
    plane: Slug
    """As the drawing calls it: `management`, `storage-public` ..."""
    purpose: Text
    is_in_reference_architecture: bool
    attaches: Mapping[str, str]
    """Kind of node -> whether and when it is on this network."""
    minimum_gbps: Decimal | None = None
    recommended_gbps: Decimal | None = None
    mtu: Annotated[int, Bounds(576, 9216)] = 1500
    vlan: str = ""
    cidr: str = ""
    """What the reference designs use; sized by sizing.N8."""
    isolation: tuple[str, ...] = ()
    loss: Text = ""
    source: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavor:
    """The VM that a reference design is measured in."""

    vcpus: PositiveCount
    ram_gib: Decimal
    disk_gb: Decimal
    cpu_allocation_ratio: Decimal
    gpus: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolShare:
    """A Ceph pool of a reference design: its share of raw capacity, and k + m where it is erasure-coded."""

    name: Name
    share_of_raw: Share
    k: Count | None = None
    m: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingRules:
    """Planning rules that a reference design was made with; each as the design's own rule of that name."""

    racks: PositiveCount | None = None
    zones: PositiveCount | None = None
    spare_hosts: Count | None = None
    failure_unit: Slug = "host"
    storage_failure_domain: Slug = "host"
    monitors_on_control: bool = False
    control_extra_ram_gib: Quantity = Decimal(0)
    pools: tuple[PoolShare, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCount:
    """So many nodes of one spec."""

    spec: Slug
    count: PositiveCount
    roles: tuple[NodeRole, ...]
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RackContent:
    """What stands in one rack: spec id -> count."""

    name: Name
    content: Mapping[str, Count]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDesignDefinition:
    """A proven cloud to start from."""

    id: Slug
    title: Name
    summary: Text
    nodes: tuple[NodeCount, ...]
    racks: tuple[RackContent, ...]
    hardware: Mapping[str, str]
    """Role -> spec id, with leaf, spine, oob, rack and pdu."""
    uplinks_per_leaf: Count = 0
    """Links of a leaf to all spines together; 0 where no spines stand."""
    flavor: Flavor
    rules: StartingRules = field(default_factory=StartingRules)
    vms_with_spare: Count
    usable_tb: Decimal
    rack_units: Count
    max_watts: Decimal
    equipment_kg: Decimal
    notes: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    source: Text = ""

    def count_of(self, role: NodeRole) -> int:
        """Nodes that have `role`, alone or beside others."""
        return sum(node.count for node in self.nodes if role in node.roles)
