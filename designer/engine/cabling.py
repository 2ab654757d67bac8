"""The cables of a sized cloud: which port of what goes where, and the networks on each link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from catalog.engine.definitions import NetworkDefinition
from catalog.engine.hardware import HardwareSelection, NodeRole, NodeSpec, PortGroup, SwitchRole
from designer.engine.topology import End, Link, NetworkPlane, Node, Switch

Roles = tuple[NodeRole, ...]

ROUTERS = ("ext-1", "ext-2")


@dataclass(frozen=True, slots=True, kw_only=True)
class FabricPlan:
    """How the leaves of all racks are joined; all zero where one rack stands alone."""

    uplinks_per_leaf: int = 0
    uplinks_per_spine: int = 0
    pods: tuple[int, ...] = ()
    """Racks of each pod, in their order."""


def cables(
    hardware: HardwareSelection,
    specs: Mapping[str, NodeSpec],
    networks: Mapping[str, NetworkDefinition],
    nodes: Sequence[Node],
    switches: Sequence[Switch],
    fabric: FabricPlan,
) -> tuple[Link, ...]:
    """Return every link of the drawing.

    Rules: each node on the two leaves of its rack, odd ports on the first; each leaf on every spine of its pod, as often
    as the sizing has it (sizing.N4); spine n of each pod on every super-spine of plane n; the switches at the top on both
    external routers, of super-spines one in each plane; each out-of-band switch on both leaves of a pair of its rack.

    Where up ports of leaves or switches run out, the fabric comes first: an out-of-band switch then has one uplink,
    or none, and no link ends in a port that is not there.
    """
    return _Cables(hardware, specs, networks, nodes, switches, fabric).all()


@dataclass(slots=True)
class _Ports:
    """Hands out the ports of switches, one after the other."""

    next_port: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def has(self, element: str, group: str, count: int) -> bool:
        """Whether one of the `count` ports of `group` is free."""
        return self.next_port[element, group] < count

    def take(self, element: str, group: str, count: int) -> str | None:
        """The next free port of `group`, or None when all `count` are taken."""
        if not self.has(element, group, count):
            return None
        self.next_port[element, group] += 1
        return f"{group}-{self.next_port[element, group]}"


class _Cables:
    """Draws the links of one topology; every method adds its part."""

    def __init__(
        self,
        hardware: HardwareSelection,
        specs: Mapping[str, NodeSpec],
        networks: Mapping[str, NetworkDefinition],
        nodes: Sequence[Node],
        switches: Sequence[Switch],
        fabric: FabricPlan,
    ) -> None:
        self.hardware = hardware
        self.specs = specs
        self.definitions = networks
        self.fabric = fabric
        self.ports = _Ports()
        self.links: list[Link] = []
        self.planes: dict[tuple[Roles, int, int], tuple[str, ...]] = {}
        self.has_bare_metal = any(NodeRole.BARE_METAL in node.roles for node in nodes)
        self.nodes_in: dict[str, list[Node]] = defaultdict(list)
        for node in nodes:
            self.nodes_in[node.rack].append(node)
        self.switches_in: dict[str, list[Switch]] = defaultdict(list)
        for switch in switches:
            self.switches_in[switch.rack].append(switch)
        self.racks = list(dict.fromkeys([*(s.rack for s in switches), *(n.rack for n in nodes)]))

    def all(self) -> tuple[Link, ...]:
        self._fabric()
        for rack in self.racks:
            self._out_of_band(rack)
            self._cables(rack)
        return tuple(self.links)

    def _of(self, role: SwitchRole, racks: Sequence[str]) -> list[Switch]:
        return [switch for rack in racks for switch in self.switches_in[rack] if switch.role is role]

    # Switches ---------------------------------------------------------------------------------------------
    def _fabric(self) -> None:
        super_spines = self._of(SwitchRole.SUPER_SPINE, self.racks)
        down = self.hardware.spine.port_group("down")
        planes = 1
        for pod in self._pods():
            spines = self._of(SwitchRole.SPINE, pod)
            planes = max(1, len(spines))
            self._leaves_to_spines(self._of(SwitchRole.LEAF, pod), spines)
            for plane, spine in enumerate(spines):
                above = super_spines[plane::planes]
                for _ in range(self.fabric.uplinks_per_spine // len(above) if above else 0):
                    for switch in above:
                        self._join(spine, down, switch, down, ())
        spines = self._of(SwitchRole.SPINE, self.racks)
        if super_spines or spines:
            self._to_routers(super_spines[:planes] or spines, down)
        else:
            self._to_routers(self._of(SwitchRole.LEAF, self.racks), self.hardware.leaf.port_group("up"))

    def _pods(self) -> Iterator[list[str]]:
        """The racks of each pod."""
        ends = [0]
        for racks in self.fabric.pods or (len(self.racks),):
            ends.append(ends[-1] + racks)
        for start, end in pairwise(ends):
            yield self.racks[start:end]

    def _leaves_to_spines(self, leaves: Sequence[Switch], spines: Sequence[Switch]) -> None:
        up, down = self.hardware.leaf.port_group("up"), self.hardware.spine.port_group("down")
        rounds = max(1, self.fabric.uplinks_per_leaf // len(spines)) if spines else 0
        for _ in range(rounds):
            for leaf in leaves:
                for spine in spines:
                    self._join(leaf, up, spine, down, ())

    def _to_routers(self, edges: Sequence[Switch], ports: PortGroup | None) -> None:
        for edge in edges:
            for router in ROUTERS:
                mine = self.ports.take(edge.id, ports.name, ports.count) if ports else None
                if mine and ports:
                    number = self.ports.take(router, "port", 10_000) or "port-1"
                    self._link(
                        edge.id, mine, router, number, ports.gbps, self._on_plane(NetworkPlane.PROVIDER)
                    )

    def _out_of_band(self, rack: str) -> None:
        """Each out-of-band switch on both leaves of a pair, with ports of its own: no data network is on them."""
        leaves = self._of(SwitchRole.LEAF, [rack])
        up, leaf_up = self.hardware.oob.port_group("up"), self.hardware.leaf.port_group("up")
        pairs = [leaves[first : first + 2] for first in range(0, len(leaves), 2)]
        for index, switch in enumerate(self._of(SwitchRole.OUT_OF_BAND, [rack])):
            for leaf in pairs[index % len(pairs)] if pairs else ():
                self._join(switch, up, leaf, leaf_up, self._on_plane(NetworkPlane.OUT_OF_BAND))

    def _join(
        self,
        a: Switch,
        a_ports: PortGroup | None,
        b: Switch,
        b_ports: PortGroup | None,
        networks: tuple[str, ...],
    ) -> None:
        """Link the next free ports of two switches; nothing when one of them has none left."""
        if a_ports is None or b_ports is None:
            return
        if not self.ports.has(a.id, a_ports.name, a_ports.count):
            return
        theirs = self.ports.take(b.id, b_ports.name, b_ports.count)
        mine = self.ports.take(a.id, a_ports.name, a_ports.count) if theirs else None
        if mine and theirs:
            self._link(a.id, mine, b.id, theirs, min(a_ports.gbps, b_ports.gbps), networks)

    # Nodes ------------------------------------------------------------------------------------------------
    def _cables(self, rack: str) -> None:
        leaves, oob = self._of(SwitchRole.LEAF, [rack]), self._of(SwitchRole.OUT_OF_BAND, [rack])
        nodes = self.nodes_in[rack]
        for node in nodes:
            self._bond(node, leaves)
        managed = [(node.id, "bmc-1") for node in nodes]
        managed += [(s.id, "mgmt-1") for s in self.switches_in[rack] if s.role is not SwitchRole.OUT_OF_BAND]
        down = self.hardware.oob.port_group("down")
        for element, port in managed:
            for switch in oob:
                free = self.ports.take(switch.id, "down", down.count) if down else None
                if free and down:
                    self._link(
                        element, port, switch.id, free, down.gbps, self._on_plane(NetworkPlane.OUT_OF_BAND)
                    )
                    break

    def _bond(self, node: Node, leaves: Sequence[Switch]) -> None:
        """Odd ports to the first leaf of a pair, even ones to the second; ports 3 and 4 are a bond for storage."""
        ports, down = self.specs[node.spec].fast_ports, self.hardware.leaf.port_group("down")
        if ports is None or down is None or not leaves:
            return
        for index in range(ports.count):
            bond = index // 2
            for leaf in leaves[index % 2 :: 2] if len(leaves) > 1 else leaves:
                free = self.ports.take(leaf.id, "down", down.count)
                if free:
                    planes = self._planes(node.roles, bond, bonds=(ports.count + 1) // 2)
                    gbps = min(ports.gbps, down.gbps)
                    self._link(
                        node.id, f"fast-{index + 1}", leaf.id, free, gbps, planes, f"{node.id}-bond{bond}"
                    )
                    break

    def _planes(self, roles: Roles, bond: int, bonds: int) -> tuple[str, ...]:
        """Networks on one bond of a node: all on a single bond, storage on the second of two."""
        key = (roles, bond, bonds)
        if key not in self.planes:
            self.planes[key] = self._planes_of(roles, bond, bonds)
        return self.planes[key]

    def _planes_of(self, roles: Roles, bond: int, bonds: int) -> tuple[str, ...]:
        words = ("required", "when split") if bonds > 1 else ("required",)
        attached = [
            key
            for key, definition in self.definitions.items()
            if (
                any(definition.attaches.get(_kind(role), "no").startswith(words) for role in roles)
                and definition.plane != NetworkPlane.OUT_OF_BAND
            )
            or self._is_for_conductors(definition, roles)
        ]
        if bonds == 1:
            return tuple(attached)
        for_storage = {NetworkPlane.STORAGE_CLUSTER.value}
        if NodeRole.STORAGE not in roles or NodeRole.COMPUTE in roles:
            for_storage.add(NetworkPlane.STORAGE_PUBLIC.value)
        return tuple(key for key in attached if (self.definitions[key].plane in for_storage) == (bond > 0))

    def _is_for_conductors(self, definition: NetworkDefinition, roles: Roles) -> bool:
        """Whether control nodes are on a network because Ironic's conductors run there: provisioning, out-of-band."""
        has_conductors = NodeRole.CONTROL in roles and self.has_bare_metal
        return has_conductors and "conductor" in definition.attaches.get(NodeRole.CONTROL.value, "")

    def _link(
        self,
        a: str,
        a_port: str,
        b: str,
        b_port: str,
        gbps: Decimal,
        networks: tuple[str, ...],
        bond: str = "",
    ) -> None:
        link_id = f"{a}.{a_port}"
        ends = End(element=a, port=a_port), End(element=b, port=b_port)
        self.links.append(Link(id=link_id, a=ends[0], b=ends[1], gbps=gbps, bond=bond, networks=networks))

    def _on_plane(self, plane: NetworkPlane) -> tuple[str, ...]:
        return tuple(key for key, definition in self.definitions.items() if definition.plane == plane.value)


def _kind(role: NodeRole) -> str:
    return "baremetal_tenant" if role is NodeRole.BARE_METAL else role.value
