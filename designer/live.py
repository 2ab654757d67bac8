"""What an editor shows beside a drawing as it is: findings, room, power, ports, list price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog import services as catalog_services
from catalog.engine.documents import InvalidDocument, write
from catalog.engine.hardware import NodeSpec, PduSpec, RackSpec, SwitchSpec
from designer import findings, services
from designer.engine.bill import bill_of_materials, bill_total
from designer.engine.topology import Node, Switch
from designer.engine.validation import rules
from designer.engine.validation.facts import Facts
from designer.models import Design


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of a drawing."""

    id: str
    label: str
    value: Decimal
    unit: str
    of: Decimal | None = None
    """What there is of it, where `value` is what is used or asked for."""
    source: str
    """What it is computed from, with the formula's id where it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RackUse:
    """What stands in a rack: power in W, height in U."""

    id: str
    watts: Decimal
    """All at their highest (sizing.R3)."""
    feed_watts: Decimal | None
    """The smaller of its feeds, which must carry all alone; None without two feeds."""
    units: int
    used_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFinding:
    rule: str
    title: str
    severity: str
    message: str
    remedy: str
    elements: tuple[str, ...]
    is_suppressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What the server says of one version of a drawing."""

    version: int
    findings: tuple[LiveFinding, ...]
    """The most severe first."""
    measures: tuple[Measure, ...]
    racks: tuple[RackUse, ...]


def live_of(design: Design) -> Live:
    """Return findings and figures of the working document of `design`."""
    facts = findings.facts_of(services.document_of(design))
    found = tuple(
        LiveFinding(
            rule=finding.rule,
            title=finding.title,
            severity=finding.severity.value,
            message=finding.message,
            remedy=finding.remedy,
            elements=finding.elements,
            is_suppressed=finding.suppression is not None,
        )
        for finding in rules.findings(facts)
    )
    return Live(
        version=design.version, findings=found, measures=tuple(_measures(facts)), racks=tuple(_racks(facts))
    )


def _measures(facts: Facts) -> Iterator[Measure]:
    demands, hosts = facts.demands, facts.capacities.values()
    yield Measure(
        id="vms", label="VMs that find a place", value=Decimal(facts.vms - facts.short_of()), unit="VMs",
        of=Decimal(facts.vms), source="sizing.C6: first-fit decreasing on the compute nodes that are drawn",
    )  # fmt: skip
    yield Measure(
        id="vcpus", label="vCPUs asked for", value=Decimal(sum(d.count * d.vcpus for d in demands)), unit="vCPU",
        of=Decimal(sum(host.vcpus for host in hosts)), source="sizing.C3: (threads - reserved) x allocation ratio",
    )  # fmt: skip
    yield Measure(
        id="ram", label="Memory asked for", value=sum((d.count * d.ram_gib for d in demands), Decimal(0)),
        unit="GiB", of=sum((host.ram_gib for host in hosts), Decimal(0)),
        source="sizing.C4: (memory - reserved) x allocation ratio, with the overhead of each VM",
    )  # fmt: skip
    yield Measure(
        id="raw", label="Ceph, raw", value=sum((host.raw_tb for host in facts.osd_hosts), Decimal(0)), unit="TB",
        source="sizing.S1: drives x size on the storage nodes that are drawn",
    )  # fmt: skip
    used, ports = _switch_ports(facts)
    yield Measure(
        id="ports", label="Switch ports used", value=Decimal(used), unit="ports", of=Decimal(ports),
        source="Links that end at switches; ports of their models",
    )  # fmt: skip
    yield Measure(
        id="power", label="Highest power", value=sum((rack.watts for rack in _racks(facts)), Decimal(0)) / 1000,
        unit="kW", source="sizing.R3: the planning values of all that stands in racks",
    )  # fmt: skip
    yield from _price(facts)


def _price(facts: Facts) -> Iterator[Measure]:
    library = catalog_services.library()
    try:
        lines = bill_of_materials(facts.topology, library.hardware_by_id, library.parts)
    except InvalidDocument:
        return  # a cable that the catalog does not have: the findings speak of it
    total = bill_total(lines)
    unpriced = sum(line.price is None for line in lines)
    note = f"; {unpriced} models have no price" if unpriced else ""
    yield Measure(
        id="price", label="List price of the hardware", value=total.typical, unit=total.currency,
        source=f"Typical prices of the catalog, cables and optics included{note}",
    )  # fmt: skip


def _switch_ports(facts: Facts) -> tuple[int, int]:
    used = ports = 0
    for switch in facts.topology.switches:
        spec = facts.switch_spec(switch)
        ports += sum(group.count for group in spec.ports) if spec else 0
        used += sum(facts.used_ports(switch.id).values())
    return used, ports


def _racks(facts: Facts) -> Iterable[RackUse]:
    watts: dict[str, Decimal] = {}
    units: dict[str, int] = {}
    devices: tuple[Node | Switch, ...] = (*facts.topology.nodes, *facts.topology.switches)
    for device in devices:
        spec = facts.specs.get(device.spec)
        if not isinstance(spec, NodeSpec | SwitchSpec):
            continue
        watts[device.rack] = watts.get(device.rack, Decimal(0)) + spec.max_watts
        if device.unit is not None:
            units[device.rack] = units.get(device.rack, 0) + spec.rack_units
    for rack in facts.topology.racks:
        rack_spec = facts.rack_spec(rack)
        feeds = facts.feeds.get(rack.id, {})
        yield RackUse(
            id=rack.id,
            watts=watts.get(rack.id, Decimal(0)),
            feed_watts=min(feeds.values()) if len(feeds) >= 2 else None,
            units=rack_spec.rack_units if rack_spec else 0,
            used_units=units.get(rack.id, 0),
        )


def editor_data(design: Design) -> dict[str, Any]:
    """Return what the editor's page sends along: the drawing, and what can be placed."""
    library = catalog_services.library()
    document = services.document_of(design)
    chosen = [value for value in write(document.hardware).values() if isinstance(value, str)]
    return {
        "design": str(design.pk),
        "name": design.name,
        "version": design.version,
        "topology": write(document.topology),
        "specs": [_spec(spec) for spec in library.hardware_by_id.values()],
        "chosen": chosen,
        "services": [
            {
                "id": service.id,
                "name": service.name,
                "roles": [write(role) for role in service.roles],
                "needs": list(service.depends_on),
            }
            for service in library.services.values()
        ],
    }


def _spec(spec: NodeSpec | SwitchSpec | RackSpec | PduSpec) -> dict[str, Any]:
    """What the editor needs of a model: its size, ports, power and price."""
    kinds = {NodeSpec: "node", SwitchSpec: "switch", RackSpec: "rack", PduSpec: "pdu"}
    wanted = {
        "id", "name", "model", "rack_units", "depth_mm", "weight_kg", "roles", "role", "ports", "max_watts", "ram_gib",
        "osds", "osd_tb", "osd_media", "max_load_kg", "volts", "amps", "phases",
    }  # fmt: skip
    told = {name: value for name, value in write(spec).items() if name in wanted}
    told |= {"kind": kinds[type(spec)], "price": None, "depth_mm": told.get("depth_mm")}
    if spec.price is not None:
        told["price"] = {"typical": write(spec.price.typical), "currency": spec.price.currency}
    if isinstance(spec, NodeSpec):
        told["threads"] = spec.threads
    if isinstance(spec, PduSpec):
        told["rack_units"] = 0
    return told
