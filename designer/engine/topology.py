"""The drawing as plain data: racks, nodes, switches, links, networks, pools and who runs where.

One JSON document a design; this module is its meaning, `designer/schema/design.json` its schema.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated, Any

from catalog.engine.documents import Bounds, Count, Name, PositiveCount, Problem, Quantity, Share, Slug, write
from catalog.engine.hardware import NodeRole, NodeSpec, PduSpec, RackSpec, SwitchRole, SwitchSpec

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
    is_existing: bool = False
    """Whether the customer has them already: listed, and not bought."""


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
    bends: Annotated[tuple[Position, ...], Bounds(0, 50)] = ()
    """Where a person led the line, from `a` to `b`; none: straight, or as the drawing routes it."""


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
    coding_chunks: Count = 0
    """m of an erasure-coded pool, whose size is k + m; 0 for copies."""
    is_bulk: bool = False
    """Whether the autoscaler starts it large (`ceph osd pool set <pool> bulk true`)."""

    @property
    def is_erasure_coded(self) -> bool:
        return self.coding_chunks > 0 or self.kind.startswith("erasure")

    @property
    def parity(self) -> int:
        """m of an erasure-coded pool, 0 of copies.

        Where it is not drawn, what Ceph's default min_size implies: k + 1, or k for m = 1 (sizing.S14), with k at least 2.
        """
        if not self.is_erasure_coded:
            return 0
        data = self.min_size - 1 if self.min_size > 2 else self.min_size
        return min(self.coding_chunks or max(1, self.size - data), self.size)

    @property
    def readable_from(self) -> int:
        """Pieces that data can be read from: 1 copy, or k shards."""
        return max(1, self.size - self.parity) if self.is_erasure_coded else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Words on the drawing that stand for nothing to build."""

    id: Slug
    text: Annotated[str, Bounds(1, 2_000)]
    position: Position


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
    notes: Annotated[tuple[Note, ...], Bounds(0, 1_000)] = ()


Spec = NodeSpec | SwitchSpec | RackSpec | PduSpec
Element = Rack | NodeGroup | Node | Switch | Pdu | ExternalRouter | Network | Link | StoragePool | Note

COLLECTIONS: Mapping[str, str] = {
    "racks": "rack",
    "node_groups": "node group",
    "nodes": "node",
    "switches": "switch",
    "pdus": "PDU",
    "external_routers": "external router",
    "networks": "network",
    "links": "link",
    "pools": "pool",
    "notes": "note",
}
"""The lists of a topology, and what one of their elements is called."""

MANAGEMENT_PORTS = ("bmc", "mgmt")
"""Port groups that a server or switch has one of even when its spec does not list them."""

FEEDS = ("feed-a", "feed-b")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of an element, before and after, as plain JSON data."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One element that was added, removed or changed."""

    kind: str
    """`added`, `removed`, `changed`, or `reordered` for a list whose elements only changed places."""
    element: str
    """What it is: `node`, `link`, ..., as in `COLLECTIONS`."""
    id: str
    text: str
    """The change in words."""
    fields: tuple[FieldChange, ...] = ()


