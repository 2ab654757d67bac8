"""What would change the answer: what binds each part, the room in it, and what one more node or rack brings.

Rooms are counted in the part's own unit and in VMs of the mix, so that parts can be compared: the cloud carries as many
VMs as its tightest part. The best single change is the one that lets it carry most more VMs for its price.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from catalog.engine.figures import Input, Step
from catalog.engine.hardware import NodeSpec, PduSpec, RackSpec, SwitchSpec
from catalog.engine.units import ceil, floor
from designer.engine.sizing import control_plane, packing
from designer.engine.sizing.figures import FigureBook, plain
from designer.engine.sizing.model import (
    BestChange,
    ControlSizing,
    FacilitySizing,
    Headroom,
    NetworkSizing,
    SizingRequest,
)
from designer.engine.sizing.parts import Computed, Stored, control_nodes, controller_extra_gib

MOST_VMS = 10**6
"""Where the search for the room of the control plane ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How many VMs of the mix one part carries now, and with one step more."""

    part: str
    label: str
    vms: int
    vms_with_step: int
    step: str
    """`One more storage node`."""
    adds: str
    """In the part's own unit: `9.1 TB`."""
    usd: Decimal | None
    on_nodes_of: str
    """Parts that share their nodes grow together."""


def explain_changes(
    book: FigureBook,
    request: SizingRequest,
    computed: Computed,
    stored: Sequence[Stored],
    control: ControlSizing,
    network: NetworkSizing,
    facility: FacilitySizing,
) -> tuple[tuple[Headroom, ...], BestChange | None]:
    """Return the headroom of every part, each explained in `book`, and the best single change."""
    rooms, parts = [], []
    if computed.sizing.vms:
        room, carried = _of_compute(book, computed)
        rooms.append(room)
        parts.append(carried)
    for one in stored:
        room, filled = _of_storage(book, computed, one, is_only=len(stored) == 1)
        rooms.append(room)
        parts += filled
    rooms += _of_control(book, request, computed, control)
    racks = list(_of_racks(book, request, computed, network, facility))
    best, full = best_change(parts), [found.label.lower() for found, _ in racks if not found.nodes]
    if best is not None and full:
        text = f"{best.text} It needs one more rack, too: {' and '.join(full)} are used up."
        best = replace(best, text=text)
    return (*rooms, *(row for _, row in racks)), best


def best_change(parts: Sequence[Carried]) -> BestChange | None:
    """Return the step that lets the cloud carry most more VMs for its price; None where no single one does."""
    found: list[tuple[Decimal, int, BestChange]] = []
    now = min((part.vms for part in parts), default=0)
    for part in parts:
        after = {
            one.label: one.vms_with_step if one.on_nodes_of == part.on_nodes_of else one.vms for one in parts
        }
        gain = min(after.values()) - now
        if gain <= 0:
            continue
        tightest = min(after, key=lambda label: after[label])
        price = f", about {part.usd:,.0f} USD," if part.usd else ""
        text = (
            f"{part.step}{price} adds {part.adds}: the cloud then carries {gain:,} more VMs of this mix, "
            f"until {tightest.lower()} binds{' again' if tightest == part.label else ''}."
        )
        worth = gain / part.usd if part.usd else Decimal(0)
        found.append((worth, gain, BestChange(part=part.part, text=text, vms=gain, usd=part.usd)))
    return max(found, key=lambda one: one[:2])[2] if found else None


