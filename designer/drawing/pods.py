"""The fabric and the networks of many racks: pods as frames, racks as tiles in them, who is on which network as a table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from catalog.engine.hardware import SwitchRole
from designer.drawing.canvas import Canvas, size_of, text_width
from designer.drawing.racks import SWITCHES, TITLES, kind_of
from designer.engine.pods import Pod, pods_of
from designer.engine.topology import Node, Rack, Spec, Switch, Topology

MANY_RACKS = 12
"""Racks above which a column for each is no longer read."""
GUTTER = 120.0
TILE = 126.0
TILE_GAP = 10.0
TILES = 8
"""Racks beside each other."""
BOX = 24.0
BOX_WIDTH = 102.0
CHIP = 17.0
FRAME = 12.0
LINE = 26.0
COLUMN = 128.0
"""Width of a kind of node in the table of networks."""


def width_of(topology: Topology) -> float:
    """The width that `draw` takes."""
    return GUTTER + TILES * (TILE + TILE_GAP) - TILE_GAP + 2 * FRAME


def draw(
    canvas: Canvas, topology: Topology, hardware: Mapping[str, Spec], x: float, y: float
) -> tuple[float, float]:
    """Draw fabric and networks from (x, y); return width and height."""
    top = y
    canvas.text(x, y + 12, "Fabric and networks", "heading")
    canvas.text(x, y + 30, _links_in_words(topology), "note")
    y += 44
    routers = [(router.id, router.name, "router outside the cloud") for router in topology.external_routers]
    y = _row(canvas, "Outside", routers, "router", x, y)
    above = [s for s in topology.switches if s.role is SwitchRole.SUPER_SPINE]
    y = _row(canvas, "Super-spine", _named(above), "super-spine", x, y)
    switches, nodes = _by_rack(topology.switches), _by_rack(topology.nodes)
    pods = pods_of(topology)
    for number, pod in enumerate(pods, start=1):
        name = f"Pod {number}" if len(pods) > 1 else "Spines, racks"
        y = _pod(canvas, topology, name, pod, switches, nodes, x, y)
    y = _networks(canvas, topology, x, y + 8)
    return width_of(topology), y - top


def _named(switches: Iterable[Switch]) -> list[tuple[str, str, str]]:
    return [(switch.id, switch.name, SWITCHES[switch.role].lower()) for switch in switches]


Item = TypeVar("Item", Node, Switch)


def _by_rack(items: Iterable[Item]) -> Mapping[str, list[Item]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        found[item.rack].append(item)
    return found


def _row(
    canvas: Canvas, label: str, items: Sequence[tuple[str, str, str]], paint: str, x: float, y: float
) -> float:
    """Boxes beside each other, in as many lines as they need; return where the next row begins."""
    if not items:
        return y
    canvas.text(x, y + BOX / 2 + 4, label, "caption")
    room = width_of_row()
    beside = int((room + TILE_GAP) // (BOX_WIDTH + TILE_GAP))
    for index, (key, name, title) in enumerate(items):
        left = x + GUTTER + (index % beside) * (BOX_WIDTH + TILE_GAP)
        line = y + (index // beside) * (BOX + 8)
        canvas.open(key, f"{name}: {title}")
        canvas.rect(left, line, BOX_WIDTH, BOX, paint, 4)
        canvas.text(
            left + BOX_WIDTH / 2, line + BOX / 2 + 3.7, name, "label", room=BOX_WIDTH - 8, anchor="middle"
        )
        canvas.close()
    return y + -(-len(items) // beside) * (BOX + 8) + 8


def width_of_row() -> float:
    """The room beside the labels, inside a frame."""
    return TILES * (TILE + TILE_GAP) - TILE_GAP


def _pod(
    canvas: Canvas,
    topology: Topology,
    name: str,
    pod: Pod,
    switches: Mapping[str, Sequence[Switch]],
    nodes: Mapping[str, Sequence[Node]],
    x: float,
    y: float,
) -> float:
    """A frame with the spines of a pod and a tile for each of its racks; return where the next begins."""
    inside = set(pod.leaves)
    racks = [rack for rack in topology.racks if any(s.id in inside for s in switches[rack.id])]
    spines = [switch for switch in topology.switches if switch.id in set(pod.spines)]
    tall = 24 + 2 * CHIP + max((_kinds(nodes[rack.id]) for rack in racks), default=1) * (CHIP + 3)
    lines = -(-len(racks) // TILES)
    beside = int((width_of_row() + TILE_GAP) // (BOX_WIDTH + TILE_GAP))
    height = (
        2 * FRAME + (-(-len(spines) // beside) * (BOX + 8) + 8 if spines else 0) + lines * (tall + TILE_GAP)
    )
    canvas.rect(x + GUTTER - FRAME, y, width_of_row() + 2 * FRAME, height, "frame", 6)
    canvas.text(x, y + FRAME + BOX / 2 + 4, name, "caption")
    canvas.text(x, y + FRAME + BOX / 2 + 18, f"{len(racks)} racks", "note")
    inner = _row(canvas, "", _named(spines), "spine", x, y + FRAME) if spines else y + FRAME
    for index, rack in enumerate(racks):
        left = x + GUTTER + (index % TILES) * (TILE + TILE_GAP)
        _tile(
            canvas,
            rack,
            switches[rack.id],
            nodes[rack.id],
            left,
            inner + (index // TILES) * (tall + TILE_GAP),
            tall,
        )
    return y + height + 14


def _kinds(nodes: Iterable[Node]) -> int:
    return len({kind_of(node.roles) for node in nodes})


def _tile(
    canvas: Canvas,
    rack: Rack,
    switches: Iterable[Switch],
    nodes: Sequence[Node],
    x: float,
    y: float,
    tall: float,
) -> None:
    """One rack: its leaves, its out-of-band switches, its nodes counted by kind."""
    canvas.rect(x, y, TILE, tall, "paper", 4)
    name = rack.name.replace("-", " ").capitalize()
    if rack.id in canvas.links or rack.id in canvas.marks:
        canvas.handle(rack.id, rack.name, (x + 2, y + 2, TILE - 4, 17))
    canvas.text(x + 6, y + 14, name, "label", room=TILE - 12)
    if rack.id in canvas.links or rack.id in canvas.marks:
        canvas.close()
    shown = [s for s in switches if s.role in (SwitchRole.LEAF, SwitchRole.OUT_OF_BAND)]
    step = (TILE - 8) / max(1, len(shown))
    for index, switch in enumerate(shown):
        canvas.open(switch.id, f"{switch.name}: {SWITCHES[switch.role].lower()}")
        canvas.rect(x + 4 + index * step, y + 21, step - 3, CHIP, switch.role.value, 3)
        short = "oob" if switch.role is SwitchRole.OUT_OF_BAND else f"leaf {switch.name[-1]}"
        canvas.text(
            x + 4 + index * step + (step - 3) / 2, y + 33, short, "unit", room=step - 5, anchor="middle"
        )
        canvas.close()
    by_kind: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        by_kind[kind_of(node.roles)].append(node)
    for index, kind in enumerate(kind for kind in TITLES if kind in by_kind):
        found = by_kind[kind]
        line = y + 24 + CHIP + index * (CHIP + 3)
        names = found[0].name if len(found) == 1 else f"{found[0].name} to {found[-1].name}"
        canvas.open(f"{rack.id}-{kind}", f"{len(found)} {TITLES[kind].lower()} nodes in {rack.name}: {names}")
        canvas.rect(x + 4, line, TILE - 8, CHIP, kind, 3)
        canvas.mark(x + 13, line + CHIP / 2, kind)
        canvas.text(x + 21, line + 12, f"{len(found)} {TITLES[kind].lower()}", "note", room=TILE - 30)
        canvas.close()


def _links_in_words(topology: Topology) -> str:
    """How leaves, spines and super-spines are linked: the fewest and the most links of a pair."""
    roles = {switch.id: switch.role for switch in topology.switches}
    pairs: dict[tuple[SwitchRole, SwitchRole], Counter[tuple[str, str]]] = defaultdict(Counter)
    speeds: dict[tuple[SwitchRole, SwitchRole], set[str]] = defaultdict(set)
    wanted = ((SwitchRole.LEAF, SwitchRole.SPINE), (SwitchRole.SPINE, SwitchRole.SUPER_SPINE))
    for link in topology.links:
        for one, other in ((link.a.element, link.b.element), (link.b.element, link.a.element)):
            key = roles.get(one), roles.get(other)
            if key in wanted:
                pairs[key][one, other] += 1
                speeds[key].add(f"{link.gbps:g}")
    words = []
    for lower, upper in wanted:
        if counts := set(pairs[lower, upper].values()):
            most = f"{min(counts)} to {max(counts)}" if len(counts) > 1 else f"{max(counts)}"
            gbps = "/".join(sorted(speeds[lower, upper]))
            all_ = "each spine of its pod" if upper is SwitchRole.SPINE else "each super-spine of its plane"
            words.append(f"each {lower.value} has {most} × {gbps}G to {all_}")
    told = "; ".join(words)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _networks(canvas: Canvas, topology: Topology, x: float, y: float) -> float:
    """A table: a line for each network, a column for each kind of node, a dot where all are on it, a ring where some."""
    on: dict[tuple[str, str], set[str]] = defaultdict(set)
    kind_of_node = {node.id: kind_of(node.roles) for node in topology.nodes}
    for link in topology.links:
        for end in (link.a, link.b):
            if (kind := kind_of_node.get(end.element)) is not None:
                for key in link.networks:
                    on[key, kind].add(end.element)
    totals = Counter(kind_of_node.values())
    kinds = [kind for kind in TITLES if kind in totals]
    first = x + 3 * GUTTER
    for index, kind in enumerate(kinds):
        left = first + index * COLUMN
        canvas.mark(left + 4, y + 8, kind)
        canvas.text(left + 14, y + 12, f"{totals[kind]:,} {TITLES[kind].lower()}", "label")
    y += 22
    for network in topology.networks:
        about = [f"VLAN {network.vlan}" if network.vlan else "untagged", network.cidr, f"MTU {network.mtu}"]
        told = " · ".join(part for part in about if part)
        canvas.open(network.id, f"{network.name}: {told}")
        canvas.text(x, y + 12, network.name, "label", room=3 * GUTTER - 20)
        canvas.text(x, y + 24, told, "note", room=3 * GUTTER - 20)
        canvas.line(
            first, y + 10, first + max(1, len(kinds)) * COLUMN - 20, y + 10, f"plane-{network.plane.value}"
        )
        for index, kind in enumerate(kinds):
            count = len(on[network.id, kind])
            if not count:
                continue
            left = first + index * COLUMN + 4
            canvas.circle(left, y + 10, 6, f"plane-{network.plane.value}")
            words = "all" if count == totals[kind] else f"{count:,} of {totals[kind]:,}"
            canvas.rect(left + 10, y + 3, text_width(words, size_of("note")) + 8, 14, "paper", 3)
            canvas.text(left + 14, y + 13.5, words, "note")
        canvas.close()
        y += LINE + 8
    return y
