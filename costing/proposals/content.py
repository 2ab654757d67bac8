"""What a proposal says: stored results in, plain values for the printed templates out. No number is computed here
that an engine has not computed; this module chooses, orders, and finds words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.engine.definitions import NetworkDefinition, ServiceDefinition
from catalog.engine.hardware import Basis
from config.templatetags.ui import number, percent
from costing.engine.model import PRIVATE
from designer.engine.bill import BillLine, PieceKind, bill_total
from designer.engine.topology import Topology
from designer.engine.workload import Policies, Workload

Document = Mapping[str, Any]


# Head and chapters -------------------------------------------------------------------------------------------
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

    @property
    def running(self) -> str:
        """What stands above every page: it has one line."""
        return shorten(f"{self.title} for {self.customer}", 70)

    @property
    def scale(self) -> str:
        """How large the title may be on the cover."""
        return "long" if len(self.title) > 80 else "medium" if len(self.title) > 36 else "short"

    @property
    def made_on(self) -> str:
        return f"{self.made_at:%-d %B %Y}"


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
    "drawing": "The cloud, drawn",
    "workload": "What the cloud must carry",
    "capacity": "Capacity",
    "bill": "Bill of materials",
    "services": "Services and networks",
    "checks": "Checks",
    "cost": "Cost next to public clouds",
    "instances": "Instances that carry the same workload",
    "review": "What a reviewer asks",
    "assumptions": "Assumptions",
    "appendix": "How each number was computed",
}


def chapters() -> list[Chapter]:
    """Every chapter of the proposal."""
    return [Chapter(id=key, title=title, number=n) for n, (key, title) in enumerate(TITLES.items(), start=1)]


def shorten(text: str, length: int) -> str:
    """`text`, or its beginning with an ellipsis when it is longer than `length`."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


# What is asked for -------------------------------------------------------------------------------------------
def policy_rows(policies: Policies) -> list[dict[str, str]]:
    """The rules of planning that a customer should know, in words."""
    spare = "computed" if policies.spare_hosts is None else str(policies.spare_hosts)
    reserve = "kept" if policies.self_heal_reserve else "not kept"
    rows = (
        ("vCPU per thread", number(policies.cpu_allocation_ratio), "How many virtual CPUs share one hardware thread"),
        ("RAM allocation ratio", number(policies.ram_allocation_ratio), "At 1 memory is never promised twice"),
        ("Spare compute nodes", spare, f"Set aside so that VMs restart after the loss of one {policies.failure_unit}"),
        ("Copies of stored data", str(policies.replicas), f"Each on another {policies.storage_failure_domain}"),
        ("Reserve for self-healing", reserve, "Room in which Ceph rebuilds what a failure took"),
        ("Written share of boot disks", f"{percent(policies.thin_share_boot)} %", "Thin provisioning: how much of a disk is written"),
        ("Snapshots", f"{percent(policies.snapshot_share)} %", "Extra capacity, of what is written"),
        ("Control nodes", str(policies.controllers), "An odd number, so that a majority survives a loss"),
        ("Average CPU load of hosts", f"{percent(policies.host_cpu_load)} %", "For energy, not for capacity"),
        ("PUE", number(policies.pue), "Power of the site over power of the equipment"),
    )  # fmt: skip
    return [{"label": label, "value": value, "meaning": meaning} for label, value, meaning in rows]


def _servers(counts: Document) -> str:
    """Servers by what they do; a cloud without control and storage nodes is hyper-converged."""
    if counts["control"] == counts["storage"] == 0:
        return f"{counts['compute']} hyper-converged"
    return f"{counts['control']} control, {counts['compute']} compute, {counts['storage']} storage"


