"""A. Structure: complete nodes, services with a place, connected devices, VLANs and subnets that fit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network

from catalog.engine.hardware import NodeSpec, PortGroup, SwitchRole, SwitchSpec
from catalog.engine.units import ceil
from designer.engine.sizing.figures import plain
from designer.engine.sizing.network import prefix_for
from designer.engine.topology import (
    MANAGEMENT_PORTS,
    End,
    ExternalRouter,
    Network,
    NetworkPlane,
    Node,
    Switch,
)
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import E, Hit, Rule, W, error, listed, rule, warning

TITLE = "Structure"

HOST_NAME = re.compile(r"[a-z0-9-]{1,63}", re.ASCII)
MANDATORY = (
    "keystone", "placement", "nova-api", "nova-scheduler", "nova-conductor", "nova-compute", "neutron-server", "ovn-db",
    "glance", "mariadb", "rabbitmq", "memcached", "haproxy",
)  # fmt: skip
ESSENTIAL: Mapping[str, tuple[str, ...]] = {
    "Cinder": ("cinder-api", "cinder-volume"),
    "Heat": ("heat",),
    "Horizon": ("horizon",),
    "Octavia": ("octavia",),
}
"""Services that the reference architecture counts as essential, and what of the catalog makes each."""
FULL_LEAF_SHARE = Decimal("0.9")
RESERVED_ADDRESSES = 5
"""Network, broadcast, gateway and two VRRP addresses (sizing.N8)."""
GROWTH_OF_ADDRESSES = 2
SOFTWARE_DEFAULTS: Mapping[str, str] = {
    "172.17.0.0/16": "the container bridge",
    "10.1.0.0/24": "Kolla's default for Octavia",
}
COPPER = "RJ45"


@rule(
    "V001", "Incomplete node", E,
    source="Domain notes, validation rules: what every other rule asks for",
    remedy="Give the node a role, and a profile of the catalog with threads, RAM, height and power.",
)  # fmt: skip
def incomplete_node(facts: Facts) -> Iterator[Hit]:
    """Every node has a role and a hardware profile with threads, RAM, rack units and power."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node in facts.topology.nodes:
        lacks = [] if node.roles else ["no role"]
        spec = facts.node_spec(node)
        if spec is None:
            lacks.append(f"no hardware profile ({node.spec} is not a server of the catalog)")
        else:
            values = (
                ("threads", spec.threads),
                ("RAM", spec.ram_gib),
                ("height", spec.rack_units),
                ("power", spec.max_watts),
            )
            lacks += [f"a profile without {name}" for name, value in values if not value]
        if lacks:
            found[listed(lacks)].append(node)
    for lack, nodes in found.items():
        names = listed(node.name for node in nodes)
        message = f"{names} {'is' if len(nodes) == 1 else 'are'} incomplete: there is {lack}."
        yield error(message, "Choose a role and a profile.", [node.id for node in nodes])


