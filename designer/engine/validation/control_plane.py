"""B. Control plane: quorum, spread over racks, room on the controllers, and what single services ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from catalog.engine.hardware import Media, NodeRole, NodeSpec
from catalog.engine.units import ceil
from designer.engine.deployment import CinderBackend, GlanceBackend, OctaviaProvider, OctaviaTopology
from designer.engine.sizing import control_plane as sizing
from designer.engine.sizing.figures import plain
from designer.engine.sizing.hyperconverged import control_share
from designer.engine.sizing.network import prefix_for
from designer.engine.sizing.storage import MGR_RAM_GIB, MON_RAM_GIB
from designer.engine.topology import NetworkPlane, Node
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
    warning,
)
from designer.engine.validation.profiles import Profile, Severity
from designer.engine.validation.structure import subnet

TITLE = "Control plane"

LEAST_RAM_GIB = 32
LEAST_DISK_GB = 240
MONITOR = "ceph-mon"
SEPARATE = "Use larger hosts, or control nodes of their own."
"""What helps a hyper-converged host that is short."""
REFERENCE = "Reference architecture"


@rule(
    "V020", "Two control nodes", E,
    source="sizing.CP1, failure.E1: with two members the loss of either ends the majority",
    remedy="Use 3 control nodes.", at_most=REDUNDANCY,
)  # fmt: skip
def two_control_nodes(facts: Facts) -> Iterator[Hit]:
    """The number of control nodes is not two: Galera and RabbitMQ go on only while more than half are up."""
    if len(facts.control) == 2:
        message = "Two control nodes have no quorum tolerance: the loss of either stops the API."
        yield error(message, "Use 3 control nodes.", _ids(facts.control))


@rule(
    "V021", "A single control node", E,
    source="sizing.CP1", remedy="Use 3 control nodes.",
    at_most={Profile.LAB: Severity.WARNING, Profile.EDGE: Severity.WARNING},
)  # fmt: skip
def one_control_node(facts: Facts) -> Iterator[Hit]:
    """There is more than one control node."""
    if len(facts.control) == 1:
        yield error(
            "A single control node has no high availability.", "Use 3 control nodes.", _ids(facts.control)
        )


@rule(
    "V022", "An even number of control nodes", W,
    source="sizing.CP1; Kolla-Ansible's production guide: an odd number",
    remedy="Use 3 or 5 control nodes.",
)  # fmt: skip
def even_control_nodes(facts: Facts) -> Iterator[Hit]:
    """Four or more control nodes are an odd number."""
    count = len(facts.control)
    if count >= 4 and count % 2 == 0:
        tolerated = sizing.tolerated_losses(count)
        yield warning(
            f"{count} control nodes survive {tolerated} losses, as {count - 1} do: an even number adds no tolerance.",
            f"Use {count - 1} or {count + 1} control nodes.", _ids(facts.control),
        )  # fmt: skip


@rule(
    "V023", "Many control nodes", I,
    source="Kolla-Ansible's production guide",
    remedy="Use 3 or 5, and give busy services nodes of their own.",
)  # fmt: skip
def many_control_nodes(facts: Facts) -> Iterator[Hit]:
    """There are no more than five control nodes."""
    if len(facts.control) > 5:
        message = f"{len(facts.control)} control nodes: each member more costs write latency."
        yield info(message, "Use 3 or 5, and split roles instead.", _ids(facts.control))


@rule(
    "V024", "Members of majority services", E,
    source="Service catalog: quorum; sizing.CP1",
    remedy="Run the service on 3 nodes.", at_most=REDUNDANCY,
)  # fmt: skip
def members_of_majority_services(facts: Facts) -> Iterator[Hit]:
    """Galera, RabbitMQ, the OVN databases and Valkey run on an odd number of nodes, three or more. Where a service
    runs on every control node, V020 to V022 tell it once for all; Ceph monitors are V070's."""
    everywhere = {node.id for node in facts.control}
    for service in _majority_services(facts):
        nodes = facts.running(service)
        count = len(nodes)
        if service == MONITOR or not count or {node.id for node in nodes} == everywhere:
            continue
        if count < 3 or count % 2 == 0:
            tolerated = sizing.tolerated_losses(count)
            message = f"{service} has {count} member{'s' if count > 1 else ''}: it survives the loss of {tolerated}."
            yield error(message, f"Run {service} on 3 nodes.", _ids(nodes))


