"""Into racks: nodes and switches dealt over them, ports and uplinks, power and weight, subnets (sizing.R, N4 to N8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.hardware import HardwareSelection, NodeRole, NodeSpec
from catalog.engine.units import ceil
from designer.engine.sizing import fabric, network, power
from designer.engine.sizing.model import FacilitySizing, NetworkSizing, RackLoad, SizingRequest, Subnet
from designer.engine.sizing.parts import NodeKind, Spread, controllers_of, is_hyper_converged, racks_matter

LEAVES_PER_RACK = 2
MOST_SWITCHES = 5_000
"""The most switches that a drawing holds."""
SWITCHES_ABOVE = 2
"""Spine and super-spine: what a rack may hold beside its leaves, when ports of leaves are set aside."""
MORE_RACKS = Decimal("1.25")
"""Times the racks that the nodes fill, from which nodes are dealt unevenly for the sake of spines, or spoken of.
House value."""
MOST_RACKS = 1_000
"""The most racks that are planned in one piece: what drawing and pages are built to show. House value."""


def refuse_too_many(count: int, things: str, most: int) -> None:
    """Refuse a cloud of more `things` than one plan is made for.

    Raises:
        InvalidDocument: there are more than `most`.
    """
    if count > most:
        message = f"the workload needs more than {most:,} {things}, the most that one cloud is planned with"
        remedy = "Plan several clouds, or larger hardware."
        raise InvalidDocument([Problem("workload", f"{count:,} {things}", message, remedy)])


def spread_over_racks(request: SizingRequest, kinds: Sequence[NodeKind]) -> Spread:
    """Deal the hardware over as few racks as space, power, weight, ports and the quorum spread allow (R6, R7)."""
    policies, hardware = request.policies, request.hardware
    together_on_few = is_hyper_converged(hardware)
    spread = policies.racks or min(3, controllers_of(request))
    if together_on_few and policies.racks is None and not racks_matter(policies):
        spread = 1  # as the hyper-converged reference designs stand; a notice says what that means
    zones = policies.zones or 1
    spread = ceil(Decimal(spread) / zones) * zones
    together = _load(request, kinds, _content(kinds, [kind.count for kind in kinds]), 1)
    by_limit = {"the spread of quorum members": spread} | power.racks_by_sum(
        units=together.used_units, watts=together.max_watts, kg=together.equipment_kg,
        usable_units=together.usable_units, feed=together.feed_watts, load_kg=together.max_load_kg,
    )  # fmt: skip
    joined: fabric.Fabric | None
    if policies.racks is not None:
        contents, joined = _dealt(hardware, kinds, policies.racks, zones)
        refuse_too_many(_switches(contents), "switches", MOST_SWITCHES)
        return Spread(
            kinds=tuple(kinds),
            contents=tuple(contents),
            fabric=joined,
            bound_by="set by hand",
            by_limit=by_limit,
        )
    least = max(*by_limit.values(), request.at_least.racks if request.at_least else 1)
    least = ceil(Decimal(least) / zones) * zones
    refuse_too_many(least, "racks", MOST_RACKS)
    most = min(MOST_RACKS, least + sum(kind.count for kind in kinds))
    joined, for_nodes = None, 0
    for racks in range(least, most + 1, zones):
        if not for_nodes and not _surely_over(request, kinds, racks, None):
            for_nodes = racks
        over = _surely_over(request, kinds, racks, joined)
        if not over:
            contents, joined = _dealt(hardware, kinds, racks, zones)
            built = replace(request, hardware=built_from(hardware, joined))
            over = {limit for content in set(contents) for limit in _over(built, kinds, content)}
        if not over:
            break
        by_limit |= dict.fromkeys(over, racks + zones)
    else:
        racks = most + 1
    if for_nodes and racks > MORE_RACKS * for_nodes and not racks_matter(policies) and not policies.zones:
        for fewer in range(for_nodes, racks):
            relieved = _relieved(request, kinds, fewer)
            if relieved:
                contents, joined = relieved
                by_limit = {name: min(count, fewer) for name, count in by_limit.items()}
                over = set()
                break
    if over:
        if most == MOST_RACKS:
            refuse_too_many(MOST_RACKS + 1, "racks", MOST_RACKS)
        limits = " and ".join(sorted(over))
        message = f"no rack can hold one node of each kind with its switches: {limits} run out"
        raise InvalidDocument(
            [Problem("hardware.pdu", hardware.pdu.id, message, "Choose a larger PDU or rack.")]
        )
    refuse_too_many(_switches(contents), "switches", MOST_SWITCHES)
    return Spread(
        kinds=tuple(kinds),
        contents=tuple(contents),
        fabric=joined,
        bound_by=max(by_limit, key=lambda name: by_limit[name]),
        by_limit=by_limit,
        for_nodes=for_nodes,
    )


def _content(kinds: Sequence[NodeKind], counts: Sequence[int]) -> power.RackContent:
    """A rack with so many nodes of each kind."""

    def of(role: NodeRole) -> int:
        return sum(count for count, kind in zip(counts, kinds, strict=True) if kind.role is role)

    return power.RackContent(
        control=of(NodeRole.CONTROL), compute=of(NodeRole.COMPUTE), storage=of(NodeRole.STORAGE),
        nodes=tuple(counts),
    )  # fmt: skip


def _surely_over(
    request: SizingRequest, kinds: Sequence[NodeKind], racks: int, before: fabric.Fabric | None
) -> set[str]:
    """The limits that racks exceed before spines stand in them, or, when no rack has room for one, with a spine of the
    fabric `before`: it was planned for fewer racks. Asked of the few kinds of racks there are, so that hundreds of counts
    that cannot do are passed over at once."""
    starts = list(accumulate((kind.count for kind in kinds), initial=0))
    contents = []
    for rack in {
        start % racks for start in starts
    }:  # where a kind begins or ends; racks between are like one of these
        counts = [
            kind.count // racks + ((rack - first) % racks < kind.count % racks)
            for kind, first in zip(kinds, starts, strict=False)
        ]
        content = _content(kinds, counts)
        leaves = LEAVES_PER_RACK * _pairs(request.hardware, kinds, content)
        oob_switches = _oob_switches(request.hardware, content, leaves)
        contents.append(replace(content, leaves=leaves, oob_switches=oob_switches))
    over = {limit for content in contents for limit in _over(request, kinds, content)}
    if not over and before:
        built = replace(request, hardware=built_from(request.hardware, before))
        with_spine = [_over(built, kinds, replace(content, spines=1)) for content in contents]
        over = {limit for found in with_spine for limit in found} if all(with_spine) else set()
    return over


def built_from(hardware: HardwareSelection, joined: fabric.Fabric | None) -> HardwareSelection:
    """Return the hardware with the spine that the fabric is built from, which may be larger than the chosen one."""
    return replace(hardware, spine=joined.spine) if joined else hardware


def _dealt(
    hardware: HardwareSelection, kinds: Sequence[NodeKind], racks: int, zones: int
) -> tuple[list[power.RackContent], fabric.Fabric | None]:
    """What each rack holds, and how racks are joined."""
    dealt, first = [], 0
    for kind in kinds:  # in turn, each kind from where the one before ended
        dealt.append(power.dealt(kind.count, racks, first=first))
        first += kind.count
    contents = [_content(kinds, [counts[rack] for counts in dealt]) for rack in range(racks)]
    pairs = {content: _pairs(hardware, kinds, content) for content in set(contents)}  # most racks are alike
    joined = None
    if racks > 1:
        uplinks = {content: _uplink(kinds, content, pairs[content]) for content in pairs}
        set_aside = max(
            ceil(Decimal(_oob_switches(hardware, content, 2 * count + SWITCHES_ABOVE)) / count)
            for content, count in pairs.items()
        )
        joined = fabric.plan(
            hardware, [uplinks[content] for content in contents], zones=zones, out_of_band_ports=set_aside
        )
    spines, super_spines = joined.stand_in(racks) if joined else ([0] * racks, [0] * racks)
    for rack, content in enumerate(contents):
        leaves = LEAVES_PER_RACK * pairs[content]
        above = spines[rack] + super_spines[rack]
        contents[rack] = replace(
            content, leaves=leaves, spines=spines[rack], super_spines=super_spines[rack],
            oob_switches=_oob_switches(hardware, content, leaves + above),
        )  # fmt: skip
    return contents, joined


def _relieved(
    request: SizingRequest, kinds: Sequence[NodeKind], racks: int
) -> tuple[list[power.RackContent], fabric.Fabric | None] | None:
    """Deal with fewer compute nodes in the racks where spines stand, the others taking what those leave; None when it
    does not go. Asked only where dealing all alike would take many more racks."""
    hardware = request.hardware
    movable = max(
        range(len(kinds)), key=lambda index: (kinds[index].role is NodeRole.COMPUTE, kinds[index].count)
    )
    try:
        contents, joined = _dealt(hardware, kinds, racks, zones=1)
    except InvalidDocument:
        return None
    if joined is None:
        return None
    built = replace(request, hardware=built_from(hardware, joined))
    known: dict[power.RackContent, bool] = {}

    def is_over(content: power.RackContent) -> bool:
        if content not in known:
            known[content] = bool(_over(built, kinds, content))
        return known[content]

    moved = 0
    for index, content in enumerate(contents):
        while is_over(content):
            if content.nodes[movable] <= 1:
                return None
            content = _with_nodes(hardware, kinds, content, movable, -1)
            moved += 1
        contents[index] = content
    while moved:
        before = moved
        for index, content in enumerate(contents):
            fuller = _with_nodes(hardware, kinds, content, movable, 1)
            if moved and not is_over(fuller):
                contents[index] = fuller
                moved -= 1
        if moved == before:
            return None
    uplinks = [_uplink(kinds, content, content.leaves // LEAVES_PER_RACK) for content in contents]
    set_aside = max(ceil(Decimal(c.oob_switches) / (c.leaves // LEAVES_PER_RACK)) for c in contents)
    again = fabric.plan(hardware, uplinks, zones=1, out_of_band_ports=set_aside)
    stands = ([c.spines for c in contents], [c.super_spines for c in contents])
    if again.spine != joined.spine or tuple(map(list, again.stand_in(racks))) != stands:
        return None  # the fabric of these racks has other spines than they were given room for
    return contents, again


def _with_nodes(
    hardware: HardwareSelection, kinds: Sequence[NodeKind], content: power.RackContent, kind: int, more: int
) -> power.RackContent:
    """The rack with `more` nodes of one kind, and the leaves and out-of-band switches that they ask for."""
    counts = [count + (more if index == kind else 0) for index, count in enumerate(content.nodes)]
    changed = _content(kinds, counts)
    leaves = LEAVES_PER_RACK * _pairs(hardware, kinds, changed)
    above = content.spines + content.super_spines
    return replace(
        changed, leaves=leaves, spines=content.spines, super_spines=content.super_spines,
        oob_switches=_oob_switches(hardware, changed, leaves + above),
    )  # fmt: skip


def _pairs(hardware: HardwareSelection, kinds: Sequence[NodeKind], content: power.RackContent) -> int:
    """Pairs of leaves of a rack: each leaf holds half of every bond, the larger half where ports are odd (N5)."""
    ports = hardware.leaf.port_group("down")
    halves = sum(
        count * ceil(Decimal(spec.fast_ports.count) / 2)
        for count, spec in _servers(kinds, content)
        if spec.fast_ports
    )
    return max(1, ceil(Decimal(halves) / (ports.count if ports else 1)))


def _oob_switches(hardware: HardwareSelection, content: power.RackContent, switches: int) -> int:
    ports = hardware.oob.port_group("down")
    servers = content.control + content.compute + content.storage
    needed = network.oob_ports_needed(servers=servers, switches=switches)
    return max(1, ceil(Decimal(needed) / (ports.count if ports else 1)))


def _uplink(kinds: Sequence[NodeKind], content: power.RackContent, pairs: int) -> fabric.RackUplink:
    down = sum(
        (
            count * spec.fast_ports.count * spec.fast_ports.gbps
            for count, spec in _servers(kinds, content)
            if spec.fast_ports
        ),
        Decimal(0),
    )
    return fabric.RackUplink(leaves=LEAVES_PER_RACK * pairs, down_gbps=down)


def _switches(contents: Iterable[power.RackContent]) -> int:
    return sum(c.leaves + c.spines + c.super_spines + c.oob_switches for c in contents)


def _servers(kinds: Sequence[NodeKind], content: power.RackContent) -> list[tuple[int, NodeSpec]]:
    """How many of which nodes stand in a rack."""
    return [(count, kind.spec) for count, kind in zip(content.nodes, kinds, strict=True) if count]


def _parts(
    hardware: HardwareSelection, kinds: Sequence[NodeKind], content: power.RackContent
) -> list[tuple[int, power.Spec]]:
    switches: list[tuple[int, power.Spec]] = [
        (content.leaves, hardware.leaf),
        (content.spines + content.super_spines, hardware.spine),
        (content.oob_switches, hardware.oob),
    ]
    return [*_servers(kinds, content), *(pair for pair in switches if pair[0])]


def _fast_ports(kinds: Sequence[NodeKind], content: power.RackContent) -> int:
    return sum(count * spec.fast_ports.count for count, spec in _servers(kinds, content) if spec.fast_ports)


def _load(
    request: SizingRequest, kinds: Sequence[NodeKind], content: power.RackContent, rack: int
) -> RackLoad:
    hardware, policies = request.hardware, request.policies
    parts = _parts(hardware, kinds, content)
    return RackLoad(
        rack=rack,
        control=content.control,
        compute=content.compute,
        storage=content.storage,
        nodes=content.nodes,
        leaves=content.leaves,
        spines=content.spines,
        super_spines=content.super_spines,
        oob_switches=content.oob_switches,
        used_units=sum(count * spec.rack_units for count, spec in parts),
        usable_units=hardware.rack.rack_units - policies.spare_rack_units,
        max_watts=sum((count * spec.max_watts for count, spec in parts), Decimal(0)),
        idle_watts=sum((count * spec.idle_watts for count, spec in parts), Decimal(0)),
        feed_watts=power.feed_watts(hardware.pdu, power_factor=policies.power_factor),
        equipment_kg=sum((count * spec.weight_kg for count, spec in parts), Decimal(0)),
        max_load_kg=hardware.rack.max_load_kg,
    )


def _over(request: SizingRequest, kinds: Sequence[NodeKind], content: power.RackContent) -> list[str]:
    load = _load(request, kinds, content, 1)
    limits = {
        "rack units": load.used_units > load.usable_units,
        "power": load.max_watts > load.feed_watts,
        "weight": load.equipment_kg > load.max_load_kg,
    }
    return [name for name, is_over in limits.items() if is_over]


def limits_exceeded(request: SizingRequest, spread: Spread) -> list[str]:
    """Return which of rack units, power and weight some rack exceeds: only where their number was fixed by hand."""
    built = replace(request, hardware=built_from(request.hardware, spread.fabric))
    return sorted({limit for c in set(spread.contents) for limit in _over(built, spread.kinds, c)})


def network_of(request: SizingRequest, spread: Spread) -> NetworkSizing:
    hardware, joined = request.hardware, spread.fabric
    leaves = sum(content.leaves for content in spread.contents)
    down = hardware.leaf.port_group("down")
    return NetworkSizing(
        leaves=leaves,
        spines=joined.spines if joined else 0,
        super_spines=joined.super_spines if joined else 0,
        spine=joined.spine.id if joined else "",
        pods=joined.pods if joined else (),
        oob_switches=sum(content.oob_switches for content in spread.contents),
        leaf_ports_needed=sum(_fast_ports(spread.kinds, content) for content in spread.contents),
        leaf_ports=leaves * (down.count if down else 0),
        uplinks_per_leaf=joined.uplinks_per_leaf if joined else 0,
        uplinks_per_spine=joined.spine_uplinks if joined else 0,
        oversubscription=joined.oversubscription if joined else Decimal(0),
        spine_oversubscription=joined.spine_oversubscription if joined else Decimal(0),
        bound_by=joined.bound_by if joined else "one rack: no spines",
    )


def facility_of(request: SizingRequest, spread: Spread) -> FacilitySizing:
    built = replace(request, hardware=built_from(request.hardware, spread.fabric))
    loads = tuple(
        _load(built, spread.kinds, content, number) for number, content in enumerate(spread.contents, start=1)
    )
    most = sum((load.max_watts for load in loads), Decimal(0))
    idle = sum((load.idle_watts for load in loads), Decimal(0))
    average = power.average_watts(idle_watts=idle, max_watts=most, load=request.policies.host_cpu_load)
    return FacilitySizing(
        racks=loads,
        bound_by=spread.bound_by,
        rack_units=sum(load.used_units for load in loads),
        max_watts=most,
        idle_watts=idle,
        average_watts=average,
        equipment_kg=sum((load.equipment_kg for load in loads), Decimal(0)),
        heat_btu_per_hour=power.heat_btu_per_hour(most),
        cooling_tons=power.cooling_tons(most),
        airflow_cfm=power.airflow_cfm(most),
        energy_kwh_per_year=power.energy_kwh_per_year(average_watts=average, pue=request.policies.pue),
    )


def subnets_of(spread: Spread, *, osd_hosts: int) -> tuple[Subnet, ...]:
    """Return the addresses that each network needs, and the subnet for them (N8)."""
    computes = sum(content.compute for content in spread.contents)
    controls = sum(content.control for content in spread.contents)
    nodes = computes + controls + sum(content.storage for content in spread.contents)
    switches = _switches(spread.contents)
    hosts = {
        "management": nodes + 2,  # the internal VIP and the gateway
        "tenant_overlay": computes + controls,
        "storage_public": nodes,
        "storage_cluster": osd_hosts,
        "oob": nodes + switches + 2 * len(spread.contents),
    }
    return tuple(
        Subnet(network=name, hosts=count, prefix=network.subnet_prefix(hosts=count))
        for name, count in hosts.items()
    )