@rule(
    "V002", "Host names", E,
    source="Ansible and cephadm host names; RabbitMQ needs names that resolve: openstack/kolla-ansible doc/source/user/multinode.rst",
    remedy="Use a name of its own, of small letters, digits and hyphens, at most 63.",
)  # fmt: skip
def host_names(facts: Facts) -> Iterator[Hit]:
    """Names of nodes are unique and valid host names: `[a-z0-9-]{1,63}`."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for node in facts.topology.nodes:
        by_name[node.name].append(node.id)
        if not HOST_NAME.fullmatch(node.name):
            remedy = "Use small letters, digits and hyphens, at most 63."
            yield error(f"{node.name!r} is not a valid host name.", remedy, [node.id])
    for name, ids in by_name.items():
        if len(ids) > 1:
            yield error(f"{len(ids)} nodes are called {name}.", "Rename all but one.", ids)


@rule(
    "V003", "Mandatory services", E,
    source="Service catalog; domain notes, services",
    remedy="Place the service on a node.",
)  # fmt: skip
def mandatory_services(facts: Facts) -> Iterator[Hit]:
    """Keystone, Placement, Nova, Neutron, the OVN databases, Glance, MariaDB, RabbitMQ, memcached, HAProxy and at
    least one compute node are there."""
    for service in MANDATORY:
        if not facts.running(service):
            yield error(f"{service} runs nowhere.", f"Place {service} on a node.")
    if not facts.compute:
        yield error("There is no compute node: no VM can run.", "Add a compute node.")


@rule(
    "V004", "Essential services", W,
    source="Reference architecture",
    remedy="Place the service, or accept the finding with the reason why this cloud does without.",
)  # fmt: skip
def essential_services(facts: Facts) -> Iterator[Hit]:
    """Cinder, Heat, Horizon and Octavia are there."""
    for name, parts in ESSENTIAL.items():
        if missing := [part for part in parts if not facts.running(part)]:
            yield warning(
                f"{name} is missing ({listed(missing)} runs nowhere): the reference architecture counts it as essential.",
                f"Place {listed(missing)}, or accept this finding with the reason.",
            )


@rule(
    "V005", "Unconnected devices", E,
    source="Domain notes, failure model section 1: what is linked to nothing serves nothing",
    remedy="Draw its links.",
)  # fmt: skip
def unconnected_devices(facts: Facts) -> Iterator[Hit]:
    """Every node, switch and external router has a link."""
    topology = facts.topology
    devices: list[Node | Switch | ExternalRouter] = [*topology.nodes, *topology.switches]
    lone = [device for device in [*devices, *topology.external_routers] if not facts.links(device.id)]
    if lone:
        names = listed(device.name for device in lone)
        message = f"{names} {'is' if len(lone) == 1 else 'are'} not connected."
        yield error(message, "Draw the links.", [device.id for device in lone])


@rule(
    "V006", "Ports and speeds", E,
    source="Hardware catalog: ports with speed and form factor",
    remedy="Use a free port, or ports and optics that fit each other.",
)  # fmt: skip
def ports_and_speeds(facts: Facts) -> Iterator[Hit]:
    """A port carries one link, and a link joins ports that can speak to each other: no faster than either, and not
    copper RJ45 to a cage. SFP cages take slower SFP modules; four SFP links share a QSFP port by breakout."""
    taken: dict[tuple[str, str], str] = {}
    for link in facts.topology.links:
        for end in (link.a, link.b):
            other = taken.setdefault((end.element, end.port), link.id)
            if other != link.id:
                yield error(
                    f"Port {end.port} of {end.element} is used twice: by {other} and by {link.id}.",
                    "Move one link to a free port.", [end.element, link.id, other],
                )  # fmt: skip
        a, b = _port_group(facts, link.a), _port_group(facts, link.b)
        for end, group in ((link.a, a), (link.b, b)):
            if group is not None and link.gbps > group.gbps:
                yield error(
                    f"{link.id} is drawn with {plain(link.gbps)} Gb/s and {end.port} of {end.element} has {plain(group.gbps)}.",
                    "Use a faster port, or a slower link.", [link.id, end.element],
                )  # fmt: skip
        if (
            a is not None
            and b is not None
            and (COPPER in (a.media, b.media))
            and a.media != b.media
            and a.media
            and b.media
        ):
            yield error(
                f"{link.id} joins {a.media} of {link.a.element} to {b.media} of {link.b.element}.",
                "Use ports of one form factor.", [link.id, link.a.element, link.b.element],
            )  # fmt: skip


@rule(
    "V007", "Ports used and present", E,
    source="sizing.N5",
    remedy="Use a device with more ports, or more leaves.",
)  # fmt: skip
def ports_present(facts: Facts) -> Iterator[Hit]:
    """No device uses more ports of a group than it has."""
    devices: list[Node | Switch] = [*facts.topology.nodes, *facts.topology.switches]
    for device in devices:
        groups = _port_groups(facts, device.id)
        if groups is None:
            continue
        wanted: dict[str, set[int]] = defaultdict(set)
        for _, end, _ in facts.links(device.id):
            name, _, number = end.port.rpartition("-")
            wanted[name].add(int(number) if number.isdigit() and number.isascii() else 0)
        for name, numbers in wanted.items():
            have = groups[name].count if name in groups else 0
            used = max(len(numbers), *numbers)
            if used > have:
                yield error(
                    f"{device.name}: {used} of {have} ports {name} are in use.",
                    "Move links to another device, or use one with more ports.", [device.id],
                )  # fmt: skip


@rule(
    "V008", "Room on the leaves", W,
    source="House value: a leaf is full at 90 %",
    remedy="Add a pair of leaves.",
)  # fmt: skip
def room_on_leaves(facts: Facts) -> Iterator[Hit]:
    """No leaf uses more than 90 % of its ports to servers."""
    for switch in facts.switches_in(SwitchRole.LEAF):
        spec = facts.switch_spec(switch)
        down = spec.port_group("down") if spec else None
        used = facts.used_ports(switch.id)["down"]
        if down is not None and used > FULL_LEAF_SHARE * down.count:
            yield warning(
                f"{switch.name} uses {used} of {down.count} ports: no room to grow.", "Add a pair of leaves.", [switch.id]
            )  # fmt: skip


@rule(
    "V009", "VLAN ids", E,
    source="IEEE 802.1Q: ids 1 to 4094",
    remedy="Give each network VLANs of its own from 1 to 4094.",
)  # fmt: skip
def vlan_ids(facts: Facts) -> Iterator[Hit]:
    """VLAN ids lie between 1 and 4094, and no two networks share one."""
    ranges: list[tuple[Network, int, int]] = []
    for network in facts.topology.networks:
        if not network.vlan:
            continue
        span = vlan_range(network.vlan)
        if span is None or not (1 <= span[0] <= span[1] <= 4094):
            message = f"{network.name} has VLAN {network.vlan}: ids go from 1 to 4094."
            yield error(message, "Renumber it.", [network.id])
        else:
            ranges.append((network, *span))
    for index, (network, low, high) in enumerate(ranges):
        for other, other_low, other_high in ranges[index + 1 :]:
            if low <= other_high and other_low <= high:
                shared = max(low, other_low)
                yield error(
                    f"{network.name} and {other.name} both use VLAN {shared}.", "Renumber one of them.",
                    [network.id, other.id],
                )  # fmt: skip


@rule(
    "V010", "Subnets that overlap or are too small", E,
    source="sizing.N8 with growth 1",
    remedy="Use subnets that do not overlap, with an address for every host and five more.",
)  # fmt: skip
def subnets_hold_their_hosts(facts: Facts) -> Iterator[Hit]:
    """No two subnets overlap, and each has an address for every device on its network, and five reserved ones. On the
    external network hosts have no address: V129 counts it."""
    known = [(network, cidr) for network in facts.topology.networks if (cidr := subnet(network)) is not None]
    for index, (network, cidr) in enumerate(known):
        for other, other_cidr in known[index + 1 :]:
            if cidr.version == other_cidr.version and cidr.overlaps(other_cidr):
                yield error(
                    f"{network.name} ({cidr}) and {other.name} ({other_cidr}) overlap.", "Move one of them.",
                    [network.id, other.id],
                )  # fmt: skip
        need = addresses_needed(facts, network, growth=1)
        if need > cidr.num_addresses and network.plane is not NetworkPlane.PROVIDER:
            yield error(
                f"{network.name}: {need} addresses are needed and {cidr} has {cidr.num_addresses}.",
                f"Use /{prefix_for(need)} or larger.", [network.id],
            )  # fmt: skip


@rule(
    "V011", "Subnets without room to grow", W,
    source="sizing.N8 with growth 2",
    remedy="Use a larger subnet.",
)  # fmt: skip
def subnets_can_grow(facts: Facts) -> Iterator[Hit]:
    """Each subnet has room for twice the devices on its network."""
    for network in facts.topology.networks:
        cidr = subnet(network)
        if cidr is None or network.plane is NetworkPlane.PROVIDER:
            continue
        if addresses_needed(facts, network, growth=1) > cidr.num_addresses:
            continue
        need = addresses_needed(facts, network, growth=GROWTH_OF_ADDRESSES)
        if need > cidr.num_addresses:
            yield warning(
                f"{network.name} is full after growth: twice its hosts need {need} addresses and {cidr} has {cidr.num_addresses}.",
                f"Use /{prefix_for(need)} or larger.", [network.id],
            )  # fmt: skip


@rule(
    "V012", "Subnets that are a software's default", W,
    source="openstack/kolla-ansible ansible/group_vars/all/octavia.yml; the default bridge of container engines",
    remedy="Use another range.",
)  # fmt: skip
def subnets_of_software(facts: Facts) -> Iterator[Hit]:
    """No subnet overlaps 172.17.0.0/16, the container bridge, or 10.1.0.0/24, Kolla's default for Octavia."""
    for network in facts.topology.networks:
        cidr = subnet(network)
        if not isinstance(cidr, IPv4Network):
            continue
        for default, what in SOFTWARE_DEFAULTS.items():
            if network.plane is NetworkPlane.OCTAVIA and default.startswith("10.1."):
                continue  # there it is meant
            if cidr.overlaps(IPv4Network(default)):
                message = f"{network.name} ({cidr}) overlaps {default}, {what}."
                yield warning(message, "Use another range.", [network.id])


