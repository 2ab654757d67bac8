"""What a sizing is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated

from catalog.engine.documents import Bounds, Count, Slug
from catalog.engine.figures import Figure
from catalog.engine.hardware import DeviceClass, HardwareSelection, NodeRole
from designer.engine.workload import Overrides, Policies, Workload

ENGINE_VERSION = "2026.11.5"
"""Raised whenever a result changes; stored with every result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCounts:
    """How many of each thing a cloud is built from."""

    control: Count
    compute: Count
    storage: Count
    racks: Count
    leaves: Count
    spines: Count
    oob_switches: Count
    pdus: Count
    super_spines: Count = 0
    storage_by_class: Mapping[str, Count] = field(default_factory=dict)
    """Nodes with OSDs by device class, where there are several; all storage nodes in `storage`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesOfModel:
    """So many nodes of one model in one role; those that are there already apart from those that are bought."""

    role: NodeRole
    spec: Slug
    count: Count
    is_existing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A count that a person fixed, beside the one that the engine computes."""

    field: str
    """In the design document: `hardware.overrides.compute`."""
    figure: str
    """Key of the figure that shows it."""
    label: str
    unit: str
    computed: int
    chosen: int
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingRequest:
    """One question to the sizing engine."""

    workload: Workload
    policies: Policies = field(default_factory=Policies)
    hardware: HardwareSelection
    overrides: Overrides = field(default_factory=Overrides)
    """Exactly these counts: what a person fixed by hand."""
    at_least: NodeCounts | None = None
    """Never answer with fewer: what is already bought (tco.D3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeSizing:
    hosts_for_load: int
    spare_hosts: int
    hosts: int
    vms: int
    """VMs to be placed, platform VMs included."""
    vcpus: int
    ram_gib: Decimal
    """Demand with growth and per-VM overhead."""
    pinned_vcpus: int
    """Of the vCPUs, those with a thread to themselves."""
    vcpus_per_host: int
    """Placement's inventory of VCPU with its ratio."""
    pcpus_per_host: int
    """Placement's inventory of PCPU; 0: the host pins nothing."""
    ram_gib_per_host: Decimal
    reserved_threads: int
    reserved_ram_gib: Decimal
    vms_with_spare: int
    """How many VMs of this mix run with the spare hosts set aside."""
    vcpus_with_spare: int
    """What those hosts have to give, as the two below: of it the mix leaves some unused (C6)."""
    ram_gib_with_spare: Decimal
    gpus: int
    """GPUs that all VMs ask for."""
    gpus_with_spare: int
    bound_by: str
    packing_hosts: int
    """What the better of two packings needed (C6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSizing:
    nodes: int
    tolerated_losses: int
    quorum: int
    ram_needed_gib: Decimal
    cores_needed: int
    disk_needed_gb: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One Ceph pool as planned."""

    name: str
    kind: str
    """`replicated` or `erasure`."""
    size: int
    min_size: int
    share_of_raw: Decimal
    usable_tb: Decimal
    pg_num: int
    failure_domain: str
    media: str
    coding_chunks: int = 0
    """m of an erasure-coded pool, whose size is k + m; 0 for copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSizing:
    hosts: int
    osds: int
    raw_tb: Decimal
    replicated_tb: Decimal
    after_metadata_tb: Decimal
    usable_tb: Decimal
    """What may be promised (S4)."""
    fill_limit: Decimal
    fill_reason: str
    needed_raw_tb: Decimal
    needed_usable_tb: Decimal
    bound_by: str
    monitors: int
    managers: int
    ram_needed_gib: Decimal
    threads_minimum: int
    threads_recommended: int
    pools: tuple[Pool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageOfClass:
    """The storage of one device class: hosts, capacity and pools of its own."""

    device_class: DeviceClass
    sizing: StorageSizing
    stranded_tb: Decimal
    """Raw capacity above what the other failure domains can match: no copy can be put there (S6)."""
    left_out_domains: int
    """Failure domains too small to take part: together with them less could be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSizing:
    leaves: int
    spines: int
    oob_switches: int
    leaf_ports_needed: int
    leaf_ports: int
    uplinks_per_leaf: int
    oversubscription: Decimal
    bound_by: str
    super_spines: int = 0
    spine: str = ""
    """The model of spines and super-spines: the chosen one, or a larger one where its ports run out."""
    pods: tuple[int, ...] = ()
    """Racks of each pod; several where super-spines join them."""
    uplinks_per_spine: int = 0
    """To all super-spines of its plane together."""
    spine_oversubscription: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RackLoad:
    """What stands in one rack, and what it may carry."""

    rack: int
    """From 1."""
    control: int
    compute: int
    storage: int
    nodes: tuple[int, ...]
    """Of each entry of the sizing's `nodes`."""
    leaves: int
    spines: int
    oob_switches: int
    super_spines: int = 0
    used_units: int
    usable_units: int
    max_watts: Decimal
    idle_watts: Decimal
    feed_watts: Decimal
    """Capacity of one of the two feeds; each alone must carry the rack (R3)."""
    equipment_kg: Decimal
    max_load_kg: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitySizing:
    racks: tuple[RackLoad, ...]
    bound_by: str
    rack_units: int
    max_watts: Decimal
    idle_watts: Decimal
    average_watts: Decimal
    equipment_kg: Decimal
    heat_btu_per_hour: Decimal
    cooling_tons: Decimal
    airflow_cfm: Decimal
    energy_kwh_per_year: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """Addresses of one network (N8)."""

    network: str
    hosts: int
    prefix: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the reader must know: a check that failed or only just holds."""

    severity: Annotated[str, Bounds(1, 20)]
    """`error`, `warning` or `info`."""
    formula: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """One part of the cloud: what binds it, what room is left, and what the next node or rack would change."""

    part: str
    """`compute`, `storage.nvme`, `control`, `rack_units`, `power`, `leaf_ports`."""
    label: str
    bound_by: str
    room: Decimal
    unit: str
    room_vms: int | None
    """In VMs of this mix; None where VMs do not fill it."""
    step: str
    """What one more is: `1 node Compute, 64 cores, 512 GiB`."""
    step_adds: Decimal
    step_usd: Decimal | None
    """Its typical price in the catalog; None where there is none."""
    one_less: str
    """What one less would mean."""
    figure: str
    """Key of the figure that explains the room."""
    step_figure: str = ""
    """Key of the figure that explains what one more brings; empty where that of the room does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BestChange:
    """The single change that lets the cloud carry most more VMs for its price."""

    part: str
    text: str
    vms: int
    usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingResult:
    """The answer, with the explanation of every number in `figures` (key -> figure)."""

    engine_version: str
    counts: NodeCounts
    compute: ComputeSizing
    control: ControlSizing
    storage: StorageSizing
    """Of all device classes together."""
    storage_classes: tuple[StorageOfClass, ...]
    """The one of the design's storage node first."""
    nodes: tuple[NodesOfModel, ...]
    """In the order in which they are dealt over racks."""
    overrides: tuple[Override, ...]
    headroom: tuple[Headroom, ...]
    best_change: BestChange | None
    """None where no single change helps."""
    network: NetworkSizing
    facility: FacilitySizing
    subnets: tuple[Subnet, ...]
    figures: Mapping[str, Figure]
    notices: tuple[Notice, ...]
