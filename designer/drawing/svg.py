"""The drawing of a topology as one SVG, for pages and for print: racks, networks, or both."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from catalog.engine.hardware import SwitchRole
from designer.drawing import networks, pods, racks
from designer.drawing.canvas import Canvas
from designer.engine.topology import Spec, Topology

VIEWS = ("all", "racks", "networks")
THEMES = ("screen", "print")
MARGIN = 24.0
GAP = 36.0


def draw(
    topology: Topology,
    hardware_by_id: Mapping[str, Spec],
    *,
    theme: str = "screen",
    title: str = "",
    view: str = "all",
    marks: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
) -> str:
    """Return `topology` as an `<svg>` element with a viewBox in CSS pixels and a title as its alternative text.

    `marks`: element id -> a key of `canvas.MARKS`, what an event did to it. `links`: element id -> an address.

    Raises:
        ValueError: there is no such theme or view.
    """
    if theme not in THEMES or view not in VIEWS:
        raise ValueError(f"no theme {theme} or view {view}")
    canvas = Canvas(theme, marks, links)
    width, y = 0.0, MARGIN
    is_large = len(topology.racks) > pods.MANY_RACKS
    fabric = fabric_of(topology)
    if view in ("all", "racks"):
        room = fabric.width_of(topology) if view == "all" else 0
        folds = is_large and view == "all" and not links
        size = racks.draw(canvas, topology, hardware_by_id, MARGIN, y, room, is_folded=folds)
        width, y = max(width, size[0]), y + size[1] + GAP
    if view in ("all", "networks"):
        size = fabric.draw(canvas, topology, hardware_by_id, MARGIN, y)
        width, y = max(width, size[0]), y + size[1] + GAP
    return canvas.svg(width + 2 * MARGIN, y - GAP + MARGIN, title or described(topology))


def fabric_of(topology: Topology) -> ModuleType:
    """The way to draw fabric and networks: by pods where racks are many or switches have three stages."""
    has_stages = any(switch.role is SwitchRole.SUPER_SPINE for switch in topology.switches)
    return pods if has_stages or len(topology.racks) > pods.MANY_RACKS else networks


def described(topology: Topology) -> str:
    """The drawing in one sentence."""
    parts = (
        (len(topology.racks), "rack"),
        (len(topology.nodes), "node"),
        (len(topology.switches), "switch"),
        (len(topology.networks), "network"),
    )
    plural = {"switch": "switches"}
    words = [
        f"{count} {name if count == 1 else plural.get(name, name + 's')}" for count, name in parts if count
    ]
    return "Topology of " + ", ".join(words) if words else "An empty topology"
