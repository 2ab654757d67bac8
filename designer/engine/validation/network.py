"""E. Network: the five networks and who is on them, isolation, bonds and leaves, bandwidth, MTU, the way out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from catalog.engine.hardware import Media, NodeRole, SwitchRole
from catalog.engine.units import ceil
from designer.engine.deployment import FabricMode
from designer.engine.pods import groups_of_fabric
from designer.engine.sizing.figures import plain
from designer.engine.sizing.network import drive_to_nic_ratio, guest_mtu, prefix_for
from designer.engine.sizing.network import external_addresses as addresses_outside
from designer.engine.sizing.performance import MB_PER_SECOND_PER_OSD
from designer.engine.topology import Link, Network, NetworkPlane, Node, Switch
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import (
    REDUNDANCY,
    E,
    Hit,
    I,
    Rule,
    W,
    error,
    info,
    listed,
    rule,
    together,
    warning,
)
from designer.engine.validation.storage import protection_of
from designer.engine.validation.structure import subnet, vlan_range

TITLE = "Network"

FIVE: Mapping[NetworkPlane, str] = {
    NetworkPlane.MANAGEMENT: "management",
    NetworkPlane.TENANT: "tenant",
    NetworkPlane.PROVIDER: "external",
    NetworkPlane.STORAGE_PUBLIC: "storage",
    NetworkPlane.OUT_OF_BAND: "out-of-band",
}
"""The networks of the reference architecture."""
REFERENCE = "Reference architecture"
NETWORKS = "Domain notes, networks"
STORAGE = (NetworkPlane.STORAGE_PUBLIC, NetworkPlane.STORAGE_CLUSTER)
LEAST_STORAGE_GBPS, NVME_STORAGE_GBPS = Decimal(10), Decimal(25)
DRIVES_TO_NIC: Mapping[bool, Decimal] = {True: Decimal("1.5"), False: Decimal(4)}
"""The most that drives may outrun NICs: of disks, of flash (N3)."""
USUAL_OVERSUBSCRIPTION, STORAGE_OVERSUBSCRIPTION, MOST_OVERSUBSCRIPTION = (
    Decimal(3),
    Decimal("1.5"),
    Decimal(10),
)
LEAST_OVERLAY_MTU, STORAGE_MTU = 1558, 9000
MOST_GATEWAYS = 5
GATEWAY = "ovn-gateway"
PLANES = frozenset(plane.value for plane in NetworkPlane)


@rule("V110", "The five networks", E, source=REFERENCE, remedy="Add the network.")
def five_networks(facts: Facts) -> Iterator[Hit]:
    """Management, tenant, external, storage and out-of-band networks are drawn."""
    for plane, name in FIVE.items():
        if not facts.on_plane(plane):
            yield error(f"The {name} network is missing.", "Add it, and attach the nodes.")


@rule(
    "V111",
    "Required networks of a node",
    E,
    source="Network catalog: who attaches; domain notes, networks section 2",
    remedy="Attach the network.",
)
def required_networks(facts: Facts) -> Iterator[Hit]:
    """Each node is on the networks that its roles require: gateways on tenant and external networks, all on
    out-of-band by their BMC. Octavia's and Ironic's networks are left to V037 and V042, the external network of plain
    compute nodes to V128."""
    outside: dict[str, list[Node]] = defaultdict(list)
    for node in facts.topology.nodes:
        for key in _required(facts, node):
            if not facts.is_on(node.id, NetworkPlane(facts.networks[key].plane)):
                outside[key].append(node)
    for key, nodes in outside.items():
        yield error(
            f"{listed(node.name for node in nodes)} {'is' if len(nodes) == 1 else 'are'} not on {facts.networks[key].name}.",
            "Attach the network to their links.", _ids(nodes),
        )  # fmt: skip


@rule(
    "V112",
    "Isolation of out-of-band",
    E,
    W,
    source=f"{REFERENCE}: completely isolated",
    remedy="Give it a VLAN and ports of its own.",
)
def isolated_out_of_band(facts: Facts) -> Iterator[Hit]:
    """The out-of-band network shares no VLAN, and no data port of a server, with another network. Hosts of Ironic
    conductors, which reach the BMCs, are exempt."""
    reachable = (NetworkPlane.TENANT, NetworkPlane.PROVIDER)
    for network, other in _sharing_a_vlan(facts):
        planes = {network.plane, other.plane}
        if NetworkPlane.OUT_OF_BAND in planes and len(planes) > 1:
            tell = error if planes & set(reachable) else warning
            yield tell(
                f"{network.name} and {other.name} share VLAN {network.vlan}: BMCs can be reached from there.",
                "Give out-of-band a VLAN of its own.", [network.id, other.id],
            )  # fmt: skip
    conductors = {node.id for node in facts.running("ironic")}
    for severe, hit in ((True, error), (False, warning)):
        shared = [
            link
            for node in facts.topology.nodes
            if node.id not in conductors
            for link, _, _ in facts.links(node.id)
            if NetworkPlane.OUT_OF_BAND in facts.planes(link)
            and len(facts.planes(link)) > 1
            and bool(facts.planes(link) & set(reachable)) is severe
        ]
        if shared:
            yield hit(
                f"{listed(link.id for link in shared)} carry out-of-band beside other networks: BMCs can be reached from there.",
                "Give out-of-band ports of its own.", [link.id for link in shared],
            )  # fmt: skip


@rule(
    "V113",
    "Isolation of management",
    E,
    source=f"{REFERENCE}: management is isolated from tenants",
    remedy="Use VLANs of their own.",
)
def isolated_management(facts: Facts) -> Iterator[Hit]:
    """Management shares no VLAN with the tenant or the external network."""
    for network, other in _sharing_a_vlan(facts):
        planes = {network.plane, other.plane}
        if NetworkPlane.MANAGEMENT in planes and planes & {NetworkPlane.TENANT, NetworkPlane.PROVIDER}:
            yield error(
                f"{network.name} and {other.name} share VLAN {network.vlan}: management must be isolated from tenants' traffic.",
                "Split them.", [network.id, other.id],
            )  # fmt: skip


@rule("V114", "Storage beside the API", W, I, source=REFERENCE, remedy="Give storage a second bond.")
def storage_beside_api(facts: Facts) -> Iterator[Hit]:
    """Storage has a bond of its own, or shares one with management and tenants by VLANs at least."""
    others = (NetworkPlane.MANAGEMENT, NetworkPlane.TENANT)
    apart: dict[bool, dict[str, None]] = {True: {}, False: {}}
    for node in facts.topology.nodes:
        for links in _bonds(facts, node.id).values():
            keys = {key for link in links for key in link.networks}
            drawn = [facts.drawn_networks[key] for key in keys if key in facts.drawn_networks]
            stores = {network.vlan for network in drawn if network.plane in STORAGE}
            beside = {network.vlan for network in drawn if network.plane in others}
            if stores and beside:
                has_vlans = "" not in stores | beside and not stores & beside
                apart[has_vlans][node.id] = None
    for has_vlans, nodes in apart.items():
        if nodes:
            tell, how = (info, "by VLANs only") if has_vlans else (warning, "without VLANs of their own")
            yield tell(
                f"On {len(nodes)} nodes ({listed(nodes)}) storage shares a bond with management or tenants, apart {how}: "
                "storms of I/O reach the API.",
                "Give storage a second bond.", nodes,
            )  # fmt: skip


@rule(
    "V115",
    "Least storage bandwidth",
    E,
    source=f"{REFERENCE}; Ceph hardware recommendations",
    remedy="Use 10 or 25GbE.",
)
def least_storage_bandwidth(facts: Facts) -> Iterator[Hit]:
    """A storage host has 10 Gb/s or more on the storage network."""
    for gbps, nodes in _storage_gbps(facts).items():
        if 0 < gbps < LEAST_STORAGE_GBPS:
            message = f"{listed(node.name for node in nodes)} have {plain(gbps)} Gb/s for storage: 10 are the minimum."
            yield error(message, "Use 10 or 25GbE.", _ids(nodes))


@rule(
    "V116",
    "Bandwidth for NVMe",
    W,
    source=f"{REFERENCE}; Proxmox VE guide: one NVMe can fill 10 Gb/s",
    remedy="Use 25GbE.",
)
def bandwidth_for_nvme(facts: Facts) -> Iterator[Hit]:
    """A storage host with NVMe has 25 Gb/s or more on the storage network."""
    nvme = {host.node.id for host in facts.osd_hosts if host.media is Media.NVME}
    for gbps, nodes in _storage_gbps(facts).items():
        slow = [node for node in nodes if node.id in nvme]
        if slow and LEAST_STORAGE_GBPS <= gbps < NVME_STORAGE_GBPS:
            message = f"{listed(node.name for node in slow)} have NVMe and {plain(gbps)} Gb/s for storage: 25GbE is recommended."
            yield warning(message, "Use 25GbE.", _ids(slow))


@rule("V117", "Drives that outrun NICs", W, source="sizing.N3", remedy="Use faster NICs.")
def drives_outrun_nics(facts: Facts) -> Iterator[Hit]:
    """The drives of a host move at most four times what its storage NICs carry, disks one and a half times."""
    found: dict[tuple[str, Decimal], list[Node]] = defaultdict(list)
    for host in facts.osd_hosts:
        nic = facts.gbps(host.node.id, *STORAGE)
        if nic:
            ratio = drive_to_nic_ratio(
                drives=host.spec.osds, drive_mb_per_second=MB_PER_SECOND_PER_OSD[host.media], nic_gbps=nic
            )
            if ratio > DRIVES_TO_NIC[host.media is Media.HDD]:
                found[host.spec.name, ratio].append(host.node)
    for (name, ratio), nodes in found.items():
        yield warning(
            f"Drives of {name} outrun its NICs {plain(ratio, 1)} times.", "Use faster NICs.", _ids(nodes)
        )


@rule(
    "V118",
    "Single-homed servers",
    W,
    E,
    source="Failure model X3",
    remedy="Use two ports to two leaves.",
    at_most=REDUNDANCY,
)
def single_homed(facts: Facts) -> Iterator[Hit]:
    """A server reaches each of its required networks, out-of-band aside, over two switches; the storage hosts do not
    all hang on one leaf."""
    single = []
    for node in facts.topology.nodes:
        planes = {NetworkPlane(facts.networks[key].plane) for key in _required(facts, node)}
        if any(
            len(_switches_to(facts, node.id, plane)) == 1 for plane in planes - {NetworkPlane.OUT_OF_BAND}
        ):
            single.append(node)
    if single:
        yield warning(
            f"{listed(node.name for node in single)} reach{'es' if len(single) == 1 else ''} a network over one switch alone: "
            "its loss, or a link's, is the node's.",
            "Use two ports to two leaves.", _ids(single),
        )  # fmt: skip
    leaves = [_switches_to(facts, host.node.id, NetworkPlane.STORAGE_PUBLIC) for host in facts.osd_hosts]
    if len(leaves) > 1 and all(len(found) == 1 for found in leaves) and len(frozenset().union(*leaves)) == 1:
        (leaf,) = leaves[0]
        message = f"All {len(leaves)} storage hosts hang on {leaf}: its loss stops all I/O."
        yield error(
            message, "Use two ports to two leaves.", [leaf, *(host.node.id for host in facts.osd_hosts)]
        )


@rule(
    "V119",
    "Bonds on one switch",
    W,
    source="Domain notes, networks section 7",
    remedy="Put the members on two leaves.",
)
def bonds_on_one_switch(facts: Facts) -> Iterator[Hit]:
    """The members of a bond end on two switches. Which ports share a network card no document says yet."""
    found: dict[str, list[str]] = defaultdict(list)
    for node in facts.topology.nodes:
        for bond, links in _bonds(facts, node.id).items():
            ends = {link.b.element if link.a.element == node.id else link.a.element for link in links}
            if len(links) > 1 and len(ends) == 1:
                found[ends.pop()].append(bond)
    for switch, bonds in found.items():
        yield warning(
            f"{switch} is a single point of failure for {listed(bonds)}: all members end there.",
            "Put the members on two leaves.", [switch, *(link.id for link in facts.topology.links if link.bond in bonds)],
        )  # fmt: skip


@rule("V120", "Racks with one leaf", W, source="Failure model X3", remedy="Use a pair of leaves.")
def racks_with_one_leaf(facts: Facts) -> Iterator[Hit]:
    """A rack with servers has no leaf of its own, or a pair."""
    for rack in facts.server_racks:
        leaves = facts.switches_in(SwitchRole.LEAF, rack)
        if len(leaves) == 1:
            yield warning(
                f"{rack} has one leaf: its loss is the rack's.", "Use a pair of leaves.", [leaves[0].id]
            )


@rule(
    "V121",
    "Spines and uplinks",
    W,
    source="VMware Validated Design: equal uplinks to each spine",
    remedy="Give each leaf the same uplinks to each spine.",
)
def spines_and_uplinks(facts: Facts) -> Iterator[Hit]:
    """Leaves of several racks are joined by two spines or more, each leaf to each spine of its pod by the same number of
    links; where there are pods, super-spines join them, each spine by as many links as the others, the same number to
    each super-spine that it is linked to."""
    leaves, spines = facts.switches_in(SwitchRole.LEAF), facts.switches_in(SwitchRole.SPINE)
    if len({leaf.rack for leaf in leaves}) < 2:
        return
    pods = facts.pods
    for pod in pods:
        racks = len({facts.switches[leaf].rack for leaf in pod.leaves})
        if len(pod.spines) < 2 and racks > 1:
            message = f"One spine joins the leaves of {racks} racks: a single point of failure."
            yield warning(message, "Use 2 spines.", pod.spines)
    if not spines:
        message = f"No spine joins the leaves of {len({leaf.rack for leaf in leaves})} racks."
        yield warning(message, "Use 2 spines.")
    elif (groups := groups_of_fabric(facts.topology)) > 1:
        message = f"The leaves fall into {groups} groups that no link joins."
        yield warning(message, "Link the spines of all pods to super-spines.", _switch_ids(spines))
    unequal: dict[str, list[str]] = defaultdict(list)
    for pod in pods:
        for leaf in pod.leaves:
            counts = _links_to(facts, leaf, pod.spines)
            if pod.spines and (len(set(counts.values())) > 1 or not min(counts.values())):
                unequal[listed(f"{count} to {spine}" for spine, count in counts.items())].append(leaf)
    for told, ids in unequal.items():
        message = f"Uplinks of {listed(ids)} are not the same to each spine: {told}."
        yield warning(message, "Use the same number to each spine.", ids)
    yield from _unequal_spines(facts)


def _unequal_spines(facts: Facts) -> Iterator[Hit]:
    """Spines whose uplinks differ from those of others, or among the super-spines that they reach."""
    tops = _switch_ids(facts.switches_in(SwitchRole.SUPER_SPINE))
    if not tops:
        return
    totals: dict[int, list[str]] = defaultdict(list)
    for spine in _switch_ids(facts.switches_in(SwitchRole.SPINE)):
        counts = {top: n for top, n in _links_to(facts, spine, tops).items() if n}
        totals[sum(counts.values())].append(spine)
        if len(set(counts.values())) > 1:
            told = listed(f"{n} to {top}" for top, n in counts.items())
            yield warning(
                f"Uplinks of {spine} are not the same to each super-spine: {told}.",
                "Use the same number to each of them.", [spine],
            )  # fmt: skip
    if len(totals) > 1:
        told = listed(f"{listed(ids)} {n}" for n, ids in sorted(totals.items()))
        message = f"Spines have different numbers of uplinks to super-spines: {told}."
        fewest = totals[min(totals)]
        yield warning(message, "Give each spine as many.", fewest)


@rule("V122", "Oversubscription", W, E, source="sizing.N4", remedy="Use more uplinks.")
def oversubscription(facts: Facts) -> Iterator[Hit]:
    """Servers of a rack can send three times what its leaves carry away at the most, in a rack of storage one and a
    half times, and never ten times; leaves of a pod send spines three times what these carry to super-spines."""
    over = []
    by_rack: dict[str, list[Node]] = defaultdict(list)
    for node in facts.topology.nodes:
        by_rack[node.rack].append(node)
    for rack in facts.server_racks if facts.switches_in(SwitchRole.SPINE) else ():
        leaves = {leaf.id for leaf in facts.switches_in(SwitchRole.LEAF, rack)}
        links = [pair for node in by_rack[rack] for pair in facts.links(node.id)]
        down = sum((link.gbps for link, _, other in links if other.element in leaves), Decimal(0))
        links = [pair for leaf in leaves for pair in facts.links(leaf)]
        up = sum((link.gbps for link, _, other in links if _is_spine(facts, other.element)), Decimal(0))
        stores = sum(1 for node in by_rack[rack] if NodeRole.STORAGE in node.roles)
        most = STORAGE_OVERSUBSCRIPTION if stores * 2 > len(by_rack[rack]) else USUAL_OVERSUBSCRIPTION
        if up and down / up > most:  # without uplinks V121 tells it
            over.append(((down, up, most, "servers"), facts.racks[rack].name, sorted(leaves)))
    for spine in facts.switches_in(SwitchRole.SPINE):
        down = _gbps_to(facts, spine.id, SwitchRole.LEAF)
        up = _gbps_to(facts, spine.id, SwitchRole.SUPER_SPINE)
        if up and down / up > USUAL_OVERSUBSCRIPTION:
            over.append(((down, up, USUAL_OVERSUBSCRIPTION, "leaves"), spine.name, [spine.id]))
    for (down, up, most, senders), (names, ids) in together(over).items():
        tell = error if down / up > MOST_OVERSUBSCRIPTION else warning
        yield tell(
            f"{listed(names)}: oversubscribed {plain(down / up, 2)} to 1, {plain(down)} Gb/s of {senders} over {plain(up)} of "
            f"uplinks; {plain(most)} is the most.",
            "Use more uplinks.", ids,
        )  # fmt: skip


@rule("V123", "Ports of the spines", W, source="sizing.N5", remedy="Use larger spines.")
def ports_of_spines(facts: Facts) -> Iterator[Hit]:
    """A spine has a port for each uplink of each leaf of its pod, each link to a super-spine, and each to a router; a
    super-spine has one for each of its spines' uplinks."""
    needed: dict[str, int] = {}
    tops = _switch_ids(facts.switches_in(SwitchRole.SUPER_SPINE))
    above = facts.router_ids | set(tops)
    for pod in facts.pods:
        most = max((sum(_links_to(facts, leaf, pod.spines).values()) for leaf in pod.leaves), default=0)
        for spine in pod.spines:
            to_leaves = ceil(Decimal(len(pod.leaves) * most) / len(pod.spines))
            needed[spine] = to_leaves + sum(other.element in above for _, _, other in facts.links(spine))
    for top in tops:
        needed[top] = sum(end.port.startswith("down-") for _, end, _ in facts.links(top))
    for key, need in needed.items():
        switch = facts.switches[key]
        spec = facts.switch_spec(switch)
        down = spec.port_group("down") if spec else None
        if down is not None and need > down.count:
            message = f"{switch.name} is full: {need} of {down.count} ports are needed."
            yield warning(message, "Use larger spines.", [key])


