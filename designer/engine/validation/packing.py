"""How many VMs find no place on hosts that differ, packed as the sizing packs (sizing.C6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from designer.engine.sizing.packing import HostCapacity, HostGroup, VmDemand, pack


def unplaced(hosts: Mapping[HostCapacity, int], demands: Sequence[VmDemand]) -> int:
    """Return how many VMs of `demands` do not fit on `hosts`, given as capacity -> count; large hosts are filled first."""
    if not hosts:
        return sum(vm.count for vm in demands)
    ordered = sorted(
        hosts.items(), key=lambda item: (-item[0].ram_gib, -item[0].vcpus, item[0].local_disk_gb)
    )
    groups = [HostGroup(count=count, host=host) for host, count in ordered]
    return pack(groups[0].host, demands, groups, may_add=False).left
