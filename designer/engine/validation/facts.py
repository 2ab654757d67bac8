"""Everything that a rule may look at, with the questions that several rules ask answered once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from catalog.engine.definitions import NetworkDefinition, ServiceDefinition
from catalog.engine.hardware import (
    Media,
    NodeRole,
    NodeSpec,
    PduSpec,
    PortGroup,
    RackSpec,
    SwitchRole,
    SwitchSpec,
)
from catalog.engine.units import ceil
from designer.engine.deployment import Deployment
from designer.engine.document import DesignDocument
from designer.engine.pods import Pod, pods_of
from designer.engine.sizing.compute import host_ram_reserve_gib, reserved_threads
from designer.engine.sizing.guests import demand_of, host_of
from designer.engine.sizing.hyperconverged import GIB_PER_OSD, control_share
from designer.engine.sizing.packing import HostCapacity, VmDemand
from designer.engine.sizing.power import feed_watts
from designer.engine.sizing.storage import min_size
from designer.engine.topology import (
    End,
    Link,
    Network,
    NetworkPlane,
    Node,
    Rack,
    Spec,
    StoragePool,
    Switch,
    Topology,
)
from designer.engine.validation.packing import unplaced
from designer.engine.workload import FailureDomain, Policies, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class OsdHost:
    """One node with OSDs as Ceph sees it."""

    node: Node
    spec: NodeSpec
    media: Media

    @property
    def raw_tb(self) -> Decimal:
        return self.spec.osds * self.spec.osd_tb


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A design, the catalog it refers to, and what follows from both. Never changed."""

    document: DesignDocument
    specs: Mapping[str, Spec]
    services: Mapping[str, ServiceDefinition] = field(default_factory=dict)
    networks: Mapping[str, NetworkDefinition] = field(default_factory=dict)

    @property
    def topology(self) -> Topology:
        return self.document.topology

    @property
    def workload(self) -> Workload:
        return self.document.workload

    @property
    def policies(self) -> Policies:
        return self.document.policies

    @property
    def deployment(self) -> Deployment:
        return self.document.deployment

    # Nodes and what they are ------------------------------------------------------------------------------
    def node_spec(self, element: Node) -> NodeSpec | None:
        spec = self.specs.get(element.spec)
        return spec if isinstance(spec, NodeSpec) else None

    def switch_spec(self, element: Switch) -> SwitchSpec | None:
        spec = self.specs.get(element.spec)
        return spec if isinstance(spec, SwitchSpec) else None

    def pdu_spec(self, spec_id: str) -> PduSpec | None:
        spec = self.specs.get(spec_id)
        return spec if isinstance(spec, PduSpec) else None

    def rack_spec(self, rack: Rack) -> RackSpec | None:
        spec = self.specs.get(rack.spec)
        return spec if isinstance(spec, RackSpec) else None

    @cached_property
    def specs_of_nodes(self) -> tuple[tuple[Node, NodeSpec], ...]:
        """The nodes whose spec is known."""
        pairs = ((node, self.node_spec(node)) for node in self.topology.nodes)
        return tuple((node, spec) for node, spec in pairs if spec is not None)

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.topology.nodes}

    @cached_property
    def switches(self) -> Mapping[str, Switch]:
        return {switch.id: switch for switch in self.topology.switches}

    @cached_property
    def router_ids(self) -> frozenset[str]:
        return frozenset(router.id for router in self.topology.external_routers)

    @cached_property
    def _by_role(self) -> Mapping[NodeRole, tuple[Node, ...]]:
        found: dict[NodeRole, list[Node]] = defaultdict(list)
        for node in self.topology.nodes:
            for role in dict.fromkeys(node.roles):
                found[role].append(node)
        return {role: tuple(nodes) for role, nodes in found.items()}

    def having(self, role: NodeRole) -> tuple[Node, ...]:
        """The nodes that have `role`, alone or beside others."""
        return self._by_role.get(role, ())

    @cached_property
    def control(self) -> tuple[Node, ...]:
        return self.having(NodeRole.CONTROL)

    @cached_property
    def control_is_shared(self) -> bool:
        """Whether control services stand on nodes that carry VMs: then each such node keeps their share, so that any
        can take over, as the sizing has it."""
        return any(NodeRole.COMPUTE in node.roles for node in self.control)

    @cached_property
    def compute(self) -> tuple[Node, ...]:
        return self.having(NodeRole.COMPUTE)

    @cached_property
    def is_drawn(self) -> bool:
        return bool(self.topology.nodes)

    def by_spec(self, nodes: Iterable[Node]) -> tuple[tuple[NodeSpec, tuple[Node, ...]], ...]:
        """`nodes` that are alike, in spec and roles; those without a spec left out."""
        found: dict[tuple[str, frozenset[NodeRole]], list[Node]] = defaultdict(list)
        for node in nodes:
            found[node.spec, frozenset(node.roles)].append(node)
        specs = ((self.specs.get(key), tuple(members)) for (key, _), members in found.items())
        return tuple((spec, members) for spec, members in specs if isinstance(spec, NodeSpec))

    def is_hyper_converged(self, node: Node) -> bool:
        return NodeRole.COMPUTE in node.roles and NodeRole.STORAGE in node.roles

    @cached_property
    def racks(self) -> Mapping[str, Rack]:
        return {rack.id: rack for rack in self.topology.racks}

    def drawn(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of `ids` that are nodes or racks: a zone, as a failure domain, is no element."""
        return tuple(key for key in ids if key in self.nodes or key in self.racks)

    @cached_property
    def server_racks(self) -> tuple[str, ...]:
        """Racks with servers in them, in the order of the drawing."""
        used = {node.rack for node in self.topology.nodes if node.rack}
        return tuple(rack for rack in self.racks if rack in used)

    # Services ---------------------------------------------------------------------------------------------
    @cached_property
    def _service_of(self) -> Mapping[str, str]:
        names = {key: key for key in self.services}
        for key, service in self.services.items():
            for process in service.processes:
                names.setdefault(process.name.partition(" ")[0], key)
        return names

    @cached_property
    def members(self) -> Mapping[str, tuple[Node, ...]]:
        """The nodes that each service runs on, by its id in the catalog."""
        found: dict[str, dict[str, Node]] = defaultdict(dict)
        for node in self.topology.nodes:
            for name in node.services:
                found[self._service_of.get(name, name)][node.id] = node
        return {key: tuple(nodes.values()) for key, nodes in found.items()}

    def running(self, service: str) -> tuple[Node, ...]:
        """The nodes that `service` is placed on."""
        return self.members.get(service, ())

    @cached_property
    def uses_object_storage(self) -> bool:
        return self.workload.object_storage_tb > 0 or bool(self.running("ceph-rgw"))

    # Links ------------------------------------------------------------------------------------------------
    @cached_property
    def links_of(self) -> Mapping[str, tuple[tuple[Link, End, End], ...]]:
        """The links of each device: the link, its own end, the other end."""
        found: dict[str, list[tuple[Link, End, End]]] = defaultdict(list)
        for link in self.topology.links:
            found[link.a.element].append((link, link.a, link.b))
            found[link.b.element].append((link, link.b, link.a))
        return {key: tuple(links) for key, links in found.items()}

    def links(self, element: str) -> tuple[tuple[Link, End, End], ...]:
        return self.links_of.get(element, ())

    @cached_property
    def drawn_networks(self) -> Mapping[str, Network]:
        return {network.id: network for network in self.topology.networks}

    @cached_property
    def planes_of(self) -> Mapping[str, frozenset[NetworkPlane]]:
        """The planes that each device is on, by its links."""
        return {
            element: frozenset(plane for link, _, _ in links for plane in self.planes(link))
            for element, links in self.links_of.items()
        }

    def planes(self, link: Link) -> frozenset[NetworkPlane]:
        """The planes that a link carries."""
        if link.networks not in self._planes:
            found = (self.drawn_networks.get(key) for key in link.networks)
            self._planes[link.networks] = frozenset(network.plane for network in found if network is not None)
        return self._planes[link.networks]

    @cached_property
    def _planes(self) -> dict[tuple[str, ...], frozenset[NetworkPlane]]:
        return {}

    def is_on(self, element: str, plane: NetworkPlane) -> bool:
        return plane in self.planes_of.get(element, frozenset())

    def on_plane(self, plane: NetworkPlane) -> tuple[Network, ...]:
        return tuple(network for network in self.topology.networks if network.plane is plane)

    def gbps(self, element: str, *planes: NetworkPlane) -> Decimal:
        """What a device has to any of `planes`, Gb/s: every link that carries one, counted once."""
        wanted = frozenset(planes)
        return sum(
            (link.gbps for link, _, _ in self.links(element) if self.planes(link) & wanted), Decimal(0)
        )

    def hosts_on(self, network: Network) -> frozenset[str]:
        """Devices that need an address on `network`: those with a link that names it, switches of the fabric not."""
        is_oob = network.plane is NetworkPlane.OUT_OF_BAND
        found = set()
        for link in self.topology.links:
            if network.id in link.networks:
                found |= {link.a.element, link.b.element}
        if is_oob:
            return frozenset(found) - self.router_ids
        return frozenset(found & self.nodes.keys())

    # Switches ---------------------------------------------------------------------------------------------
    def switches_in(self, role: SwitchRole, rack: str | None = None) -> tuple[Switch, ...]:
        return self._switches.get((role, rack), ())

    @cached_property
    def _switches(self) -> Mapping[tuple[SwitchRole, str | None], tuple[Switch, ...]]:
        found: dict[tuple[SwitchRole, str | None], list[Switch]] = defaultdict(list)
        for switch in self.topology.switches:
            found[switch.role, None].append(switch)
            found[switch.role, switch.rack].append(switch)
        return {key: tuple(switches) for key, switches in found.items()}

    def neighbours(self, element: str) -> Counter[str]:
        """Links of a device to each other one."""
        return Counter(other.element for _, _, other in self.links(element))

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        return pods_of(self.topology)

    @cached_property
    def feeds(self) -> Mapping[str, Mapping[str, Decimal]]:
        """What each feed of a rack carries, W (sizing.R2): rack -> feed -> watts."""
        found: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for pdu in self.topology.pdus:
            spec = self.pdu_spec(pdu.spec)
            if spec is not None:
                watts = feed_watts(spec, power_factor=self.policies.power_factor)
                found[pdu.rack][pdu.feed] = found[pdu.rack].get(pdu.feed, Decimal(0)) + watts
        return found

    @cached_property
    def port_groups(self) -> dict[str, Mapping[str, PortGroup]]:
        """Port groups by spec and name, as far as somebody asked for them."""
        return {}

    def used_ports(self, element: str) -> Counter[str]:
        """Ports in use by port group."""
        ports = {end.port for _, end, _ in self.links(element)}
        return Counter(port.rpartition("-")[0] for port in ports)

    # Compute ----------------------------------------------------------------------------------------------
    @cached_property
    def demands(self) -> tuple[VmDemand, ...]:
        """The VMs at the end of the growth that is built for (sizing.C6), with the overhead of each."""
        factor = (1 + self.workload.annual_growth_rate) ** self.workload.growth_years
        return tuple(
            demand_of(profile, ceil(profile.count * factor), self.policies, has_local_disks=True)
            for profile in self.workload.profiles
        )

    @cached_property
    def vms(self) -> int:
        return sum(demand.count for demand in self.demands)

    def reserves(self, spec: NodeSpec, roles: Iterable[NodeRole]) -> tuple[int, Decimal]:
        """Threads and GiB that a compute host keeps from guests (sizing.C2, sizing.C4, sizing.H1)."""
        held = set(roles)
        osds = spec.osds if NodeRole.STORAGE in held else 0
        kept_gib, kept_threads = Decimal(0), 0
        if NodeRole.CONTROL in held or (
            self.control_is_shared and held >= {NodeRole.COMPUTE, NodeRole.STORAGE}
        ):
            kept_gib, kept_threads = control_share(spec.ram_gib, self.policies)
        per_osd = 0
        if osds and spec.osd_media is not None:
            per_osd = THREADS_PER_OSD[spec.osd_media]
        threads = reserved_threads(
            threads_per_core=spec.threads_per_core,
            host_cores=self.policies.reserved_cores,
            dpdk_cores=self.policies.dpdk_cores,
            osds=osds,
            threads_per_osd=per_osd,
            control_threads=kept_threads,
        )
        reserve = self.policies.reserved_host_ram_gib
        if reserve is None:
            reserve = Decimal(host_ram_reserve_gib(spec.ram_gib))
        return threads, reserve + osds * GIB_PER_OSD + kept_gib

    def host_capacity(self, spec: NodeSpec, roles: Iterable[NodeRole]) -> HostCapacity:
        """What one node gives to guests."""
        threads, ram = self.reserves(spec, roles)
        return host_of(spec, self.policies, self.workload, reserved_threads=threads, reserved_ram_gib=ram)

    @cached_property
    def capacities(self) -> Mapping[str, HostCapacity]:
        """What each compute node gives to guests, by its id."""
        kinds: dict[tuple[str, tuple[NodeRole, ...]], HostCapacity] = {}
        found = {}
        for node, spec in self.specs_of_nodes:
            if NodeRole.COMPUTE not in node.roles:
                continue
            key = (spec.id, tuple(sorted(node.roles)))
            if key not in kinds:
                kinds[key] = self.host_capacity(spec, node.roles)
            found[node.id] = kinds[key]
        return found

    def short_of(self, lost: Iterable[str] = ()) -> int:
        """How many VMs find no place on the compute nodes, those of `lost` set aside."""
        hosts = self._hosts.copy()
        for node in set(lost):
            if node in self.capacities:
                hosts[self.capacities[node]] -= 1
        hosts = +hosts
        key = frozenset(hosts.items())
        if key not in self._packed:
            self._packed[key] = unplaced(hosts, self.demands)
        return self._packed[key]

    @cached_property
    def _hosts(self) -> Counter[HostCapacity]:
        return Counter(self.capacities.values())

    @cached_property
    def _packed(self) -> dict[object, int]:
        return {}

    # Storage ----------------------------------------------------------------------------------------------
    @cached_property
    def osd_hosts(self) -> tuple[OsdHost, ...]:
        return tuple(
            OsdHost(node=node, spec=spec, media=spec.osd_media)
            for node, spec in self.specs_of_nodes
            if NodeRole.STORAGE in node.roles and spec.osds and spec.osd_media is not None
        )

    @cached_property
    def has_ceph(self) -> bool:
        return bool(self.having(NodeRole.STORAGE)) or bool(self.running("ceph-osd"))

    @cached_property
    def has_flash_only(self) -> bool:
        return bool(self.osd_hosts) and all(host.media is not Media.HDD for host in self.osd_hosts)

    @cached_property
    def pools(self) -> tuple[StoragePool, ...]:
        """The pools that are drawn; where none is, the one that the planning rules stand for."""
        if self.topology.pools or not self.has_ceph:
            return self.topology.pools
        replicas = self.policies.replicas
        planned = StoragePool(
            id="planned",
            name="The planned pool",
            size=replicas,
            min_size=min_size(replicas=replicas),
            share_of_raw=Decimal(1),
            failure_domain=self.policies.storage_failure_domain.value,
        )
        return (planned,)

    def pool_ids(self, pools: Iterable[StoragePool]) -> tuple[str, ...]:
        """Ids of those pools that the drawing has."""
        drawn = {pool.id for pool in self.topology.pools}
        return tuple(pool.id for pool in pools if pool.id in drawn)

    def domain_of(self, node: Node, domain: str) -> str:
        """The failure domain of that kind that `node` stands in; a node without a rack is one of its own."""
        if domain == FailureDomain.HOST:
            return node.id
        if domain == FailureDomain.ZONE:
            rack = self.racks.get(node.rack)
            return (rack.zone if rack else "") or node.rack or node.id
        return node.rack or node.id

    def hosts_of_pool(self, pool: StoragePool) -> tuple[OsdHost, ...]:
        """The OSD hosts whose drives the pool may use."""
        if not pool.media:
            return self.osd_hosts
        return tuple(host for host in self.osd_hosts if host.media == pool.media)

    def domains_tb(self, pool: StoragePool) -> Mapping[str, Decimal]:
        """Raw TB of each failure domain of the pool."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for host in self.hosts_of_pool(pool):
            found[self.domain_of(host.node, pool.failure_domain)] += host.raw_tb
        return found

    @cached_property
    def raw_tb(self) -> Decimal:
        return sum((host.raw_tb for host in self.osd_hosts), Decimal(0))

    @cached_property
    def osds(self) -> int:
        return sum(host.spec.osds for host in self.osd_hosts)

    @cached_property
    def written_tb(self) -> Decimal:
        """What the workload writes, TB, with growth, thin provisioning and snapshots, before copies (sizing.S8)."""
        growth = (1 + self.workload.annual_growth_rate) ** self.workload.growth_years
        profiles = zip(self.workload.profiles, self.demands, strict=True)
        disk = sum((demand.count * profile.disk_gb for profile, demand in profiles), Decimal(0)) / 1000
        written = disk * self.policies.thin_share_boot * (1 + self.policies.snapshot_share)
        return written + self.workload.object_storage_tb * growth


THREADS_PER_OSD = {Media.HDD: 1, Media.SATA_SSD: 2, Media.NVME: 4}
"""The minimum (sizing.S11), which the hyper-converged reference designs reserve."""
