"""The drawing as plain data: racks, nodes, switches, links, networks, pools and who runs where.

One JSON document a design; this module is its meaning, `designer/schema/design.json` its schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from catalog.engine.documents import Bounds, Name, PositiveCount, Quantity, Share, Slug
from catalog.engine.hardware import NodeRole, SwitchRole

SCHEMA_VERSION = 1

Coordinate = Annotated[Decimal, Bounds(-(10**6), 10**6)]


class NetworkPlane(StrEnum):
    MANAGEMENT = "management"
    TENANT = "tenant"
    PROVIDER = "provider"
    STORAGE_PUBLIC = "storage-public"
    STORAGE_CLUSTER = "storage-cluster"
    OUT_OF_BAND = "oob"
    PROVISIONING = "provisioning"
    OCTAVIA = "octavia"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    x: Coordinate
    y: Coordinate


@dataclass(frozen=True, slots=True, kw_only=True)
class Rack:
    id: Slug
    name: Name
    spec: Slug
    zone: str = ""
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroup:
    """Equal nodes that the drawing may show as one element."""

    id: Slug
    name: Name
    spec: Slug
    roles: tuple[NodeRole, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    id: Slug
    name: Name
    spec: Slug
    roles: tuple[NodeRole, ...]
    group: str = ""
    rack: str = ""
    unit: Annotated[int | None, Bounds(1, 60, "U")] = None
    """The lowest rack unit that it fills, counted from the floor, from 1."""
    position: Position | None = None
    services: tuple[Slug, ...] = ()
    """Ids of the service catalog, or a process name there up to the first space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    id: Slug
    name: Name
    spec: Slug
    role: SwitchRole
    rack: str = ""
    unit: Annotated[int | None, Bounds(1, 60, "U")] = None
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdu:
    id: Slug
    name: Name
    spec: Slug
    rack: str
    feed: Slug
    """`feed-a` or `feed-b`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalRouter:
    """Where the cloud meets the customer's network; not in the totals."""

    id: Slug
    name: Name
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    id: Slug
    name: Name
    plane: NetworkPlane
    vlan: str = ""
    """One id (`10`) or a trunk (`100-199`)."""
    cidr: str = ""
    mtu: Annotated[int, Bounds(576, 9216, "bytes")] = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a link."""

    element: Slug
    port: Slug
    """`<port group>-<number from 1>`: `fast-1`, `bmc-1`, `down-17`, `up-2`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    id: Slug
    a: End
    b: End
    gbps: Quantity
    bond: str = ""
    networks: tuple[Slug, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoragePool:
    id: Slug
    name: Name
    kind: Annotated[str, Bounds(1, 20)] = "replicated"
    size: PositiveCount = 3
    min_size: PositiveCount = 2
    share_of_raw: Share = Decimal(0)
    pg_num: PositiveCount = 32
    failure_domain: Slug = "host"
    media: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """The whole drawing."""

    schema_version: Annotated[int, Bounds(1, 1)] = SCHEMA_VERSION
    racks: tuple[Rack, ...] = ()
    node_groups: tuple[NodeGroup, ...] = ()
    nodes: Annotated[tuple[Node, ...], Bounds(0, 20_000)] = ()
    switches: Annotated[tuple[Switch, ...], Bounds(0, 5_000)] = ()
    pdus: tuple[Pdu, ...] = ()
    external_routers: tuple[ExternalRouter, ...] = ()
    networks: tuple[Network, ...] = ()
    links: tuple[Link, ...] = ()
    pools: tuple[StoragePool, ...] = ()