@rule(
    "V124",
    "MTU of overlay and storage",
    W,
    I,
    source="sizing.N7, run with Neutron's type drivers",
    remedy="Use jumbo frames.",
)
def mtu(facts: Facts) -> Iterator[Hit]:
    """The tenant network carries 1,558 bytes or more, so that guests have 1,500; storage carries 9,000."""
    for network in facts.topology.networks:
        if network.plane is NetworkPlane.TENANT and network.mtu < LEAST_OVERLAY_MTU:
            message = f"Guests get an MTU of {guest_mtu(physical=network.mtu)} on {network.name} with {network.mtu} bytes."
            yield warning(message, "Use 9000, or 1558 at least.", [network.id])
        elif network.plane in STORAGE and network.mtu < STORAGE_MTU:
            message = f"{network.name} carries {network.mtu} bytes: jumbo frames spare CPU."
            yield info(message, "Use 9000.", [network.id])


@rule("V125", "Unequal MTU in a VLAN", E, source="Domain notes, networks section 4", remedy="Use one MTU.")
def unequal_mtu(facts: Facts) -> Iterator[Hit]:
    """Networks that share a VLAN have one MTU: with two, packets are lost in silence."""
    for network, other in _sharing_a_vlan(facts):
        if network.mtu != other.mtu:
            yield error(
                f"{network.name} ({network.mtu} bytes) and {other.name} ({other.mtu}) share VLAN {network.vlan}: packets are lost in silence.",
                "Use one MTU.", [network.id, other.id],
            )  # fmt: skip


