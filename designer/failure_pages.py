"""What the failure page of a design shows, gathered for its templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from catalog import services as catalog_services
from config.errors import Invalid
from designer import failure_services, services
from designer.drawing.racks import kind_of
from designer.drawing.svg import draw
from designer.engine.failures.graph import Plant
from designer.engine.failures.model import FailureReport, FailureSet, State
from designer.engine.failures.simulate import name_of
from designer.engine.failures.timeline import standing
from designer.engine.topology import FEEDS
from designer.models import Design

MOST_CHOSEN = 50
MOST_LISTED = 60
MOST_RANKED = 100

GROUPS = (
    ("rack", "Racks"),
    ("zone", "Zones"),
    ("feed", "Feeds of the site"),
    ("pdu", "PDUs"),
    ("network", "Networks (VLAN)"),
    ("device", "Devices"),
    ("service", "Services"),
)
"""What the list of a page offers; links and drives are named by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One element that fails on the page, and the address of the page without it."""

    named: str
    name: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One moment of the timeline, and the address of the page at it."""

    when: str
    what: str
    address: str
    is_now: bool
    is_past: bool


def effect(design: Design, asked: Sequence[str], at: int) -> dict[str, Any]:
    """Return what the page shows when `asked`, elements as `kind:id`, fail, `at` so many seconds after it."""
    document = services.document_of(design)
    if not document.topology.nodes:
        return {"is_drawn": False}
    plant = failure_services.plant_of_document(document)
    wanted = tuple(dict.fromkeys(name.strip()[:200] for name in asked[:MOST_CHOSEN] if name.strip()))
    failed, problem = FailureSet(), ""
    try:
        failed = failure_services.named(wanted)
        report = failure_services.fail(plant, failed)
    except Invalid as error:
        problem = " ".join(f"{p.value} {p.message}. {p.remedy}" for p in error.problems)
        failed = FailureSet()
        report = failure_services.fail(plant, failed)
    chosen = failed.named()
    moments = sorted({moment.seconds for moment in report.timeline})
    now = max((seconds for seconds in moments if seconds <= at), default=0)
    return {
        "is_drawn": True,
        "problem": problem,
        "typed": "" if not problem else wanted[-1],
        "chosen": [
            Chosen(
                named=name, name=_name(plant, name), without=address(design, [n for n in chosen if n != name])
            )
            for name in chosen
        ],
        "groups": _groups(plant, set(chosen)),
        "report": report,
        "has_failed": bool(chosen),
        "services": [s for s in report.services if s.state is not State.UP or s.missing],
        "networks": [n for n in report.networks if n.state is not State.UP],
        "bandwidth": report.bandwidth[:MOST_LISTED],
        "dead": report.dead[:MOST_LISTED],
        "more_dead": max(0, len(report.dead) - MOST_LISTED),
        "steps": [
            Step(
                when=duration(moment.seconds),
                what=moment.what,
                address=address(design, chosen, moment.seconds),
                is_now=moment.seconds == now,
                is_past=moment.seconds < now,
            )
            for moment in report.timeline
        ],
        "standing": standing(report, now),
        "when": duration(now),
        "previous": _step(design, chosen, [s for s in moments if s < now][-1:]),
        "next": _step(design, chosen, [s for s in moments if s > now][:1]),
        "drawing": _drawing(design, plant, report, chosen),
    }


def ranking(design: Design) -> dict[str, Any]:
    """Return the stored ranking that fits the design as it is now, for the page."""
    found = failure_services.current_ranking(design)
    if found is None:
        return {"ranking": None}
    result = found.result
    damages = [
        damage | {"address": address(design, damage["failed"]), "alike": 1 + len(damage["like_it"])}
        for damage in result["damages"][:MOST_RANKED]
    ]
    pairs = [
        damage | {"address": address(design, damage["failed"])} for damage in result["pair_damages"][:30]
    ]
    return {
        "ranking": found,
        "result": result,
        "damages": damages,
        "more_damages": max(0, len(result["damages"]) - MOST_RANKED),
        "pair_damages": pairs,
        "cut_sets": [cut | {"address": address(design, cut["elements"])} for cut in result["cut_sets"]],
    }


