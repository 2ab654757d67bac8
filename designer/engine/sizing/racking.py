"""Into racks: nodes and switches dealt over them, ports and uplinks, power and weight, subnets (sizing.R, N4 to N8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.hardware import HardwareSelection, NodeRole, NodeSpec
from catalog.engine.units import ceil
from designer.engine.sizing import network, power
from designer.engine.sizing.model import FacilitySizing, NetworkSizing, RackLoad, SizingRequest, Subnet
from designer.engine.sizing.parts import NodeKind, Spread, controllers_of, is_hyper_converged, racks_matter

LEAVES_PER_RACK = 2
SPINES = 2
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
    spines = max(SPINES, zones)  # one in each zone: the loss of one leaves the others joined
    spread = ceil(Decimal(spread) / zones) * zones
    together = _load(request, kinds, _content(kinds, [kind.count for kind in kinds]), 1)
    by_limit = {"the spread of quorum members": spread} | power.racks_by_sum(
        units=together.used_units, watts=together.max_watts, kg=together.equipment_kg,
        usable_units=together.usable_units, feed=together.feed_watts, load_kg=together.max_load_kg,
    )  # fmt: skip
    if policies.racks is not None:
        contents = _dealt(hardware, kinds, policies.racks, spines)
        return Spread(kinds=tuple(kinds), contents=tuple(contents), bound_by="set by hand", by_limit=by_limit)
    least = max(*by_limit.values(), request.at_least.racks if request.at_least else 1)
    least = ceil(Decimal(least) / zones) * zones
    refuse_too_many(least, "racks", MOST_RACKS)
    most = min(MOST_RACKS, least + sum(kind.count for kind in kinds))
    for racks in range(least, most + 1, zones):
        contents = _dealt(hardware, kinds, racks, spines)
        over = {limit for content in set(contents) for limit in _over(request, kinds, content)}
        if not over:
            break
        by_limit |= dict.fromkeys(over, racks + zones)
    else:
        if most == MOST_RACKS:
            refuse_too_many(MOST_RACKS + 1, "racks", MOST_RACKS)
        limits = " and ".join(sorted(over))
        message = f"no rack can hold one node of each kind with its switches: {limits} run out"
        raise InvalidDocument(
            [Problem("hardware.pdu", hardware.pdu.id, message, "Choose a larger PDU or rack.")]
        )
    return Spread(
        kinds=tuple(kinds),
        contents=tuple(contents),
        bound_by=max(by_limit, key=lambda name: by_limit[name]),
        by_limit=by_limit,
    )


def _content(kinds: Sequence[NodeKind], counts: Sequence[int]) -> power.RackContent:
    """A rack with so many nodes of each kind."""

    def of(role: NodeRole) -> int:
        return sum(count for count, kind in zip(counts, kinds, strict=True) if kind.role is role)

    return power.RackContent(
        control=of(NodeRole.CONTROL), compute=of(NodeRole.COMPUTE), storage=of(NodeRole.STORAGE),
        nodes=tuple(counts),
    )  # fmt: skip


def _dealt(
    hardware: HardwareSelection, kinds: Sequence[NodeKind], racks: int, spines: int
) -> list[power.RackContent]:
    spine_counts = power.dealt(spines if racks > 1 else 0, racks)
    dealt, first = [], 0
    for kind in kinds:  # in turn, each kind from where the one before ended
        dealt.append(power.dealt(kind.count, racks, first=first))
        first += kind.count
    contents = [
        replace(_content(kinds, [counts[rack] for counts in dealt]), spines=spine_counts[rack])
        for rack in range(racks)
    ]
    leaf_ports = hardware.leaf.port_group("down")
    per_pair = 2 * leaf_ports.count if leaf_ports else 1
    oob_ports = hardware.oob.port_group("down")
    per_oob = oob_ports.count if oob_ports else 1
    filled: dict[power.RackContent, power.RackContent] = {}  # a thousand racks have a handful of contents
    for content in set(contents):
        pairs = max(1, ceil(Decimal(_fast_ports(kinds, content)) / per_pair))
        leaves = LEAVES_PER_RACK * pairs
        servers = content.control + content.compute + content.storage
        needed = network.oob_ports_needed(servers=servers, switches=leaves + content.spines)
        oob_switches = max(1, ceil(Decimal(needed) / per_oob))
        filled[content] = replace(content, leaves=leaves, oob_switches=oob_switches)
    return [filled[content] for content in contents]


def _servers(kinds: Sequence[NodeKind], content: power.RackContent) -> list[tuple[int, NodeSpec]]:
    """How many of which nodes stand in a rack."""
    return [(count, kind.spec) for count, kind in zip(content.nodes, kinds, strict=True) if count]


def _parts(
    hardware: HardwareSelection, kinds: Sequence[NodeKind], content: power.RackContent
) -> list[tuple[int, power.Spec]]:
    switches: list[tuple[int, power.Spec]] = [
        (content.leaves, hardware.leaf),
        (content.spines, hardware.spine),
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


def network_of(request: SizingRequest, spread: Spread) -> NetworkSizing:
    hardware = request.hardware
    leaves = sum(content.leaves for content in spread.contents)
    spines = sum(content.spines for content in spread.contents)
    up = hardware.leaf.port_group("up")
    down = [
        sum(
            (count * spec.fast_ports.count * spec.fast_ports.gbps for count, spec in _servers(spread.kinds, content)
             if spec.fast_ports),
            Decimal(0),
        )
        for content in spread.contents
    ]  # fmt: skip
    uplinks, worst, bound_by = 0, Decimal(0), "one rack: no spines"
    if spines and up is not None:
        most = up.count - up.count % spines
        bound_by = "one link to each spine"
        for uplinks in range(spines, max(most, spines) + 1, spines):
            worst = max(
                network.oversubscription(down_gbps=gbps, up_gbps=content.leaves * uplinks * up.gbps)
                for gbps, content in zip(down, spread.contents, strict=True)
            )
            if worst <= network.GOOD_OVERSUBSCRIPTION:
                break
            bound_by = "oversubscription"
    leaf_down = hardware.leaf.port_group("down")
    return NetworkSizing(
        leaves=leaves,
        spines=spines,
        oob_switches=sum(content.oob_switches for content in spread.contents),
        leaf_ports_needed=sum(_fast_ports(spread.kinds, content) for content in spread.contents),
        leaf_ports=leaves * (leaf_down.count if leaf_down else 0),
        uplinks_per_leaf=uplinks,
        oversubscription=worst,
        bound_by=bound_by,
    )


def facility_of(request: SizingRequest, spread: Spread) -> FacilitySizing:
    loads = tuple(
        _load(request, spread.kinds, content, number)
        for number, content in enumerate(spread.contents, start=1)
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
    switches = sum(c.leaves + c.spines + c.oob_switches for c in spread.contents)
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