@rule("V126", "External uplinks", W, source="Failure model X2", remedy="Use a second router and uplink.")
def external_uplinks(facts: Facts) -> Iterator[Hit]:
    """The cloud reaches the outside by two routers or more."""
    if not facts.is_drawn:
        return
    linked = [router for router in facts.topology.external_routers if facts.links(router.id)]
    switches = {other.element for router in linked for _, _, other in facts.links(router.id)}
    if len(linked) < 2 or len(switches) < 2:
        message = f"{len(linked)} external router{'s' if len(linked) != 1 else ''} on {len(switches)} switch{'es' if len(switches) != 1 else ''}: north-south traffic has a single point of failure."
        yield warning(message, "Use 2 routers on 2 switches.", [router.id for router in linked])


@rule(
    "V127",
    "Gateways",
    E,
    W,
    I,
    source="Service catalog: ovn-gateway; domain notes, services",
    remedy="Use 2 to 5 gateways.",
    at_most=REDUNDANCY,
)
def gateways(facts: Facts) -> Iterator[Hit]:
    """Two to five gateway chassis join the tenants' networks with the external one."""
    nodes = facts.running(GATEWAY)
    if not nodes:
        yield error("There is no gateway: no traffic leaves the cloud.", f"Place {GATEWAY} on 2 nodes.")
        return
    outside = [node for node in nodes if not facts.is_on(node.id, NetworkPlane.PROVIDER)]
    if outside:
        message = f"{listed(node.name for node in outside)} are gateways without the external network."
        yield error(message, "Attach the external network.", _ids(outside))
    if len(nodes) == 1:
        yield warning(f"{nodes[0].name} is the only gateway.", "Use 2.", _ids(nodes))
    elif len(nodes) > MOST_GATEWAYS:
        message = f"{len(nodes)} gateways: OVN schedules a router on 5 of them at the most."
        yield info(message, "Use 2 to 5.", _ids(nodes))