@rule(
    "V025", "A rack with a majority", E,
    source="sizing.R7", remedy="Spread the members 1-1-1 over the racks.", at_most=REDUNDANCY,
)  # fmt: skip
def rack_with_majority(facts: Facts) -> Iterator[Hit]:
    """With three or more racks, no rack holds a majority of the members of a service that needs one."""
    if len(facts.server_racks) < 3:
        return
    for service, rack, held, count in _majorities(facts):
        yield error(
            f"The loss of {rack} stops {service}: {held} of its {count} members stand there.",
            "Spread the members 1-1-1 over the racks.",
            [rack, *(node.id for node in facts.running(service) if node.rack == rack)],
        )


@rule(
    "V026", "Two racks for three members", W,
    source="sizing.R7; failure model X3", remedy="Use a third rack, or a witness elsewhere.",
)  # fmt: skip
def two_racks(facts: Facts) -> Iterator[Hit]:
    """Members of majority services do not stand in exactly two racks: one of the two always holds the majority."""
    if len(facts.server_racks) != 2:
        return
    hit: dict[str, list[str]] = {}
    for service, rack, _, _ in _majorities(facts):
        hit.setdefault(rack, []).append(service)
    for rack, services in hit.items():
        message = (
            f"{rack} is a single point of failure for {listed(services)}: it holds the majority of two racks."
        )
        yield warning(message, "Use a third rack, or a witness elsewhere.", [rack])


@rule(
    "V027", "One rack", W,
    source="Failure model X3", remedy="Accept it, or use more racks.", at_most={Profile.EDGE: Severity.INFO},
)  # fmt: skip
def one_rack(facts: Facts) -> Iterator[Hit]:
    """The control plane does not stand in one rack alone."""
    if len(facts.server_racks) == 1 and facts.control:
        (rack,) = facts.server_racks
        yield warning(
            f"{rack} is a single point of failure: all {len(facts.control)} control nodes stand in it.",
            "Use more racks, or accept it.", [rack],
        )  # fmt: skip


@rule(
    "V028", "Least memory of a controller", E,
    source=f"{REFERENCE}: 32 to 64 GB", remedy="Use control nodes with 32 GiB or more.",
)  # fmt: skip
def least_memory(facts: Facts) -> Iterator[Hit]:
    """Control nodes have at least 32 GiB."""
    for spec, nodes in facts.by_spec(facts.control):
        if spec.ram_gib < LEAST_RAM_GIB:
            yield error(
                f"{spec.name} has {spec.ram_gib} GiB: below the reference architecture's minimum of {LEAST_RAM_GIB}.",
                f"Use control nodes with {LEAST_RAM_GIB} to 64 GiB.", _ids(nodes),
            )  # fmt: skip


@rule("V029", "Memory of a controller", W, source="sizing.CP2", remedy="Use the next memory size.")
def memory(facts: Facts) -> Iterator[Hit]:
    """Control nodes have the memory that the number of compute nodes and VMs asks for; of a hyper-converged node,
    its share for the control plane counts."""
    hosts = len(facts.compute)
    for spec, nodes in facts.by_spec(facts.control):
        have = _control_share(facts, spec, nodes[0])[0]
        extra = facts.policies.control_extra_ram_gib + max(_ceph_gib(node, facts) for node in nodes)
        need = sizing.ram_needed_gib(compute_hosts=hosts, vms=facts.vms, extra_gib=extra)
        if have < need:
            extras = f" and {plain(extra)} GiB of further services" if extra else ""
            step = sizing.ram_step_gib(need)
            what, remedy = (
                f"A controller ({spec.name}) has",
                f"Use control nodes with {step or 'more than 512'} GiB.",
            )
            if facts.is_hyper_converged(nodes[0]):
                what, remedy = f"For its part of the control plane {spec.name} keeps", SEPARATE
            yield warning(
                f"{what} {plain(have)} GiB, and {plain(need, 1)} are needed for {hosts} compute nodes, {facts.vms:,} VMs{extras}.",
                remedy, _ids(nodes),
            )  # fmt: skip


@rule("V030", "Cores of a controller", W, source="sizing.CP3", remedy="Use control nodes with more cores.")
def cores(facts: Facts) -> Iterator[Hit]:
    """Control nodes have the cores that the number of compute nodes asks for; of a hyper-converged node, its share
    for the control plane counts."""
    hosts, count = len(facts.compute), len(facts.control)
    for spec, nodes in facts.by_spec(facts.control):
        have = _control_share(facts, spec, nodes[0])[1]
        need = sizing.cores_needed(compute_hosts=hosts, controllers=count)
        if have < need:
            what, remedy = (
                f"A controller ({spec.name}) has {have} cores",
                f"Use control nodes with at least {need} cores.",
            )
            if facts.is_hyper_converged(nodes[0]):
                what, remedy = f"For its part of the control plane {spec.name} keeps {have} threads", SEPARATE
            yield warning(
                f"{what}, and {need} cores are needed for {hosts} compute nodes.", remedy, _ids(nodes)
            )


