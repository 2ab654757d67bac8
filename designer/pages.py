"""What the pages of a design show, gathered for their templates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog import services as catalog_services
from designer import findings, hardware_pages, services
from designer.drawing.svg import draw
from designer.engine.document import DesignDocument
from designer.engine.topology import Node, Rack, Switch, Topology
from designer.engine.workload import Workload
from designer.forms import PERCENT_FIELDS, PROFILE_FIELDS, as_typed
from designer.models import Design, Sizing

STAT_KEYS = (
    "compute.vms_with_spare",
    "compute.hosts",
    "storage.usable_tb",
    "facility.racks",
    "facility.max_watts",
)
SECTIONS = (
    ("compute", "Compute"),
    ("control", "Control plane"),
    ("storage", "Storage"),
    ("network", "Network"),
    ("facility", "Racks, power, cooling"),
    ("subnets", "Addresses"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignCard:
    """A design in a list."""

    design: Design
    vms: int
    nodes: int
    racks: int
    is_sized: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadTotals:
    """Sums of a workload: RAM in GiB, disk in TB as provisioned."""

    vms: int
    vcpus: int
    ram_gib: Decimal
    disk_tb: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallStep:
    """One bar of the way from raw to usable: how much is left, as TB and as a share of raw in percent."""

    label: str
    tb: Decimal
    percent: Decimal
    lost_tb: Decimal
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSection:
    """The figures of one part of a sizing."""

    key: str
    title: str
    figures: tuple[dict[str, Any], ...]


def design_card(design: Design) -> DesignCard:
    """Return the card of `design`, read from its document without computing anything."""
    document = design.document
    return DesignCard(
        design=design,
        vms=sum(profile["count"] for profile in document["workload"]["profiles"]),
        nodes=len(document["topology"]["nodes"]),
        racks=len(document["topology"]["racks"]),
        is_sized=bool(document["topology"]["nodes"]),
    )


def totals(workload: Workload) -> WorkloadTotals:
    """Return the sums of `workload` on the first day."""
    profiles = workload.profiles
    return WorkloadTotals(
        vms=workload.vms,
        vcpus=sum(p.count * p.vcpus for p in profiles),
        ram_gib=sum((p.count * p.ram_gib for p in profiles), Decimal(0)),
        disk_tb=sum((p.count * p.disk_gb for p in profiles), Decimal(0)) / 1000,
    )


def overview(design: Design) -> dict[str, Any]:
    """Return what the overview shows: demand, build, the headline figures, the drawing, the notices."""
    document = services.document_of(design)
    sizing = services.current_sizing(design)
    return {
        "document": document,
        "totals": totals(document.workload),
        "sizing": sizing,
        "stats": _figures(sizing, STAT_KEYS),
        "notices": sizing.result["notices"] if sizing else [],
        "drawing": drawing_svg(design, document.topology),
        "build": build_list(document),
        "counts": findings.review(document).counts,
    }


def capacity(design: Design) -> dict[str, Any]:
    """Return what the capacity page shows, from the sizing that fits the working document."""
    sizing = services.current_sizing(design)
    if sizing is None:
        return {"sizing": None}
    figures = sizing.result["figures"]
    sections = tuple(
        FigureSection(
            key=key, title=title, figures=tuple(f for name, f in figures.items() if name.split(".")[0] == key)
        )
        for key, title in SECTIONS
    )
    return {
        "sizing": sizing,
        "result": sizing.result,
        "figures": {name.replace(".", "_"): figure for name, figure in figures.items()},
        "sections": [section for section in sections if section.figures],
        "waterfalls": waterfalls(sizing.result),
        "nodes": hardware_pages.built(sizing),
        "headroom": [
            {**room, "room_figure": figures[room["figure"]], "step": figures.get(room["step_figure"])}
            | {"more": room["step"]}
            for room in sizing.result["headroom"]
        ],
        "urgent": [notice for notice in sizing.result["notices"] if notice["severity"] != "info"],
        "notices": [notice for notice in sizing.result["notices"] if notice["severity"] == "info"],
    }


VIEW_LABELS = (("all", "Both"), ("racks", "Racks"), ("networks", "Networks"))


def drawing(design: Design, view: str = "all") -> dict[str, Any]:
    """Return the drawing page: the SVG and the outline, which says the same in tables."""
    document = services.document_of(design)
    specs = catalog_services.library().hardware_by_id
    elements: list[Node | Switch] = [*document.topology.nodes, *document.topology.switches]
    by_rack = [
        {
            "rack": rack,
            "elements": sorted(
                (
                    {"element": element, "spec": specs.get(element.spec)}
                    for element in elements
                    if element.rack == rack.id
                ),
                key=_unit,
                reverse=True,
            ),
        }
        for rack in document.topology.racks
    ]
    return {
        "drawing": drawing_svg(design, document.topology, view),
        "view": view,
        "views": VIEW_LABELS,
        "topology": document.topology,
        "by_rack": by_rack,
    }


def _unit(row: dict[str, Any]) -> int:
    return int(row["element"].unit or 0)


def drawing_svg(design: Design, topology: Topology, view: str = "all") -> str:
    """Return the drawing as SVG for a page; empty when nothing is drawn yet."""
    if not topology.nodes:
        return ""
    return draw(
        topology, catalog_services.library().hardware_by_id, theme="screen", title=design.name, view=view
    )


def build_list(document: DesignDocument) -> list[dict[str, Any]]:
    """Return what the design is built from: count and model by kind, from its drawing."""
    specs = catalog_services.library().hardware_by_id
    counts: dict[str, int] = {}
    elements: list[Node | Switch | Rack] = []
    elements += [*document.topology.nodes, *document.topology.switches, *document.topology.racks]
    for element in elements:
        counts[element.spec] = counts.get(element.spec, 0) + 1
    return [{"spec": specs[key], "count": count} for key, count in counts.items() if key in specs]


def waterfalls(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the way from raw to usable of each device class, with its name where there are several."""
    classes = result["storage_classes"]
    return [
        {
            "title": one["device_class"].upper() if len(classes) > 1 else "",
            "steps": waterfall({"storage": one["sizing"]}),
        }
        for one in classes
    ]