# What is built -----------------------------------------------------------------------------------------------
def capacity_tiles(sizing: Document) -> list[dict[str, str]]:
    """The eight sizes of the cloud that people ask for first."""
    compute, storage, counts, facility = (
        sizing["compute"],
        sizing["storage"],
        sizing["counts"],
        sizing["facility"],
    )
    together = counts["control"] == counts["storage"] == 0
    kinds = ("Hyper-converged nodes", "Of them with OSDs") if together else ("Compute nodes", "Storage nodes")
    rows = (
        (kinds[0], number(compute["hosts"]), f"{compute['hosts_for_load']} for the load, {compute['spare_hosts']} spare"),
        ("VMs of this mix", number(compute["vms_with_spare"]), f"with the spare set aside; {number(compute['vms'])} are planned"),
        ("vCPU of a host", number(compute["vcpus_per_host"]), f"{compute['reserved_threads']} threads kept for the host"),
        ("RAM of a host for VMs", f"{number(compute['ram_gib_per_host'])} GiB", f"{number(compute['reserved_ram_gib'])} GiB kept for the host"),
        ("Usable storage", f"{number(storage['usable_tb'], 1)} TB", f"of {number(storage['raw_tb'], 1)} TB raw; {number(storage['needed_usable_tb'], 1)} TB asked for"),
        (kinds[1], number(storage["hosts"]), f"{storage['osds']} OSDs, {storage['monitors']} monitors, {storage['managers']} managers"),
        ("Racks", number(counts["racks"]), f"{number(facility['rack_units'])} U in use; {counts['leaves']} leaf, {counts['spines']} spine, {counts['oob_switches']} out-of-band switches"),
        ("Power at full load", f"{number(facility['max_watts'])} W", f"{number(facility['average_watts'])} W on average"),
    )  # fmt: skip
    return [{"label": label, "value": value, "about": about} for label, value, about in rows]


def pool_rows(sizing: Document) -> list[dict[str, Any]]:
    """The Ceph pools, with their protection in words."""
    return [
        {
            **pool,
            "protection": f"{pool['size']} copies, writes with {pool['min_size']}"
            if pool["kind"] == "replicated"
            else f"erasure coded over {pool['size']}",
        }
        for pool in sizing["storage"]["pools"]
    ]


LAYERS = {"control": "Control plane", "data": "Data plane", "storage": "Storage"}


def service_groups(services: Mapping[str, ServiceDefinition], topology: Topology) -> list[dict[str, Any]]:
    """The services that the drawing places on nodes, by layer and place, with what the loss of one means."""
    where: dict[str, dict[str, int]] = {}
    for node in topology.nodes:
        role = ", ".join(role.value for role in node.roles)
        for service in node.services:
            counted = where.setdefault(service, {})
            counted[role] = counted.get(role, 0) + 1
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for key, definition in services.items():
        if key not in where:
            continue
        places = ", ".join(
            f"{count} {role} {'node' if count == 1 else 'nodes'}" for role, count in where[key].items()
        )
        row = {"name": definition.project, "title": definition.name, "loss": definition.loss_of_one}
        groups.setdefault((definition.layer, places), []).append(row)
    order = list(LAYERS)
    return [
        {"layer": LAYERS.get(layer, layer.capitalize()), "where": places, "services": found}
        for (layer, places), found in sorted(
            groups.items(), key=lambda item: (order.index(item[0][0]), -len(item[1]))
        )
    ]


def drawn_otherwise(drawn: Topology, laid_out: Topology) -> list[str]:
    """In words where the drawing of a revision differs from the layout of its sizing, which is what is priced."""
    counted = (
        (
            "servers",
            Counter(node.spec for node in drawn.nodes),
            Counter(node.spec for node in laid_out.nodes),
        ),
        ("switches", Counter(s.spec for s in drawn.switches), Counter(s.spec for s in laid_out.switches)),
        ("racks", Counter(rack.spec for rack in drawn.racks), Counter(rack.spec for rack in laid_out.racks)),
    )
    return [
        f"The drawing has {found.total()} {what}, {_kinds(found)}; capacity, bill of materials and costs are of the "
        f"{planned.total()} that the workload asks for, {_kinds(planned)}."
        for what, found, planned in counted
        if found != planned
    ]