@rule(
    "V031", "Drive of a controller", E,
    source=f"{REFERENCE}; sizing.CP4: Galera, RabbitMQ and MON write every change through",
    remedy="Use 500 GB of NVMe.",
)  # fmt: skip
def drive(facts: Facts) -> Iterator[Hit]:
    """Databases and queues of control nodes stand on flash, of 240 GB or more. Says nothing where the catalog does
    not know the drive."""
    for spec, nodes in facts.by_spec(facts.control):
        if spec.system_drive_media is Media.HDD:
            message = f"Controllers ({spec.name}) keep databases on disks: Galera, RabbitMQ and MON need SSD or NVMe."
            yield error(message, "Use 500 GB of NVMe.", _ids(nodes))
        elif spec.system_drive_gb is not None and spec.system_drive_gb < LEAST_DISK_GB:
            message = f"Controllers ({spec.name}) have {plain(spec.system_drive_gb)} GB and need {LEAST_DISK_GB} at least."
            yield error(message, "Use 500 GB of NVMe.", _ids(nodes))


@rule(
    "V032",
    "Disk of a controller",
    W,
    source="sizing.CP4",
    remedy="Use larger drives, or keep logs fewer days.",
)
def disk(facts: Facts) -> Iterator[Hit]:
    """Control nodes have the disk that VMs and the logs of all nodes ask for."""
    policies = facts.policies
    hosts = sum(1 for node in facts.topology.nodes if NodeRole.BARE_METAL not in node.roles)
    need = sizing.disk_needed_gb(
        vms=facts.vms, hosts=hosts, days=policies.log_days, gb_per_host_day=policies.log_gb_per_host_day,
        log_nodes=len(facts.control),
    )  # fmt: skip
    for spec, nodes in facts.by_spec(facts.control):
        if spec.system_drive_gb is not None and spec.system_drive_gb < need:
            yield warning(
                f"Logs and databases need {plain(need, 0)} GB and a controller ({spec.name}) has {plain(spec.system_drive_gb)}.",
                f"Use larger drives, or keep logs fewer than {policies.log_days} days.", _ids(nodes),
            )  # fmt: skip


@rule(
    "V033", "Single copies", W,
    source="Service catalog: quorum and least number of copies", remedy="Run it twice.",
)  # fmt: skip
def single_copies(facts: Facts) -> Iterator[Hit]:
    """Services of which any number may run have two copies or more."""
    for key, service in facts.services.items():
        nodes = facts.running(key)
        if len(nodes) == 1 and service.quorum in ("stateless", "active-active") and len(facts.control) > 1:
            yield warning(f"{key} has a single instance.", f"Run {key} on a second node.", _ids(nodes))


@rule(
    "V034", "Hosts in one cell", W, E,
    source="sizing.CP6: Red Hat tested 700 hosts in one cell, RHOSO 18 tested 250 nodes", remedy="Use Nova cells.",
)  # fmt: skip
def hosts_in_a_cell(facts: Facts) -> Iterator[Hit]:
    """A Nova cell has at most 300 compute nodes, and never more than 700."""
    per_cell = ceil(Decimal(len(facts.compute)) / facts.deployment.nova_cells)
    if per_cell > sizing.HOSTS_PER_CELL:
        cells = sizing.cells(len(facts.compute))
        tell = error if per_cell > sizing.MOST_HOSTS_IN_ONE_CELL else warning
        yield tell(
            f"{per_cell} compute nodes in one cell: it is tested to about {sizing.HOSTS_PER_CELL}, and {sizing.MOST_HOSTS_IN_ONE_CELL} at the most.",
            f"Use {cells} cells.",
        )


@rule(
    "V035", "VMs on control nodes", W,
    source=f"{REFERENCE}: no tenant workloads on control nodes", remedy="Take the compute role off the control nodes.",
)  # fmt: skip
def vms_on_control_nodes(facts: Facts) -> Iterator[Hit]:
    """Outside hyper-converged designs, no control node runs VMs."""
    mixed = [
        node
        for node in facts.control
        if NodeRole.COMPUTE in node.roles and NodeRole.STORAGE not in node.roles
    ]
    if mixed:
        names = listed(node.name for node in mixed)
        yield warning(f"{names}: tenants' VMs run on control nodes.", "Keep the two apart.", _ids(mixed))


