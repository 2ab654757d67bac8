"""Racks as elevations: every node and switch at its unit, both feeds, what is free.

Units that are empty in all racks alike are folded to a short gap, marked as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from catalog.engine.hardware import NodeRole, NodeSpec, RackSpec, SwitchRole, SwitchSpec
from designer.drawing.canvas import Canvas, size_of, text_width
from designer.engine.topology import Node, Pdu, Rack, Spec, Switch, Topology

UNIT = 15.0
RAIL = 16.0
INNER = 250.0
PDU = 9.0
WIDTH = INNER + 2 * RAIL + 2 * PDU + 10
GAP = 26.0
ROW = 4
"""Racks beside each other where nothing else is wider; rows are equally long."""
HEAD = 30.0
FOOT = 22.0
DEFAULT_UNITS = 42
FOLDED_FROM = 9
"""So many units empty in all racks are folded."""
FOLD = 3
"""Units of height that a fold takes."""

TITLES: Mapping[str, str] = {
    "control": "Control",
    "compute": "Compute",
    "storage": "Storage",
    "bare-metal": "Bare metal",
    "hyper-converged": "Hyper-converged",
    "network": "Network",
}
SWITCHES: Mapping[SwitchRole, str] = {
    SwitchRole.LEAF: "Leaf switch",
    SwitchRole.SPINE: "Spine switch",
    SwitchRole.SUPER_SPINE: "Super-spine switch",
    SwitchRole.OUT_OF_BAND: "Out-of-band switch",
}


def kind_of(roles: Iterable[NodeRole]) -> str:
    """What a node with `roles` is drawn as."""
    found = tuple(roles)
    return "hyper-converged" if len(found) > 1 else str(found[0]) if found else "compute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Where the units of a rack lie on paper, from its top edge."""

    units: int
    folded: tuple[int, int] | None = None
    """First and last of the units that are folded."""

    @property
    def _saved(self) -> float:
        return (self.folded[1] - self.folded[0] + 1 - FOLD) * UNIT if self.folded else 0.0

    @property
    def height(self) -> float:
        return self.units * UNIT - self._saved

    def top(self, unit: int) -> float:
        """The upper edge of `unit`."""
        y = (self.units - unit) * UNIT
        return y - self._saved if self.folded and unit < self.folded[0] else y

    def is_drawn(self, unit: int) -> bool:
        return not (self.folded and self.folded[0] <= unit <= self.folded[1])


