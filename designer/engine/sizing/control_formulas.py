"""The formulas of the control plane on their own (sizing.CP)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.engine.figures import Answer, Formula, Step
from designer.engine.sizing import control_plane, network
from designer.engine.sizing.figures import plain
from designer.engine.sizing.formula_parts import choice, formula, number, pair, refuse, rows, whole

SINGLE, ACTIVE_STANDBY = "SINGLE", "ACTIVE_STANDBY"
"""loadbalancer_topology of Octavia."""


def _quorum(members: int | None = None, cases: Sequence[object] = ()) -> Answer:
    if members is None and not cases:
        raise refuse("members", None, "is missing", "Send members, or cases of members and losses.")
    if members is None:
        found = []
        for index, case in enumerate(cases):
            count, lost = pair(case, index, "cases", "members and losses")
            if count < 1 or lost > count:
                raise refuse(f"cases[{index}]", case, "loses more than there are", "Send members and losses.")
            found.append(control_plane.has_quorum(members=count, lost=lost))
        return Answer(results={"quorum": tuple(found)})
    losses, majority = control_plane.tolerated_losses(members), control_plane.quorum(members)
    return Answer(
        results={"tolerated_losses": losses, "quorum": majority},
        units={"tolerated_losses": "members", "quorum": "members"},
        steps=(
            Step(label="Majority", working=f"floor({members} / 2) + 1", value=majority),
            Step(label="Losses tolerated", working=f"floor(({members} - 1) / 2)", value=losses),
        ),
    )


def _controller_ram(compute_hosts: int, vms: int, extra_gib: Decimal) -> Answer:
    needed = control_plane.ram_needed_gib(compute_hosts=compute_hosts, vms=vms, extra_gib=extra_gib)
    step = control_plane.ram_step_gib(needed)
    working = f"(24 + 0.06 x {compute_hosts} + 0.002 x {vms} + {plain(extra_gib)}) x 1.25"
    return Answer(
        results={"ram_needed_gib": needed, "ram_gib": step},
        units={"ram_needed_gib": "GiB", "ram_gib": "GiB"},
        steps=(
            Step(label="Needed", working=working, value=needed, unit="GiB"),
            Step(label="Next memory size", working="of 32, 48, 64 ... 512", value=step, unit="GiB"),
        ),
    )


def _controller_cores(compute_hosts: int, controllers: int) -> Answer:
    found = control_plane.cores_needed(compute_hosts=compute_hosts, controllers=controllers)
    working = f"8 + 47.2 x {compute_hosts} / 1000 / {max(1, controllers - 1)}, rounded up"
    return Answer(
        results={"cores": found},
        units={"cores": "cores"},
        steps=(Step(label="Cores", working=working, value=found),),
    )


def _controller_disk(
    vms: int, hosts: int, days: int, gb_per_host_day: Decimal, log_nodes: int, image_cache_gb: Decimal
) -> Answer:
    found = control_plane.disk_needed_gb(
        vms=vms, hosts=hosts, days=days, gb_per_host_day=gb_per_host_day, log_nodes=log_nodes,
        image_cache_gb=image_cache_gb,
    )  # fmt: skip
    databases = 50 + Decimal("0.05") * vms
    logs = gb_per_host_day * hosts * days / log_nodes
    return Answer(
        results={"disk_gb": found},
        units={"disk_gb": "GB"},
        steps=(
            Step(label="Databases", working=f"50 + 0.05 x {vms}", value=databases, unit="GB"),
            Step(
                label="Logs",
                working=f"{plain(gb_per_host_day)} x {hosts} x {days} / {log_nodes}",
                value=logs,
                unit="GB",
            ),
            Step(
                label="Disk",
                working=f"100 + {plain(databases)} + {plain(logs)} + {plain(image_cache_gb)}",
                value=found,
                unit="GB",
            ),
        ),
    )


def _relays(compute_hosts: int, gateways: int) -> Answer:
    found = control_plane.ovn_relays(compute_hosts + gateways)
    working = f"ceil(({compute_hosts} + {gateways}) / {control_plane.CHASSIS_PER_RELAY})"
    return Answer(
        results={"relays": found},
        units={"relays": "relays"},
        steps=(Step(label="Relays", working=working, value=found),),
    )


def _cells(compute_hosts: int) -> Answer:
    found = control_plane.cells(compute_hosts)
    extra = control_plane.CONTROLLERS_PER_CELL * found if found > 1 else 0
    return Answer(
        results={
            "cells": found,
            "extra_nodes": extra,
            "needs_cells": compute_hosts > control_plane.MOST_HOSTS_IN_ONE_CELL,
        },
        units={"cells": "cells", "extra_nodes": "nodes"},
        steps=(
            Step(
                label="Cells",
                working=f"ceil({compute_hosts} / {control_plane.HOSTS_PER_CELL}), at least 1",
                value=found,
            ),
            Step(
                label="Nodes of cells",
                working=f"{control_plane.CONTROLLERS_PER_CELL} x cells, none for a single one",
                value=extra,
                unit="nodes",
            ),
        ),
    )


def _conductors(nodes: int, per_conductor: int) -> Answer:
    found = control_plane.ironic_conductors(nodes, per_conductor=per_conductor)
    working = f"max(2, ceil({nodes} / {per_conductor}))"
    return Answer(
        results={"conductors": found},
        units={"conductors": "conductors"},
        steps=(Step(label="Conductors", working=working, value=found),),
    )


def _amphorae(
    load_balancers: int, topology: str, controllers: int, vm_overhead_gib: Decimal, prefix: int
) -> Answer:
    has_standby = topology == ACTIVE_STANDBY
    vms = control_plane.amphorae(load_balancers=load_balancers, has_standby=has_standby)
    ram = vms * control_plane.AMPHORA_RAM_GIB
    with_overhead = ram + vms * vm_overhead_gib
    addresses = control_plane.amphora_addresses(amphora_vms=vms, controllers=controllers)
    most = control_plane.most_load_balancers(prefix=prefix, controllers=controllers, has_standby=has_standby)
    return Answer(
        results={
            "amphorae": vms,
            "vcpus": vms * control_plane.AMPHORA_VCPUS,
            "ram_gib": ram,
            "ram_with_overhead_gib": with_overhead,
            "disk_gb": vms * control_plane.AMPHORA_DISK_GB,
            "addresses": addresses,
            "prefix": network.prefix_for(addresses),
            "most_load_balancers": most,
        },
        units={
            "amphorae": "VMs", "vcpus": "vCPU", "ram_gib": "GiB", "ram_with_overhead_gib": "GiB", "disk_gb": "GB",
            "addresses": "addresses", "most_load_balancers": f"load balancers in a /{prefix}",
        },
        steps=(
            Step(label="Amphorae", working=f"{load_balancers} x {2 if has_standby else 1}", value=vms, unit="VMs"),
            Step(label="RAM with overhead", working=f"{vms} x (1 + {plain(vm_overhead_gib)})", value=with_overhead, unit="GiB"),
            Step(label="Addresses", working=f"{vms} + 1 + {controllers} + 5", value=addresses),
        ),
    )  # fmt: skip


FORMULAS: tuple[Formula, ...] = (
    formula(
        "sizing.CP1", "Quorum", "q = floor(n/2) + 1; f = floor((n-1)/2)",
        (
            whole("members", "Members", symbol="n", minimum=1, maximum=99, is_required=False),
            rows("cases", "Or pairs of members and how many of them are lost", is_required=False),
        ),
        calculate=_quorum, example={"members": 3},
    ),
    formula(
        "sizing.CP2", "RAM of a controller", "(24 + 0.06 C + 0.002 V + x) x 1.25",
        (
            whole("compute_hosts", "Compute nodes", "nodes", "C"), whole("vms", "VMs that must run", "VMs", "V"),
            number("extra_gib", "Optional services", "GiB", "x", default=0),
        ),
        calculate=_controller_ram, example={"compute_hosts": 10, "vms": 500, "extra_gib": 0},
    ),
    formula(
        "sizing.CP3", "Cores of a controller", "8 + 47.2 x C / 1000 / (n - 1)",
        (
            whole("compute_hosts", "Compute nodes", "nodes", "C"),
            whole("controllers", "Controllers", symbol="n", minimum=1, maximum=99, default=3),
        ),
        calculate=_controller_cores, example={"compute_hosts": 10, "controllers": 3},
    ),
    formula(
        "sizing.CP4", "Disk of a controller", "100 + 50 + 0.05 V + L x hosts x days / n_log + image cache",
        (
            whole("vms", "VMs", "VMs", "V"), whole("hosts", "Nodes that log", "nodes"),
            whole("days", "Days that logs are kept", "days", maximum=3650, default=14),
            number("gb_per_host_day", "Logs of a node and day: 0.1, with debug 0.38", "GB", "L", maximum=100, default=Decimal("0.1")),
            whole("log_nodes", "Nodes that share the logs", "nodes", "n_log", minimum=1, maximum=99, default=3),
            number("image_cache_gb", "Image cache", "GB", default=0),
        ),
        calculate=_controller_disk,
        example={"vms": 500, "hosts": 13, "days": 14, "gb_per_host_day": Decimal("0.38"), "log_nodes": 1},
    ),
    formula(
        "sizing.CP5", "OVN southbound relays", "ceil((computes + gateways) / 50)",
        (whole("compute_hosts", "Compute nodes", "nodes"), whole("gateways", "Gateways", "nodes", default=3)),
        calculate=_relays, example={"compute_hosts": 10, "gateways": 3},
    ),
    formula(
        "sizing.CP6", "Nova cells", "1 up to 300 compute nodes, else ceil(C / 300); 3 nodes a cell",
        (whole("compute_hosts", "Compute nodes", "nodes", "C"),),
        calculate=_cells, example={"compute_hosts": 900},
    ),
    formula(
        "sizing.CP7", "Ironic conductors", "max(2, ceil(B / 300))",
        (
            whole("nodes", "Bare-metal nodes", "nodes", "B"),
            whole("per_conductor", "Nodes of a conductor; 100 to be careful", "nodes", minimum=1, default=control_plane.NODES_PER_CONDUCTOR),
        ),
        calculate=_conductors, example={"nodes": 1000, "per_conductor": 300},
    ),
    formula(
        "sizing.CP8", "Amphorae of Octavia", "load balancers x 1, or x 2 with standby; subnet >= amphorae + 1 + n + 5",
        (
            whole("load_balancers", "Load balancers", maximum=10**6),
            choice("topology", "Topology", (SINGLE, ACTIVE_STANDBY), default=SINGLE),
            whole("controllers", "Controllers", symbol="n", minimum=1, maximum=99, default=3),
            number("vm_overhead_gib", "Overhead of a VM", "GiB", "o_vm", maximum=4, default=Decimal("0.5")),
            whole("prefix", "A subnet's prefix, to see what it holds", minimum=8, maximum=30, default=24),
        ),
        calculate=_amphorae, example={"load_balancers": 20, "topology": ACTIVE_STANDBY, "controllers": 3},
    ),
)  # fmt: skip
