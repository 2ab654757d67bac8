"""Racks as elevations: every node and switch at its unit, both feeds, what is free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog.engine.hardware import NodeRole, NodeSpec, RackSpec, SwitchRole, SwitchSpec
from designer.drawing.canvas import Canvas, text_width
from designer.engine.topology import Node, Rack, Spec, Switch, Topology

UNIT = 14.0
RAIL = 15.0
INNER = 238.0
PDU = 9.0
WIDTH = INNER + 2 * RAIL + 2 * PDU + 10
GAP = 26.0
ROW = 6
"""Racks beside each other before a new row begins."""
HEAD = 30.0
FOOT = 34.0
DEFAULT_UNITS = 42

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
    SwitchRole.OUT_OF_BAND: "Out-of-band switch",
}


def kind_of(roles: Iterable[NodeRole]) -> str:
    """What a node with `roles` is drawn as."""
    found = tuple(roles)
    return "hyper-converged" if len(found) > 1 else str(found[0]) if found else "compute"


def draw(
    canvas: Canvas, topology: Topology, hardware: Mapping[str, Spec], x: float, y: float
) -> tuple[float, float]:
    """Draw all racks with a legend from (x, y); return width and height."""
    tallest = max((_units(rack, hardware) for rack in topology.racks), default=DEFAULT_UNITS)
    height = HEAD + tallest * UNIT + FOOT
    for index, rack in enumerate(topology.racks):
        left = x + (index % ROW) * (WIDTH + GAP)
        top = y + (index // ROW) * (height + GAP)
        _rack(canvas, topology, hardware, rack, left, top, tallest)
    rows = -(-len(topology.racks) // ROW)
    columns = min(len(topology.racks), ROW)
    legend = _legend(canvas, topology, x, y + rows * (height + GAP))
    return max(columns * (WIDTH + GAP) - GAP, legend, 0), rows * (height + GAP) + 22


def _units(rack: Rack, hardware: Mapping[str, Spec]) -> int:
    spec = hardware.get(rack.spec)
    return spec.rack_units if isinstance(spec, RackSpec) else DEFAULT_UNITS


def _rack(
    canvas: Canvas,
    topology: Topology,
    hardware: Mapping[str, Spec],
    rack: Rack,
    x: float,
    y: float,
    tallest: int,
) -> None:
    units = _units(rack, hardware)
    contents: list[Node | Switch] = [node for node in topology.nodes if node.rack == rack.id]
    contents += [switch for switch in topology.switches if switch.rack == rack.id]
    used = sum(_height(item, hardware) for item in contents if item.unit)
    watts = sum(
        s.max_watts for item in contents if isinstance(s := hardware.get(item.spec), NodeSpec | SwitchSpec)
    )
    canvas.open(rack.id, f"{rack.name}: {used} of {units} units used, {watts:,.0f} W at full load")
    canvas.text(x, y + 11, rack.name.replace("-", " ").capitalize(), "caption")
    zone = f"{rack.zone.upper()} · " if rack.zone else ""
    canvas.text(x, y + 24, f"{zone}{used} of {units} U · {watts / 1000:,.2f} kW at full load", "note")
    top = y + HEAD + (tallest - units) * UNIT
    left = x + PDU + 5
    canvas.rect(left, top, INNER + 2 * RAIL, units * UNIT, "frame", 2)
    canvas.rect(left + RAIL, top, INNER, units * UNIT, "paper")
    for unit in range(1, units + 1):
        line = top + (units - unit) * UNIT
        if unit < units:
            canvas.line(left + RAIL, line, left + RAIL + INNER, line, "slot")
        canvas.text(left + RAIL - 3, line + UNIT - 4.5, str(unit), "unit", anchor="end")
    _free(canvas, contents, hardware, units, left + RAIL + INNER / 2, top)
    for item in contents:
        if item.unit is None:
            continue
        tall = _height(item, hardware)
        above = top + (units - item.unit - tall + 1) * UNIT
        _block(canvas, item, hardware.get(item.spec), left + RAIL, above, tall)
    for pdu in topology.pdus:
        if pdu.rack != rack.id:
            continue
        side = pdu.feed[-1]
        where = x if side == "a" else left + INNER + 2 * RAIL + 5
        canvas.open(pdu.id, f"{pdu.name}, {pdu.feed}")
        canvas.rect(where, top + UNIT, PDU, (units - 2) * UNIT, f"pdu-{side}", 2)
        canvas.text(where + PDU / 2, top + units * UNIT + 11, side.upper(), "label", anchor="middle")
        canvas.close()
    canvas.text(left + RAIL, top + units * UNIT + 11, "Feeds A and B: each alone carries the rack", "note")
    canvas.close()


def _height(item: Node | Switch, hardware: Mapping[str, Spec]) -> int:
    spec = hardware.get(item.spec)
    return spec.rack_units if isinstance(spec, NodeSpec | SwitchSpec) else 1


def _free(
    canvas: Canvas,
    contents: Iterable[Node | Switch],
    hardware: Mapping[str, Spec],
    units: int,
    x: float,
    top: float,
) -> None:
    """Write how much is free into the largest gap."""
    taken = {
        unit
        for item in contents
        if item.unit
        for unit in range(item.unit, item.unit + _height(item, hardware))
    }
    best, run = (0, 0), 0
    for unit in range(1, units + 2):
        if unit <= units and unit not in taken:
            run += 1
            continue
        best, run = max(best, (run, unit - 1)), 0
    if best[0] >= 3:
        middle = best[1] - best[0] / 2
        canvas.text(x, top + (units - middle) * UNIT + 3, f"{best[0]} U free", "note", anchor="middle")


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
    canvas.text(x + 20, middle + 3.4, item.name, "label", room=66)
    room = INNER - 26 - min(66, text_width(item.name, 9.5)) - 8
    canvas.text(x + INNER - 6, middle + 3.2, about, "note", room=room, anchor="end")
    canvas.close()


def _about(spec: Spec | None) -> str:
    """A spec in a few signs: what one looks for in a rack."""
    if isinstance(spec, NodeSpec):
        cores = spec.sockets * spec.cores_per_socket
        disks = f" · {spec.osds} × {spec.osd_tb:g} TB" if spec.osds else ""
        return f"{cores} cores · {spec.ram_gib:,} GiB{disks}"
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
        x += 19 + text_width(TITLES[kind], 9) + 16
    for role in roles:
        canvas.rect(x, y, 14, 12, role.value, 2)
        canvas.text(x + 19, y + 9.5, SWITCHES[role], "note")
        x += 19 + text_width(SWITCHES[role], 9) + 16
    return x - start