@rule(
    "V128",
    "Distributed floating IPs",
    E,
    source="Domain notes, networks section 2",
    remedy="Attach the external network, or centralise floating IPs.",
)
def distributed_floating_ips(facts: Facts) -> Iterator[Hit]:
    """With distributed floating IPs, every compute node is on the external network."""
    if not facts.deployment.has_distributed_floating_ips:
        return
    outside = [node for node in facts.compute if not facts.is_on(node.id, NetworkPlane.PROVIDER)]
    if outside:
        message = (
            f"Floating IPs fail on {listed(node.name for node in outside)}: not on the external network."
        )
        yield error(message, "Attach it, or centralise floating IPs.", _ids(outside))


@rule("V129", "External addresses", W, source="sizing.N9", remedy="Use a larger range.")
def external_addresses(facts: Facts) -> Iterator[Hit]:
    """The external subnets have an address for each public address that the workload asks for, each load balancer, the
    public VIP, gateway and VRRP pair, network and broadcast."""
    workload = facts.workload
    need = addresses_outside(
        vms=workload.public_ipv4_addresses, routers=0, load_balancers=workload.load_balancers, floating_ip_share=Decimal(1)
    )  # fmt: skip
    known = [
        (network, cidr)
        for network in facts.on_plane(NetworkPlane.PROVIDER)
        if (cidr := subnet(network)) is not None
    ]
    have = sum(cidr.num_addresses for _, cidr in known)
    if known and have < need:
        yield warning(
            f"{need - have} external addresses are short: {need} are needed and {have} there.",
            f"Use /{prefix_for(need)} or larger.", [network.id for network, _ in known],
        )  # fmt: skip


