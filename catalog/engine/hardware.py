"""What can be bought, as the engines see it: node specs, switches, racks, power distribution, with prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from catalog.engine.documents import (
    Bounds,
    Count,
    Name,
    PositiveCount,
    PositiveQuantity,
    Quantity,
    Slug,
    Text,
    UnitPrice,
    Watts,
)


class NodeRole(StrEnum):
    """What a node does in a cloud; a hyper-converged node has several."""

    CONTROL = "control"
    COMPUTE = "compute"
    STORAGE = "storage"
    NETWORK = "network"
    BARE_METAL = "bare-metal"
    """A server that Ironic hands out whole."""


class SwitchRole(StrEnum):
    LEAF = "leaf"
    SPINE = "spine"
    SUPER_SPINE = "super-spine"
    """Joins the spines of several pods; a spine model of the catalog stands there."""
    OUT_OF_BAND = "oob"


class Media(StrEnum):
    HDD = "hdd"
    SATA_SSD = "sata-ssd"
    NVME = "nvme"


class DeviceClass(StrEnum):
    """What CRUSH calls drives of one kind; a rule takes the OSDs of one class."""

    HDD = "hdd"
    SSD = "ssd"
    NVME = "nvme"

    @classmethod
    def of(cls, media: Media) -> DeviceClass:
        """The class of drives of `media`."""
        return {Media.HDD: cls.HDD, Media.SATA_SSD: cls.SSD, Media.NVME: cls.NVME}[media]


class Basis(StrEnum):
    """How far a price or fact can be trusted, worst first in what people must be told."""

    OBSERVED = "observed"
    """Copied from a price list, feed or published measurement."""
    DERIVED = "derived"
    """Arithmetic on observed prices; the source says which."""
    ESTIMATE = "estimate"
    """An analyst's or vendor's estimate."""
    RECALLED = "recalled"
    """From general knowledge, without a stored source: never shown as sourced."""
    HOUSE = "house"
    """A planning value of this house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRange:
    """A purchase price: what to expect, and how far off it may be. Units of `currency`, without tax."""

    low: UnitPrice
    typical: UnitPrice
    high: UnitPrice
    currency: str = "USD"
    unit: str = "each"
    as_of: date
    source: Text
    basis: Basis
    working: Text = ""
    """How a derived price was put together: "2 x CPU 3,622 + 16 x 32 GiB DDR5 ..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortGroup:
    """Equal network ports of a node or switch."""

    name: Slug
    """`fast`, `bmc`, `down`, `up`; a port is `<name>-<number from 1>`."""
    count: PositiveCount
    gbps: PositiveQuantity
    media: str = ""
    """SFP28, QSFP28, RJ45 ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    """A buildable server. Clock in GHz, RAM in GiB, drives in TB, power in W, weight in kg."""

    id: Slug
    name: Name
    manufacturer: Name
    model: Name
    roles: tuple[NodeRole, ...]
    rack_units: PositiveCount
    sockets: PositiveCount
    cores_per_socket: PositiveCount
    threads_per_core: PositiveCount = 2
    cpu_model: str = ""
    base_ghz: Quantity | None = None
    boost_ghz: Quantity | None = None
    cpu_tdp_watts: Watts | None = None
    """Thermal design power of one CPU."""
    cpu_source: Text = ""
    """Where clock and thermal design power are from, and as of when."""
    ram_gib: PositiveCount
    osds: Count = 0
    osd_tb: Quantity = Decimal(0)
    osd_media: Media | None = None
    db_devices: Count = 0
    db_tb: Quantity = Decimal(0)
    local_disk_gb: Quantity = Decimal(0)
    """Disk for guests with ephemeral local storage; 0 when guests boot from Ceph."""
    osd_drive_writes_per_day: Quantity | None = None
    """Endurance of an OSD drive; None where nobody said."""
    osd_has_power_loss_protection: bool | None = None
    system_drive_gb: Quantity | None = None
    """What databases, queues and logs may use, GB, after mirroring; None where nobody said."""
    system_drive_media: Media | None = None
    osds_share_system_drive: bool | None = None
    """An OSD, or OSD and monitor, on the drive that the system boots from."""
    osds_behind_raid: bool | None = None
    """A controller in RAID mode between host and OSD drives."""
    has_mirrored_local_disk: bool | None = None
    """The disk for guests survives one drive and is not the system's."""
    gpus: Count = 0
    power_supplies: PositiveCount | None = None
    depth_mm: PositiveCount | None = None
    ports: tuple[PortGroup, ...]
    idle_watts: Watts
    max_watts: Watts
    weight_kg: Quantity
    facts_source: Text = ""
    """Where make, model, height and the like are from, and which of them are planning values."""
    price: PriceRange | None = None

    @property
    def threads(self) -> int:
        """Logical CPUs (sizing.C1)."""
        return self.sockets * self.cores_per_socket * self.threads_per_core

    @property
    def fast_ports(self) -> PortGroup | None:
        """The ports that carry the cloud's own networks."""
        return next((group for group in self.ports if group.name == "fast"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSpec:
    id: Slug
    name: Name
    manufacturer: Name
    model: Name
    role: SwitchRole
    rack_units: PositiveCount = 1
    ports: tuple[PortGroup, ...]
    """Groups `down` (to servers, or to leaves on a spine) and `up` (to spines)."""
    power_supplies: PositiveCount | None = None
    depth_mm: PositiveCount | None = None
    idle_watts: Watts
    max_watts: Watts
    weight_kg: Quantity
    facts_source: Text = ""
    """Where make, model, height and the like are from, and which of them are planning values."""
    price: PriceRange | None = None

    def port_group(self, name: str) -> PortGroup | None:
        return next((group for group in self.ports if group.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RackSpec:
    id: Slug
    name: Name
    manufacturer: Name
    model: Name
    rack_units: PositiveCount = 42
    depth_mm: PositiveCount | None = None
    max_load_kg: PositiveQuantity
    weight_kg: Quantity
    facts_source: Text = ""
    """Where make, model, height and the like are from, and which of them are planning values."""
    price: PriceRange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PduSpec:
    """A rack power distribution unit: one feed of a rack (sizing.R2)."""

    id: Slug
    name: Name
    manufacturer: Name
    model: Name
    volts: PositiveCount
    amps: PositiveCount
    phases: PositiveCount = 1
    outlets: Count = 0
    """0 when not known."""
    weight_kg: Quantity
    facts_source: Text = ""
    """Where make, model, height and the like are from, and which of them are planning values."""
    price: PriceRange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPrice:
    """A cable, optic or other piece that a bill of materials adds by count."""

    id: Slug
    name: Name
    price: PriceRange


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingNodes:
    """Equal servers of one role that the customer has already, of any generation."""

    spec: NodeSpec
    role: NodeRole
    count: Annotated[int, Bounds(1, 10_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareSelection:
    """The models that a sizing builds from: one spec a role. A hyper-converged design sets compute only
    with a spec whose roles are control, compute and storage, and leaves control and storage None."""

    control: NodeSpec | None
    compute: NodeSpec
    storage: NodeSpec | None
    leaf: SwitchSpec
    spine: SwitchSpec
    oob: SwitchSpec
    rack: RackSpec
    pdu: PduSpec
    storage_tiers: tuple[NodeSpec, ...] = ()
    """Storage nodes of other device classes, one model each, beside `storage`."""
    existing: Annotated[tuple[ExistingNodes, ...], Bounds(0, 50)] = ()
    """Used first; what is missing is bought, of the models above."""
    larger_spines: tuple[SwitchSpec, ...] = ()
    """Those of the catalog with more ports than `spine`, smallest first: what a fabric that outgrows it is built from."""

    @property
    def by_id(self) -> Mapping[str, NodeSpec | SwitchSpec | RackSpec | PduSpec]:
        """Every model of the selection by id."""
        switches = {switch.id: switch for switch in (self.leaf, self.spine, self.oob, *self.larger_spines)}
        return {**self.node_specs, **switches, self.rack.id: self.rack, self.pdu.id: self.pdu}

    @property
    def node_specs(self) -> Mapping[str, NodeSpec]:
        """Every server model of the selection by id."""
        chosen = (self.control, self.compute, self.storage, *self.storage_tiers)
        specs = [*(spec for spec in chosen if spec is not None), *(nodes.spec for nodes in self.existing)]
        return {spec.id: spec for spec in specs}
