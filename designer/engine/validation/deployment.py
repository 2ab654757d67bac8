"""G. Export consistency: what Kolla-Ansible and cephadm refuse, said before anything is exported."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Any

from catalog.engine.hardware import Media
from designer.engine.ceph_specifications import (
    UnreadableSpecification,
    documents,
    drives_of,
    name_of,
    problems_of,
    selected,
    takes,
)
from designer.engine.deployment import CinderBackend, HostSystem, NeutronAgent
from designer.engine.kolla_variables import KOLLA_VARIABLES
from designer.engine.topology import NetworkPlane
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import E, Hit, Rule, W, error, listed, rule, warning
from designer.engine.validation.structure import subnet

TITLE = "Export consistency"

RELEASE = "2026.1"
SUPPORTED = (HostSystem.UBUNTU_24_04, HostSystem.ROCKY_10, HostSystem.DEBIAN_13)
"""Systems of hosts that Kolla-Ansible 22 (OpenStack 2026.1) accepts."""


@rule(
    "V170",
    "Inventory groups",
    E,
    source="openstack/kolla-ansible ansible/roles/prechecks",
    remedy="Place the missing role or service.",
)
def inventory_groups(facts: Facts) -> Iterator[Hit]:
    """The groups that Kolla's site.yml needs have hosts: control, loadbalancer and compute."""
    groups = (
        ("control", facts.control, "a control node"),
        ("loadbalancer", facts.running("haproxy"), "haproxy on the control or network nodes"),
        ("compute", facts.compute, "a compute node"),
    )
    for name, nodes, what in groups:
        if not nodes:
            yield error(
                f"The inventory group {name} is empty: Kolla's prechecks will fail.", f"Place {what}."
            )


@rule(
    "V171",
    "Unknown variables",
    E,
    source="Kolla-Ansible 22.2.0: ansible/group_vars/all, ansible/roles/*/defaults, etc/kolla/globals.yml",
    remedy="Correct the name of the variable.",
)
def unknown_variables(facts: Facts) -> Iterator[Hit]:
    """Each variable that the design sets in globals.yml is one that the release knows: a wrong name is ignored without
    a word. Says nothing while the design sets none of its own."""
    text = facts.deployment.globals_overrides
    if not text.strip():
        return
    try:
        found = [key for document in documents(text) for key in document]
    except UnreadableSpecification as problem:
        yield error(
            f"The variables of the design for globals.yml cannot be read: {problem}.",
            "Write name: value, a line each.",
        )
        return
    for key in found:
        if key not in KOLLA_VARIABLES:
            near = get_close_matches(str(key), KOLLA_VARIABLES, n=1)
            remedy = f"Write {near[0]}, if that is meant." if near else "Correct its name, or leave it out."
            yield error(f"Kolla-Ansible of {RELEASE} knows no variable {str(key)[:80]}.", remedy)


@rule(
    "V172",
    "Agent of Neutron",
    E,
    source="openstack/kolla-ansible ansible/group_vars/all/neutron.yml",
    remedy="Set neutron_plugin_agent to ovn.",
)
def agent_of_neutron(facts: Facts) -> Iterator[Hit]:
    """Where OVN is drawn, Neutron is told to use it: Kolla's default is openvswitch."""
    nodes = facts.running("ovn-db") or facts.running("ovn-controller")
    if nodes and facts.deployment.neutron_agent is not NeutronAgent.OVN:
        message = f"OVN runs on {len(nodes)} nodes and neutron_plugin_agent is {facts.deployment.neutron_agent.value}."
        yield error(message, "Set neutron_plugin_agent to ovn.", [node.id for node in nodes])


@rule(
    "V173",
    "Internal VIP",
    E,
    source="openstack/kolla-ansible doc/source/user/multinode.rst",
    remedy="Use a free address of the management network.",
)
def internal_vip(facts: Facts) -> Iterator[Hit]:
    """kolla_internal_vip_address is an address of the management network that no host has. Says nothing while the
    export may choose one."""
    vip = facts.deployment.internal_vip.strip()
    if not vip:
        return
    try:
        address = ip_address(vip)
    except ValueError:
        yield error(f"The internal VIP {vip} is no address.", "Write it as 10.10.3.250.")
        return
    owners = [node for node, held in facts.deployment.host_addresses.items() if held == vip]
    if owners:
        yield error(
            f"The internal VIP {vip} is the address of {listed(owners)}.", "Use a free address.", owners
        )
    known = [
        (network, cidr)
        for network in facts.on_plane(NetworkPlane.MANAGEMENT)
        if (cidr := subnet(network)) is not None
    ]
    if known and not any(address in cidr for _, cidr in known):
        yield error(
            f"The internal VIP {vip} is outside {listed(str(cidr) for _, cidr in known)} of management.",
            "Use a free address of the management network.", [network.id for network, _ in known],
        )  # fmt: skip


@rule(
    "V174",
    "TLS of the VIPs",
    E,
    W,
    source="openstack/kolla-ansible etc/kolla/globals.yml",
    remedy="Use a second VIP for the outside.",
)
def tls_of_vips(facts: Facts) -> Iterator[Hit]:
    """With TLS outside, internal and external VIP differ. With one VIP for both, a plan for certificates inside is a
    must, and a second VIP is better still."""
    deployment = facts.deployment
    if (
        deployment.has_external_tls
        and deployment.internal_vip
        and deployment.internal_vip == deployment.external_vip
    ):
        tell = warning if deployment.has_certificate_plan else error
        plan = "with" if deployment.has_certificate_plan else "without"
        message = f"TLS is on outside and {deployment.internal_vip} is the VIP of inside and outside, {plan} a plan for certificates."
        yield tell(message, "Use a second VIP for the outside.")


