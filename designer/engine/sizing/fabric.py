"""How the leaves of all racks are joined: spines alone, or pods of leaves and spines under super-spines (sizing.N4, N5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.hardware import HardwareSelection, PortGroup, SwitchSpec
from catalog.engine.units import ceil
from designer.engine.sizing import network, power

LEAST_SPINES = 2
"""Of a pod: the loss of one leaves its leaves joined."""
ROUTERS = 2
"""External routers, each with a link to every switch at the top of the fabric that has ports for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RackUplink:
    """What one rack brings to the fabric."""

    leaves: int
    down_gbps: Decimal
    """What its servers could send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fabric:
    """Leaves on each spine of their pod; spine n of each pod on all super-spines of plane n."""

    spine: SwitchSpec
    """The model of spines and super-spines."""
    planes: int
    """Spines of a pod."""
    uplinks_per_leaf: int
    """To all spines of its pod together."""
    pods: tuple[int, ...]
    """Racks of each pod, in their order; one pod has no super-spines above it."""
    super_spines_per_plane: int = 0
    spine_uplinks: int = 0
    """Of a spine, to all super-spines of its plane together."""
    oversubscription: Decimal
    """Of the busiest rack at its leaves (N4)."""
    spine_oversubscription: Decimal = Decimal(0)
    """Of the fullest pod at its spines; 0 without super-spines."""
    ports_used: int
    """Of the fullest spine (N5)."""
    busiest: RackUplink
    """The rack that is oversubscribed most."""
    uplink_gbps: Decimal
    bound_by: str
    """What decided the uplinks of a leaf."""
    spines_bound_by: str
    """What decided model, number and stages of the spines."""

    @property
    def spines(self) -> int:
        return self.planes * len(self.pods)

    @property
    def super_spines(self) -> int:
        return self.planes * self.super_spines_per_plane

    def stand_in(self, racks: int) -> tuple[list[int], list[int]]:
        """Return how many spines and super-spines each rack has: spines in the first racks of their pod, super-spines
        in the racks after those, a pod at a time."""
        spines: list[int] = []
        for in_pod in self.pods:
            spines += power.dealt(self.planes, in_pod)
        first = list(accumulate(self.pods, initial=0))[:-1]
        deepest = max(self.pods)
        order = [
            start + depth
            for depth in range(deepest)
            for start, n in zip(first, self.pods, strict=True)
            if depth < n
        ]
        order.sort(key=lambda rack: spines[rack])  # stable: racks without a spine first
        super_spines = [0] * racks
        for index in range(self.super_spines):
            super_spines[order[index % racks]] += 1
        return spines, super_spines


def plan(
    hardware: HardwareSelection, racks: Sequence[RackUplink], *, zones: int, out_of_band_ports: int
) -> Fabric:
    """Return the fabric of `racks`, the smallest that holds: the chosen spine, else a larger one of the catalog, else pods.

    A leaf keeps `out_of_band_ports` of its ports up for out-of-band switches where two are left for spines. Uplinks are
    added, the same number to each spine, until the busiest rack is at 1.5 to 1. The same is asked of spines of a pod.

    Raises:
        InvalidDocument: leaves have no ports up, or there are more of them than super-spines can join.
    """
    up = hardware.leaf.port_group("up")
    if up is None:
        message = "this leaf has no ports up: racks cannot be joined"
        raise InvalidDocument(
            [Problem("hardware.leaf", hardware.leaf.id, message, "Choose one with ports up.")]
        )
    usable = up.count - out_of_band_ports
    if usable < LEAST_SPINES:
        usable = up.count
    least = min(max(LEAST_SPINES, zones), usable)
    models = [hardware.spine, *hardware.larger_spines]
    options = [
        (model, planes, *_uplinks(racks, up, _down(model), planes, usable))
        for model in models
        for planes in range(least, usable + 1)
    ]
    leaves = sum(rack.leaves for rack in racks)
    busiest = max(set(racks), key=lambda rack: (rack.down_gbps / rack.leaves, rack.leaves))
    joined = []
    for model, planes, uplinks, worst, bound_by in options:
        used = network.spine_ports_needed(leaves=leaves, uplinks_per_leaf=uplinks, spines=planes) + ROUTERS
        if used <= _down(model).count:
            why = _why(hardware, model, planes, least, leaves, zones)
            joined.append(
                Fabric(
                    spine=model, planes=planes, uplinks_per_leaf=uplinks, pods=(len(racks),), oversubscription=worst,
                    ports_used=used, busiest=busiest, uplink_gbps=min(up.gbps, _down(model).gbps), bound_by=bound_by,
                    spines_bound_by=why,
                )
            )  # fmt: skip
    if joined:
        return min(joined, key=_excess)  # the first of the best: the chosen model, fewest spines
    largest = models[-1]
    in_pods = [
        found
        for model, planes, uplinks, worst, bound_by in options
        if model is largest
        for found in _in_pods(
            model, planes, uplinks, worst, bound_by, racks, busiest, min(up.gbps, _down(model).gbps)
        )
    ]
    if not in_pods:
        message = f"{leaves:,} leaves are more than pods of {largest.name} with {_down(largest).count} ports can join"
        remedy = "Choose a spine with more ports, larger nodes in fewer racks, or plan several clouds."
        raise InvalidDocument([Problem("hardware.spine", hardware.spine.id, message, remedy)])
    return min(in_pods, key=lambda fabric: (_excess(fabric), fabric.spines + fabric.super_spines))


def _excess(fabric: Fabric) -> Decimal:
    """The oversubscription beyond what is aimed at."""
    return max(fabric.oversubscription, network.GOOD_OVERSUBSCRIPTION)


def _uplinks(
    racks: Iterable[RackUplink], up: PortGroup, down: PortGroup, planes: int, usable: int
) -> tuple[int, Decimal, str]:
    """Uplinks of a leaf to `planes` spines, the oversubscription that they leave, and what decided."""
    gbps = min(up.gbps, down.gbps)
    kinds = set(racks)
    bound_by, worst, uplinks = "one link to each spine", Decimal(0), planes
    for uplinks in range(planes, max(usable - usable % planes, planes) + 1, planes):
        worst = max(
            network.oversubscription(down_gbps=rack.down_gbps, up_gbps=rack.leaves * uplinks * gbps)
            for rack in kinds
        )
        if worst <= network.GOOD_OVERSUBSCRIPTION:
            break
        bound_by = "oversubscription"
    return uplinks, worst, bound_by


def _in_pods(
    model: SwitchSpec,
    planes: int,
    uplinks: int,
    worst: Decimal,
    bound_by: str,
    racks: Sequence[RackUplink],
    busiest: RackUplink,
    uplink_gbps: Decimal,
) -> Iterator[Fabric]:
    """The fabric of fewest pods whose spines and super-spines have the ports; none where even that ends."""
    ports, links = _down(model).count, uplinks // planes
    before = list(accumulate((rack.leaves for rack in racks), initial=0))
    share = network.GOOD_OVERSUBSCRIPTION / (1 + network.GOOD_OVERSUBSCRIPTION)
    fewest = max(2, ceil(before[-1] * links / (ports * share)))
    for count in range(fewest, min(len(racks), ports - ROUTERS) + 1):
        pods = sorted(power.dealt(len(racks), count), reverse=True)
        ends = list(accumulate(pods, initial=0))
        down = links * max(before[b] - before[a] for a, b in pairwise(ends))
        needed = ceil(down / network.GOOD_OVERSUBSCRIPTION)
        each = (ports - ROUTERS) // count  # the most links of one spine to one super-spine
        super_spines = ceil(Decimal(needed) / each)
        up = super_spines * ceil(Decimal(needed) / super_spines)
        if down + up > ports:
            continue
        yield Fabric(
            spine=model, planes=planes, uplinks_per_leaf=uplinks, pods=tuple(pods), super_spines_per_plane=super_spines,
            spine_uplinks=up, oversubscription=worst, spine_oversubscription=Decimal(down) / up, ports_used=down + up,
            busiest=busiest, uplink_gbps=uplink_gbps, bound_by=bound_by,
            spines_bound_by=f"{before[-1]} leaves: more than one stage of spines with {ports} ports can join",
        )  # fmt: skip
        return


def _why(
    hardware: HardwareSelection, model: SwitchSpec, planes: int, least: int, leaves: int, zones: int
) -> str:
    if model is not hardware.spine:
        chosen = _down(hardware.spine).count
        return (
            f"ports: {leaves} leaves and {ROUTERS} routers on more than the {chosen} of {hardware.spine.name}"
        )
    if planes > least:
        return f"ports and oversubscription: {leaves} leaves and {ROUTERS} routers on {_down(model).count} of a spine"
    return "one in each zone" if zones > LEAST_SPINES else "the loss of one"


def _down(spine: SwitchSpec) -> PortGroup:
    found = spine.port_group("down")
    if found is None:
        raise InvalidDocument(
            [Problem("hardware.spine", spine.id, "this switch has no down ports", "Choose another.")]
        )
    return found