def address(design: Design, failed: Sequence[str], at: int | None = None) -> str:
    """Return the address of the failure page with `failed` chosen, `at` seconds after the event."""
    query = [("failed", name) for name in failed] + ([("at", str(at))] if at is not None else [])
    path = reverse("designer:design-failures", args=(design.pk,))
    return f"{path}?{urlencode(query)}" if query else path


def duration(seconds: int) -> str:
    """Return seconds as people say them: `20 s`, `10 min`, `5.5 h`."""
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _step(design: Design, chosen: Sequence[str], seconds: list[int]) -> str:
    return address(design, chosen, seconds[0]) if seconds else ""


def _name(plant: Plant, named: str) -> str:
    kind, _, key = named.partition(":")
    return name_of(plant, kind, key)


def _groups(plant: Plant, chosen: set[str]) -> list[dict[str, Any]]:
    keys = {
        "rack": [rack.id for rack in plant.topology.racks],
        "zone": sorted({rack.zone for rack in plant.topology.racks if rack.zone}),
        "feed": list(FEEDS),
        "pdu": [pdu.id for pdu in plant.topology.pdus],
        "network": [network.id for network in plant.topology.networks],
        "device": list(plant.devices),
        "service": [key for key in plant.service_catalog if key in plant.members],
    }
    found = []
    for kind, title in GROUPS:
        names = [f"{kind}:{key}" for key in keys[kind]]
        options = [(name, _name(plant, name)) for name in names if name not in chosen]
        if options:
            found.append({"title": title, "options": options})
    return found


# The drawing --------------------------------------------------------------------------------------------------
def _drawing(design: Design, plant: Plant, report: FailureReport, chosen: Sequence[str]) -> str:
    links = {}
    for name, element in _pressable(plant):
        after = [n for n in chosen if n != name] if name in chosen else [*chosen, name]
        links[element] = address(design, after)
    return draw(
        plant.topology,
        catalog_services.library().hardware_by_id,
        theme="screen",
        title=f"{design.name}: press an element to let it fail, and again to repair it",
        marks=marks(plant, report),
        links=links,
    )


def _pressable(plant: Plant) -> list[tuple[str, str]]:
    """`kind:id` and the id in the drawing of what can be pressed. A rack holds others, so its PDUs stand for it."""
    found = [(f"device:{key}", key) for key in plant.devices]
    found += [(f"pdu:{pdu.id}", pdu.id) for pdu in plant.topology.pdus]
    found += [(f"network:{network.id}", network.id) for network in plant.topology.networks]
    return found


def marks(plant: Plant, report: FailureReport) -> dict[str, str]:
    """Return what the event did to each element of the drawing: a key of `canvas.MARKS` by id."""
    found: dict[str, str] = {}
    storage_down = report.plane("storage").state is State.DOWN
    if storage_down:
        found |= dict.fromkeys((node.id for node in plant.compute_hosts), "cut")
        found |= dict.fromkeys(plant.osd_hosts, "cut")
    for bandwidth in report.bandwidth:
        if bandwidth.kind == "bond":
            found.setdefault(plant.wiring.bonds[bandwidth.id][0].a.element, "weak")
        elif bandwidth.kind == "uplinks":
            found.setdefault(bandwidth.id, "weak")
    for network in report.networks:
        if network.state is not State.UP:
            found[network.id] = "dead" if network.state is State.DOWN else "weak"
        if network.id != plant.network_by_plane.get("oob"):
            found |= dict.fromkeys(network.cut_off, "cut")
    for drive in report.failed.drives:
        found.setdefault(drive.rpartition(".osd-")[0], "weak")
    for element in report.dead:
        if element.kind in ("device", "rack", "pdu", "network"):
            found[element.id] = "dead"
    for rack in plant.topology.racks:  # the boxes of the network view hold equal nodes of a rack
        boxes: dict[str, list[str]] = {}
        for node in plant.topology.nodes:
            if node.rack == rack.id:
                boxes.setdefault(kind_of(node.roles), []).append(found.get(node.id, ""))
        for kind, states in boxes.items():
            worst = next((mark for mark in ("dead", "cut", "weak") if all(s == mark for s in states)), "")
            if worst or any(states):
                found[f"{rack.id}-{kind}"] = worst or "weak"
    return found
