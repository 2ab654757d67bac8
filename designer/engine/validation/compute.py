"""C. Compute: whether the VMs fit, also after a loss; overcommit, reserves, NUMA, hyper-converged hosts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from catalog.engine.units import ceil
from designer.engine.sizing.compute import host_ram_reserve_gib
from designer.engine.sizing.figures import plain
from designer.engine.sizing.guests import demand_of
from designer.engine.sizing.hyperconverged import GIB_PER_OSD, MOST_RESERVED_SHARE
from designer.engine.sizing.packing import GROUPS
from designer.engine.topology import Node
from designer.engine.validation.facts import Facts
from designer.engine.validation.model import E, Hit, I, Rule, W, error, info, listed, rule, warning
from designer.engine.validation.profiles import Profile, Severity
from designer.engine.workload import FailureDomain

TITLE = "Compute"

USUAL_CPU_RATIO, MOST_CPU_RATIO = Decimal(4), Decimal(16)
USUAL_RAM_RATIO, MOST_RAM_RATIO = Decimal(1), Decimal("1.5")
LEAST_RESERVE_GIB = Decimal(4)
OVERHEAD_GIB = Decimal("0.5")
"""o_vm of sizing.C4."""
STRANDED_SHARE = Decimal("0.5")
HCI_AUTOTUNE_RATIO = Decimal("0.2")


@rule("V050", "Room for the VMs", E, source="sizing.C6", remedy="Add compute nodes.")
def room_for_vms(facts: Facts) -> Iterator[Hit]:
    """All VMs find a place on the compute nodes, packed by vCPU, RAM and local disk, those of an anti-affinity group on
    different nodes."""
    if not facts.capacities:
        return
    short = facts.short_of()
    if short:
        yield error(
            f"{short:,} of {facts.vms:,} VMs do not fit on {len(facts.capacities)} compute nodes (bound by {_bound_by(facts)}).",
            "Add compute nodes, or use larger ones.", _ids(facts.compute),
        )  # fmt: skip


@rule("V051", "Room after a loss", W, source="sizing.C7", remedy="Add spare compute nodes.")
def room_after_a_loss(facts: Facts) -> Iterator[Hit]:
    """After the loss that the policies name (the largest host, rack or zone) all VMs still find a place. Says nothing
    where they do not fit at all: that is V050's."""
    if len(facts.capacities) < 2 or facts.short_of():
        return
    domain = facts.policies.failure_unit
    groups = _groups(facts, domain)
    if len(groups) < 2:
        return
    worst = max(groups, key=lambda unit: (facts.short_of(groups[unit]), unit))
    short = facts.short_of(groups[worst])
    if short:
        yield warning(
            f"{short:,} of {facts.vms:,} VMs cannot restart after losing {worst}.",
            "Add a spare compute node." if domain is FailureDomain.HOST else f"Spread more compute nodes over the {domain.value}s.",
            groups[worst],
        )  # fmt: skip


@rule(
    "V052", "VMs larger than a host", E,
    source="sizing.C3: Placement's max_unit; sizing.C4", remedy="Use larger compute nodes, or smaller VMs.",
)  # fmt: skip
def vms_larger_than_a_host(facts: Facts) -> Iterator[Hit]:
    """No VM has more vCPU than a host has threads, or more RAM than a host can give."""
    hosts = set(facts.capacities.values())
    if not hosts:
        return
    for profile, demand in zip(facts.workload.profiles, facts.demands, strict=True):
        most = {host: host.pcpus if demand.is_pinned else min(host.threads, host.vcpus) for host in hosts}
        if demand.count and not any(
            demand.vcpus <= most[host] and demand.ram_gib <= host.ram_gib for host in hosts
        ):
            threads = max(most.values())
            ram = max(host.ram_gib for host in hosts)
            yield error(
                f"{profile.name} ({demand.vcpus} vCPU, {plain(demand.ram_gib)} GiB with its overhead) fits on no host: "
                f"they give up to {threads} vCPU and {plain(ram)} GiB.",
                "Use larger compute nodes, or smaller VMs.", _ids(facts.compute),
            )  # fmt: skip