def canonical_json(topology: Topology) -> str:
    """Return the one JSON text of `topology`: keys sorted, no blanks. Equal topologies give equal text."""
    return json.dumps(
        write(topology), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def difference(before: Topology, after: Topology) -> list[Change]:
    """Return what must be said to somebody who knows `before` and looks at `after`: elements matched by id."""
    changes: list[Change] = []
    for collection, kind in COLLECTIONS.items():
        old = {element.id: element for element in getattr(before, collection)}
        new = {element.id: element for element in getattr(after, collection)}
        changes += [removed(kind, element) for key, element in old.items() if key not in new]
        changes += [added(kind, element) for key, element in new.items() if key not in old]
        changes += [changed(kind, old[key], new[key]) for key in old if key in new and old[key] != new[key]]
        if old != new or list(old) == list(new):
            continue
        text = f"The order of the {kind}s changed"
        changes.append(Change(kind="reordered", element=kind, id="", text=text))
    return changes


def removed(kind: str, element: Element) -> Change:
    """Say that `element`, a `kind` by `COLLECTIONS`, is gone."""
    return Change(kind="removed", element=kind, id=element.id, text=f"Removed {kind} {_label(element)}")


def added(kind: str, element: Element) -> Change:
    """Say that `element` is new."""
    return Change(kind="added", element=kind, id=element.id, text=f"Added {kind} {_label(element)}")


def changed(kind: str, before: Element, after: Element) -> Change:
    """Say which fields of an element are different now."""
    old, new = write(before), write(after)
    differing = tuple(
        FieldChange(field=name, before=old[name], after=new[name]) for name in old if old[name] != new[name]
    )
    what = ", ".join(change.field.replace("_", " ") for change in differing)
    text = f"Changed {what} of {kind} {_label(after)}"
    return Change(kind="changed", element=kind, id=after.id, text=text, fields=differing)


def _label(element: Element) -> str:
    return element.id if isinstance(element, Link | Note) else element.name


def check(
    topology: Topology, hardware: Mapping[str, Spec], services: Collection[str] | None = None
) -> list[Problem]:
    """Return everything that makes `topology` impossible: references to nothing, things in one place twice.

    `hardware` holds every spec by id; `services` the known service ids and process names, None to accept any.
    Whether a possible drawing is also a good one is for validation to say.
    """
    return _Check(topology, hardware, services).problems()


class _Check:
    def __init__(
        self, topology: Topology, hardware: Mapping[str, Spec], services: Collection[str] | None
    ) -> None:
        self.topology = topology
        self.hardware = hardware
        self.services = services
        self.found: list[Problem] = []
        self.racks = {rack.id for rack in topology.racks}
        self.networks = {network.id for network in topology.networks}
        devices: tuple[Node | Switch | ExternalRouter, ...] = topology.nodes
        devices += (*topology.switches, *topology.external_routers)
        self.devices = {device.id: device for device in devices}

    def problems(self) -> list[Problem]:
        self._ids()
        self._specs()
        self._places()
        self._units()
        self._nodes()
        self._networks()
        self._links()
        self._pools()
        return self.found

    def _report(self, field: str, value: Any, message: str, remedy: str) -> None:
        self.found.append(Problem(field, value, message, remedy))

    def _ids(self) -> None:
        owner: dict[str, str] = {}
        for collection in COLLECTIONS:
            # Devices share one space of ids, because a link names its ends by id alone.
            is_device = collection in ("racks", "nodes", "switches", "pdus", "external_routers")
            seen = owner if is_device else {}
            for index, element in enumerate(getattr(self.topology, collection)):
                field = f"{collection}[{index}].id"
                if element.id in seen:
                    text = f"is the id of {seen[element.id]} too"
                    self._report(field, element.id, text, "Give each element an id of its own.")
                else:
                    seen[element.id] = field.removesuffix(".id")

    def _specs(self) -> None:
        wanted: tuple[tuple[str, type[Spec], str], ...] = (
            ("racks", RackSpec, "a rack"),
            ("node_groups", NodeSpec, "a server"),
            ("nodes", NodeSpec, "a server"),
            ("switches", SwitchSpec, "a switch"),
            ("pdus", PduSpec, "a PDU"),
        )
        for collection, kind, what in wanted:
            for index, element in enumerate(getattr(self.topology, collection)):
                field, spec = f"{collection}[{index}].spec", self.hardware.get(element.spec)
                if spec is None:
                    self._report(
                        field, element.spec, "is not in the catalog", "Use the id of a spec of the catalog."
                    )
                elif not isinstance(spec, kind):
                    self._report(
                        field, element.spec, f"is not {what}", f"Use the id of {what} of the catalog."
                    )

    def _places(self) -> None:
        for collection, is_required in (("nodes", False), ("switches", False), ("pdus", True)):
            for index, element in enumerate(getattr(self.topology, collection)):
                if (element.rack or is_required) and element.rack not in self.racks:
                    field = f"{collection}[{index}].rack"
                    self._report(
                        field, element.rack, "is not a rack of this drawing", "Add the rack, or use another."
                    )
        for index, pdu in enumerate(self.topology.pdus):
            if pdu.feed not in FEEDS:
                self._report(
                    f"pdus[{index}].feed", pdu.feed, "is not a feed", f"Use one of: {', '.join(FEEDS)}."
                )

    def _units(self) -> None:
        heights = {rack.id: rack for rack in self.topology.racks}
        taken: dict[tuple[str, int], str] = {}
        for collection in ("nodes", "switches"):
            for index, element in enumerate(getattr(self.topology, collection)):
                if element.unit is None:
                    continue
                field = f"{collection}[{index}].unit"
                rack = heights.get(element.rack)
                if rack is None:
                    if not element.rack:
                        self._report(
                            field, element.unit, "has no rack", "Name the rack, or leave the unit out."
                        )
                    continue
                spec = self.hardware.get(element.spec)
                units = spec.rack_units if isinstance(spec, NodeSpec | SwitchSpec) else 1
                rack_spec = self.hardware.get(rack.spec)
                top = element.unit + units - 1
                if isinstance(rack_spec, RackSpec) and top > rack_spec.rack_units:
                    text = f"reaches unit {top}; rack {rack.id} has {rack_spec.rack_units}"
                    self._report(field, element.unit, text, "Place it lower, or use a taller rack.")
                others = sorted(
                    {taken[rack.id, u] for u in range(element.unit, top + 1) if (rack.id, u) in taken}
                )
                if others:
                    text = f"is filled by {', '.join(others)} already"
                    self._report(field, element.unit, text, f"Choose {units} free U in rack {rack.id}.")
                for unit in range(element.unit, top + 1):
                    taken.setdefault((rack.id, unit), element.id)

    def _nodes(self) -> None:
        groups = {group.id for group in self.topology.node_groups}
        for index, node in enumerate(self.topology.nodes):
            if node.group and node.group not in groups:
                remedy = "Add the group, or leave this empty."
                self._report(
                    f"nodes[{index}].group", node.group, "is not a node group of this drawing", remedy
                )
            if self.services is None:
                continue
            for position, service in enumerate(node.services):
                if service not in self.services:
                    field = f"nodes[{index}].services[{position}]"
                    self._report(
                        field, service, "is not a known service", "Use an id of the service catalog."
                    )

    def _networks(self) -> None:
        for index, network in enumerate(self.topology.networks):
            field = f"networks[{index}]"
            if network.vlan and not _is_vlan(network.vlan):
                remedy = "Write one id from 1 to 4094, or a range as 100-199."
                self._report(f"{field}.vlan", network.vlan, "is not a VLAN", remedy)
            if network.cidr:
                try:
                    ip_network(network.cidr)
                except ValueError:
                    remedy = "Write the network address and prefix, as 10.10.0.0/22."
                    self._report(f"{field}.cidr", network.cidr, "is not a network", remedy)

    def _links(self) -> None:
        used: dict[tuple[str, str], str] = {}
        for index, link in enumerate(self.topology.links):
            for side in ("a", "b"):
                self._end(f"links[{index}].{side}", getattr(link, side), link.id, used)
            if link.a.element == link.b.element:
                remedy = "Connect two different elements."
                self._report(
                    f"links[{index}].b.element", link.b.element, "links an element to itself", remedy
                )
            for position, network in enumerate(link.networks):
                if network not in self.networks:
                    field = f"links[{index}].networks[{position}]"
                    self._report(
                        field, network, "is not a network of this drawing", "Add the network, or remove it."
                    )

    def _end(self, field: str, end: End, link: str, used: dict[tuple[str, str], str]) -> None:
        device = self.devices.get(end.element)
        if device is None:
            remedy = "Use the id of a node, switch or external router."
            self._report(f"{field}.element", end.element, "is not in this drawing", remedy)
            return
        group, _, number = end.port.rpartition("-")
        if (
            not group
            or not number.isascii()
            or not number.isdigit()
            or number != str(int(number))
            or number == "0"
        ):
            remedy = "Write the port group and a number from 1, as fast-1."
            self._report(f"{field}.port", end.port, "is not a port", remedy)
            return
        if not isinstance(device, ExternalRouter):
            spec = self.hardware.get(device.spec)
            if isinstance(spec, NodeSpec | SwitchSpec):
                ports = {g.name: g.count for g in spec.ports}
                ports.update({name: 1 for name in MANAGEMENT_PORTS if name not in ports})
                if int(number) > ports.get(group, 0):
                    has = ", ".join(f"{name}-1 to {name}-{count}" for name, count in ports.items() if count)
                    self._report(f"{field}.port", end.port, f"does not exist on {spec.id}", f"It has {has}.")
        other = used.setdefault((end.element, end.port), link)
        if other != link:
            self._report(f"{field}.port", end.port, f"is used by link {other} already", "Use a free port.")

    def _pools(self) -> None:
        for index, pool in enumerate(self.topology.pools):
            if pool.min_size > pool.size:
                text = f"is more than the {pool.size} copies of the pool"
                self._report(
                    f"pools[{index}].min_size", pool.min_size, text, "Use at most the size of the pool."
                )
            if pool.coding_chunks >= pool.size:
                text = f"leaves no data chunk of {pool.size} in all"
                remedy = "Size is k + m: use an m below it, or 0 for copies."
                self._report(f"pools[{index}].coding_chunks", pool.coding_chunks, text, remedy)
        total = sum((pool.share_of_raw for pool in self.topology.pools), Decimal(0))
        if total > Decimal("1.0001"):
            self._report(
                "pools", write(total), "the shares of raw capacity exceed 1", "Lower them to 1 in total."
            )


def _is_vlan(text: str) -> bool:
    low, dash, high = text.partition("-")
    parts = (low, high) if dash else (low,)
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return False
    numbers = [int(part) for part in parts]
    return all(1 <= n <= 4094 for n in numbers) and numbers == sorted(numbers)