def _of_compute(book: FigureBook, computed: Computed) -> tuple[Headroom, Carried]:
    sizing, spec = computed.sizing, computed.spec
    now, asked = sizing.vms_with_spare, sizing.vms

    def carried(groups: Sequence[packing.HostGroup]) -> int:
        return packing.vms_after_losses(computed.host, computed.demands, groups, computed.spare)

    more = carried([*computed.groups, packing.HostGroup(count=1, host=computed.host)])
    *before, last = computed.groups
    less = carried([*before, packing.HostGroup(count=last.count - 1, host=last.host)])
    one_less = (
        f"{plain(less)} VMs, still enough"
        if less >= asked
        else f"{plain(less)} VMs: {asked - less:,} too few"
    )
    book.add(
        "compute.free_vms", "VMs of this mix until a node is missing", now - asked, "VMs", "sizing.C7",
        "VMs with spare - VMs asked for",
        inputs=(
            Input(name="vms_with_spare", label="VMs with the spare set aside", value=now, unit="VMs"),
            Input(name="vms", label="VMs asked for", value=asked, unit="VMs"),
        ),
        steps=(Step(label="Free", working=f"{plain(now)} - {plain(asked)}", value=now - asked, unit="VMs"),),
        bound_by=sizing.bound_by,
    )  # fmt: skip
    book.add(
        "compute.next_node_vms", "VMs that one more node adds", more - now, "VMs", "sizing.C7",
        "VMs with spare (H + 1) - VMs with spare (H)",
        inputs=(Input(name="hosts", label="Compute nodes", value=sizing.hosts, unit="nodes", symbol="H"),),
        steps=(Step(label="Added", working=f"{plain(more)} - {plain(now)}", value=more - now, unit="VMs"),),
        bound_by=sizing.bound_by,
    )  # fmt: skip
    usd = _price(spec)
    room = Headroom(
        part="compute", label="Compute", bound_by=sizing.bound_by, room=Decimal(now - asked), unit="VMs",
        room_vms=now - asked, step=f"1 node {spec.name}", step_adds=Decimal(more - now), step_usd=usd,
        one_less=one_less, figure="compute.free_vms", step_figure="compute.next_node_vms",
    )  # fmt: skip
    step = Carried(
        part="compute", label="Compute", vms=now, vms_with_step=more, step=f"One more compute node ({spec.name})",
        adds=f"room for {more - now:,} VMs", usd=usd, on_nodes_of="compute",
    )  # fmt: skip
    return room, step


def _of_storage(
    book: FigureBook, computed: Computed, stored: Stored, *, is_only: bool
) -> tuple[Headroom, list[Carried]]:
    sizing, name = stored.sizing, stored.device_class.value
    label, count = f"Storage, {name}", stored.nodes_in_step
    free = sizing.usable_tb - sizing.needed_usable_tb
    on_disks = sizing.needed_usable_tb - stored.objects_tb
    each = on_disks / computed.sizing.vms if computed.sizing.vms else Decimal(0)
    room_vms = floor(free / each) if each else None
    step_words = "the next node" if count == 1 else f"the next {count} nodes, one in each failure domain,"
    nodes = "1 node" if count == 1 else f"{count} nodes, one in each failure domain:"
    usd = _price(stored.spec, count)
    if stored.previous_tb is None:
        one_less = "copies or shards need every node" if sizing.hosts <= stored.least else "is there already"
    else:
        short = sizing.needed_usable_tb - stored.previous_tb
        left = f"{plain(stored.previous_tb, 1)} TB"
        one_less = f"{left}, still enough" if short <= 0 else f"{left}: {plain(short, 1)} TB too few"
    subject = "storage" if is_only else f"storage.{name}"
    on = "" if is_only else f" ({name})"
    inputs = [Input(name="usable_tb", label="Usable", value=sizing.usable_tb, unit="TB")]
    steps = [
        Step(label="Free", working=f"{plain(sizing.usable_tb)} - {plain(sizing.needed_usable_tb)}", value=free, unit="TB")
    ]  # fmt: skip
    if room_vms is not None:
        steps.append(
            Step(label="In VMs of this mix", working=f"floor({plain(free)} / {plain(each, 5)})", value=room_vms, unit="VMs")
        )  # fmt: skip
    book.add(
        f"{subject}.free_tb", f"Usable capacity that is left{on}", free, "TB", "sizing.S8", "usable - written",
        inputs=tuple(inputs), steps=tuple(steps), bound_by=sizing.fill_reason,
    )  # fmt: skip
    after = sizing.usable_tb + stored.next_node_tb
    book.add(
        f"{subject}.next_node_tb", f"Usable capacity that {step_words} adds{on}", stored.next_node_tb, "TB", "sizing.S4",
        "usable(H + step) - usable(H)",
        inputs=(Input(name="step", label="Nodes of a step", value=count, unit="nodes"),),
        steps=(Step(label="Added", working=f"{plain(after)} - {plain(sizing.usable_tb)}", value=stored.next_node_tb, unit="TB"),),
        note="With more failure domains the fill limit changes too." if count == 1 else "",
    )  # fmt: skip
    room = Headroom(
        part=f"storage.{name}", label=label, bound_by=sizing.fill_reason, room=free, unit="TB", room_vms=room_vms,
        step=f"{nodes} {stored.spec.name}", step_adds=stored.next_node_tb, step_usd=usd, one_less=one_less,
        figure=f"{subject}.free_tb", step_figure=f"{subject}.next_node_tb",
    )  # fmt: skip
    if not each:
        return room, []
    vms = floor((sizing.usable_tb - stored.objects_tb) / each)
    more = floor((after - stored.objects_tb) / each)
    together = stored.spec is computed.spec
    kind = "node" if together else "storage node"
    words = f"One more {kind}" if count == 1 else f"{count} more {kind}s, one in each failure domain,"
    step = Carried(
        part=f"storage.{name}", label=label, vms=vms, vms_with_step=more, step=f"{words} ({stored.spec.name})",
        adds=f"{plain(stored.next_node_tb, 1)} TB", usd=usd, on_nodes_of="compute" if together else f"storage.{name}",
    )  # fmt: skip
    return room, [step]


