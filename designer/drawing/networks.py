"""The fabric and the networks: routers, spines and leaves above, groups of nodes below, each network a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from catalog.engine.hardware import SwitchRole
from designer.drawing.canvas import Canvas, size_of, text_width
from designer.drawing.racks import TITLES, kind_of
from designer.engine.topology import Network, NetworkPlane, Node, Spec, Switch, Topology

GUTTER = 236.0
COLUMN = 276.0
"""Width of a rack with up to three boxes beside each other; more make it wider by `BOX_WIDTH` each."""
BOX_WIDTH = 140.0
GAP = 22.0
BOX = 26.0
ROUTER_Y, SPINE_Y, LEAF_Y, GROUP_Y = 26.0, 96.0, 186.0, 262.0
GROUP_HEIGHT = 40.0
FIRST_LINE = 336.0
LINE = 34.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One rack: its leaves and its nodes by kind."""

    rack: str
    name: str
    x: float
    width: float
    leaves: tuple[Switch, ...]
    oob: tuple[Switch, ...]
    groups: tuple[tuple[str, tuple[Node, ...]], ...]


def draw(
    canvas: Canvas, topology: Topology, hardware: Mapping[str, Spec], x: float, y: float
) -> tuple[float, float]:
    """Draw fabric and networks from (x, y); return width and height."""
    columns = _columns(topology, x + GUTTER)
    width = width_of(topology)
    canvas.text(x, y + 12, "Fabric and networks", "heading")
    places = _switches(canvas, topology, columns, x, y, width)
    _uplinks(canvas, topology, places, x, y)
    attached = _attached(topology)
    lines = {network.id: y + FIRST_LINE + n * LINE for n, network in enumerate(topology.networks)}
    _planes(canvas, topology.networks, lines, x, width)
    for column in columns:
        _groups(canvas, column, y, lines, attached, {n.id: n.plane for n in topology.networks})
    for column in columns:
        name = column.name.replace("-", " ").capitalize()
        canvas.rect(column.x - 2, y + LEAF_Y - 19, text_width(name, size_of("note")) + 4, 14, "paper", 2)
        canvas.text(column.x, y + LEAF_Y - 8, name, "note")
    for place in places.values():
        place.show(canvas)
    return width, FIRST_LINE + max(1, len(topology.networks)) * LINE


