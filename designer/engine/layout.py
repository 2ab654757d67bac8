"""From a sizing to a drawing: nodes into racks over failure domains, switches, cables, networks, services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

from catalog.engine.definitions import NetworkDefinition, ReferenceDesignDefinition, ServiceDefinition
from catalog.engine.hardware import HardwareSelection, NodeRole, NodeSpec, SwitchRole, SwitchSpec
from designer.engine.cabling import ROUTERS, FabricPlan, Roles, cables
from designer.engine.sizing import power
from designer.engine.sizing.model import RackLoad, SizingRequest, SizingResult
from designer.engine.sizing.parts import is_hyper_converged
from designer.engine.topology import (
    FEEDS,
    ExternalRouter,
    Link,
    Network,
    NetworkPlane,
    Node,
    NodeGroup,
    Pdu,
    Rack,
    StoragePool,
    Switch,
    Topology,
)

if TYPE_CHECKING:
    from catalog.library import Library

HYPER_CONVERGED: Roles = (NodeRole.CONTROL, NodeRole.COMPUTE, NodeRole.STORAGE)
COMPUTE_AND_STORAGE: Roles = (NodeRole.COMPUTE, NodeRole.STORAGE)
"""A hyper-converged node beyond those that the control plane needs."""
PREFIXES: Mapping[Roles, tuple[str, str]] = {
    (NodeRole.CONTROL,): ("ctl", "Control"),
    (NodeRole.COMPUTE,): ("cmp", "Compute"),
    (NodeRole.STORAGE,): ("sto", "Storage"),
    (NodeRole.BARE_METAL,): ("bm", "Bare metal"),
    HYPER_CONVERGED: ("hci", "Hyper-converged"),
    COMPUTE_AND_STORAGE: ("hcs", "Compute and storage"),
}
"""Roles of a node -> how its name starts, and what its group is called."""

OBJECT_GATEWAY = "ceph-rgw"
BARE_METAL_SERVICE = "ironic"
MONITOR, MANAGER = "ceph-mon", "ceph-mgr"
GUEST_SERVICES = frozenset({"amphora"})
"""Services that run inside VMs: no node carries them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RackNode:
    """One node of a rack."""

    spec: NodeSpec
    roles: Roles
    is_existing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RackPlan:
    """What stands in one rack: nodes from the floor up, and switches."""

    name: str
    zone: str = ""
    nodes: tuple[RackNode, ...]
    leaves: int
    spines: int
    super_spines: int = 0
    oob_switches: int


def lay_out(
    request: SizingRequest,
    result: SizingResult,
    services: Mapping[str, ServiceDefinition],
    networks: Mapping[str, NetworkDefinition],
) -> Topology:
    """Return the drawing of a sized cloud: what `result` counts, racked, cabled and with services on nodes.

    Rules: heavy nodes at the bottom, switches at the top; cables as `cabling` has them; two feeds a rack; quorum
    members in different racks as the sizing spread them.
    """
    fabric = FabricPlan(
        uplinks_per_leaf=result.network.uplinks_per_leaf,
        uplinks_per_spine=result.network.uplinks_per_spine,
        pods=result.network.pods,
    )
    spines = {spine.id: spine for spine in (request.hardware.spine, *request.hardware.larger_spines)}
    spine = spines.get(result.network.spine, request.hardware.spine)
    hardware = replace(request.hardware, spine=spine)
    racks, zones = result.facility.racks, request.policies.zones
    in_control = [0] * len(racks)
    if is_hyper_converged(hardware):
        in_control = power.dealt(result.control.nodes, len(racks))
    plans = []
    for load, controllers in zip(racks, in_control, strict=True):
        plans.append(
            RackPlan(
                name=f"rack-{load.rack}",
                zone=f"az{(load.rack - 1) % zones + 1}" if zones else "",
                nodes=tuple(_nodes_of_rack(hardware, result, load, controllers)),
                leaves=load.leaves,
                spines=load.spines,
                super_spines=load.super_spines,
                oob_switches=load.oob_switches,
            )
        )
    policies = request.policies
    placement = Placement(
        services=services,
        monitors=result.storage.monitors,
        managers=result.storage.managers,
        monitors_on_control=policies.monitors_on_control,
        has_object_storage=request.workload.object_storage_tb > 0,
    )
    prefixes = {subnet.network: subnet.prefix for subnet in result.subnets}
    pools = tuple(
        StoragePool(
            id=pool.name,
            name=pool.name,
            kind=pool.kind,
            size=pool.size,
            min_size=pool.min_size,
            share_of_raw=pool.share_of_raw,
            pg_num=pool.pg_num,
            failure_domain=pool.failure_domain,
            media=pool.media,
            coding_chunks=pool.coding_chunks,
        )
        for pool in result.storage.pools
    )
    return _Drawing(plans, hardware, networks, prefixes, placement, pools, fabric).topology()