@rule("V053", "Fragmentation", W, source="sizing.C7", remedy="Use larger hosts, or keep one empty.")
def fragmentation(facts: Facts) -> Iterator[Hit]:
    """After the loss of one host no VM is left out although vCPU and RAM suffice in sum."""
    if len(facts.capacities) < 2 or facts.short_of():
        return
    lost = max(facts.capacities, key=lambda node: (facts.short_of([node]), node))
    short = facts.short_of([lost])
    rest = [capacity for node, capacity in facts.capacities.items() if node != lost]
    need_cpu = sum(demand.count * demand.vcpus for demand in facts.demands)
    need_ram = sum((demand.count * demand.ram_gib for demand in facts.demands), Decimal(0))
    have_ram = sum((host.ram_gib for host in rest), Decimal(0))
    if short and need_cpu <= sum(host.vcpus + host.pcpus for host in rest) and need_ram <= have_ram:
        yield warning(
            f"After losing {lost}, {short:,} VMs fit on no single host although {plain(have_ram - need_ram)} GiB are free in sum.",
            "Use larger hosts, or keep one empty.", [lost],
        )  # fmt: skip


@rule(
    "V054", "vCPU overcommit", W, E,
    source="sizing.C3: openstack/nova nova/conf/compute.py", remedy="Lower the ratio.",
    at_most={Profile.LAB: Severity.INFO},
)  # fmt: skip
def cpu_overcommit(facts: Facts) -> Iterator[Hit]:
    """At most four vCPU share a thread, as Nova has it since 2023, and never more than sixteen."""
    ratio = facts.policies.cpu_allocation_ratio
    if ratio > USUAL_CPU_RATIO:
        tell = error if ratio > MOST_CPU_RATIO else warning
        yield tell(
            f"{plain(ratio)} vCPU share a thread: Nova's default is 4 since 2023.", "Lower the ratio to 4."
        )


@rule(
    "V055", "RAM overcommit", W, E, source="sizing.C table: openstack/nova nova/conf/compute.py", remedy="Use a ratio of 1."
)  # fmt: skip
def ram_overcommit(facts: Facts) -> Iterator[Hit]:
    """RAM is not promised more than once."""
    ratio = facts.policies.ram_allocation_ratio
    if ratio > USUAL_RAM_RATIO:
        tell = error if ratio > MOST_RAM_RATIO else warning
        message = (
            f"RAM is promised {plain(ratio)} times: when guests use it, the kernel's OOM killer ends one."
        )
        yield tell(message, "Use a ratio of 1.")


@rule("V056", "Memory reserve of a host", W, source="sizing.C4", remedy="Set reserved_host_memory_mb.")
def memory_reserve(facts: Facts) -> Iterator[Hit]:
    """A compute node keeps 4 GiB or more, what its size asks for, and the overhead of its VMs."""
    for spec, nodes in facts.by_spec(facts.compute):
        kept = facts.policies.reserved_host_ram_gib
        if kept is None:
            kept = Decimal(host_ram_reserve_gib(spec.ram_gib))
        each = ceil(Decimal(facts.vms) / len(facts.compute))
        have = kept + each * facts.policies.vm_overhead_gib
        need = Decimal(host_ram_reserve_gib(spec.ram_gib)) + each * OVERHEAD_GIB
        if kept < LEAST_RESERVE_GIB or have < need:
            mb = ceil(1024 * need)
            yield warning(
                f"{spec.name} keeps {plain(have)} GiB for itself and {each} VMs, and {plain(need)} are needed.",
                f"Reserve {mb:,} MB (reserved_host_memory_mb).", _ids(nodes),
            )  # fmt: skip