def vlan_range(text: str) -> tuple[int, int] | None:
    """Return the first and the last id of `10` or `100-199`; None where it is neither."""
    low, _, high = text.partition("-")
    parts = [low, high or low]
    if not all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def subnet(network: Network) -> IPv4Network | IPv6Network | None:
    """Return the subnet of a network; None where it has none, or none that can be."""
    if not network.cidr:
        return None
    try:
        return ip_network(network.cidr)
    except ValueError:
        return None


def addresses_needed(facts: Facts, network: Network, *, growth: int) -> int:
    """Return the addresses that a subnet needs for the devices on it (sizing.N8)."""
    return ceil(Decimal(len(facts.hosts_on(network)) * growth)) + RESERVED_ADDRESSES


def _port_groups(facts: Facts, element: str) -> Mapping[str, PortGroup] | None:
    node, switch = facts.nodes.get(element), facts.switches.get(element)
    spec: NodeSpec | SwitchSpec | None = None
    if node is not None:
        spec = facts.node_spec(node)
    elif switch is not None:
        spec = facts.switch_spec(switch)
    if spec is None:
        return None
    if spec.id in facts.port_groups:
        return facts.port_groups[spec.id]
    groups = {name: PortGroup(name=name, count=1, gbps=Decimal(1), media=COPPER) for name in MANAGEMENT_PORTS}
    groups |= {group.name: group for group in spec.ports}
    facts.port_groups[spec.id] = groups
    return groups


def _port_group(facts: Facts, end: End) -> PortGroup | None:
    groups = _port_groups(facts, end.element)
    return None if groups is None else groups.get(end.port.rpartition("-")[0])


RULES: tuple[Rule, ...] = (
    incomplete_node, host_names, mandatory_services, essential_services, unconnected_devices, ports_and_speeds,
    ports_present, room_on_leaves, vlan_ids, subnets_hold_their_hosts, subnets_can_grow, subnets_of_software,
)  # fmt: skip