@rule(
    "V130",
    "Cluster network",
    I,
    source="https://docs.ceph.com/en/latest/rados/configuration/network-config-ref/",
    remedy="Split it where writes are heavy.",
)
def cluster_network(facts: Facts) -> Iterator[Hit]:
    """Ceph replicates over a network of its own."""
    if facts.osd_hosts and not any(
        facts.is_on(host.node.id, NetworkPlane.STORAGE_CLUSTER) for host in facts.osd_hosts
    ):
        message = "Ceph has no cluster network: one network is fine at 25GbE and more."
        yield info(message, "Split it where writes are heavy.", [host.node.id for host in facts.osd_hosts])


@rule("V131", "Bandwidth of the cluster network", W, source="sizing.N2", remedy="Balance the two.")
def cluster_bandwidth(facts: Facts) -> Iterator[Hit]:
    """Where storage is split, the cluster network carries a copy less than the pool's size for each byte of the public
    one."""
    copies = max((protection_of(pool).cluster_bytes_per_byte for pool in facts.pools), default=Decimal(0))
    found: dict[tuple[Decimal, Decimal], list[Node]] = defaultdict(list)
    for host in facts.osd_hosts:
        public = facts.gbps(host.node.id, NetworkPlane.STORAGE_PUBLIC)
        cluster = facts.gbps(host.node.id, NetworkPlane.STORAGE_CLUSTER)
        if cluster and cluster < copies * public:
            found[public, cluster].append(host.node)
    for (public, cluster), nodes in found.items():
        yield warning(
            f"Replication limits writes on {listed(node.name for node in nodes)}: {plain(cluster)} Gb/s for the cluster network, "
            f"and clients on {plain(public)} Gb/s can make it carry {plain(copies * public)}.",
            "Balance the two, or do not split.", _ids(nodes),
        )  # fmt: skip