def waterfall(result: dict[str, Any]) -> tuple[WaterfallStep, ...]:
    """Return the way from raw capacity to what may be promised (sizing.S4)."""
    storage = {name: Decimal(str(storage_value)) for name, storage_value in _numbers(result["storage"])}
    raw = storage["raw_tb"]
    stages = (
        ("Raw", raw, "Sum of the drives as sold"),
        ("Replicated", storage["replicated_tb"], "Every byte is stored more than once"),
        ("After metadata", storage["after_metadata_tb"], "BlueStore keeps its own part of each drive"),
        ("Usable", storage["usable_tb"], result["storage"]["fill_reason"]),
    )
    steps, before = [], raw
    for label, tb, why in stages:
        percent = (tb / raw * 100) if raw else Decimal(0)
        steps.append(WaterfallStep(label=label, tb=tb, percent=percent, lost_tb=before - tb, why=why))
        before = tb
    return tuple(steps)


def profile_rows(rows: list[dict[str, Any]], *, at_least: int) -> list[dict[str, Any]]:
    """Return `rows` as a form shows them: an index and the values as people type them, with empty rows to fill."""
    shown = [_as_typed(index, row) for index, row in enumerate(rows)]
    return shown + [empty_row(index) for index in range(len(shown), at_least)]


def empty_row(index: int) -> dict[str, Any]:
    """Return a row of the profile table that nobody has filled."""
    return {"index": index, "id": "", "is_production": True, "has_pinned_cpus": False} | dict.fromkeys(
        PROFILE_FIELDS, ""
    )


def _as_typed(index: int, row: dict[str, Any]) -> dict[str, Any]:
    values = {"index": index, "id": row.get("id", ""), "is_production": row.get("is_production", True)}
    values["has_pinned_cpus"] = row.get("has_pinned_cpus", False)
    for name in PROFILE_FIELDS:
        values[name] = as_typed(row.get(name, ""), percent=name in PERCENT_FIELDS)
    return values


def _numbers(data: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in data.items() if isinstance(value, int | float)]


def _figures(sizing: Sizing | None, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    return (
        [sizing.result["figures"][key] for key in keys if key in sizing.result["figures"]] if sizing else []
    )