def width_of(topology: Topology) -> float:
    """The width that `draw` takes."""
    columns = _columns(topology, GUTTER)
    return columns[-1].x + columns[-1].width if columns else GUTTER + COLUMN


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a box stands."""

    id: str
    name: str
    title: str
    paint: str
    x: float
    y: float
    width: float

    def show(self, canvas: Canvas) -> None:
        canvas.open(self.id, f"{self.name}: {self.title}")
        canvas.rect(self.x, self.y, self.width, BOX, self.paint, 4)
        canvas.text(
            self.x + self.width / 2,
            self.y + BOX / 2 + 3.7,
            self.name,
            "label",
            room=self.width - 8,
            anchor="middle",
        )
        canvas.close()


def _columns(topology: Topology, x: float) -> list[Column]:
    columns: list[Column] = []
    for rack in topology.racks:
        nodes = [node for node in topology.nodes if node.rack == rack.id]
        kinds = dict.fromkeys(kind_of(node.roles) for node in nodes)
        order = [kind for kind in TITLES if kind in kinds]
        switches = [switch for switch in topology.switches if switch.rack == rack.id]
        leaves = tuple(s for s in switches if s.role is SwitchRole.LEAF)
        oob = tuple(s for s in switches if s.role is SwitchRole.OUT_OF_BAND)
        left = columns[-1].x + columns[-1].width + GAP if columns else x
        columns.append(
            Column(
                rack=rack.id,
                name=rack.name,
                x=left,
                width=COLUMN + BOX_WIDTH * max(0, len(order) - 3, len(leaves) + len(oob) - 3),
                leaves=leaves,
                oob=oob,
                groups=tuple((kind, tuple(n for n in nodes if kind_of(n.roles) == kind)) for kind in order),
            )
        )
    return columns


def _switches(
    canvas: Canvas, topology: Topology, columns: list[Column], x: float, y: float, width: float
) -> dict[str, Place]:
    places: dict[str, Place] = {}
    spines = [switch for switch in topology.switches if switch.role is SwitchRole.SPINE]
    left, room = x + GUTTER, width - GUTTER
    for row, items, paint, title in (
        (ROUTER_Y, [(r.id, r.name) for r in topology.external_routers], "router", "router outside the cloud"),
        (SPINE_Y, [(s.id, s.name) for s in spines], "spine", "spine switch"),
    ):
        step = room / max(1, len(items))
        box = min(118.0, step - 10)
        for index, (key, name) in enumerate(items):
            centre = left + step * (index + 0.5)
            places[key] = Place(
                id=key, name=name, title=title, paint=paint, x=centre - box / 2, y=y + row, width=box
            )
    for label, row in (("Outside", ROUTER_Y), ("Spine", SPINE_Y), ("Leaf", LEAF_Y), ("Nodes", GROUP_Y + 7)):
        if label != "Spine" or spines:
            canvas.text(x, y + row + BOX / 2 + 4, label, "caption")
    for column in columns:
        boxes = [(leaf, "leaf", "leaf switch") for leaf in column.leaves]
        boxes += [(switch, "oob", "out-of-band switch") for switch in column.oob]
        step = column.width / max(1, len(boxes))
        for index, (switch, paint, title) in enumerate(boxes):
            places[switch.id] = Place(
                id=switch.id, name=switch.name, title=title, paint=paint,
                x=column.x + index * step, y=y + LEAF_Y, width=step - 6,
            )  # fmt: skip
    return places


def _uplinks(canvas: Canvas, topology: Topology, places: dict[str, Place], x: float, y: float) -> None:
    """One line for all links of a pair of switches; how many they are stands beside the rows."""
    pairs: Counter[tuple[str, str]] = Counter()
    speeds = set()
    for link in topology.links:
        a, b = places.get(link.a.element), places.get(link.b.element)
        if (
            a is None or b is None or b.paint == "oob"
        ):  # management ports are on the out-of-band network's line
            continue
        if a.paint == "oob":
            _out_of_band(canvas, a, b)  # a switch has as many lines as cables
            continue
        pairs[a.id, b.id] += 1
        if {a.paint, b.paint} == {"leaf", "spine"}:
            speeds.add(link.gbps)
    for one, other in pairs:
        low, high = sorted((places[one], places[other]), key=lambda place: -place.y)
        ends = [(low.x + low.width / 2, low.y), (high.x + high.width / 2, high.y + BOX)]
        canvas.cables(between(one, other), f"{counted(pairs[one, other])}: {one} to {other}", ends, "uplink")
    counts = {
        n
        for (one, other), n in pairs.items()
        if {places[one].paint, places[other].paint} == {"leaf", "spine"}
    }
    if counts:
        most = f"{min(counts)} to {max(counts)}" if len(counts) > 1 else f"{max(counts)}"
        words = f"{most} × {max(speeds):g}G from a leaf to a spine"
        canvas.text(x, y + LEAF_Y + BOX / 2 + 18, words, "note", room=GUTTER - 14)
    if any(place.paint == "oob" for place in places.values()):
        words = "Dashed: out-of-band switch to its leaves"
        canvas.text(x, y + LEAF_Y + BOX / 2 + 31, words, "note", room=GUTTER - 14)


def _out_of_band(canvas: Canvas, switch: Place, leaf: Place) -> None:
    """From below the out-of-band switch to the leaf, beside the lines to the nodes."""
    lane = switch.y + BOX + 6
    start, end = switch.x + switch.width / 2, leaf.x + leaf.width / 2 + 14
    way = [(start, switch.y + BOX), (start, lane), (end, lane), (end, leaf.y + BOX)]
    canvas.cables(between(switch.id, leaf.id), f"Cable: {switch.id} to {leaf.id}", way, "oob-uplink")


def between(one: str, other: str) -> str:
    """What the cables between two boxes of the drawing are called."""
    return "--".join(sorted((one, other)))


def counted(cables: int) -> str:
    return "1 cable" if cables == 1 else f"{cables} cables"


def _attached(topology: Topology) -> dict[str, set[str]]:
    """Networks of each node."""
    found: dict[str, set[str]] = {node.id: set() for node in topology.nodes}
    for link in topology.links:
        for end in (link.a, link.b):
            if end.element in found:
                found[end.element].update(link.networks)
    return found


def _planes(
    canvas: Canvas, networks: tuple[Network, ...], lines: Mapping[str, float], x: float, width: float
) -> None:
    for network in networks:
        line = lines[network.id]
        about = [f"VLAN {network.vlan}" if network.vlan else "untagged", network.cidr, f"MTU {network.mtu}"]
        canvas.open(network.id, f"{network.name}: {', '.join(part for part in about if part)}")
        canvas.text(x, line - 1, network.name, "label", room=GUTTER - 14)
        canvas.text(x, line + 11, " · ".join(part for part in about if part), "note", room=GUTTER - 14)
        canvas.line(x + GUTTER - 8, line, x + width, line, f"plane-{network.plane.value}")
        canvas.close()


def _groups(
    canvas: Canvas,
    column: Column,
    y: float,
    lines: Mapping[str, float],
    attached: Mapping[str, set[str]],
    planes: Mapping[str, NetworkPlane],
) -> None:
    step = column.width / max(1, len(column.groups))
    for leaf, switch in enumerate(column.leaves):
        boxes = len(column.leaves) + len(column.oob)
        start = column.x + leaf * column.width / boxes + (column.width / boxes - 6) / 2
        lane = y + LEAF_Y + BOX + 12 + (leaf % 2) * 12
        centres = [column.x + step * (i + 0.5) + (leaf % 2) * 8 - 4 for i in range(len(column.groups))]
        canvas.line(start, y + LEAF_Y + BOX, start, lane, "access")
        if centres:
            canvas.line(min(start, *centres), lane, max(start, *centres), lane, "access")
        for (kind, nodes), centre in zip(column.groups, centres, strict=True):
            title = f"Cables: {switch.id} to {len(nodes)} {TITLES[kind].lower()} nodes in {column.name}"
            ends = [(centre, lane), (centre, y + GROUP_Y)]
            canvas.cables(between(switch.id, f"{column.rack}-{kind}"), title, ends, "access")
    for index, (kind, nodes) in enumerate(column.groups):
        left, centre = column.x + index * step, column.x + step * (index + 0.5)
        networks = set().union(*(attached[node.id] for node in nodes))
        lowest = max((lines[key] for key in networks), default=y + GROUP_Y + GROUP_HEIGHT)
        canvas.line(centre, y + GROUP_Y + GROUP_HEIGHT, centre, lowest, "drop")
        for key in sorted(networks, key=lines.__getitem__):
            canvas.circle(centre, lines[key], 5, f"plane-{planes[key].value}")
        names = nodes[0].name if len(nodes) == 1 else f"{nodes[0].name}–{_number(nodes[-1].name)}"
        canvas.open(
            f"{column.rack}-{kind}", f"{len(nodes)} {TITLES[kind].lower()} nodes in {column.name}: {names}"
        )
        canvas.rect(left + 3, y + GROUP_Y, step - 6, GROUP_HEIGHT, kind, 4)
        title = f"{len(nodes)} {TITLES[kind].lower()}"
        canvas.mark(left + 13, y + GROUP_Y + 13, kind)
        canvas.text(left + 21, y + GROUP_Y + 16.5, title, "label", room=step - 28)
        canvas.text(left + 9, y + GROUP_Y + 31, names, "note", room=step - 18)
        canvas.close()


def _number(name: str) -> str:
    """The number at the end of a node's name; all of it where there is none."""
    return name[len(name.rstrip("0123456789")) :] or name
