"""What runs on a cloud when something fails, from the workload and the rules of a design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from catalog.engine.hardware import NodeRole, NodeSpec
from catalog.engine.units import TOLERANCE
from designer.engine.failures.model import Load
from designer.engine.sizing import compute, packing
from designer.engine.sizing.guests import demand_of, host_of
from designer.engine.sizing.hyperconverged import GIB_PER_OSD, control_share
from designer.engine.sizing.storage import THREADS_PER_OSD
from designer.engine.topology import Spec, StoragePool, Topology
from designer.engine.workload import Policies, Workload


def load_of(topology: Topology, workload: Workload, policies: Policies, hardware: Mapping[str, Spec]) -> Load:
    """Return the load that `workload` is to the drawn compute nodes: VMs of its mix on each host (sizing.C5, C7)."""
    counts = Counter(
        (node.spec, NodeRole.CONTROL in node.roles, NodeRole.STORAGE in node.roles)
        for node in topology.nodes
        if NodeRole.COMPUTE in node.roles
    )
    per_host: dict[str, int] = {}
    fits: dict[str, bool] = {}
    for (key, has_control, has_storage), hosts in sorted(counts.items()):
        spec = hardware.get(key)
        if not isinstance(spec, NodeSpec):
            continue
        host = _host(spec, policies, workload, has_control=has_control, has_storage=has_storage)
        demands = _demands(spec, workload, policies)
        fits[key] = all(packing.vms_of_one_size(host, vm)[0] > 0 for vm in demands if vm.count)
        # A VM larger than the host cannot be packed: the host is then counted by those that fit.
        packable = [vm for vm in demands if vm.count and packing.vms_of_one_size(host, vm)[0] > 0]
        carried = packing.most_vms(host, packing.without_groups(packable), hosts) // hosts if packable else 0
        per_host[key] = min(per_host.get(key, carried), carried)
    return Load(
        vms=workload.vms,
        vms_per_host=per_host,
        largest_fits=fits,
        pools=(
            StoragePool(
                id="volumes",
                name="volumes",
                size=policies.replicas,
                min_size=policies.replicas - policies.replicas // 2,
                share_of_raw=Decimal(1),
                failure_domain=policies.storage_failure_domain.value,
            ),
        ),
        fill=None if policies.self_heal_reserve else Decimal("0.85"),
    )


def _host(
    spec: NodeSpec, policies: Policies, workload: Workload, *, has_control: bool, has_storage: bool
) -> packing.HostCapacity:
    osds = spec.osds if has_storage else 0
    control_gib, control_threads = control_share(spec.ram_gib, policies) if has_control else (Decimal(0), 0)
    reserved = compute.reserved_threads(
        threads_per_core=spec.threads_per_core,
        host_cores=policies.reserved_cores,
        dpdk_cores=policies.dpdk_cores,
        osds=osds,
        threads_per_osd=THREADS_PER_OSD[spec.osd_media][0] if osds and spec.osd_media else 0,
        control_threads=control_threads,
    )
    reserve = policies.reserved_host_ram_gib
    if reserve is None:
        reserve = Decimal(compute.host_ram_reserve_gib(spec.ram_gib))
    reserve += osds * GIB_PER_OSD + control_gib
    found = host_of(spec, policies, workload, reserved_threads=reserved, reserved_ram_gib=reserve)
    return replace(found, ram_gib=max(TOLERANCE, found.ram_gib))


def _demands(spec: NodeSpec, workload: Workload, policies: Policies) -> list[packing.VmDemand]:
    has_local_disks = spec.local_disk_gb > 0
    return [
        demand_of(profile, profile.count, policies, has_local_disks=has_local_disks)
        for profile in workload.profiles
    ]