def _of_control(
    book: FigureBook, request: SizingRequest, computed: Computed, control: ControlSizing
) -> Iterator[Headroom]:
    """The room of controllers: more VMs, and the hosts for them, until RAM or cores run out (CP2, CP3)."""
    kinds = control_nodes(request)
    if not kinds:
        return
    smallest = min((kind.spec for kind in kinds), key=lambda spec: spec.ram_gib)
    cores = min(kind.spec.sockets * kind.spec.cores_per_socket for kind in kinds)
    per_host, extra = max(1, computed.most_vms_per_host), controller_extra_gib(request)

    def short(more: int, nodes: int) -> str:
        hosts = computed.sizing.hosts + ceil(Decimal(more) / per_host)
        ram = control_plane.ram_needed_gib(
            compute_hosts=hosts, vms=computed.sizing.vms + more, extra_gib=extra
        )
        if ram > smallest.ram_gib:
            return "RAM"
        return "cores" if control_plane.cores_needed(compute_hosts=hosts, controllers=nodes) > cores else ""

    def room_with(nodes: int) -> int:
        low, high = -1, MOST_VMS
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if short(middle, nodes) else (middle, high)
        return max(0, low)

    room, more = room_with(control.nodes), room_with(control.nodes + 2)
    bound_by = short(room + 1, control.nodes) or "RAM"
    less = control_plane.tolerated_losses(control.nodes - 1)
    book.add(
        "control.free_vms", "VMs that the control nodes still manage", room, "VMs", "sizing.CP2",
        "most dV with RAM(C + dV / VMs of a host, V + dV) and cores(C + ...) within a controller",
        inputs=(
            Input(name="ram_gib", label="RAM of a controller", value=smallest.ram_gib, unit="GiB", source=f"Catalog: {smallest.name}"),
            Input(name="cores", label="Cores of a controller", value=cores, unit="cores", source=f"Catalog: {smallest.name}"),
            Input(name="vms_per_host", label="VMs of a host", value=per_host, unit="VMs"),
        ),
        steps=(
            Step(label="Needed now", working="sizing.CP2", value=control.ram_needed_gib, unit="GiB"),
            Step(label="Needed now", working="sizing.CP3", value=control.cores_needed, unit="cores"),
            Step(label="Room", working=f"until the {bound_by} of a controller is short", value=room, unit="VMs"),
        ),
        bound_by=bound_by,
    )  # fmt: skip
    yield Headroom(
        part="control", label="Control plane", bound_by=bound_by, room=Decimal(room), unit="VMs", room_vms=room,
        step=f"2 nodes {smallest.name}", step_adds=Decimal(more - room), step_usd=_price(smallest, 2),
        one_less=f"tolerates the loss of {less} instead of {control.tolerated_losses}",
        figure="control.free_vms",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _RackResource:
    """What racks may hold of one thing, what they hold, and how many nodes like the next one still fit."""

    part: str
    figure: str
    label: str
    unit: str
    formula: str
    bound_by: str
    most: Decimal
    used: Decimal
    nodes: int
    step: str
    adds: Decimal
    usd: Decimal | None

    @property
    def free(self) -> Decimal:
        return self.most - self.used


def _of_racks(
    book: FigureBook,
    request: SizingRequest,
    computed: Computed,
    network: NetworkSizing,
    facility: FacilitySizing,
) -> Iterator[tuple[_RackResource, Headroom]]:
    """Units, power and leaf ports that are free, in nodes like the next compute node and the VMs on them (R1, R3, R6)."""
    per_host = computed.most_vms_per_host
    for found in _rack_resources(request, computed.spec, network, facility):
        vms = found.nodes * per_host
        book.add(
            found.figure, f"{found.label}: what is free", found.free, found.unit, found.formula,
            "what the racks may hold - what they hold",
            inputs=(
                Input(name="most", label="What the racks may hold", value=found.most, unit=found.unit),
                Input(name="used", label="What they hold", value=found.used, unit=found.unit),
            ),
            steps=(
                Step(label="Free", working=f"{plain(found.most)} - {plain(found.used)}", value=found.free, unit=found.unit),
                Step(label=f"VMs on more of {computed.spec.name}", working=f"{found.nodes} nodes x {per_host}", value=vms, unit="VMs"),
            ),
            bound_by=found.bound_by,
        )  # fmt: skip
        left = found.free - found.adds
        one_less = (
            f"{plain(left, 0)} {found.unit} would stay free"
            if left >= 0
            else f"{plain(-left, 0)} {found.unit} too few"
        )
        yield found, Headroom(
            part=found.part, label=found.label, bound_by=found.bound_by, room=found.free, unit=found.unit, room_vms=vms,
            step=found.step, step_adds=found.adds, step_usd=found.usd, one_less=one_less,
            figure=found.figure,
        )  # fmt: skip


def _rack_resources(
    request: SizingRequest, spec: NodeSpec, network: NetworkSizing, facility: FacilitySizing
) -> Iterator[_RackResource]:
    hardware, loads = request.hardware, facility.racks
    leaf, oob = hardware.leaf, hardware.oob
    usable, feed = loads[0].usable_units, loads[0].feed_watts
    rack = "1 rack with its switches"
    rack_usd = _sum_of((hardware.rack, 1), (hardware.pdu, 2), (leaf, 2), (oob, 1))

    def fullest(share: str) -> str:
        return f"fullest rack: {share}"

    tallest = max(loads, key=lambda load: load.used_units)
    yield _RackResource(
        part="rack_units", figure="facility.free_units", label="Rack units", unit="U", formula="sizing.R1",
        bound_by=fullest(f"{tallest.used_units} of {usable} U"),
        most=Decimal(usable * len(loads)), used=Decimal(facility.rack_units),
        nodes=sum(max(0, usable - load.used_units) // spec.rack_units for load in loads),
        step=rack, adds=Decimal(usable - 2 * leaf.rack_units - oob.rack_units), usd=rack_usd,
    )  # fmt: skip
    hottest = max(loads, key=lambda load: load.max_watts)
    yield _RackResource(
        part="power", figure="facility.free_watts", label="Power", unit="W", formula="sizing.R3",
        bound_by=fullest(f"{plain(hottest.max_watts, 0)} of {plain(feed, 0)} W of one feed"),
        most=feed * len(loads), used=facility.max_watts,
        nodes=sum(max(0, floor((feed - load.max_watts) / spec.max_watts)) for load in loads) if spec.max_watts else 0,
        step=rack, adds=feed - 2 * leaf.max_watts - oob.max_watts, usd=rack_usd,
    )  # fmt: skip
    down, fast = leaf.port_group("down"), spec.fast_ports
    free = network.leaf_ports - network.leaf_ports_needed
    yield _RackResource(
        part="leaf_ports", figure="network.free_leaf_ports", label="Leaf ports", unit="ports", formula="sizing.R6",
        bound_by=f"{network.leaf_ports_needed} of {network.leaf_ports} ports in use",
        most=Decimal(network.leaf_ports), used=Decimal(network.leaf_ports_needed),
        nodes=max(0, free) // fast.count if fast else 0,
        step="1 pair of leaves", adds=Decimal(2 * down.count if down else 0), usd=_sum_of((leaf, 2)),
    )  # fmt: skip


def _price(spec: NodeSpec, count: int = 1) -> Decimal | None:
    return _sum_of((spec, count))


def _sum_of(*pieces: tuple[NodeSpec | SwitchSpec | RackSpec | PduSpec, int]) -> Decimal | None:
    """The typical price of several pieces in USD; None where one has none, or another currency."""
    total = Decimal(0)
    for spec, count in pieces:
        if spec.price is None or spec.price.currency != "USD":
            return None
        total += count * spec.price.typical
    return total