def _nodes_of_rack(
    hardware: HardwareSelection, result: SizingResult, load: RackLoad, controllers: int
) -> Iterator[RackNode]:
    """The nodes of a rack from the floor up: storage, compute, control. `controllers` of the hyper-converged lead."""
    specs = hardware.node_specs
    together = is_hyper_converged(hardware)
    for role in (NodeRole.STORAGE, NodeRole.COMPUTE, NodeRole.CONTROL):
        for nodes, count in zip(result.nodes, load.nodes, strict=True):
            if nodes.role is not role:
                continue
            for _ in range(count):
                roles: Roles = (role,)
                if together and role is NodeRole.COMPUTE:
                    roles = HYPER_CONVERGED if controllers > 0 else COMPUTE_AND_STORAGE
                    controllers -= 1
                yield RackNode(spec=specs[nodes.spec], roles=roles, is_existing=nodes.is_existing)


def topology_of_reference(definition: ReferenceDesignDefinition, library: Library) -> Topology:
    """Return the drawing of a reference design, rack by rack as it is published."""
    roles = {node.spec: node.roles for node in definition.nodes}
    plans = []
    for rack in definition.racks:
        found = [(library.node_specs[s], roles[s], n) for s, n in rack.content.items() if s in roles]
        found.sort(key=lambda item: (-item[0].weight_kg, item[0].id))
        switches = dict.fromkeys(SwitchRole, 0)
        for spec, count in rack.content.items():
            if spec in library.switches:
                switches[library.switches[spec].role] += count
        plans.append(
            RackPlan(
                name=rack.name,
                zone=rack.name.partition("-")[0] if rack.name.startswith("az") else "",
                nodes=tuple(
                    RackNode(spec=spec, roles=role) for spec, role, count in found for _ in range(count)
                ),
                leaves=switches[SwitchRole.LEAF],
                spines=switches[SwitchRole.SPINE],
                oob_switches=switches[SwitchRole.OUT_OF_BAND],
            )
        )
    storage_hosts = definition.count_of(NodeRole.STORAGE)
    on_control = _spread_of(plans, NodeRole.STORAGE) < 3 <= _spread_of(plans, NodeRole.CONTROL)
    placement = Placement(
        services=library.services,
        monitors=5 if storage_hosts >= 5 and not on_control else 3,
        managers=2,
        monitors_on_control=on_control,  # else one of two racks would hold the majority (sizing.R7)
    )
    fabric = FabricPlan(uplinks_per_leaf=definition.uplinks_per_leaf, pods=(len(plans),))
    hardware = library.selection_for(definition.id)
    return _Drawing(plans, hardware, library.networks, {}, placement, (), fabric).topology()


