"""Where the numbers of network and site come from: switches, ports, racks, power, weight, heat (sizing.N, sizing.R)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from catalog.engine.figures import Input, Step
from catalog.engine.hardware import HardwareSelection
from designer.engine.sizing import power
from designer.engine.sizing.explanation import rule_input
from designer.engine.sizing.fabric_explained import explain_spines
from designer.engine.sizing.figures import FigureBook, plain
from designer.engine.sizing.model import FacilitySizing, NetworkSizing, SizingRequest
from designer.engine.sizing.parts import Spread


def explain_network(
    book: FigureBook, fabric: NetworkSizing, spread: Spread, hardware: HardwareSelection
) -> None:
    """Add the figures of leaves, spines, out-of-band switches and their ports."""
    racks = Input(name="racks", label="Racks", value=len(spread.contents), unit="racks")
    leaves = Counter(content.leaves for content in spread.contents)
    oob = Counter(content.oob_switches for content in spread.contents)
    book.add(
        "network.leaves", "Leaf switches", fabric.leaves, "switches", "sizing.R6", "a pair in each rack, more by ports",
        inputs=(racks,), steps=_counted(leaves, "Leaves", "switches"),
    )  # fmt: skip
    explain_spines(book, fabric, spread, hardware)
    book.add(
        "network.oob_switches", "Out-of-band switches", fabric.oob_switches, "switches", "sizing.N6",
        "servers + switches + 2 PDUs + 1 ports a rack", inputs=(racks,), steps=_counted(oob, "Out-of-band switches", "switches"),
    )  # fmt: skip
    ports = [
        Step(
            label=kind.spec.name,
            working=f"{kind.count} x {fast.count}",
            value=kind.count * fast.count,
            unit="ports",
        )
        for kind in spread.kinds
        if kind.count and (fast := kind.spec.fast_ports)
    ]
    down = hardware.leaf.port_group("down")
    book.add(
        "network.leaf_ports_needed", "Leaf ports in use", fabric.leaf_ports_needed, "ports", "sizing.R6",
        "sum of the fast ports of all nodes",
        inputs=(
            Input(name="ports_of_a_leaf", label="Ports of a leaf", value=down.count if down else 0, source=f"Catalog: {hardware.leaf.name}"),
        ),
        steps=tuple(ports), note=f"{fabric.leaf_ports} are there.",
    )  # fmt: skip
    joined = spread.fabric
    book.add(
        "network.oversubscription", "Oversubscription of the busiest rack", fabric.oversubscription, ": 1", "sizing.N4",
        "down / up",
        inputs=(
            Input(name="uplinks_per_leaf", label="Uplinks of a leaf", value=fabric.uplinks_per_leaf, source=f"Catalog: {hardware.leaf.name}"),
        ),
        steps=(
            Step(
                label="Ratio", value=fabric.oversubscription,
                working=f"{plain(joined.busiest.down_gbps)} Gb/s / ({joined.busiest.leaves} x {joined.uplinks_per_leaf} x {plain(joined.uplink_gbps)} Gb/s)"
                if joined else "one rack: nothing leaves it",
            ),
        ),
        bound_by=fabric.bound_by,
    )  # fmt: skip


def _counted(counts: Counter[int], label: str, unit: str) -> tuple[Step, ...]:
    """One line for the racks that have as many of something."""
    return tuple(
        Step(label=f"{label} of {racks} racks", working=f"{racks} x {each}", value=racks * each, unit=unit)
        for each, racks in sorted(counts.items())
    )


def explain_facility(
    book: FigureBook, request: SizingRequest, facility: FacilitySizing, spread: Spread
) -> None:
    """Add the figures of racks, power, weight, heat and energy."""
    policies = request.policies
    book.add(
        "facility.racks", "Racks", len(facility.racks), "racks", "sizing.R6", "the most that any limit asks for",
        inputs=tuple(Input(name=name.replace(" ", "_"), label=f"Racks for {name}", value=count) for name, count in spread.by_limit.items()),
        steps=(
            Step(
                label="Racks", working=f"max({', '.join(str(count) for count in spread.by_limit.values())})",
                value=len(facility.racks), unit="racks",
            ),
        ),
        bound_by=facility.bound_by,
    )  # fmt: skip
    _sum(book, facility, "rack_units", "Rack units in use", "U", "sizing.R1", "sum of U", "used_units")
    _sum(
        book,
        facility,
        "max_watts",
        "Power at full load",
        "W",
        "sizing.R3",
        "sum of the maximum draw",
        "max_watts",
    )
    load = rule_input("load", "Average load", policies.host_cpu_load, "share", "u")
    book.add(
        "facility.average_watts", "Power on average", facility.average_watts, "W", "sizing.R8", "idle + (max - idle) x u",
        inputs=(load,),
        steps=(
            Step(
                label="Average",
                working=f"{plain(facility.idle_watts)} + ({plain(facility.max_watts)} - {plain(facility.idle_watts)}) x {plain(policies.host_cpu_load)}",
                value=facility.average_watts, unit="W",
            ),
        ),
    )  # fmt: skip
    _sum(
        book,
        facility,
        "equipment_kg",
        "Weight of the equipment",
        "kg",
        "sizing.R4",
        "sum of kg",
        "equipment_kg",
    )
    watts = Input(name="max_watts", label="Power at full load", value=facility.max_watts, unit="W")
    book.add(
        "facility.heat_btu_per_hour", "Heat", facility.heat_btu_per_hour, "BTU/h", "sizing.R5", "W x 3.412", inputs=(watts,),
        steps=(
            Step(
                label="Heat", working=f"{plain(facility.max_watts)} x {power.BTU_PER_WATT_HOUR}",
                value=facility.heat_btu_per_hour, unit="BTU/h",
            ),
        ),
    )  # fmt: skip
    book.add(
        "facility.cooling_tons", "Cooling", facility.cooling_tons, "tons", "sizing.R5", "BTU/h / 12,000", inputs=(watts,),
        steps=(
            Step(
                label="Cooling", working=f"{plain(facility.heat_btu_per_hour)} / {power.BTU_PER_TON}",
                value=facility.cooling_tons, unit="tons",
            ),
        ),
    )  # fmt: skip
    book.add(
        "facility.energy_kwh_per_year", "Energy a year", facility.energy_kwh_per_year, "kWh", "sizing.R8",
        "average W / 1000 x 8,760 x PUE", inputs=(load, rule_input("pue", "PUE", policies.pue)),
        steps=(
            Step(
                label="Energy", working=f"{plain(facility.average_watts)} / 1000 x {power.HOURS_PER_YEAR} x {plain(policies.pue)}",
                value=facility.energy_kwh_per_year, unit="kWh",
            ),
        ),
    )  # fmt: skip


def _sum(
    book: FigureBook,
    facility: FacilitySizing,
    key: str,
    label: str,
    unit: str,
    formula: str,
    expression: str,
    of_rack: str,
) -> None:
    """A total over racks: those that are alike on one line."""
    counts = Counter(Decimal(getattr(rack, of_rack)) for rack in facility.racks)
    steps = tuple(
        Step(
            label=f"{racks} rack{'s' if racks > 1 else ''}", working=f"{racks} x {plain(each)}", value=racks * each, unit=unit
        )
        for each, racks in sorted(counts.items(), reverse=True)
    )  # fmt: skip
    racks = Input(name="racks", label="Racks", value=len(facility.racks), unit="racks")
    book.add(
        f"facility.{key}",
        label,
        getattr(facility, key),
        unit,
        formula,
        expression,
        inputs=(racks,),
        steps=steps,
    )
