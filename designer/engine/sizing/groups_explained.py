"""What anti-affinity groups ask for: how many VMs of a profile a host may have, and the hosts of the largest group (C6)."""

from __future__ import annotations

from catalog.engine.figures import Grade, Input, Step
from designer.engine.sizing import packing
from designer.engine.sizing.figures import FigureBook
from designer.engine.sizing.model import Notice, SizingRequest
from designer.engine.sizing.parts import Computed

SOURCE = "Workload of this design; openstack/nova nova/scheduler/filters/affinity_filter.py: one VM of a group on a host"


def explain_groups(book: FigureBook, request: SizingRequest, computed: Computed) -> None:
    """Keep a figure for each profile that is kept apart; none where no profile is."""
    for profile, vm in zip(request.workload.profiles, computed.demands, strict=False):
        if not vm.group_size or not vm.count:
            continue
        groups = -(-vm.count // vm.group_size)
        book.add(
            f"compute.groups.{profile.id}", f"VMs of {profile.name} that a host may have", groups, "VMs", "sizing.C6",
            "ceil(VMs / group size): one of each group",
            inputs=(
                Input(name="vms", label="VMs", value=vm.count, unit="VMs", source="Workload of this design"),
                Input(
                    name="anti_affinity_group_size", label="VMs of a group, each on a host of its own",
                    value=vm.group_size, unit="VMs", source=SOURCE, grade=Grade.A,
                ),
            ),
            steps=(
                Step(label="Groups", working=f"ceil({vm.count:,} / {vm.group_size})", value=groups, unit="groups"),
                Step(label="Hosts at least", working=f"min({vm.count:,}, {vm.group_size})", value=vm.least_hosts, unit="hosts"),
            ),
            note="Make a server group with the policy anti-affinity for each group.",
        )  # fmt: skip


def group_notices(request: SizingRequest, computed: Computed) -> list[Notice]:
    """Return what must be said of groups: where they, and not the size of the VMs, ask for hosts."""
    if computed.needed.bound_by != packing.GROUPS:
        return []
    largest = max(vm.least_hosts for vm in computed.demands)
    names = [
        profile.name
        for profile, vm in zip(request.workload.profiles, computed.demands, strict=False)
        if vm.least_hosts == largest
    ]
    message = (
        f"{' and '.join(names)}: up to {largest} VMs are kept apart on as many compute nodes. Without anti-affinity the load "
        f"would fit on fewer than {computed.needed.packed}."
    )
    remedy = "Use smaller groups, or soft anti-affinity, where two VMs of a group may share a host."
    return [Notice(severity="info", formula="sizing.C6", message=message, remedy=remedy)]