@rule(
    "V057", "Pinned VMs and NUMA cells", E,
    source="sizing.C8, confirmed with Nova's own fitting code", remedy="Set hw:numa_nodes, or use CPUs with larger cells.",
)  # fmt: skip
def pinned_vms(facts: Facts) -> Iterator[Hit]:
    """A VM with a NUMA topology (pinned CPUs, huge pages, NUMA nodes) fits into the cells of a compute node, each guest
    cell into one of its own; a cell is taken to be a socket. Profiles that the choices of the deployment name as pinned
    count as if their threads were free."""
    kinds = dict.fromkeys(facts.capacities.values())
    for profile in facts.workload.profiles:
        if not profile.count or not kinds:
            continue
        is_named = profile.id in facts.deployment.pinned_profiles and not profile.guest_cells
        named = replace(profile, numa_nodes=1) if is_named else profile
        vm = demand_of(named, profile.count, facts.policies, has_local_disks=False)
        if not vm.guest_cells:
            continue
        threads = {
            kind: (int(kind.vcpus / facts.policies.cpu_allocation_ratio) if is_named else kind.pcpus)
            // kind.cells
            for kind in kinds
        }
        each = -(-vm.vcpus // vm.guest_cells) if vm.is_pinned or is_named else 0
        if any(
            vm.guest_cells <= kind.cells and each <= threads[kind] and vm.cell_gib <= kind.cell_gib
            for kind in kinds
        ):
            continue
        most_threads, most_gib = max(threads.values()), max(kind.cell_gib for kind in kinds)
        of = f"{vm.guest_cells} NUMA cell{'s' if vm.guest_cells > 1 else ''}"
        yield error(
            f"{profile.name}, {profile.vcpus} vCPU and {plain(profile.ram_gib)} GiB over {of}, cannot be placed: a NUMA cell of a "
            f"compute node has {most_threads} threads to pin and {plain(most_gib, 1)} GiB.",
            "Set more NUMA nodes (hw:numa_nodes), pin more threads of each node, or use another CPU.", _ids(facts.compute),
        )  # fmt: skip


@rule(
    "V058", "CPU generations", W,
    source="House rule: live migration asks for CPU features that both hosts have",
    remedy="Make a host aggregate of each, or set a common CPU model.",
)  # fmt: skip
def cpu_generations(facts: Facts) -> Iterator[Hit]:
    """All compute nodes have one CPU model. Says nothing of nodes whose CPU the catalog does not name."""
    by_model: dict[str, list[str]] = defaultdict(list)
    for spec, nodes in facts.by_spec(facts.compute):
        if spec.cpu_model:
            by_model[spec.cpu_model] += _ids(nodes)
    if len(by_model) > 1:
        counts = listed(f"{len(ids)} x {model}" for model, ids in by_model.items())
        fewest = by_model[min(by_model, key=lambda model: (len(by_model[model]), model))]
        yield warning(
            f"Compute nodes have unequal CPUs ({counts}): live migration between them may fail.",
            "Make a host aggregate of each, or set a common CPU model.", fewest,
        )  # fmt: skip


@rule("V059", "Few compute nodes", W, I, source="sizing.C7", remedy="Use three compute nodes or more.")
def few_compute_nodes(facts: Facts) -> Iterator[Hit]:
    """There are three compute nodes or more, so that VMs of a lost one have a place to go."""
    count = len(facts.compute)
    if count in (1, 2):
        tell = warning if count < 2 else info
        message = f"{count} compute node{'s' if count > 1 else ''}: little or no place to evacuate to."
        yield tell(message, "Use 3 or more.", _ids(facts.compute))


@rule(
    "V060", "Local disks of VMs", W,
    source="House rule", remedy="Keep the disks of VMs in Ceph (RBD), or mirror drives of their own.",
)  # fmt: skip
def local_disks(facts: Facts) -> Iterator[Hit]:
    """Where VMs have local disks, drives of their own are mirrored. Speaks only where the catalog says they are not."""
    for spec, nodes in facts.by_spec(facts.compute):
        if spec.local_disk_gb and spec.has_mirrored_local_disk is False:
            message = f"{spec.name} keeps {plain(spec.local_disk_gb)} GB of VM disks unmirrored: they die with one drive."
            yield warning(message, "Keep the disks of VMs in Ceph (RBD).", _ids(nodes))


@rule(
    "V061", "Stranded resources", I, source="sizing.C5", remedy="Use hosts with another ratio of vCPU to RAM."
)
def stranded_resources(facts: Facts) -> Iterator[Hit]:
    """When one resource of the compute nodes is used up, the other is used by half at least."""
    shares = _shares(facts)
    if not shares:
        return
    bound = max(shares, key=lambda name: shares[name])
    for name, share in shares.items():
        used = share / shares[bound] if shares[bound] else Decimal(1)
        if name != bound and used < STRANDED_SHARE:
            yield info(
                f"{name} is stranded: {plain(used * 100, 0)} % of it are used when {bound} is full.",
                "Use hosts with another ratio of vCPU to RAM.", _ids(facts.compute),
            )  # fmt: skip


@rule(
    "V062", "Reserves of hyper-converged hosts", W, E,
    source="sizing.H1, H2, H4: openstack/tripleo-ansible tripleo_derive_hci_parameters.py",
    remedy="Reserve RAM and threads for OSDs and control plane, or use larger hosts.",
)  # fmt: skip
def hyper_converged_reserves(facts: Facts) -> Iterator[Hit]:
    """What a hyper-converged host keeps for OSDs, system and control plane leaves a fifth of its RAM to guests, and
    the reserve that is set is not below it."""
    mixed = [node for node in facts.compute if facts.is_hyper_converged(node)]
    for spec, nodes in facts.by_spec(mixed):
        threads, kept = facts.reserves(spec, nodes[0].roles)
        set_by_hand = facts.policies.reserved_host_ram_gib
        least = kept - (set_by_hand or 0) + host_ram_reserve_gib(spec.ram_gib)
        if kept > MOST_RESERVED_SHARE * spec.ram_gib:
            yield error(
                f"{spec.name} keeps {plain(kept)} of {spec.ram_gib} GiB for {spec.osds} OSDs and its other duties: more than 80 %.",
                "Use hosts with more RAM, or fewer OSDs.", _ids(nodes),
            )  # fmt: skip
        elif threads >= spec.threads or (set_by_hand is not None and kept < least):
            yield warning(
                f"OSDs and guests compete on {spec.name}: {threads} of {spec.threads} threads and {plain(kept)} of "
                f"{spec.ram_gib} GiB are kept, and {plain(least)} GiB are needed ({GIB_PER_OSD} for each OSD).",
                "Reserve more, or use larger hosts.", _ids(nodes),
            )  # fmt: skip


@rule(
    "V063", "Autotuned OSDs beside VMs", W,
    source="https://docs.ceph.com/en/latest/cephadm/services/osd/",
    remedy="Turn osd_memory_target_autotune off, or set its ratio to 0.2.",
)  # fmt: skip
def autotuned_osds(facts: Facts) -> Iterator[Hit]:
    """On hyper-converged hosts cephadm does not tune OSDs by the ratio for dedicated ones, 0.7."""
    ratio = facts.deployment.osd_memory_autotune_ratio
    mixed = [node for node in facts.compute if facts.is_hyper_converged(node)]
    if mixed and ratio is not None and ratio > HCI_AUTOTUNE_RATIO:
        yield warning(
            f"cephadm will take {plain(ratio * 100, 0)} % of the RAM of {len(mixed)} hosts that run VMs for their OSDs.",
            "Turn osd_memory_target_autotune off, or set its ratio to 0.2.", _ids(mixed),
        )  # fmt: skip


def _ids(nodes: tuple[Node, ...] | list[Node]) -> tuple[str, ...]:
    return tuple(node.id for node in nodes)


def _groups(facts: Facts, domain: FailureDomain) -> Mapping[str, list[str]]:
    """Compute nodes by the failure unit that they stand in. Where all are alike, one of each size says it all."""
    found: dict[str, list[str]] = defaultdict(list)
    for node in facts.compute:
        if node.id in facts.capacities:
            found[facts.domain_of(node, domain)].append(node.id)
    return found


def _shares(facts: Facts) -> Mapping[str, Decimal]:
    """Demand by capacity of all compute nodes, for CPU and RAM."""
    hosts = facts.capacities.values()
    totals = {
        "CPU": (
            Decimal(sum(d.count * d.vcpus for d in facts.demands if not d.is_pinned)),
            Decimal(sum(h.vcpus for h in hosts)),
        ),
        "RAM": (
            sum((d.count * d.ram_gib for d in facts.demands), Decimal(0)),
            sum((h.ram_gib for h in hosts), Decimal(0)),
        ),
    }
    if pinned := sum(d.count * d.vcpus for d in facts.demands if d.is_pinned):
        totals["pinned CPU"] = (Decimal(pinned), Decimal(sum(h.pcpus for h in hosts)))
    return {name: need / have for name, (need, have) in totals.items() if have > 0}


def _bound_by(facts: Facts) -> str:
    if max(demand.least_hosts for demand in facts.demands) > len(facts.capacities):
        return GROUPS
    shares = _shares(facts)
    return max(shares, key=lambda name: shares[name]) if shares else "CPU and RAM"


RULES: tuple[Rule, ...] = (
    room_for_vms, room_after_a_loss, vms_larger_than_a_host, fragmentation, cpu_overcommit, ram_overcommit,
    memory_reserve, pinned_vms, cpu_generations, few_compute_nodes, local_disks, stranded_resources,
    hyper_converged_reserves, autotuned_osds,
)  # fmt: skip