@rule(
    "V036", "Load balancers without a standby", W,
    source="Domain notes, services: a fail-over takes 60 s and the boot of a VM", remedy="Use ACTIVE_STANDBY.",
    at_most={Profile.LAB: Severity.INFO, Profile.EDGE: Severity.INFO},
)  # fmt: skip
def load_balancers_without_standby(facts: Facts) -> Iterator[Hit]:
    """Octavia's amphorae come in pairs."""
    if _has_amphorae(facts) and facts.deployment.octavia_topology is OctaviaTopology.SINGLE:
        message = "Octavia builds single amphorae: a load balancer is down for a minute or more when its VM or host dies."
        yield warning(message, "Use ACTIVE_STANDBY.", _ids(facts.running("octavia")))


@rule(
    "V037", "Network of the amphorae", E,
    source="sizing.CP8", remedy="Put Octavia's controllers on its network, and make the subnet large enough.",
)  # fmt: skip
def amphora_network(facts: Facts) -> Iterator[Hit]:
    """Octavia's controllers are on its management network, and the subnet has an address for each amphora, one
    spare for a fail-over, each controller, and five more."""
    nodes = facts.running("octavia")
    if not nodes or not _has_amphorae(facts):
        return
    outside = [node for node in nodes if not facts.is_on(node.id, NetworkPlane.OCTAVIA)]
    if outside:
        names = listed(node.name for node in outside)
        message = f"{names} run Octavia and are not on its management network: amphorae cannot be managed."
        yield error(message, "Add the network to their links.", _ids(outside))
    has_standby = facts.deployment.octavia_topology is OctaviaTopology.ACTIVE_STANDBY
    balancers = facts.workload.load_balancers
    amphorae = sizing.amphorae(load_balancers=balancers, has_standby=has_standby)
    need = sizing.amphora_addresses(amphora_vms=amphorae, controllers=len(nodes))
    for network in facts.on_plane(NetworkPlane.OCTAVIA):
        cidr = subnet(network)
        if cidr is not None and cidr.num_addresses < need:
            yield error(
                f"{network.name}: {balancers} load balancers need {need} addresses and {cidr} has {cidr.num_addresses}.",
                f"Use /{prefix_for(need)} or larger.", [network.id],
            )  # fmt: skip


@rule(
    "V038", "Coordination for Octavia and Cinder", E,
    source="openstack/kolla-ansible ansible/roles/octavia/tasks/precheck.yml, ansible/roles/cinder/tasks/precheck.yml",
    remedy="Place Valkey (enable_valkey).",
)  # fmt: skip
def coordination(facts: Facts) -> Iterator[Hit]:
    """Where Octavia builds amphorae, Valkey runs for its jobboard; where several cinder-volume serve Ceph, Valkey or
    etcd coordinates them."""
    has_valkey = bool(facts.running("valkey"))
    if facts.running("octavia") and _has_amphorae(facts) and not has_valkey:
        message = "Octavia's jobboard needs Valkey, which runs nowhere: Kolla's prechecks will fail."
        yield error(message, "Place Valkey on the control nodes.", _ids(facts.running("octavia")))
    volumes = facts.running("cinder-volume")
    if _has_several_volumes(facts) and not has_valkey and not facts.running("etcd"):
        message = (
            f"{len(volumes)} cinder-volume serve Ceph without Valkey or etcd: Kolla's prechecks will fail."
        )
        yield error(message, "Place Valkey on the control nodes.", _ids(volumes))


@rule(
    "V039", "Name of the Cinder cluster", E,
    source="openstack/kolla-ansible ansible/roles/cinder/tasks/precheck.yml", remedy="Set cinder_cluster_name.",
)  # fmt: skip
def cinder_cluster(facts: Facts) -> Iterator[Hit]:
    """Where several cinder-volume serve Ceph, their cluster has a name."""
    if _has_several_volumes(facts) and not facts.deployment.cinder_cluster_name.strip():
        nodes = facts.running("cinder-volume")
        message = f"{len(nodes)} cinder-volume and no cinder_cluster_name: Kolla's prechecks will fail."
        yield error(message, "Set cinder_cluster_name.", _ids(nodes))


@rule(
    "V040", "Images in files", W,
    source="openstack/kolla-ansible doc/source/user/multinode.rst", remedy="Keep images in Ceph (RBD).",
)  # fmt: skip
def images_in_files(facts: Facts) -> Iterator[Hit]:
    """With several controllers, Glance keeps images in Ceph, not in files of one of them."""
    if facts.deployment.glance_backend is GlanceBackend.FILE and len(facts.control) > 1:
        message = (
            f"Glance keeps images in files: only one glance-api will run on {len(facts.control)} controllers."
        )
        yield warning(message, "Keep images in Ceph (RBD).", _ids(facts.running("glance")))


