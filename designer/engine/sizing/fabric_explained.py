"""Where the numbers of the fabric come from: spines by ports, super-spines by pods (sizing.N4, N5)."""

from __future__ import annotations

from catalog.engine.figures import Input, Step
from catalog.engine.hardware import HardwareSelection
from designer.engine.sizing.fabric import ROUTERS, Fabric
from designer.engine.sizing.figures import FigureBook, plain
from designer.engine.sizing.model import NetworkSizing
from designer.engine.sizing.network import GOOD_OVERSUBSCRIPTION
from designer.engine.sizing.parts import Spread


def explain_spines(
    book: FigureBook, network: NetworkSizing, spread: Spread, hardware: HardwareSelection
) -> None:
    """Add the figures of spines and, where there are pods, of super-spines."""
    fabric = spread.fabric
    racks = Input(name="racks", label="Racks", value=len(spread.contents))
    if fabric is None:
        book.add(
            "network.spines",
            "Spine switches",
            0,
            "switches",
            "sizing.N5",
            "none in one rack",
            inputs=(racks,),
            steps=(
                Step(
                    label="Spines", working="one rack: its leaves face the routers", value=0, unit="switches"
                ),
            ),
        )
        return
    pods, spine = len(fabric.pods), Input(
        name="model", label="Model", value=fabric.spine.name, source=f"Catalog: {fabric.spine.id}"
    )  # fmt: skip
    each = f"{fabric.planes} a pod x {pods} pods" if pods > 1 else f"{fabric.planes}"
    book.add(
        "network.spines", "Spine switches", fabric.spines, "switches", "sizing.N5",
        "the fewest with a port for each uplink: leaves x uplinks / spines", inputs=(racks, spine),
        steps=(Step(label="Spines", working=each, value=fabric.spines, unit="switches"),), bound_by=fabric.spines_bound_by,
        note="" if fabric.spine.id == hardware.spine.id else f"{hardware.spine.name} is chosen and has too few ports.",
    )  # fmt: skip
    _ports(book, fabric, network.leaves)
    if pods > 1:
        _pods(book, fabric)


def _ports(book: FigureBook, fabric: Fabric, leaves: int) -> None:
    port_group = fabric.spine.port_group("down")
    have = port_group.count if port_group else 0
    if len(fabric.pods) > 1:
        working = (
            f"{fabric.ports_used - fabric.spine_uplinks} to leaves + {fabric.spine_uplinks} to super-spines"
        )
    else:
        working = f"{leaves} x {fabric.uplinks_per_leaf} / {fabric.planes} + {ROUTERS} routers"
    book.add(
        "network.spine_ports", "Ports of the fullest spine in use", fabric.ports_used, "ports", "sizing.N5",
        "leaves x uplinks / spines, and those to what is above",
        inputs=(Input(name="ports", label="Ports of a spine", value=have, source=f"Catalog: {fabric.spine.name}"),),
        steps=(Step(label="Ports", working=working, value=fabric.ports_used, unit="ports"),),
    )  # fmt: skip


def _pods(book: FigureBook, fabric: Fabric) -> None:
    book.add(
        "network.pods", "Pods", len(fabric.pods), "pods", "sizing.N5",
        "the fewest whose spines have ports for leaves and, at 1.5 to 1, for super-spines",
        inputs=(Input(name="racks", label="Racks", value=sum(fabric.pods), unit="racks"),),
        steps=(Step(label="Racks of a pod", working=" + ".join(map(str, fabric.pods[:8])) + (" + ..." if len(fabric.pods) > 8 else ""), value=sum(fabric.pods), unit="racks"),
            Step(label="Pods", working="how many that makes", value=len(fabric.pods), unit="pods"),
        ),
        bound_by=fabric.spines_bound_by,
    )  # fmt: skip
    book.add(
        "network.super_spines", "Super-spine switches", fabric.super_spines, "switches", "sizing.N5",
        "for each spine of a pod a plane of them, with a port for each uplink of each pod",
        inputs=(Input(name="planes", label="Planes", value=fabric.planes),),
        steps=(
            Step(
                label="Super-spines", working=f"{fabric.planes} planes x {fabric.super_spines_per_plane}",
                value=fabric.super_spines, unit="switches",
            ),
        ),
    )  # fmt: skip
    down = fabric.ports_used - fabric.spine_uplinks
    book.add(
        "network.spine_oversubscription", "Oversubscription of the fullest pod", fabric.spine_oversubscription, ": 1",
        "sizing.N4", "down / up",
        inputs=(Input(name="aim", label="Aimed at", value=GOOD_OVERSUBSCRIPTION, source="House value"),),
        steps=(Step(label="Ratio", working=f"{down} / {plain(fabric.spine_uplinks)}", value=fabric.spine_oversubscription),),
    )  # fmt: skip