@rule(
    "V132",
    "External interface of gateways",
    E,
    source="openstack/kolla-ansible doc/source/user/quickstart.rst",
    remedy="Use a raw port, or tag management.",
)
def external_interface(facts: Facts) -> Iterator[Hit]:
    """A gateway's external interface carries no host address: management does not lie untagged on the same port."""
    for node in facts.running(GATEWAY):
        for link, _, _ in facts.links(node.id):
            drawn = [facts.drawn_networks[key] for key in link.networks if key in facts.drawn_networks]
            is_external = any(network.plane is NetworkPlane.PROVIDER for network in drawn)
            untagged = [n for n in drawn if n.plane is NetworkPlane.MANAGEMENT and not n.vlan]
            if is_external and untagged:
                yield error(
                    f"{link.id} carries the external network and {untagged[0].name} untagged: Kolla puts the port into br-ex, and the host is gone.",
                    "Use a raw port, or tag management.", [link.id, node.id],
                )  # fmt: skip


@rule("V133", "Loops", W, source="House rule", remedy="Use MLAG, spanning tree or routing.")
def loops(facts: Facts) -> Iterator[Hit]:
    """Switches that are linked in a circle have MLAG, spanning tree or routing. Says nothing until the design says
    how its fabric works."""
    if facts.deployment.fabric is not FabricMode.PLAIN:
        return
    root = {switch: switch for switch in facts.switches}

    def find(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    for a, b in sorted(
        {
            (min(link.a.element, link.b.element), max(link.a.element, link.b.element))
            for link in facts.topology.links
            if link.a.element in root and link.b.element in root
        }
    ):
        one, other = find(a), find(b)
        if one == other:
            message = f"The link of {a} and {b} closes a loop in plain layer 2."
            yield warning(message, "Use MLAG, spanning tree or routing.", [a, b])
            return
        root[one] = other


@rule(
    "V134",
    "VRRP ids",
    W,
    source="openstack/kolla-ansible doc/source/user/multinode.rst",
    remedy="Set keepalived_virtual_router_id.",
)
def router_ids(facts: Facts) -> Iterator[Hit]:
    """keepalived_virtual_router_id is none that another cloud on the same layer 2 uses. Says nothing until the design
    names both."""
    mine = facts.deployment.virtual_router_id
    if mine is not None and mine in facts.deployment.taken_virtual_router_ids:
        message = f"VRRP id {mine} is in use on this layer 2: the VIPs clash."
        yield warning(message, "Set another keepalived_virtual_router_id.")


def _ids(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(node.id for node in nodes)


def _kind(role: NodeRole) -> str:
    return "baremetal_tenant" if role is NodeRole.BARE_METAL else role.value


def _required(facts: Facts, node: Node) -> tuple[str, ...]:
    """The networks of the catalog that the roles of a node require."""
    is_gateway = node in facts.running(GATEWAY)
    has_vip = is_gateway or node in facts.running("haproxy")
    found = []
    for key, definition in facts.networks.items():
        if definition.plane not in PLANES:
            continue  # a network of this catalog that no drawing knows
        for role in node.roles:
            how = definition.attaches.get(_kind(role), "no")
            is_external = definition.plane == NetworkPlane.PROVIDER
            if (
                (
                    (how == "required" or how.startswith("required ("))
                    and definition.plane != NetworkPlane.PROVISIONING
                )
                or (how.startswith("required when") and (has_vip if is_external else is_gateway))
                or how.startswith("BMC port")
            ):
                found.append(key)
                break
    return tuple(found)


def _sharing_a_vlan(facts: Facts) -> Iterator[tuple[Network, Network]]:
    """Pairs of networks with a VLAN in common."""
    known = [
        (network, span)
        for network in facts.topology.networks
        if (span := vlan_range(network.vlan)) is not None
    ]
    for index, (network, (low, high)) in enumerate(known):
        for other, (other_low, other_high) in known[index + 1 :]:
            if low <= other_high and other_low <= high:
                yield network, other


def _bonds(facts: Facts, node: str) -> Mapping[str, list[Link]]:
    """The links of a node by bond; one without is alone."""
    found: dict[str, list[Link]] = defaultdict(list)
    for link, _, _ in facts.links(node):
        found[link.bond or link.id].append(link)
    return found


def _storage_gbps(facts: Facts) -> Mapping[Decimal, list[Node]]:
    found: dict[Decimal, list[Node]] = defaultdict(list)
    for host in facts.osd_hosts:
        found[facts.gbps(host.node.id, NetworkPlane.STORAGE_PUBLIC)].append(host.node)
    return found


def _switches_to(facts: Facts, node: str, plane: NetworkPlane) -> frozenset[str]:
    """The switches over which a node reaches a plane."""
    return frozenset(
        other.element
        for link, _, other in facts.links(node)
        if plane in facts.planes(link) and other.element in facts.switches
    )


def _is_spine(facts: Facts, element: str) -> bool:
    switch = facts.switches.get(element)
    return switch is not None and switch.role is SwitchRole.SPINE


def _gbps_to(facts: Facts, switch: str, role: SwitchRole) -> Decimal:
    """What the links of a switch to those of a role carry."""
    ends = ((link.gbps, facts.switches.get(other.element)) for link, _, other in facts.links(switch))
    return sum((gbps for gbps, end in ends if end is not None and end.role is role), Decimal(0))


def _switch_ids(switches: Iterable[Switch]) -> tuple[str, ...]:
    return tuple(switch.id for switch in switches)


def _links_to(facts: Facts, switch: str, others: Iterable[str]) -> Mapping[str, int]:
    """Links of a switch to each of others."""
    ends = facts.neighbours(switch)
    return {other: ends[other] for other in others}


RULES: tuple[Rule, ...] = (
    five_networks, required_networks, isolated_out_of_band, isolated_management, storage_beside_api,
    least_storage_bandwidth, bandwidth_for_nvme, drives_outrun_nics, single_homed, bonds_on_one_switch,
    racks_with_one_leaf, spines_and_uplinks, oversubscription, ports_of_spines, mtu, unequal_mtu, external_uplinks,
    gateways, distributed_floating_ips, external_addresses, cluster_network, cluster_bandwidth, external_interface, loops,
    router_ids,
)  # fmt: skip