@rule(
    "V041", "Ironic conductors", W,
    source="sizing.CP7: openstack/ironic refarch/common.rst", remedy="Run ironic-conductor on more nodes.",
)  # fmt: skip
def conductors(facts: Facts) -> Iterator[Hit]:
    """Ironic has two conductors or more, and one for each 300 bare-metal nodes."""
    if not _has_ironic(facts):
        return
    machines = len(facts.having(NodeRole.BARE_METAL))
    need = sizing.ironic_conductors(machines)
    nodes = facts.running("ironic")
    if len(nodes) < need:
        message = f"{len(nodes)} Ironic conductors for {machines} bare-metal nodes, and {need} are needed."
        yield warning(message, f"Run ironic-conductor on {need} nodes.", _ids(nodes))


@rule(
    "V042", "Networks of Ironic", E,
    source="Domain notes, networks: provisioning and out-of-band",
    remedy="Attach the provisioning network to conductors and bare-metal nodes, and the out-of-band network to conductors.",
)  # fmt: skip
def ironic_networks(facts: Facts) -> Iterator[Hit]:
    """Bare-metal nodes and conductors are on the provisioning network, and conductors reach the BMCs by a port of
    their own beside the BMC."""
    if not _has_ironic(facts):
        return
    nodes = [*facts.running("ironic"), *facts.having(NodeRole.BARE_METAL)]
    outside = [node for node in nodes if not facts.is_on(node.id, NetworkPlane.PROVISIONING)]
    if outside:
        names = listed(node.name for node in outside)
        message = f"{names} are not on the provisioning network: bare metal cannot be deployed."
        yield error(message, "Attach the network.", _ids(outside))
    blind = [
        node
        for node in facts.running("ironic")
        if not any(
            NetworkPlane.OUT_OF_BAND in facts.planes(link) and not end.port.startswith("bmc-")
            for link, end, _ in facts.links(node.id)
        )
    ]
    if blind:
        names = listed(node.name for node in blind)
        message = f"{names} run ironic-conductor and have no path to the out-of-band network: BMCs cannot be reached."
        yield error(message, "Attach the out-of-band network to a port of the host.", _ids(blind))


def _ids(nodes: tuple[Node, ...] | list[Node]) -> tuple[str, ...]:
    return tuple(node.id for node in nodes)


def _majority_services(facts: Facts) -> list[str]:
    return [key for key, service in facts.services.items() if service.quorum == "majority"]


def _majorities(facts: Facts) -> Iterator[tuple[str, str, int, int]]:
    """Service, rack, members in it, members in all, wherever a rack holds a majority of two members or more."""
    for service in _majority_services(facts):
        nodes = facts.running(service)
        by_rack: Mapping[str, int] = Counter(node.rack for node in nodes if node.rack in facts.racks)
        for rack, held in by_rack.items():
            if len(nodes) > 1 and held >= sizing.quorum(len(nodes)):
                yield service, rack, held, len(nodes)


def _control_share(facts: Facts, spec: NodeSpec, node: Node) -> tuple[Decimal, int]:
    """GiB and cores that the control plane has on a node."""
    if not facts.is_hyper_converged(node):
        return Decimal(spec.ram_gib), spec.sockets * spec.cores_per_socket
    return control_share(spec.ram_gib, facts.policies)


def _ceph_gib(node: Node, facts: Facts) -> int:
    held = 0
    for service, gib in ((MONITOR, MON_RAM_GIB), ("ceph-mgr", MGR_RAM_GIB)):
        held += gib if node in facts.running(service) else 0
    return held


def _has_amphorae(facts: Facts) -> bool:
    return bool(facts.running("octavia")) and facts.deployment.octavia_provider is OctaviaProvider.AMPHORA


def _has_several_volumes(facts: Facts) -> bool:
    has_ceph = CinderBackend.CEPH in facts.deployment.cinder_backends and facts.has_ceph
    return has_ceph and len(facts.running("cinder-volume")) > 1


def _has_ironic(facts: Facts) -> bool:
    return bool(facts.running("ironic") or facts.having(NodeRole.BARE_METAL))


RULES: tuple[Rule, ...] = (
    two_control_nodes, one_control_node, even_control_nodes, many_control_nodes, members_of_majority_services,
    rack_with_majority, two_racks, one_rack, least_memory, memory, cores, drive, disk, single_copies, hosts_in_a_cell,
    vms_on_control_nodes, load_balancers_without_standby, amphora_network, coordination, cinder_cluster, images_in_files,
    conductors, ironic_networks,
)  # fmt: skip
