"""G. Export consistency: what Kolla-Ansible and cephadm refuse, said before anything is exported."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from designer.engine.deployment import CinderBackend, HostSystem, NeutronAgent
from designer.engine.topology import NetworkPlane
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import E, Hit, Rule, W, error, listed, not_checkable, rule, warning
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


unknown_variables = not_checkable(
    "V171", "Unknown variables", E,
    source="Domain notes, export section 3", remedy="Correct the name of the variable.",
    missing="overrides of globals.yml in the design, and the list of variables of the pinned Kolla release",
)  # fmt: skip


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


drive_selection = not_checkable(
    "V175", "Drives that cephadm selects", E,
    source="Domain notes, export section 4: DriveSelection", remedy="Correct the filters of the OSD specification.",
    missing="OSD specifications: exports write them, no design holds one, and the catalog lists drives by number and size only",
)  # fmt: skip

osd_specifications = not_checkable(
    "V176", "Specifications of cephadm", E,
    source="Domain notes, export section 4: ServiceSpec", remedy="Give OSD, RGW and MDS a service_id; place by hosts or by label.",
    missing="cephadm specifications: exports write them, no design holds one",
)  # fmt: skip


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
    osd_specifications, storage_group, system_of_hosts,
)  # fmt: skip
