"""Every single failure of a design by damage; pairs, single points of failure, minimal cut sets, availability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from catalog.engine.hardware import NodeRole
from designer.engine.failures.availability import RATES, component_of, drive_rate, estimate, rates
from designer.engine.failures.fabric import bmc
from designer.engine.failures.graph import Plant
from designer.engine.failures.model import (
    ENGINE_VERSION,
    CutSet,
    Damage,
    FailureSet,
    Isolation,
    Ranking,
    SimulatedAvailability,
    State,
)
from designer.engine.failures.monte_carlo import Component, simulate_years
from designer.engine.failures.simulate import Outcome, name_of, sentence
from designer.engine.failures.switch_pairs import pairs_of_switches, worst
from designer.engine.topology import FEEDS, NetworkPlane, Node

EVENTS = ("control", "storage", "north-south")
"""Top events of cut sets."""
PHYSICAL = ("device", "rack", "pdu", "feed")
"""What counts as one element of a cut set: things that break on their own, at a known rate."""
MOST_PAIRS_SHOWN = 100
MOST_SWITCH_PAIRS_SHOWN = 30
MOST_DEVICES = 200
"""With more to pair, equal nodes of a rack are represented by two of them."""

Report = Callable[[float, str], None]
Progress = Callable[[int, int], None]


def singles(plant: Plant) -> Iterator[str]:
    """Everything that can fail on its own, as `kind:id`; one drive stands for all of its node."""
    topology = plant.topology
    yield from (f"device:{key}" for key in plant.devices)
    yield from (f"rack:{rack.id}" for rack in topology.racks)
    yield from (f"zone:{zone}" for zone in sorted({rack.zone for rack in topology.racks if rack.zone}))
    yield from (f"pdu:{pdu.id}" for pdu in topology.pdus)
    yield from (f"feed:{feed}" for feed in FEEDS)
    yield from (f"network:{network.id}" for network in topology.networks)
    yield from (f"service:{key}" for key in plant.service_catalog if key in plant.members)
    yield from (f"drive:{node}.osd-1" for node in plant.osd_hosts)
    yield from (f"link:{link.id}" for link in topology.links)


def rank(plant: Plant, *, with_pairs: bool = False, report: Report = lambda share, text: None) -> Ranking:
    """Return every single failure of `plant`, the worst first; with pairs also the cut sets of order 2."""
    names = list(singles(plant))
    part = 0.3 if with_pairs else 1.0
    classes = _Classes(plant)
    effects: dict[object, tuple[list[str], Outcome]] = {}
    outcomes: dict[str, Outcome] = {}
    step = max(1, len(names) // 50)
    for number, name in enumerate(names):
        if number % step == 0:
            report(part * number / len(names), f"{number:,} of {len(names):,} single failures")
        key = classes.key(name)
        if key in effects:
            effects[key][0].append(name)
        else:
            effects[key] = ([name], Outcome(plant, FailureSet.of([name])))
        outcomes[name] = effects[key][1]
    damages = _merged([_damage(plant, found, outcome) for found, outcome in effects.values()])
    order_1 = [
        CutSet(event=event, elements=(name,))
        for event in EVENTS
        for name in names
        if name.partition(":")[0] in PHYSICAL and _states(outcomes[name])[event] is State.DOWN
    ]
    pairs = 0
    simulated: tuple[SimulatedAvailability, ...] = ()
    order_2: list[CutSet] = []
    pair_damages: list[Damage] = []
    if with_pairs:
        pairs, order_2, pair_damages = _pairs(
            plant, outcomes, order_1, lambda share, text: report(0.3 + 0.5 * share, text)
        )
        simulated = by_chance(plant, report=lambda share, text: report(0.8 + 0.2 * share, text))
    report(1.0, "Ranked")
    by_hosts, by_racks = _vm_hours(plant, outcomes)
    cuts = (*order_1, *order_2)
    server, load = RATES["server"], plant.load
    return Ranking(
        engine_version=ENGINE_VERSION,
        vms=load.vms,
        failures=len(names),
        damages=tuple(sorted(damages, key=lambda damage: damage.order)),
        single_points=tuple(order_1),
        isolations=tuple(_isolations(plant)),
        cut_sets=cuts,
        pairs=pairs,
        pair_damages=tuple(pair_damages),
        switch_pairs=worst(pairs_of_switches(plant), MOST_SWITCH_PAIRS_SHOWN),
        availability=tuple(estimate(plant, event, cuts) for event in EVENTS) if with_pairs else (),
        simulated=simulated,
        rates=rates(),
        drive_failures_per_year=sum(
            (spec.osds * drive_rate(spec.osd_media) for spec in plant.osd_hosts.values()), Decimal(0)
        ),
        vm_minutes_by_hand=server.failures_per_year * load.manual_restart_minutes,
        vm_minutes_with_masakari=server.failures_per_year * (1 + load.masakari_minutes),
        vm_hours_by_hosts=by_hosts,
        vm_hours_by_racks=by_racks,
        notes=_notes(with_pairs),
    )


class _Classes:
    """Keys that are equal for failures with equal effects.

    A node or link whose loss splits no network takes away itself alone: what that means depends on what the node runs
    and holds. The only cable of a node to a network takes the node off it. Everything else is a class of its own and is
    simulated on its own.
    """

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.is_whole = all(reach.parts <= 1 for reach in plant.reaches.values())
        self.kinds: dict[str, tuple[object, ...]] = {}
        fabrics = {id(fabric): fabric for fabric in plant.fabrics.values()}
        self.cutting = frozenset().union(*(fabric.cutting for fabric in fabrics.values()))
        self.bridges = frozenset().union(*(fabric.bridges for fabric in fabrics.values()))

    def key(self, name: str) -> object:
        """Return the class of the single failure `name`."""
        kind, _, key = name.partition(":")
        if not self.is_whole:
            return name
        if kind == "link":
            return "link" if key not in self.bridges else self._only_cable(key) or name
        if kind == "device" and key in self.plant.nodes and not {key, bmc(key)} & self.cutting:
            return kind, *self._kind_of(key)
        if kind == "drive":
            return kind, *self._kind_of(key.rpartition(".osd-")[0])
        return name

    def _only_cable(self, link: str) -> object:
        """A class for a cable that is all that joins one node, or one BMC, to each network that it bridges."""
        split, owner = [], ""
        for network, fabric in self.plant.fabrics.items():
            if link not in fabric.bridges:
                continue
            ends = fabric.graph.get_edge_endpoints_by_index(fabric.edges[link])
            alone = [fabric.graph[i] for i in ends if i in fabric.ends and fabric.graph.degree(i) == 1]
            if not alone:
                return None
            split.append(network)
            owner = alone[0]
        node = owner.removesuffix("|bmc")
        if node not in self.plant.nodes:
            return ("cable", tuple(split)) if owner.endswith("|bmc") else None
        return "cable", tuple(split), owner.endswith("|bmc"), *self._kind_of(node)

    def _kind_of(self, node: str) -> tuple[object, ...]:
        if node not in self.kinds:
            self.kinds[node] = _kind_of(self.plant, self.plant.nodes[node])
        return self.kinds[node]


def _kind_of(plant: Plant, node: Node) -> tuple[object, ...]:
    rack = node.rack
    zone = plant.zone_of.get(rack, "")
    # With a rule by rack or zone, what a host holds of its domain counts too.
    held: tuple[int, ...] = ()
    if node.id in plant.osd_hosts and any(pool.failure_domain != "host" for pool in plant.topology.pools):
        held = tuple(
            sum(
                spec.osds
                for other, spec in plant.osd_hosts.items()
                if (
                    plant.nodes[other].rack == rack
                    or (scope and plant.zone_of.get(plant.nodes[other].rack) == zone)
                )
            )
            for scope in (False, bool(zone))
        )
    services = tuple(key for key, members in plant.members.items() if node.id in members)
    return node.spec, node.roles, services, node.id in plant.osd_hosts, held


def _damage(plant: Plant, names: Sequence[str], outcome: Outcome) -> Damage:
    failed = FailureSet.of(names[:1])
    kind, _, key = names[0].partition(":")
    return _described(plant, failed, name_of(plant, kind, key), outcome, names[1:])


def _described(
    plant: Plant, failed: FailureSet, name: str, outcome: Outcome, like_it: Sequence[str]
) -> Damage:
    compute = outcome.compute
    return Damage(
        failed=failed.named(),
        name=name,
        sentence=sentence(plant, failed, outcome),
        like_it=tuple(like_it),
        control=outcome.control.state,
        storage=outcome.storage.state,
        north_south=outcome.north_south.state,
        vms_out=compute.out_of_service,
        vms_isolated=compute.isolated,
        cannot_restart=compute.cannot_restart,
        capacity=compute.capacity,
        inactive=max((pool.inactive for pool in outcome.pools), default=Decimal(0)),
        lost=max((pool.lost for pool in outcome.pools), default=Decimal(0)),
        services_down=tuple(
            key for key in outcome.services.own if outcome.services.full(key)[0] is State.DOWN
        ),
    )


def _merged(damages: Sequence[Damage]) -> list[Damage]:
    """Put failures of one kind with the same numbers on one line: both spines, all three storage nodes."""
    found: dict[object, Damage] = {}
    for damage in damages:
        kind = damage.failed[0].partition(":")[0]
        key = (kind, replace(damage, failed=(), name="x", sentence="", like_it=()))
        if key in found:
            first = found[key]
            found[key] = replace(first, like_it=(*first.like_it, *damage.failed, *damage.like_it))
        else:
            found[key] = damage
    return list(found.values())


def _states(outcome: Outcome) -> dict[str, State]:
    return {
        "control": outcome.control.state,
        "storage": outcome.storage.state,
        "north-south": outcome.north_south.state,
    }


def _isolations(plant: Plant) -> Iterator[Isolation]:
    for network in plant.topology.networks:
        if network.plane is NetworkPlane.OUT_OF_BAND:
            continue
        for device, cut_off in sorted(plant.cut_off_by_each(network.id).items()):
            if nodes := cut_off & plant.nodes.keys():
                yield Isolation(network=network.id, device=device, cut_off=tuple(sorted(nodes)))


def representatives(plant: Plant) -> list[str]:
    """Devices whose pairs are tried: all but compute nodes, and one of those in each rack.

    Above `MOST_DEVICES`, two of the equal nodes of a rack stand for the others.
    """
    every = _representatives(plant, most=len(plant.devices))
    return every if len(every) <= MOST_DEVICES else _representatives(plant, most=2)


def _representatives(plant: Plant, most: int) -> list[str]:
    found: list[str] = []
    seen: Counter[object] = Counter()
    for key in plant.devices:
        node = plant.nodes.get(key)
        if node is not None:
            is_compute = set(node.roles) <= {NodeRole.COMPUTE, NodeRole.BARE_METAL}
            kind = (node.rack, node.rack if is_compute else _kind_of(plant, node))
            seen[kind] += 1
            if seen[kind] > (1 if is_compute else most):
                continue
        found.append(f"device:{key}")
    return found


def _pairs(
    plant: Plant, outcomes: dict[str, Outcome], order_1: Sequence[CutSet], report: Report
) -> tuple[int, list[CutSet], list[Damage]]:
    devices = representatives(plant)
    broken = {(cut.event, cut.elements[0]) for cut in order_1}
    total = len(devices) * (len(devices) - 1) // 2
    step = max(1, total // 50)
    cuts: list[CutSet] = []
    worse: list[Damage] = []
    for number, (a, b) in enumerate(combinations(devices, 2)):
        if number % step == 0:
            report(number / total, f"{number:,} of {total:,} pairs")
        failed = FailureSet.of((a, b))
        outcome = Outcome(plant, failed)
        alone = (outcomes[a], outcomes[b])
        is_worse = False
        for event, state in _states(outcome).items():
            if state is State.DOWN and (event, a) not in broken and (event, b) not in broken:
                cuts.append(CutSet(event=event, elements=(a, b)))
                is_worse = True
        out = outcome.compute.out_of_service
        together = sum((one.compute.out_of_service for one in alone), Decimal(0))
        if is_worse or out > together + 1 or outcome.compute.cannot_restart > together:
            names = [name_of(plant, "device", name.partition(":")[2]) for name in (a, b)]
            worse.append(_described(plant, failed, " and ".join(names), outcome, ()))
    worse.sort(key=lambda damage: damage.order)
    cuts.sort(key=lambda cut: (EVENTS.index(cut.event), cut.elements))
    return total, cuts, worse[:MOST_PAIRS_SHOWN]


def by_chance(
    plant: Plant,
    *,
    kinds: Sequence[str] = PHYSICAL,
    years: int | None = None,
    report: Report = lambda share, text: None,
) -> tuple[SimulatedAvailability, ...]:
    """Return the availability of the top events with everything of `kinds` failing at random, at the rates of the estimate.

    Nodes that only run VMs or are handed out bare hold nothing that the events rest on: they are left out.
    """
    names = [name for name in singles(plant) if name.partition(":")[0] in kinds]
    components = []
    for name in names:
        node = plant.nodes.get(name.partition(":")[2])
        if node is None or not set(node.roles) <= {NodeRole.COMPUTE, NodeRole.BARE_METAL}:
            rate = RATES[component_of(plant, name)]
            components.append(
                Component(name=name, failures_per_year=rate.failures_per_year, repair_hours=rate.repair_hours)
            )

    def down(failed: frozenset[str]) -> frozenset[str]:
        states = _states(Outcome(plant, FailureSet.of(failed)))
        return frozenset(event for event, state in states.items() if state is State.DOWN)

    return simulate_years(components, down, EVENTS, years=years, report=report)


def _vm_hours(plant: Plant, outcomes: dict[str, Outcome]) -> tuple[Decimal, Decimal]:
    """VM-hours a year by failing hosts and by failing racks: restart by hand for those that fit, repair for others."""
    hosts = [f"device:{node.id}" for node in plant.compute_hosts]
    racks = [f"rack:{rack.id}" for rack in plant.topology.racks]
    found = []
    for names, rate in ((hosts, RATES["server"]), (racks, RATES["rack"])):
        hours = Decimal(0)
        for name in names:
            compute = outcomes[name].compute
            homeless = compute.cannot_restart
            fit = max(Decimal(0), compute.out_of_service - homeless)
            hours += fit * plant.load.manual_restart_minutes / 60 + homeless * rate.repair_hours
        found.append(rate.failures_per_year * hours)
    return found[0], found[1]


def _notes(with_pairs: bool) -> tuple[str, ...]:
    change = RATES["human or software change"]
    found = [
        "The estimate counts hardware. One change a year that breaks control for an hour is "
        f"{change.failures_per_year * change.repair_hours * 60:.0f} minutes a year: more than all of it.",
        "More than five nines are not shown: network redundancy was measured to be 40 % effective (SIGCOMM 2011).",
    ]
    if with_pairs:
        found.append(
            "Pairs are tried of all devices but compute nodes, and one compute node of each rack; above "
            f"{MOST_DEVICES} devices, two of the equal nodes of a rack stand for the others. Pairs of a rack and a device, "
            "and cut sets of order 3, are left out of the estimate by cut sets; the simulated years have them."
        )
    return tuple(found)