@rule(
    "V175",
    "Drives that cephadm selects",
    E,
    source="ceph.deployment.drive_selection of Ceph; domain notes, export section 4",
    remedy="Correct the filters of the OSD specification.",
)
def drive_selection(facts: Facts) -> Iterator[Hit]:
    """On each drawn host the specifications of OSDs select all of its data drives and, for DB, all of its DB devices.
    Filters by model or vendor take every drive, as no catalog names either. Says nothing while the export writes the
    specifications."""
    try:
        found = documents(facts.deployment.ceph_specifications)
    except UnreadableSpecification:
        return  # V176 says it
    if not found:
        return
    labels = _labels(facts, found)
    osds = [
        d for d in found if d.get("service_type") == "osd" and not d.get("unmanaged") and not problems_of(d)
    ]
    wrong: dict[tuple[str, int, int, int, int], list[str]] = defaultdict(list)
    for host in facts.osd_hosts:
        spec = host.spec
        drives = drives_of(
            osds=spec.osds, osd_tb=spec.osd_tb, is_hdd=host.media is Media.HDD, db_devices=spec.db_devices, db_tb=spec.db_tb
        )  # fmt: skip
        data, db, free = 0, 0, list(range(len(drives)))
        for document in osds:
            if not takes(document, host.node.name, labels[host.node.name]):
                continue
            first, second = selected(document, [drives[n] for n in free])
            data += sum(free[n] < spec.osds for n in first)
            db += sum(free[n] >= spec.osds for n in second)
            free = [n for place, n in enumerate(free) if place not in {*first, *second}]
        if (data, db) != (spec.osds, spec.db_devices):
            wrong[spec.name, data, spec.osds, db, spec.db_devices].append(host.node.id)
    for (name, data, all_data, db, all_db), ids in wrong.items():
        message = f"{listed(facts.nodes[key].name for key in ids)} ({name}): {data} of {all_data} drives become OSDs"
        message += f", {db} of {all_db} devices carry their DB." if all_db else "."
        yield error(message, "Correct filters, placement or labels of the OSD specification.", ids)


@rule(
    "V176",
    "Specifications of cephadm",
    E,
    source="ceph.deployment.service_spec of Ceph; domain notes, export section 4",
    remedy="Give OSD, RGW and MDS a service_id; place by hosts or by label.",
)
def ceph_specifications(facts: Facts) -> Iterator[Hit]:
    """Each specification is one that cephadm accepts: known type, a service_id where it needs one, one kind of placement,
    known filters and sizes for drives, the ports and address of an ingress, and no service twice."""
    try:
        found = documents(facts.deployment.ceph_specifications)
    except UnreadableSpecification as problem:
        yield error(f"The specifications of cephadm cannot be read: {problem}.", "Correct the YAML.")
        return
    for document in found:
        for wrong, remedy in problems_of(document):
            yield error(f"cephadm refuses {name_of(document)}: {wrong}.", remedy)
    names = Counter(name_of(document) for document in found if document.get("service_type") != "host")
    for name, count in names.items():
        if count > 1:
            yield error(
                f"{name} is specified {count} times: the last one wins.", "Give each a service_id of its own."
            )


def _labels(facts: Facts, found: Iterable[Mapping[str, Any]]) -> Mapping[str, tuple[str, ...]]:
    """Labels of each node by its name: those of its host document, else those of the Ceph services placed on it."""
    told = {str(d.get("hostname")): d.get("labels") for d in found if d.get("service_type") == "host"}
    labels = {}
    for node in facts.topology.nodes:
        mine = told.get(node.name)
        services = [name.removeprefix("ceph-") for name in node.services if name.startswith("ceph-")]
        labels[node.name] = tuple(map(str, mine)) if isinstance(mine, list) else tuple(services)
    return labels


@rule(
    "V177",
    "Storage group",
    W,
    source="openstack/kolla-ansible doc/source/reference/storage/external-ceph-guide.rst",
    remedy="Run cinder-volume on a node, or turn the backend off.",
)
def storage_group(facts: Facts) -> Iterator[Hit]:
    """Where Cinder serves LVM or iSCSI, the storage group has hosts: nodes that run cinder-volume."""
    local = [b.value for b in facts.deployment.cinder_backends if b is not CinderBackend.CEPH]
    if local and not facts.running("cinder-volume"):
        message = f"Cinder serves {listed(local)} and the storage group is empty: no node runs cinder-volume."
        yield warning(message, "Run cinder-volume on a node, or turn the backend off.")


@rule(
    "V178",
    "System of the hosts",
    W,
    source="openstack/kolla-ansible doc/source/user/support-matrix.rst",
    remedy="Use Ubuntu 24.04, Rocky 10 or Debian 13.",
)
def system_of_hosts(facts: Facts) -> Iterator[Hit]:
    """The hosts run a system that the release accepts: Ubuntu 24.04, Rocky 10 or Debian 13 for OpenStack 2026.1."""
    system = facts.deployment.host_system
    if system not in SUPPORTED:
        message = f"Hosts run {system.value}: Kolla's prechecks of {RELEASE} will fail."
        yield warning(message, f"Use {listed(s.value for s in SUPPORTED)}.")


RULES: tuple[Rule, ...] = (
    inventory_groups, unknown_variables, agent_of_neutron, internal_vip, tls_of_vips, drive_selection,
    ceph_specifications, storage_group, system_of_hosts,
)  # fmt: skip