def draw(
    canvas: Canvas,
    topology: Topology,
    hardware: Mapping[str, Spec],
    x: float,
    y: float,
    room: float = 0,
    *,
    is_folded: bool = False,
) -> tuple[float, float]:
    """Draw all racks with a legend from (x, y), in rows of `ROW` or as long as `room`; return width and height.

    `is_folded`: of racks that hold the same at the same units, draw the first, which says how many are like it.
    """
    folded = _common_gap(topology, hardware)
    contents = _contents(topology)
    alike = _alike(topology.racks, contents) if is_folded else {rack.id: [rack] for rack in topology.racks}
    racks = [same[0] for same in alike.values()]
    scales = [Scale(units=_units(rack, hardware), folded=folded) for rack in racks]
    pdus: dict[str, list[Pdu]] = defaultdict(list)
    for pdu in topology.pdus:
        pdus[pdu.rack].append(pdu)
    tallest = max((scale.height for scale in scales), default=DEFAULT_UNITS * UNIT)
    height = HEAD + tallest + FOOT
    longest = max(1 if is_folded else ROW, int((room + GAP) // (WIDTH + GAP)))
    rows = -(-len(racks) // longest)
    columns = -(-len(racks) // max(1, rows))
    for index, (rack, scale) in enumerate(zip(racks, scales, strict=True)):
        left = x + (index % columns) * (WIDTH + GAP)
        top = y + (index // columns) * (height + GAP)
        likes = alike[rack.id][1:]
        _rack(
            canvas,
            contents[rack.id],
            pdus[rack.id],
            hardware,
            rack,
            scale,
            left,
            top + tallest - scale.height,
            likes,
        )
    legend = _legend(canvas, topology, x, y + rows * (height + GAP))
    return max(columns * (WIDTH + GAP) - GAP, legend, 0), rows * (height + GAP) + 22


def _contents(topology: Topology) -> Mapping[str, list[Node | Switch]]:
    """Nodes and switches of each rack."""
    found: dict[str, list[Node | Switch]] = defaultdict(list)
    placed: list[Node | Switch] = [*topology.nodes, *topology.switches]
    for item in placed:
        found[item.rack].append(item)
    return found


def _alike(racks: Iterable[Rack], contents: Mapping[str, list[Node | Switch]]) -> dict[str, list[Rack]]:
    """Racks by the first that holds the same models in the same roles at the same units."""
    first: dict[object, str] = {}
    found: dict[str, list[Rack]] = {}
    for rack in racks:
        what = (
            (item.spec, item.roles if isinstance(item, Node) else item.role, item.unit)
            for item in contents.get(rack.id, ())
        )
        found.setdefault(first.setdefault((rack.spec, *what), rack.id), []).append(rack)
    return found


def _common_gap(topology: Topology, hardware: Mapping[str, Spec]) -> tuple[int, int] | None:
    """The longest run of units that are empty in every rack, but for its two ends; None when it is short."""
    heights = {_units(rack, hardware) for rack in topology.racks}
    if len(heights) != 1:
        return None
    placed: list[Node | Switch] = [*topology.nodes, *topology.switches]
    taken = _taken((item for item in placed if item.rack), hardware)
    first, last = max(_gaps(taken, heights.pop()), key=_length, default=(1, 0))
    return (first + 1, last - 1) if last - first - 1 >= FOLDED_FROM else None


def _taken(items: Iterable[Node | Switch], hardware: Mapping[str, Spec]) -> set[int]:
    """The units that something fills."""
    return {
        unit for item in items if item.unit for unit in range(item.unit, item.unit + _height(item, hardware))
    }


def _gaps(taken: Iterable[int], units: int) -> list[tuple[int, int]]:
    """First and last of each run of free units, from the floor up."""
    edges = [0, *sorted(set(taken)), units + 1]
    runs = ((below + 1, above - 1) for below, above in pairwise(edges))
    return [run for run in runs if run[0] <= run[1]]


def _length(run: tuple[int, int]) -> int:
    return run[1] - run[0] + 1


def _units(rack: Rack, hardware: Mapping[str, Spec]) -> int:
    spec = hardware.get(rack.spec)
    return spec.rack_units if isinstance(spec, RackSpec) else DEFAULT_UNITS


def _rack(
    canvas: Canvas,
    contents: Sequence[Node | Switch],
    pdus: Iterable[Pdu],
    hardware: Mapping[str, Spec],
    rack: Rack,
    scale: Scale,
    x: float,
    y: float,
    likes: Sequence[Rack],
) -> None:
    units = scale.units
    used = sum(_height(item, hardware) for item in contents if item.unit)
    watts = sum(
        s.max_watts for item in contents if isinstance(s := hardware.get(item.spec), NodeSpec | SwitchSpec)
    )
    more = f", and {len(likes)} racks like it: {_runs(likes)}" if likes else ""
    about = f"{rack.name}{more}: {used} of {units} units used, {watts:,.0f} W at full load"
    canvas.open(rack.id, about, holds=True)
    name = rack.name.replace("-", " ").capitalize()
    canvas.text(x, y + 11, f"{name} and {len(likes)} more like it" if likes else name, "caption")
    zone = f"{rack.zone.upper()} · " if rack.zone else ""
    canvas.text(x, y + 24, f"{zone}{used} of {units} U · {watts / 1000:,.2f} kW at full load", "note")
    if rack.id in canvas.links:
        canvas.handle(rack.id, about, (x - 4, y - 3, WIDTH, HEAD - 1))
        canvas.close()
    top, left = y + HEAD, x + PDU + 5
    bottom = top + scale.height
    canvas.rect(left, top, INNER + 2 * RAIL, scale.height, "frame", 2)
    canvas.rect(left + RAIL, top, INNER, scale.height, "paper")
    for unit in filter(scale.is_drawn, range(1, units + 1)):
        line = top + scale.top(unit)
        if unit < units:
            canvas.line(left + RAIL, line, left + RAIL + INNER, line, "slot")
        canvas.text(left + RAIL - 3, line + UNIT - 4.5, str(unit), "unit", anchor="end")
    _free(canvas, contents, hardware, scale, left, top)
    for item in contents:
        if item.unit is None:
            continue
        tall = _height(item, hardware)
        above = top + scale.top(item.unit + tall - 1)
        _block(canvas, item, hardware.get(item.spec), left + RAIL, above, tall)
    for pdu in pdus:
        side = pdu.feed[-1]
        where = x if side == "a" else left + INNER + 2 * RAIL + 5
        canvas.open(pdu.id, f"{pdu.name}, {pdu.feed}")
        canvas.rect(where, top + UNIT, PDU, scale.height - 2 * UNIT, f"pdu-{side}", 2)
        canvas.text(where + PDU / 2, bottom + 12, side.upper(), "label", anchor="middle")
        canvas.close()
    canvas.text(left + RAIL, bottom + 12, "Feeds A and B: each alone carries the rack", "note")
    canvas.close()


def _runs(racks: Sequence[Rack]) -> str:
    """Names of racks, numbers in a row as one: `rack-4 to 62, rack-70`."""
    runs: list[list[str]] = []
    for rack in racks:
        stem = rack.name.rstrip("0123456789")
        number = rack.name[len(stem) :]
        if runs and number and runs[-1][0] == stem and int(number) == int(runs[-1][-1]) + 1:
            runs[-1][2:] = [number]
        else:
            runs.append([stem, number or "0"] if number else [rack.name, "-1"])
    words = []
    for stem, start, *end in runs:
        words.append(stem if start == "-1" else f"{stem}{start}" + (f" to {end[0]}" if end else ""))
    return ", ".join(words)


def _height(item: Node | Switch, hardware: Mapping[str, Spec]) -> int:
    spec = hardware.get(item.spec)
    return spec.rack_units if isinstance(spec, NodeSpec | SwitchSpec) else 1


def _free(
    canvas: Canvas,
    contents: Iterable[Node | Switch],
    hardware: Mapping[str, Spec],
    scale: Scale,
    left: float,
    top: float,
) -> None:
    """Write how much is free into the largest gap, and mark the fold."""
    centre = left + RAIL + INNER / 2
    taken = _taken(contents, hardware)
    gaps = _gaps(taken, scale.units)
    if scale.folded:
        low, high = scale.folded
        free = next(_length(run) for run in gaps if run[0] <= low <= run[1])
        line = top + scale.top(high)
        for edge in (line, line + FOLD * UNIT):
            canvas.path(_jagged(left + RAIL, left + RAIL + INNER, edge), "break")
        words = f"{free} U free · units {low} to {high} not drawn"
        canvas.text(centre, line + FOLD * UNIT / 2 + 3.5, words, "note", anchor="middle")
        return
    first, last = max(gaps, key=_length, default=(1, 0))
    free = last - first + 1
    if free >= 3:
        middle = (scale.top(first) + UNIT + scale.top(last)) / 2
        canvas.text(centre, top + middle + 3.5, f"{free} U free", "note", anchor="middle")


def _jagged(left: float, right: float, y: float) -> list[tuple[float, float]]:
    """A line that says: paper was cut out here."""
    teeth = 40
    step = (right - left) / teeth
    return [(left + i * step, y + (2 if i % 2 else -2)) for i in range(teeth + 1)]


def _block(canvas: Canvas, item: Node | Switch, spec: Spec | None, x: float, y: float, tall: int) -> None:
    kind = kind_of(item.roles) if isinstance(item, Node) else item.role.value
    about = _about(spec)
    title = TITLES.get(kind) or SWITCHES.get(SwitchRole(kind), kind)
    canvas.open(item.id, f"{item.name}: {title}, unit {item.unit}, {about or item.spec}")
    canvas.rect(x + 1.5, y + 1, INNER - 3, tall * UNIT - 2, kind, 2)
    middle = y + tall * UNIT / 2
    if isinstance(item, Node):
        canvas.mark(x + 10, middle, kind)
    else:
        for port in range(4):
            canvas.rect(x + 5.2 + port * 3, middle - 2.2, 2, 4.4, "port")
    canvas.text(x + 20, middle + 3.7, item.name, "label", room=84)
    room = INNER - 26 - min(84, text_width(item.name, size_of("label"))) - 8
    canvas.text(x + INNER - 6, middle + 3.5, about, "note", room=room, anchor="end")
    canvas.close()


def _about(spec: Spec | None) -> str:
    """A spec in a few signs: what one looks for in a rack."""
    if isinstance(spec, NodeSpec):
        cores = spec.sockets * spec.cores_per_socket
        disks = f" · {spec.osds} × {spec.osd_tb:g} TB" if spec.osds else ""
        gpus = f" · {spec.gpus} GPUs" if spec.gpus else ""
        return f"{cores} cores · {spec.ram_gib:,} GiB{disks}{gpus}"
    if isinstance(spec, SwitchSpec):
        return " + ".join(f"{group.count} × {group.gbps:g}G" for group in spec.ports)
    return ""


def _legend(canvas: Canvas, topology: Topology, x: float, y: float) -> float:
    kinds = list(dict.fromkeys(kind_of(node.roles) for node in topology.nodes))
    roles = list(dict.fromkeys(switch.role for switch in topology.switches))
    start = x
    for kind in kinds:
        canvas.rect(x, y, 14, 12, kind, 2)
        canvas.mark(x + 7, y + 6, kind)
        canvas.text(x + 19, y + 9.5, TITLES[kind], "note")
        x += 19 + text_width(TITLES[kind], size_of("note")) + 16
    for role in roles:
        canvas.rect(x, y, 14, 12, role.value, 2)
        canvas.text(x + 19, y + 9.5, SWITCHES[role], "note")
        x += 19 + text_width(SWITCHES[role], size_of("note")) + 16
    return x - start