def _kinds(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {spec}" for spec, count in sorted(counts.items())) or "none"


def network_rows(topology: Topology, networks: Mapping[str, NetworkDefinition]) -> list[dict[str, Any]]:
    """The networks of the drawing, with their purpose from the catalog."""
    purposes = {str(definition.plane): definition.purpose for definition in networks.values()}
    return [
        {
            "name": network.name,
            "vlan": network.vlan or "none",
            "cidr": network.cidr or "none",
            "mtu": network.mtu,
            "purpose": purposes.get(network.plane.value, ""),
        }
        for network in topology.networks
    ]


KIND_TITLES = {
    PieceKind.NODE: "Servers",
    PieceKind.SWITCH: "Switches",
    PieceKind.RACK: "Racks and power",
    PieceKind.PDU: "Racks and power",
    PieceKind.PART: "Cables and optics",
}
DOUBTFUL = (Basis.RECALLED.value, Basis.HOUSE.value)
"""Bases that are marked wherever a price stands."""


def bill_of(lines: Sequence[BillLine]) -> dict[str, Any]:
    """The bill of materials by kind, its total with its range, and where its prices come from."""
    groups: dict[str, list[BillLine]] = {}
    for line in lines:
        groups.setdefault(KIND_TITLES[line.kind], []).append(line)
    sources: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        if line.price and not line.is_existing:
            sources.setdefault((line.price.source, line.price.basis.value), []).append(line.name)
    total = bill_total(lines)
    return {
        "groups": [{"title": title, "lines": found} for title, found in groups.items()],
        "total": total,
        "unpriced": [line.name for line in lines if line.price is None and not line.is_existing],
        "sources": [
            {"source": source, "basis": basis, "names": names} for (source, basis), names in sources.items()
        ],
        "workings": [
            {"name": line.name, "working": line.price.working}
            for line in lines
            if line.price and line.price.working and line.kind is PieceKind.NODE and not line.is_existing
        ],
    }


# What it costs -----------------------------------------------------------------------------------------------
def assumed(tco: Document, key: str) -> Any:
    """The value of one assumption in this comparison."""
    return next(item["value"] for item in tco["assumptions"] if item["key"] == key)


def public_mix(tco: Document) -> str:
    """What the public prices assume, in one sentence; no saving is printed without it."""
    coverage = percent(assumed(tco, "commitment_coverage"))
    three_years = percent(assumed(tco, "commitment_three_year_share"))
    discount = percent(assumed(tco, "negotiated_discount"))
    right_sizing = percent(assumed(tco, "right_sizing"))
    return (
        f"Public prices assume that {coverage} % of the always-on VMs are under commitment, {three_years} % of these for "
        f"three years and the rest for one, a negotiated discount of {discount} %, and instances right-sized to "
        f"{right_sizing} % of the fleet; a contract may differ."
    )


def outcome(tco: Document) -> dict[str, Any] | None:
    """The cheapest public option next to the private one, in words for either winner; None without a public one."""
    if len(tco["options"]) == 1:
        return None
    best = min(tco["options"][1:], key=lambda option: (option["total_cents"], option["id"]))
    versus = next(item for item in tco["versus"] if item["option"] == best["id"])
    is_private_cheaper = versus["saving_cents"] > 0
    return {
        "option": best,
        "versus": versus,
        "difference_label": "Private costs less by" if is_private_cheaper else "Private costs more by",
        "difference_cents": abs(versus["saving_cents"]),
        "difference_share": None if versus["saving_share"] is None else abs(versus["saving_share"]),
    }


def summary_tiles(tco: Document, sizing: Document, *, servers: int) -> list[dict[str, str]]:
    """The key figures of the first page: what it costs, what it carries."""
    money, private, found = tco["currency"]["code"], tco["options"][0], outcome(tco)
    months = tco["horizon_months"]
    tiles = [
        {
            "label": f"Private cloud, {months} months",
            "value": f"{_whole(private['total_cents'])}",
            "about": f"{money}; {number(private['per_vm_month'])} a VM and month",
        }
    ]
    if found is not None:
        best, versus = found["option"], found["versus"]
        share = found["difference_share"]
        even = versus["break_even"]["durable"]
        tiles += [
            {
                "label": f"{best['name']} {best['region']}",
                "value": _whole(best["total_cents"]),
                "about": f"{money}; the cheapest public cloud of those compared; {number(best['per_vm_month'])} a VM and month",
            },
            {
                "label": found["difference_label"],
                "value": _whole(found["difference_cents"]),
                "about": money
                + ("" if share is None else f"; {percent(share)} % of the cost on {best['name']}"),
            },
            {
                "label": "Break-even",
                "value": "not reached" if even is None else f"month {even}",
                "about": f"within {months} months, against {best['name']}",
            },
        ]
    compute, storage, facility = sizing["compute"], sizing["storage"], sizing["facility"]
    counts = sizing["counts"]
    return [
        *tiles,
        {"label": "Virtual machines", "value": number(compute["vms"]), "about": f"{number(compute['vms_with_spare'])} of this mix fit with the spare set aside"},
        {"label": "Servers", "value": number(servers), "about": f"{_servers(counts)}; {counts['racks']} {'rack' if counts['racks'] == 1 else 'racks'}"},
        {"label": "Usable storage", "value": f"{number(storage['usable_tb'], 1)} TB", "about": f"of {number(storage['raw_tb'], 1)} TB raw"},
        {"label": "Power at full load", "value": f"{number(facility['max_watts'])} W", "about": f"{number(facility['average_watts'])} W on average"},
    ]  # fmt: skip


def _whole(cents: int) -> str:
    return f"{round(Decimal(cents) / 100):,}"


def price_notices(tco: Document) -> list[Document]:
    """What the reader must know, most severe first."""
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(tco["notices"], key=lambda notice: order.get(notice["severity"], 3))


def first_notices(tco: Document) -> list[Document]:
    """Those that may change a decision: all but the small ones, and what is not included (FR15)."""
    return [n for n in price_notices(tco) if n["severity"] != "info" or n["rule"] == "tco.FR15"]


def assumption_groups(tco: Document) -> list[dict[str, Any]]:
    """Every assumption as this comparison took it, by subject."""
    groups: dict[str, list[Document]] = {}
    for item in tco["assumptions"]:
        groups.setdefault(item["group"], []).append(item)
    return [{"title": title, "members": items} for title, items in groups.items()]


# What a reviewer asks ----------------------------------------------------------------------------------------
def fairness(
    *, workload: Workload, policies: Policies, sizing: Document, result: Document, totals: Any, made_with: str
) -> list[dict[str, str]]:
    """The fairness rules FR1 to FR22 (tco section 2.2), each with the value that this comparison used."""
    tco = result["tco"]
    value = {item["key"]: item["value"] for item in tco["assumptions"]}
    storage, compute = sizing["storage"], sizing["compute"]
    variants = {variant["key"]: variant for variant in result["variants"]}
    ratio = policies.cpu_allocation_ratio
    rows = (
        ("FR1", "One workload drives both sides", f"{number(workload.vms)} VMs, {number(totals.vcpus)} vCPU, {number(totals.ram_gib)} GiB RAM, {number(totals.disk_tb, 1)} TB of volumes, {number(workload.object_storage_tb)} TB of objects, {number(workload.egress_gb_per_vm)} GB egress a VM and month, growth {percent(workload.annual_growth_rate)} % a year"),
        ("FR2", "What a vCPU is", f"Private: {number(ratio)} vCPU share one hardware thread. Public: one hardware thread, or a whole core where the instance tables say so"),
        ("FR3", "Equal CPU floors", _sharing(ratio, variants.get("no_sharing"), tco)),
        ("FR4", "Private capacity after reserves", f"{number(storage['usable_tb'], 1)} of {number(storage['raw_tb'], 1)} TB usable; {number(compute['ram_gib_per_host'])} GiB and {number(compute['vcpus_per_host'])} vCPU of a host after {number(compute['reserved_ram_gib'])} GiB and {compute['reserved_threads']} threads for itself; {compute['spare_hosts']} of {compute['hosts']} hosts spare"),
        ("FR5", "Fill and right-sizing", f"Private: {number(compute['vms'])} of {number(compute['vms_with_spare'])} possible VMs in month 1. Public: fleet right-sized to {percent(value['right_sizing'])} %"),
        ("FR6", "A sensible public price mix", f"{percent(value['commitment_coverage'])} % of always-on VMs committed ({percent(value['commitment_three_year_share'])} % of these for three years), negotiated discount {percent(value['negotiated_discount'])} %"),
        ("FR7", "Hours that do not run are not billed", _hours(workload)),
        ("FR8", "Same frame for both sides", f"{tco['horizon_months']} months, {percent(value['annual_discount_rate'])} % a year ({tco['conventions']['rate']} rate, flows at the {tco['conventions']['timing']} of a month), {tco['currency']['code']}, before taxes"),
        ("FR9", "Platform staff on both sides", f"Private: {_team(tco)}. Public: {percent(value['public_fte_share'])} % of that team"),
        ("FR10", "One-offs on both sides", f"Migration {number(value['migration_per_vm'])} USD a VM on both; private also {number(value['build_one_off'])} USD to build and {number(value['decommissioning_per_node'])} USD a node replaced. Dual running is on neither side"),
        ("FR11", "Support parity", f"Private: subscription {number(value['subscription_per_node_year'])} USD a node and year. Public: {_support(tco)}"),
        ("FR12", "Durability and availability", f"Private: {policies.replicas} copies, each on another {policies.storage_failure_domain}, one site. Public: one region, services as named in the ledger. A second site and disaster recovery are on neither side"),
        ("FR13", "Egress and bandwidth", f"{number(workload.egress_gb_per_vm)} GB a VM and month; private at the 95th percentile with a peak factor of {number(value['peak_to_average_traffic'])}"),
        ("FR14", "Licences", "None on either side: guest operating systems and applications are left out"),
        ("FR15", "Managed services", "Out of scope on both sides"),
        ("FR16", "Value left at the end", f"Unexpired life of hardware counts {percent(value['unexpired_life_value'])} % of its book share, scrap {percent(value['scrap_share'])} %: {_residual(tco)}"),
        ("FR17", "Price trends, dates", f"Hardware {percent(value['hardware_price_trend'])} % a year, public list prices {percent(value['public_price_trend'])} % a year; every price carries its date, old ones are listed in this chapter"),
        ("FR18", "Nothing clamped", "Printed as computed, for either winner: see the summary"),
        ("FR19", "Range of outcomes", "No simulation was run for this comparison; the range of every assumption stands in the chapter on assumptions"),
        ("FR20", "Can be computed again", made_with),
        ("FR21", "Headroom", f"{compute['spare_hosts']} spare compute {'node' if compute['spare_hosts'] == 1 else 'nodes'}; growth is ordered {number(value['procurement_lead_months'])} months before it is needed and is in the ledger"),
        ("FR22", "Memory price shock", _shock(variants.get("memory_shock"), tco)),
    )  # fmt: skip
    return [{"rule": rule, "title": title, "value": text} for rule, title, text in rows]


def _sharing(ratio: Decimal, variant: Document | None, tco: Document) -> str:
    if variant is None:
        return "No CPU is shared on the private side"
    if not variant["total_cents"]:
        return f"Shared {number(ratio)} to 1; without sharing it {variant['note']}"
    money = tco["currency"]["code"]
    return (
        f"Shared {number(ratio)} to 1: private costs {_whole(tco['options'][0]['total_cents'])} {money}. "
        f"Not shared: {_whole(variant['total_cents'])} {money} with {variant['nodes']} servers in month 1"
    )


def _shock(variant: Document | None, tco: Document) -> str:
    if variant is None:
        return "Not run"
    return f"{variant['label']}: private costs {_whole(variant['total_cents'])} {tco['currency']['code']}"


def _hours(workload: Workload) -> str:
    parts = [
        f"{profile.name}: {percent(profile.always_on_share)} % always on, the rest {percent(profile.on_hours_share)} % of the hours"
        for profile in workload.profiles
        if profile.always_on_share < 1
    ]
    return "; ".join(parts) if parts else "Every VM of this workload runs all hours; no spot prices are taken"


def _team(tco: Document) -> str:
    figure = tco["figures"].get(f"{PRIVATE}.staff")
    steps = [step for step in figure["steps"] if step["unit"] == "FTE"] if figure else []
    return f"{number(steps[0]['value'])} FTE in month 1" if steps else "no staff line"


def _support(tco: Document) -> str:
    plans = []
    for option in tco["options"][1:]:
        figure = tco["figures"].get(f"{option['id']}.support")
        labels = [item["label"].rpartition(",")[0] for item in figure["inputs"]] if figure else []
        plans.append(f"{option['name']} {labels[0] if labels else 'without a plan'}")
    return "; ".join(plans) if plans else "no cloud is compared"


def _residual(tco: Document) -> str:
    cents = tco["options"][0]["category_cents"].get("residual", 0)
    return f"{_whole(-cents)} {tco['currency']['code']} credited to the private side"
