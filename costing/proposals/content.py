"""What a proposal says: results in, plain values for the printed templates out. No number is computed here
that an engine has not computed; this module chooses, orders, rounds for people and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from catalog.engine.definitions import NetworkDefinition, ServiceDefinition
from catalog.engine.figures import Figure, Value
from designer.engine.sizing.model import SizingRequest, SizingResult
from designer.engine.topology import Topology
from designer.engine.workload import Policies, Workload

GB_PER_TB = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Who offers what to whom, and when."""

    reference: str
    title: str
    customer: str
    place: str
    design: str
    revision: int
    author: str
    team: str
    made_at: datetime
    valid_until: date

    @property
    def made_on(self) -> str:
        return self.made_at.date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One chapter of the document, in its order."""

    id: str
    title: str
    number: int

    @property
    def template(self) -> str:
        return f"costing/proposal/parts/{self.id}.html"


TITLES = {
    "summary": "Summary",
    "workload": "What the cloud must carry",
    "drawing": "The cloud, drawn",
    "capacity": "Capacity",
    "bill": "Bill of materials",
    "services": "Services and networks",
    "cost": "Cost next to the public clouds",
    "assumptions": "Assumptions and sources",
    "appendix": "How each number was computed",
}


def chapters() -> list[Chapter]:
    """Every chapter of the standard proposal."""
    return [Chapter(id=key, title=title, number=n) for n, (key, title) in enumerate(TITLES.items(), start=1)]


def demand(workload: Workload) -> dict[str, Any]:
    """The workload by profile, with its sums; disk in TB of 1,000 GB."""
    rows = [
        {
            "name": profile.name,
            "count": profile.count,
            "vcpus": profile.vcpus,
            "ram_gib": profile.ram_gib,
            "disk_gb": profile.disk_gb,
            "sum_vcpus": profile.count * profile.vcpus,
            "sum_ram_gib": profile.count * profile.ram_gib,
            "sum_disk_tb": profile.count * profile.disk_gb / GB_PER_TB,
        }
        for profile in workload.profiles
    ]
    return {
        "rows": rows,
        "vcpus": sum(row["sum_vcpus"] for row in rows),
        "ram_gib": sum(row["sum_ram_gib"] for row in rows),
        "disk_tb": sum(row["sum_disk_tb"] for row in rows),
        "growth_percent": workload.annual_growth_rate * 100,
    }


def policy_rows(policies: Policies) -> list[dict[str, str]]:
    """The rules of planning that a customer should know, in words."""
    spare = "computed" if policies.spare_hosts is None else str(policies.spare_hosts)
    reserve = "kept" if policies.self_heal_reserve else "not kept"
    rows = (
        ("vCPU per thread", number(policies.cpu_allocation_ratio), "How many virtual CPUs share one hardware thread"),
        ("RAM allocation ratio", number(policies.ram_allocation_ratio), "1 means that memory is never promised twice"),
        ("Spare compute nodes", spare, f"Nodes set aside so that the loss of one {policies.failure_unit} stops no VM for long"),
        ("Copies of stored data", str(policies.replicas), f"Each on another {policies.storage_failure_domain}"),
        ("Self-healing reserve", reserve, "Free capacity in which Ceph rebuilds what a failure took"),
        ("Written share of boot disks", percent(policies.thin_share_boot), "Thin provisioning: how much of a disk is written"),
        ("Snapshots", percent(policies.snapshot_share), "Extra capacity for snapshots, of what is written"),
        ("Control nodes", str(policies.controllers), "An odd number, so that a majority survives a loss"),
        ("Average CPU load of hosts", percent(policies.host_cpu_load), "For energy, not for capacity"),
        ("PUE", number(policies.pue), "Power of the site over power of the equipment"),
    )  # fmt: skip
    return [{"label": label, "value": value, "meaning": meaning} for label, value, meaning in rows]


def capacity_tiles(result: SizingResult) -> list[dict[str, str]]:
    """The eight sizes of the cloud that people ask for first."""
    compute, storage, counts = result.compute, result.storage, result.counts
    facility = result.facility
    return [
        {"label": "Compute nodes", "value": number(compute.hosts), "about": f"{compute.hosts_for_load} for the load, {compute.spare_hosts} spare"},
        {"label": "VMs of this mix", "value": number(compute.vms_with_spare), "about": f"with the spare set aside; {number(compute.vms)} planned"},
        {"label": "vCPU of a host", "value": number(compute.vcpus_per_host), "about": f"{compute.reserved_threads} threads kept for the host"},
        {"label": "RAM of a host for VMs", "value": f"{number(compute.ram_gib_per_host)} GiB", "about": f"{number(compute.reserved_ram_gib)} GiB kept for the host"},
        {"label": "Usable storage", "value": f"{number(storage.usable_tb, 1)} TB", "about": f"of {number(storage.raw_tb, 1)} TB raw; {number(storage.needed_usable_tb, 1)} TB asked for"},
        {"label": "Storage nodes, OSDs", "value": f"{storage.hosts}, {storage.osds}", "about": f"{storage.monitors} MON, {storage.managers} MGR"},
        {"label": "Racks and units", "value": f"{counts.racks}, {number(facility.rack_units)} U", "about": f"{counts.leaves} leaf, {counts.spines} spine, {counts.oob_switches} out-of-band switches"},
        {"label": "Power at full load", "value": f"{number(facility.max_watts / 1000, 1)} kW", "about": f"{number(facility.average_watts / 1000, 1)} kW on average"},
    ]  # fmt: skip


def pool_rows(result: SizingResult) -> list[dict[str, Any]]:
    """The Ceph pools, with their protection in words."""
    return [
        {
            "name": pool.name,
            "protection": f"{pool.size} copies, writes with {pool.min_size}"
            if pool.kind == "replicated"
            else f"erasure coded over {pool.size}",
            "share_percent": pool.share_of_raw * 100,
            "usable_tb": pool.usable_tb,
            "pg_num": pool.pg_num,
            "failure_domain": pool.failure_domain,
            "media": pool.media,
        }
        for pool in result.storage.pools
    ]


def service_groups(services: Mapping[str, ServiceDefinition], topology: Topology) -> list[dict[str, Any]]:
    """The services that the drawing places on nodes, by layer, each with the kinds of nodes it runs on."""
    where: dict[str, dict[str, int]] = {}
    for node in topology.nodes:
        role = " and ".join(role.value for role in node.roles)
        for service in node.services:
            counted = where.setdefault(service, {})
            counted[role] = counted.get(role, 0) + 1
    groups: dict[str, list[dict[str, str]]] = {}
    for key, definition in services.items():
        if key not in where:
            continue
        places = ", ".join(f"{count} {role} nodes" if count > 1 else f"1 {role} node" for role, count in where[key].items())
        groups.setdefault(definition.layer, []).append({"name": definition.name, "title": definition.title, "where": places})
    return [{"layer": layer.replace("-", " ").capitalize(), "services": found} for layer, found in groups.items()]


def network_rows(topology: Topology, networks: Mapping[str, NetworkDefinition]) -> list[dict[str, Any]]:
    """The networks of the drawing, with their purpose from the catalog."""
    purposes = {str(definition.plane): definition.purpose for definition in networks.values()}
    return [
        {
            "name": network.name,
            "vlan": network.vlan or "–",
            "cidr": network.cidr or "–",
            "mtu": network.mtu,
            "purpose": purposes.get(network.plane.value, ""),
        }
        for network in topology.networks
    ]


def explained(groups: Iterable[tuple[str, Iterable[Figure]]]) -> list[dict[str, Any]]:
    """Figures as the appendix prints them."""
    return [{"title": title, "figures": [_explained(figure) for figure in figures]} for title, figures in groups]


SIZING_GROUPS = {
    "compute": "Compute",
    "control": "Control plane",
    "storage": "Storage",
    "network": "Fabric",
    "facility": "Racks, power and cooling",
    "subnets": "Subnets",
}


def sizing_groups(result: SizingResult) -> list[tuple[str, list[Figure]]]:
    """The figures of a sizing by subject."""
    return [
        (title, [figure for key, figure in result.figures.items() if key.startswith(f"{prefix}.")])
        for prefix, title in SIZING_GROUPS.items()
    ]


def _explained(figure: Figure) -> dict[str, Any]:
    return {
        "label": figure.label,
        "value": shown(figure.value),
        "unit": figure.unit,
        "formula": figure.formula,
        "expression": figure.expression,
        "inputs": [{"label": i.label, "value": shown(i.value), "unit": i.unit} for i in figure.inputs],
        "steps": [
            {"label": s.label, "working": s.working, "shown": "" if s.value is None else shown(s.value), "unit": s.unit}
            for s in figure.steps
        ],
        "bound_by": figure.bound_by,
        "source": figure.source,
        "grade": figure.grade.value if figure.grade else "",
        "note": figure.note,
    }


# Words ----------------------------------------------------------------------------------------------------
def shown(value: Value) -> str:
    """A value of a figure as people read it: grouped thousands, at most four digits after the point."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, int | Decimal):
        return number(value, 4 if abs(value) < 10 else 2)
    if isinstance(value, tuple | list):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown(item)}" for key, item in value.items())
    return str(value)


def number(value: Decimal | int, places: int = 2) -> str:
    """`1234.50` as "1,234.5": grouped, with at most `places` digits after the point, no trailing zeros."""
    text = f"{round(Decimal(value), places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal) -> str:
    """`0.6` as "60 %"."""
    return f"{number(share * 100)} %"


__all__ = ["Chapter", "Heading", "SizingRequest", "chapters", "demand", "explained", "policy_rows"]
