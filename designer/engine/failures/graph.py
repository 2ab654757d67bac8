"""The drawn cloud as a graph: what is dead, and who still reaches whom (F1, F2, F4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import rustworkx

from catalog.engine.definitions import NetworkDefinition, ServiceDefinition
from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.hardware import NodeRole, NodeSpec, SwitchRole, SwitchSpec
from designer.engine.failures.fabric import Fabric, bmc, fabric_of
from designer.engine.failures.model import DeadElement, FailureSet, Load
from designer.engine.failures.wiring import Wiring
from designer.engine.topology import (
    FEEDS,
    MANAGEMENT_PORTS,
    ExternalRouter,
    Link,
    NetworkPlane,
    Node,
    Spec,
    Switch,
    Topology,
)

Device = Node | Switch | ExternalRouter

WINNERS: Mapping[str, tuple[str, ...]] = {
    NetworkPlane.MANAGEMENT: ("mariadb", "rabbitmq", "ovn-db"),
    NetworkPlane.STORAGE_PUBLIC: ("ceph-mon",),
}
"""Plane -> services whose members decide which part of a split network carries on (F4), the first that is there."""

FOLLOWS: Mapping[str, str] = {
    NetworkPlane.TENANT: NetworkPlane.MANAGEMENT,
    NetworkPlane.OCTAVIA: NetworkPlane.MANAGEMENT,
    NetworkPlane.PROVISIONING: NetworkPlane.MANAGEMENT,
    NetworkPlane.STORAGE_CLUSTER: NetworkPlane.STORAGE_PUBLIC,
}
"""Plane -> the plane whose surviving nodes decide instead: an overlay without its control plane helps nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who is on a network after an event."""

    hosts: frozenset[str]
    """Live vertices of nodes in the part that carries on; routers and BMCs too."""
    cut_off: frozenset[str]
    """Live vertices elsewhere."""
    groups: tuple[frozenset[str], ...]
    """All parts, the one that carries on among them."""

    @property
    def parts(self) -> int:
        """Into how many parts the live vertices fall."""
        return len(self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """The closure of a failure (F1)."""

    devices: Mapping[str, str]
    """Device id -> the id of what took it down."""
    racks: Mapping[str, str]
    pdus: Mapping[str, str]
    links: frozenset[str]
    """Links that failed themselves; those with a dead end are dead too."""
    drives: Mapping[str, int]
    """Node id -> OSDs that failed while their node lives."""
    networks: frozenset[str]
    services: frozenset[str]
    elements: tuple[DeadElement, ...]


@dataclass(frozen=True, kw_only=True)
class Plant:
    """A drawing with everything that simulations look up again and again."""

    topology: Topology
    hardware: Mapping[str, Spec]
    service_catalog: Mapping[str, ServiceDefinition]
    network_catalog: Mapping[str, NetworkDefinition]
    load: Load
    reaches: dict[str, Reach] = field(default_factory=dict, repr=False)
    """Network id -> who is on it while nothing has failed."""
    rules: dict[object, object] = field(default_factory=dict, repr=False)
    """What each CRUSH rule chooses from, kept from one event to the next."""

    def __post_init__(self) -> None:
        for network in self.ordered_networks:
            judges = self.judges(network, self.reaches)
            self.reaches[network] = self._parts(network, frozenset(), frozenset(), judges)

    # Look-ups ---------------------------------------------------------------------------------------------
    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.topology.nodes}

    @cached_property
    def switches(self) -> Mapping[str, Switch]:
        return {switch.id: switch for switch in self.topology.switches}

    @cached_property
    def devices(self) -> Mapping[str, Device]:
        routers = {router.id: router for router in self.topology.external_routers}
        return {**self.nodes, **self.switches, **routers}

    @cached_property
    def links(self) -> Mapping[str, Link]:
        return {link.id: link for link in self.topology.links}

    @cached_property
    def links_of(self) -> Mapping[str, tuple[Link, ...]]:
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.topology.links:
            found[link.a.element].append(link)
            found[link.b.element].append(link)
        return {key: tuple(links) for key, links in found.items()}

    @cached_property
    def devices_in(self) -> Mapping[str, tuple[str, ...]]:
        """Rack id -> devices in it."""
        found: dict[str, list[str]] = defaultdict(list)
        devices: tuple[Node | Switch, ...] = (*self.topology.nodes, *self.topology.switches)
        for device in devices:
            found[device.rack].append(device.id)
        return {rack: tuple(ids) for rack, ids in found.items()}

    @cached_property
    def zone_of(self) -> Mapping[str, str]:
        """Rack id -> zone."""
        return {rack.id: rack.zone for rack in self.topology.racks}

    @cached_property
    def compute_hosts(self) -> tuple[Node, ...]:
        return tuple(node for node in self.topology.nodes if NodeRole.COMPUTE in node.roles)

    @cached_property
    def carried(self) -> Mapping[str, int]:
        """Compute node -> VMs that it can carry."""
        return {node.id: self.load.vms_per_host.get(node.spec, 0) for node in self.compute_hosts}

    @cached_property
    def compute_ids(self) -> frozenset[str]:
        return frozenset(self.carried)

    @cached_property
    def osd_hosts(self) -> Mapping[str, NodeSpec]:
        """Node id -> spec of every node with OSDs."""
        return {
            node.id: spec
            for node in self.topology.nodes
            if NodeRole.STORAGE in node.roles
            and isinstance(spec := self.hardware.get(node.spec), NodeSpec)
            and spec.osds
        }

    @cached_property
    def osds(self) -> int:
        """All OSDs of the drawing."""
        return sum(spec.osds for spec in self.osd_hosts.values())

    @cached_property
    def osd_hosts_in(self) -> Mapping[str, frozenset[str]]:
        """Rack id -> nodes with OSDs in it."""
        found: dict[str, set[str]] = defaultdict(set)
        for node in self.osd_hosts:
            found[self.nodes[node].rack].add(node)
        return {rack: frozenset(nodes) for rack, nodes in found.items() if rack}

    @cached_property
    def members(self) -> Mapping[str, frozenset[str]]:
        """Service id -> nodes that run it, process names resolved."""
        alias = {
            process.name.split(" ")[0]: service.id
            for service in self.service_catalog.values()
            for process in service.processes
        }
        found: dict[str, set[str]] = defaultdict(set)
        for node in self.topology.nodes:
            for name in node.services:
                key = name if name in self.service_catalog else alias.get(name)
                if key is not None:
                    found[key].add(node.id)
        return {key: frozenset(nodes) for key, nodes in found.items()}

    @cached_property
    def networks_of(self) -> Mapping[str, frozenset[str]]:
        """Device id -> networks that its own ports carry."""
        found: dict[str, set[str]] = defaultdict(set)
        for link in self.topology.links:
            for end in (link.a, link.b):
                if not end.port.startswith(MANAGEMENT_PORTS):
                    found[end.element].update(link.networks)
        return {key: frozenset(networks) for key, networks in found.items()}

    @cached_property
    def network_by_plane(self) -> Mapping[str, str]:
        """Plane -> the first network on it."""
        return {network.plane.value: network.id for network in reversed(self.topology.networks)}

    @cached_property
    def plane_of(self) -> Mapping[str, NetworkPlane]:
        return {network.id: network.plane for network in self.topology.networks}

    @cached_property
    def supplies(self) -> Mapping[str, tuple[str, ...]]:
        """Device id -> PDUs that its power supplies hang on, or feeds where no PDU of its rack is drawn.

        As many supplies as the spec says, on the PDUs of the rack in turn, the first first. Where it says nothing: one
        for an out-of-band switch, one on each PDU for everything else. House value.
        """
        pdus: dict[str, list[str]] = defaultdict(list)
        for pdu in sorted(self.topology.pdus, key=lambda pdu: (pdu.feed, pdu.id)):
            pdus[pdu.rack].append(pdu.id)
        single = set(self.load.single_fed)
        found = {}
        for key, device in self.devices.items():
            sources = pdus.get("" if isinstance(device, ExternalRouter) else device.rack, list(FEEDS))
            said = self._supplies_said(device)
            is_oob = isinstance(device, Switch) and device.role is SwitchRole.OUT_OF_BAND
            is_single = key in single or (said is None and is_oob and sources[0] in self._pdus)
            found[key] = tuple(sources[: 1 if is_single else said or len(sources)])
        return found

    def _supplies_said(self, device: Device) -> int | None:
        """Power supplies by the spec of a device; None where it does not say."""
        spec = None if isinstance(device, ExternalRouter) else self.hardware.get(device.spec)
        return spec.power_supplies if isinstance(spec, NodeSpec | SwitchSpec) else None

    @cached_property
    def assumed_supplies(self) -> tuple[str, ...]:
        """Servers and switches whose specs do not say how many power supplies they have."""
        devices: tuple[Node | Switch, ...] = (*self.topology.nodes, *self.topology.switches)
        return tuple(device.id for device in devices if self._supplies_said(device) is None)

    @cached_property
    def _pdus(self) -> frozenset[str]:
        return frozenset(pdu.id for pdu in self.topology.pdus)

    @cached_property
    def _fed_by(self) -> Mapping[str, tuple[str, ...]]:
        """PDU or feed -> devices that hang on it."""
        found: dict[str, list[str]] = defaultdict(list)
        for device, sources in self.supplies.items():
            for source in sources:
                found[source].append(device)
        return {source: tuple(devices) for source, devices in found.items()}

    # F1 ---------------------------------------------------------------------------------------------------
    def check(self, failed: FailureSet) -> None:
        """Refuse what the drawing does not have.

        Raises:
            InvalidDocument: each unknown id with its field.
        """
        known: Mapping[str, Iterable[str]] = {
            "device": self.devices,
            "link": self.links,
            "rack": self.zone_of,
            "zone": {zone for zone in self.zone_of.values() if zone},
            "pdu": self._pdus,
            "feed": FEEDS,
            "network": self.plane_of,
            "service": self.members,
        }
        problems = []
        for kind, key in failed:
            is_known = self._drive(key) is not None if kind == "drive" else key in known[kind]
            if not is_known:
                remedy = "Use an id of the drawing; a drive is node.osd-number, counted from 1."
                problems.append(Problem(f"failed.{kind}s", key, "is not in this drawing", remedy))
        if problems:
            raise InvalidDocument(problems)

    def _drive(self, key: str) -> str | None:
        node, _, number = key.rpartition(".osd-")
        spec = self.osd_hosts.get(node)
        is_number = number.isascii() and number.isdigit() and len(number) < 5 and number == str(int(number))
        return node if spec and is_number and 1 <= int(number) <= spec.osds else None

    def close(self, failed: FailureSet) -> Dead:
        """Return everything that is dead (F1). The ids were checked before."""
        racks = {rack: rack for rack in failed.racks}
        for zone in failed.zones:
            racks |= {
                rack: zone for rack, where in self.zone_of.items() if where == zone and rack not in racks
            }
        pdus = {pdu: pdu for pdu in failed.pdus}
        if failed.feeds or racks:
            for pdu in self.topology.pdus:
                cause = pdu.rack if pdu.rack in racks else pdu.feed if pdu.feed in failed.feeds else None
                if cause is not None:
                    pdus.setdefault(pdu.id, cause)
        devices = {device: device for device in failed.devices}
        for rack in racks:
            for device in self.devices_in.get(rack, ()):
                devices.setdefault(device, rack)
        without = {*pdus, *failed.feeds}
        for source in without:
            for device in self._fed_by.get(source, ()):
                if device not in devices and all(other in without for other in self.supplies[device]):
                    devices[device] = source
        drives: dict[str, int] = defaultdict(int)
        for drive in set(failed.drives):
            if (node := self._drive(drive)) is not None and node not in devices:
                drives[node] += 1
        own = [DeadElement(id=key, kind=kind, because=key) for kind, key in failed]
        named = {(element.kind, element.id) for element in own}
        follow = [("rack", racks), ("pdu", pdus), ("device", devices)]
        elements = own + [
            DeadElement(id=key, kind=kind, because=cause)
            for kind, found in follow
            for key, cause in found.items()
            if (kind, key) not in named
        ]
        return Dead(
            devices=devices,
            racks=racks,
            pdus=pdus,
            links=frozenset(failed.links),
            drives=dict(drives),
            networks=frozenset(failed.networks),
            services=frozenset(failed.services),
            elements=tuple(elements),
        )

    # F2, F4 -----------------------------------------------------------------------------------------------
    @cached_property
    def fabrics(self) -> Mapping[str, Fabric]:
        """Network id -> its graph; networks over the same cables share one."""
        shared: dict[tuple[str, ...], Fabric] = {}
        found = {}
        for network in self.topology.networks:
            edges = tuple(link.id for link in self.topology.links if self._carries(link, network.id))
            if edges not in shared:
                shared[edges] = fabric_of([self.links[edge] for edge in edges], self.switches)
            found[network.id] = shared[edges]
        return found

    def _carries(self, link: Link, network: str) -> bool:
        """A link between switches without a list of networks is a trunk of all of them."""
        is_trunk = not link.networks and link.a.element in self.switches and link.b.element in self.switches
        return is_trunk or network in link.networks

    def reach(self, network: str, dead: Dead, so_far: Mapping[str, Reach]) -> Reach:
        """Return who is on `network` after an event: the part that carries on, and the rest.

        `so_far` has the networks before it in `ordered_networks`.
        """
        before = self.reaches[network]
        if network in dead.networks:
            alive = frozenset(
                v for v in before.hosts | before.cut_off if v.removesuffix("|bmc") not in dead.devices
            )
            alone = tuple(frozenset((end,)) for end in sorted(alive))
            return Reach(hosts=frozenset(), cut_off=alive, groups=alone)
        if not dead.devices and not dead.links:
            return before
        fabric = self.fabrics[network]
        vertices = {v for device in dead.devices for v in (device, bmc(device)) if v in fabric.index}
        links = dead.links & fabric.edges.keys()
        if not vertices and not links:
            return before
        harmless = len(vertices) <= 1 and not (vertices & fabric.cutting) and not links
        harmless |= not vertices and len(links) == 1 and not (links & fabric.bridges)
        if harmless and before.parts <= 1:
            hosts = before.hosts - vertices
            return Reach(hosts=hosts, cut_off=frozenset(), groups=(hosts,) if hosts else ())
        judges = self.judges(network, so_far)
        quick = self._around_core(network, vertices, links, judges) if before.parts <= 1 else None
        return quick or self._parts(network, frozenset(vertices), links, judges)

    def cut_off_by_each(self, network: str) -> dict[str, frozenset[str]]:
        """Return, for each device that alone cuts others off `network`, whom. In one search of the graph."""
        fabric, before = self.fabrics[network], self.reaches[network]
        found = {}
        only: dict[str, set[str]] = defaultdict(set)
        for end, cables in fabric.cables.items():
            if len({switch for _, switch in cables}) == 1:
                only[cables[0][1]].add(end)
        splitting = {fabric.core[i] for i in rustworkx.articulation_points(fabric.core)}
        serving = [
            part
            for part in rustworkx.connected_components(fabric.core)
            if any(fabric.ends_at.get(fabric.core[i]) for i in part)
        ]
        # A switch without uplinks hangs on the others by its nodes alone: then the whole graph is searched.
        is_plain = fabric.is_simple and before.parts <= 1 and len(fabric.core_index) > 1 and len(serving) == 1
        for device in fabric.index:
            if is_plain and device not in splitting:
                cut_off = frozenset(only.get(device, ()))
            elif device in fabric.cutting:
                judges = self.judges(network, self.reaches)
                cut_off = self._parts(network, frozenset((device,)), frozenset(), judges).cut_off
            else:
                continue
            if cut_off:
                found[device] = cut_off
        return found

    def _around_core(
        self, network: str, vertices: set[str], links: frozenset[str], judges: frozenset[str]
    ) -> Reach | None:
        """The same as `_parts` where the switches that are left still hang together: who has a cable to one is in.

        None where they do not, or where it is not plain which part carries on: then the whole graph must be searched.
        """
        fabric = self.fabrics[network]
        if not fabric.is_simple:
            return None
        switches = vertices & fabric.core_index.keys()
        core = fabric.core
        between = links & fabric.core_edges.keys()
        if switches or between:
            core = core.copy()
            for link in between:
                core.remove_edge_from_index(fabric.core_edges[link])
            core.remove_nodes_from([fabric.core_index[switch] for switch in switches])
        serving = [
            part
            for part in rustworkx.connected_components(core)
            if any(fabric.ends_at.get(core[i]) for i in part)
        ]
        if len(serving) != 1:
            return None
        suspects = set().union(*(fabric.ends_at.get(switch, ()) for switch in switches))
        suspects |= {
            graph_end
            for link in links - between
            for i in fabric.graph.get_edge_endpoints_by_index(fabric.edges[link])
            if (graph_end := fabric.graph[i]) in fabric.cables
        }
        lost = frozenset(
            end
            for end in suspects - vertices
            if all(link in links or switch in vertices for link, switch in fabric.cables[end])
        )
        hosts = self.reaches[network].hosts - vertices - lost
        if lost and (len(hosts) < 2 or (not hosts & judges and lost & judges)):
            return None
        alone = tuple(frozenset((end,)) for end in sorted(lost))
        return Reach(hosts=hosts, cut_off=lost, groups=(hosts, *alone) if hosts else alone)

    def _parts(
        self, network: str, vertices: frozenset[str], links: frozenset[str], judges: frozenset[str]
    ) -> Reach:
        fabric = self.fabrics[network]
        graph = fabric.graph
        if vertices or links:
            graph = graph.copy()
            for link in links:
                graph.remove_edge_from_index(fabric.edges[link])
            graph.remove_nodes_from([fabric.index[v] for v in vertices])
        parts = []
        for component in rustworkx.connected_components(graph):
            ends = frozenset(fabric.ends[i] for i in component & fabric.ends.keys())
            if ends:
                parts.append(ends)
        if not parts:
            return Reach(hosts=frozenset(), cut_off=frozenset(), groups=())
        winner = max(parts, key=lambda part: (len(part & judges), len(part), min(part)))
        rest = frozenset().union(*(part for part in parts if part is not winner))
        return Reach(hosts=winner, cut_off=rest, groups=tuple(parts))

    @cached_property
    def ordered_networks(self) -> tuple[str, ...]:
        """The networks, those that others follow first."""
        return tuple(n.id for n in sorted(self.topology.networks, key=lambda n: n.plane.value in FOLLOWS))

    def judges(self, network: str, so_far: Mapping[str, Reach]) -> frozenset[str]:
        """Who decides which part of a split network carries on (F4)."""
        plane = self.plane_of[network]
        if plane is NetworkPlane.PROVIDER:
            return frozenset(router.id for router in self.topology.external_routers)
        leader = self.network_by_plane.get(FOLLOWS.get(plane, ""))
        if leader is not None and leader in so_far:
            return so_far[leader].hosts
        for service in WINNERS.get(plane, ()):
            if found := self.members.get(service):
                return found
        return frozenset()

    # F3 ---------------------------------------------------------------------------------------------------
    @cached_property
    def wiring(self) -> Wiring:
        """Bandwidth and power that an event leaves."""
        return Wiring(self)