def _spread_of(plans: Sequence[RackPlan], role: NodeRole) -> int:
    """In how many racks nodes of `role` stand."""
    return sum(any(role in node.roles for node in plan.nodes) for plan in plans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Which services go on which nodes."""

    services: Mapping[str, ServiceDefinition]
    monitors: int
    managers: int
    monitors_on_control: bool = False
    has_object_storage: bool = False

    def on(self, nodes: Sequence[tuple[str, str, Roles]]) -> dict[str, list[str]]:
        """Services of each node, for nodes given as (id, rack, roles) in the order of the racks."""
        placed: dict[str, list[str]] = {node: [] for node, _, _ in nodes}
        present = {role for _, _, roles in nodes for role in roles}
        for key, service in self.services.items():
            for node in self._hosts(key, service, nodes, present):
                placed[node].append(key)
        return placed

    def _hosts(
        self,
        key: str,
        service: ServiceDefinition,
        nodes: Sequence[tuple[str, str, Roles]],
        present: set[NodeRole],
    ) -> Iterable[str]:
        is_wanted = (key == OBJECT_GATEWAY and self.has_object_storage) or (
            key == BARE_METAL_SERVICE and NodeRole.BARE_METAL in present
        )
        if key in GUEST_SERVICES or (service.is_optional and not is_wanted):
            return ()
        wanted = list(service.roles)
        if key in (MONITOR, MANAGER) and self.monitors_on_control:
            wanted = [NodeRole.CONTROL]
        role = next((role for role in wanted if role in present), None)
        if key == "logging":  # its agent runs on every host
            return (node for node, _, roles in nodes if NodeRole.BARE_METAL not in roles)
        able = [(node, rack) for node, rack, roles in nodes if role in roles]
        if key == MONITOR:
            return _spread(able)[: self.monitors]
        if key == MANAGER:
            return _spread(able)[: self.managers]
        return (node for node, _ in able)


def _spread(nodes: Sequence[tuple[str, str]]) -> list[str]:
    """Node ids such that neighbours stand in different racks: the first of each rack, then the second."""
    by_rack: dict[str, list[str]] = defaultdict(list)
    for node, rack in nodes:
        by_rack[rack].append(node)
    deepest = max((len(found) for found in by_rack.values()), default=0)
    return [found[depth] for depth in range(deepest) for found in by_rack.values() if depth < len(found)]


class _Drawing:
    """Builds one topology; every method adds its part."""

    def __init__(
        self,
        plans: Sequence[RackPlan],
        hardware: HardwareSelection,
        networks: Mapping[str, NetworkDefinition],
        prefixes: Mapping[str, int],
        placement: Placement,
        pools: tuple[StoragePool, ...],
        fabric: FabricPlan,
    ) -> None:
        self.plans = plans
        self.hardware = hardware
        self.definitions = networks
        self.prefixes = prefixes
        self.placement = placement
        self.pools = pools
        self.fabric = fabric
        self.counts: dict[str, int] = defaultdict(int)
        self.switches: list[Switch] = []
        self.nodes: list[Node] = []
        self.specs: dict[str, NodeSpec] = {node.spec.id: node.spec for plan in plans for node in plan.nodes}
        self.groups: dict[str, NodeGroup] = {}

    def topology(self) -> Topology:
        for number, plan in enumerate(self.plans, start=1):
            self._rack(number, plan)
        links = cables(self.hardware, self.specs, self.definitions, self.nodes, self.switches, self.fabric)
        placed = self.placement.on([(node.id, node.rack, node.roles) for node in self.nodes])
        nodes = tuple(_with_services(node, placed[node.id]) for node in self.nodes)
        return Topology(
            racks=tuple(
                Rack(id=f"rack-{n}", name=plan.name, spec=self.hardware.rack.id, zone=plan.zone)
                for n, plan in enumerate(self.plans, start=1)
            ),
            node_groups=tuple(self.groups.values()),
            nodes=nodes,
            switches=tuple(self.switches),
            pdus=tuple(
                Pdu(
                    id=f"pdu-{n}{feed[-1]}",
                    name=f"PDU {n}{feed[-1].upper()}",
                    spec=self.hardware.pdu.id,
                    rack=f"rack-{n}",
                    feed=feed,
                )
                for n in range(1, len(self.plans) + 1)
                for feed in FEEDS
            ),
            external_routers=tuple(
                ExternalRouter(id=router, name=f"External router {n}")
                for n, router in enumerate(ROUTERS, start=1)
            ),
            networks=tuple(self._networks(links)),
            links=links,
            pools=self.pools,
        )

    # Racks ------------------------------------------------------------------------------------------------
    def _rack(self, number: int, plan: RackPlan) -> None:
        rack = f"rack-{number}"
        top = self.hardware.rack.rack_units
        kinds: tuple[tuple[SwitchRole, SwitchSpec, int], ...] = (
            (SwitchRole.OUT_OF_BAND, self.hardware.oob, plan.oob_switches),
            (SwitchRole.LEAF, self.hardware.leaf, plan.leaves),
            (SwitchRole.SPINE, self.hardware.spine, plan.spines),
            (SwitchRole.SUPER_SPINE, self.hardware.spine, plan.super_spines),
        )
        for role, switch, count in kinds:
            for index in range(count):
                top -= switch.rack_units
                name = self._switch_name(role, number, index)
                self.switches.append(
                    Switch(id=name, name=name, spec=switch.id, role=role, rack=rack, unit=top + 1)
                )
        unit = 1
        for planned in plan.nodes:
            spec, roles = planned.spec, planned.roles
            prefix, title = PREFIXES.get(roles, ("node", "Nodes"))
            self.counts[prefix] += 1
            group = f"{prefix}-{spec.id}"
            if planned.is_existing:
                group, title = f"{group}-existing", f"{title}, existing"
            self.groups.setdefault(
                group,
                NodeGroup(id=group, name=title, spec=spec.id, roles=roles, is_existing=planned.is_existing),
            )
            name = f"{prefix}{self.counts[prefix]:02d}"
            self.nodes.append(
                Node(id=name, name=name, spec=spec.id, roles=roles, group=group, rack=rack, unit=unit)
            )
            unit += spec.rack_units

    def _switch_name(self, role: SwitchRole, rack: int, index: int) -> str:
        if role is SwitchRole.LEAF:
            return f"leaf-{rack}{chr(ord('a') + index)}"
        self.counts[role.value] += 1
        if role is SwitchRole.SPINE:
            return f"spine-{self.counts[role.value]}"
        if role is SwitchRole.SUPER_SPINE:
            return f"super-spine-{self.counts[role.value]}"
        return f"oob-{rack}" if index == 0 else f"oob-{rack}{chr(ord('a') + index)}"

    # Networks ---------------------------------------------------------------------------------------------
    def _networks(self, links: Sequence[Link]) -> Iterator[Network]:
        carried = {network for link in links for network in link.networks}
        for key, definition in self.definitions.items():
            if key not in carried:
                continue
            yield Network(
                id=key,
                name=definition.name,
                plane=NetworkPlane(definition.plane),
                vlan=definition.vlan,
                cidr=self._cidr(definition),
                mtu=definition.mtu,
            )

    def _cidr(self, definition: NetworkDefinition) -> str:
        """The catalog's subnet, made larger where sizing.N8 asks for more addresses."""
        needed = self.prefixes.get(definition.id)
        if not definition.cidr or needed is None:
            return definition.cidr
        network = ip_network(definition.cidr)
        return definition.cidr if network.prefixlen <= needed else str(network.supernet(new_prefix=needed))


def _with_services(node: Node, services: Sequence[str]) -> Node:
    return Node(
        id=node.id,
        name=node.name,
        spec=node.spec,
        roles=node.roles,
        group=node.group,
        rack=node.rack,
        unit=node.unit,
        services=tuple(services),
    )
