"""The drawing of the failure page: what can be pressed, what a press lets fail, and what the event did to each part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from catalog import services as catalog_services
from designer.drawing import failing
from designer.drawing.failing import Part, Row
from designer.drawing.networks import between
from designer.drawing.racks import kind_of
from designer.engine.failures.graph import Plant
from designer.engine.failures.model import FailureReport, State
from designer.engine.failures.timeline import standing, switching_over
from designer.engine.topology import FEEDS, MANAGEMENT_PORTS, Link

LAYERS = {
    "control": ("Control plane", "control"),
    "data": ("On each host", "compute"),
    "storage": ("Storage", "storage"),
}
"""Layer of a service -> what its row is called, and what its boxes are painted as."""

Address = Callable[[Sequence[str]], str]
"""From what fails, as `kind:id`, to the address of the page."""


def drawing(
    plant: Plant,
    report: FailureReport,
    *,
    name: str,
    to: Address,
    seconds: int = 0,
    look: Callable[[str], str] | None = None,
) -> str:
    """Return the drawing of the whole cloud. `look`: a press on a device leads there instead of letting it fail."""
    pressable = _pressable(plant)
    links = _links(pressable, report.failed.named(), to)
    if look is not None:
        links |= {device: look(device) for device in plant.devices}
    zones = sorted({rack.zone for rack in plant.topology.racks if rack.zone})
    site = [
        Row(
            title="Feeds",
            parts=[Part(id=f, name=f"Feed {f[-1].upper()}", paint=f"pdu-{f[-1]}") for f in FEEDS],
        ),
        Row(title="Zones", parts=[Part(id=f"zone-{zone}", name=zone.upper()) for zone in zones]),
    ]
    return failing.draw_all(
        plant.topology,
        catalog_services.library().hardware_by_id,
        site=site,
        services=_services(plant),
        title=f"{name}: press an element to {'see its parts' if look else 'let it fail, and again to repair it'}",
        marks=marks(plant, report, seconds),
        links=links,
    )


def parts(plant: Plant, report: FailureReport, device: str, *, to: Address) -> str:
    """Return one device with everything of it that can fail: itself, cables, drives, power, services."""
    named = {f"link-{link.id}": link for link in plant.links_of.get(device, ())}
    spec = plant.osd_hosts.get(device)
    drives = [f"{device}.osd-{n}" for n in range(1, (spec.osds if spec else 0) + 1)]
    services = [key for key, members in plant.members.items() if device in members]
    power = list(plant.supplies.get(device, ()))
    rows = [
        Row(title="Itself", parts=[Part(id=device, name=plant.devices[device].name, paint=_paint(plant, device))]),
        Row(title="Cables", parts=[_cable(key, link, device) for key, link in named.items()]),
        Row(title="Drives", parts=[Part(id=f"drive-{d}", name=d.rpartition(".")[2], paint="storage") for d in drives]),
        Row(title="Power", parts=[Part(id=key, name=key, paint=f"pdu-{key[-1]}" if key[-1] in "ab" else "frame") for key in power]),
        Row(title="Services", parts=[_service(plant, key) for key in services]),
    ]  # fmt: skip
    pressable: dict[str, Sequence[str]] = {device: (f"device:{device}",)}
    pressable |= {key: (f"link:{link.id}",) for key, link in named.items()}
    pressable |= {f"drive-{drive}": (f"drive:{drive}",) for drive in drives}
    pressable |= {key: (f"feed:{key}" if key in FEEDS else f"pdu:{key}",) for key in power}
    pressable |= {f"service-{key}": (f"service:{key}",) for key in services}
    found = marks(plant, report)
    gone = set(report.failed.links)
    dead = {element.id for element in report.dead if element.kind == "device"}
    for key, link in named.items():
        if link.id in gone or {link.a.element, link.b.element} & dead:
            found[key] = "dead"
    found |= {f"drive-{d}": "dead" for d in drives if d in report.failed.drives or device in dead}
    return failing.draw_parts(
        rows,
        title=f"Parts of {plant.devices[device].name}: press one to let it fail, and again to repair it",
        width=failing.READABLE,
        marks=found,
        links=_links(pressable, report.failed.named(), to),
    )


def _links(pressable: Mapping[str, Sequence[str]], chosen: Sequence[str], to: Address) -> dict[str, str]:
    """Where a press on each element leads: it fails too, or, if all of it has failed, it is repaired."""
    found = {}
    for key, names in pressable.items():
        if all(name in chosen for name in names):
            found[key] = to([name for name in chosen if name not in names])
        else:
            found[key] = to([*chosen, *(name for name in names if name not in chosen)])
    return found


def _pressable(plant: Plant) -> dict[str, Sequence[str]]:
    """Element of the drawing -> what a press on it lets fail, as `kind:id`."""
    topology = plant.topology
    found: dict[str, Sequence[str]] = {key: (f"device:{key}",) for key in plant.devices}
    found |= {rack.id: (f"rack:{rack.id}",) for rack in topology.racks}
    found |= {f"zone-{rack.zone}": (f"zone:{rack.zone}",) for rack in topology.racks if rack.zone}
    found |= {feed: (f"feed:{feed}",) for feed in FEEDS}
    found |= {pdu.id: (f"pdu:{pdu.id}",) for pdu in topology.pdus}
    found |= {network.id: (f"network:{network.id}",) for network in topology.networks}
    found |= {f"service-{key}": (f"service:{key}",) for key in plant.members}
    found |= {key: tuple(f"device:{n}" for n in nodes) for key, nodes in _boxes(plant).items()}
    found |= {key: tuple(f"link:{link.id}" for link in links) for key, links in _bundles(plant).items()}
    return found


def _boxes(plant: Plant) -> dict[str, list[str]]:
    """Box of the network view -> the equal nodes of a rack that it holds."""
    found: dict[str, list[str]] = defaultdict(list)
    for node in plant.topology.nodes:
        if node.rack:
            found[f"{node.rack}-{kind_of(node.roles)}"].append(node.id)
    return dict(found)


def _bundles(plant: Plant) -> dict[str, list[Link]]:
    """Line of the network view -> the cables that it stands for; ports of management have the line of their network."""
    box_of = {node: box for box, nodes in _boxes(plant).items() for node in nodes}
    found: dict[str, list[Link]] = defaultdict(list)
    for link in plant.topology.links:
        if not link.a.port.startswith(MANAGEMENT_PORTS) and not link.b.port.startswith(MANAGEMENT_PORTS):
            ends = [box_of.get(end.element, end.element) for end in (link.a, link.b)]
            found[between(*ends)].append(link)
    return dict(found)


def _services(plant: Plant) -> list[Row]:
    rows: dict[str, list[Part]] = defaultdict(list)
    for key, service in plant.service_catalog.items():
        if key in plant.members:
            rows[service.layer].append(_service(plant, key))
    return [Row(title=LAYERS.get(layer, (layer, ""))[0], parts=found) for layer, found in rows.items()]


def _service(plant: Plant, key: str) -> Part:
    service = plant.service_catalog[key]
    return Part(id=f"service-{key}", name=service.name, paint=LAYERS.get(service.layer, ("", "frame"))[1])


def _cable(key: str, link: Link, device: str) -> Part:
    mine, other = (link.a, link.b) if link.a.element == device else (link.b, link.a)
    return Part(id=key, name=f"{mine.port} → {other.element}", note=f"{link.gbps:g}G", paint="leaf")


def _paint(plant: Plant, device: str) -> str:
    if device in plant.nodes:
        return kind_of(plant.nodes[device].roles)
    return plant.switches[device].role.value if device in plant.switches else "router"


# What the event did -------------------------------------------------------------------------------------------
def marks(plant: Plant, report: FailureReport, seconds: int = 0) -> dict[str, str]:
    """Return how each element of the drawing is `seconds` after the event: a key of `canvas.MARKS` by id."""
    is_rebuilt = standing(report, seconds).redundancy == "full"
    found: dict[str, str] = {}
    if report.plane("storage").state is State.DOWN:
        found |= dict.fromkeys((node.id for node in plant.compute_hosts), "cut")
        found |= dict.fromkeys(plant.osd_hosts, "cut")
    for bandwidth in report.bandwidth:
        owner = plant.wiring.bonds[bandwidth.id][0].a.element if bandwidth.kind == "bond" else bandwidth.id
        found.setdefault(owner, "weak")
    for network in report.networks:
        if network.state is not State.UP:
            found[network.id] = "dead" if network.state is State.DOWN else "weak"
        if network.id != plant.network_by_plane.get("oob"):
            found |= dict.fromkeys(network.cut_off, "cut")
    for drive in () if is_rebuilt else report.failed.drives:
        found.setdefault(drive.rpartition(".osd-")[0], "weak")
    for element in report.dead:
        if element.kind in ("device", "rack", "pdu", "network", "feed"):
            found[element.id] = "dead"
        elif element.kind == "zone":
            found[f"zone-{element.id}"] = "dead"
    for service in report.services:
        if service.state is not State.UP and not (service.id == "ceph-osd" and is_rebuilt):
            found[f"service-{service.id}"] = "dead" if service.state is State.DOWN else "weak"
    found |= dict.fromkeys((f"service-{key}" for key in switching_over(report, seconds)), "moving")
    for box, nodes in _boxes(plant).items():
        _mark_whole(found, box, [found.get(node, "") for node in nodes])
    dead = {element.id for element in report.dead if element.kind == "device"}
    gone = set(report.failed.links)
    if dead or gone:
        for line, links in _bundles(plant).items():
            _mark_whole(found, line, [
                "dead" if link.id in gone or {link.a.element, link.b.element} & dead else "" for link in links
            ])  # fmt: skip
    return found


def _mark_whole(found: dict[str, str], whole: str, states: Iterable[str]) -> None:
    """Mark what stands for several: as all of them are, or as weaker where some are hit."""
    each = list(states)
    worst = next((mark for mark in ("dead", "cut", "weak") if all(state == mark for state in each)), "")
    if worst or any(each):
        found[whole] = worst or "weak"
