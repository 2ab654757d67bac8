"""What every pair of switches leaves of the fabric: uplinks, oversubscription, nodes cut off (F2, F3), all at once.

A pair takes its own links away and nothing else, so that each answer is a difference of sums: one array of racks by
pairs. Only pairs that split the switches themselves are searched for who still reaches whom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

import numpy as np
import numpy.typing as npt
import rustworkx

from catalog.engine.hardware import SwitchRole
from designer.engine.failures.fabric import Fabric
from designer.engine.failures.graph import FOLLOWS, Plant
from designer.engine.failures.model import FailureSet, SwitchPair
from designer.engine.failures.services import event
from designer.engine.topology import NetworkPlane

CHUNK = 4096
"""So many pairs are computed at a time: memory stays small at any size."""
MEGABIT = 1000
"""Sums are whole Mb/s: exact, in any order."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Sums:
    """Bandwidth by rack, Mb/s, and what each switch takes of it."""

    racks: tuple[str, ...]
    up: Numbers
    down: Numbers
    up_of: Numbers
    """Rack x switch: uplinks of the rack that end at the switch."""
    down_of: Numbers
    between: dict[tuple[int, int], tuple[int, int]]
    """Leaf and spine, by index, lower first -> rack and Mb/s of the links between them, which both take away."""


def pairs_of_switches(plant: Plant) -> list[SwitchPair]:
    """Return what is left when both of two switches fail, for every pair but out-of-band switches, in their order."""
    switches = [s.id for s in plant.topology.switches if s.role is not SwitchRole.OUT_OF_BAND]
    if len(switches) < 2:
        return []
    sums = _sums(plant, switches)
    cut_off = _cut_off(plant, switches)
    first, second = np.triu_indices(len(switches), k=1)
    found: list[SwitchPair] = []
    for start in range(0, len(first), CHUNK):
        part = slice(start, start + CHUNK)
        found.extend(_left(sums, switches, cut_off, first[part], second[part]))
    return found


def worst(pairs: list[SwitchPair], most: int) -> tuple[SwitchPair, ...]:
    """Return the pairs that cut most nodes off, then those that leave least, then the most oversubscribed."""
    order = sorted(pairs, key=lambda p: (-p.cut_off, p.gbps_left, -(p.oversubscription or 0), p.switches))
    return tuple(order[:most])


# Bandwidth ----------------------------------------------------------------------------------------------------
def _sums(plant: Plant, switches: list[str]) -> _Sums:
    wiring = plant.wiring
    racks = tuple(sorted(wiring.uplinks))
    row = {rack: i for i, rack in enumerate(racks)}
    column = {switch: i for i, switch in enumerate(switches)}
    up, down = np.zeros(len(racks), np.int64), np.zeros(len(racks), np.int64)
    up_of = np.zeros((len(racks), len(switches)), np.int64)
    down_of = np.zeros((len(racks), len(switches)), np.int64)
    between: dict[tuple[int, int], tuple[int, int]] = {}
    for total, of, links_of in ((up, up_of, wiring.uplinks), (down, down_of, wiring.downlinks)):
        for rack, links in links_of.items():
            if rack not in row:
                continue
            r = row[rack]
            for link in links:
                megabits = int(link.gbps * MEGABIT)
                total[r] += megabits
                ends = [column[e.element] for e in (link.a, link.b) if e.element in column]
                for c in ends:
                    of[r, c] += megabits
                if len(ends) == 2:
                    pair = min(ends), max(ends)
                    between[pair] = r, between.get(pair, (r, 0))[1] + megabits
    return _Sums(racks, up, down, up_of, down_of, between)


def _left(
    sums: _Sums,
    switches: list[str],
    cut_off: dict[tuple[int, int], int],
    first: npt.NDArray[np.intp],
    second: npt.NDArray[np.intp],
) -> Iterator[SwitchPair]:
    ones, others = first.tolist(), second.tolist()
    if not sums.racks:
        for i, j in zip(ones, others, strict=True):
            yield SwitchPair(
                switches=(switches[i], switches[j]), rack="", gbps_left=Decimal(0), cut_off=cut_off.get((i, j), 0)
            )  # fmt: skip
        return
    up = sums.up[:, None] - sums.up_of[:, first] - sums.up_of[:, second]
    down = sums.down[:, None] - sums.down_of[:, first] - sums.down_of[:, second]
    for n, pair in enumerate(zip(ones, others, strict=True)):
        if pair in sums.between:
            rack, megabits = sums.between[pair]
            up[rack, n] += megabits
    least = up.argmin(axis=0)
    # A rack without uplinks has no ratio; it is told by the bandwidth that is left, which is 0.
    ratio = np.where(up > 0, down / np.maximum(up, 1), -1.0)
    most = ratio.argmax(axis=0)
    pairs = np.arange(len(ones))
    columns = (least, up[least, pairs], most, up[most, pairs], down[most, pairs])
    for i, j, r, left, m, u, d in zip(ones, others, *(c.tolist() for c in columns), strict=True):
        yield SwitchPair(
            switches=(switches[i], switches[j]),
            rack=sums.racks[r],
            gbps_left=Decimal(left) / MEGABIT,
            oversubscribed_rack=sums.racks[m] if u else "",
            oversubscription=Decimal(d) / u if u else None,
            cut_off=cut_off.get((i, j), 0),
        )


# Who is cut off -----------------------------------------------------------------------------------------------
def _cut_off(plant: Plant, switches: list[str]) -> dict[tuple[int, int], int]:
    """How many nodes each pair cuts off a network, the out-of-band one aside; pairs that cut nobody off left out."""
    networks = [n.id for n in plant.topology.networks if n.plane is not NetworkPlane.OUT_OF_BAND]
    fabrics = {id(plant.fabrics[n]): plant.fabrics[n] for n in networks}
    is_plain = all(fabric.is_simple for fabric in fabrics.values())
    is_plain &= all(plant.reaches[network].parts <= 1 for network in networks)
    searched = set(combinations(range(len(switches)), 2))
    lost: dict[tuple[int, int], set[str]] = {}
    if is_plain:
        lost = _without_a_switch(plant, list(fabrics.values()), switches)
        searched = {pair for fabric in fabrics.values() for pair in _splitting(fabric, switches)}
        judges, most = _deciding(plant, networks)
        searched |= {p for p, ends in lost.items() if len(ends) > most or any(j <= ends for j in judges)}
    found = {pair: len(ends) for pair, ends in lost.items()}
    for i, j in searched:
        happened = event(plant, plant.close(FailureSet(devices=(switches[i], switches[j]))))
        cut_off = frozenset().union(*(happened.reaches[network].cut_off for network in networks))
        found[i, j] = len(cut_off & plant.nodes.keys())
    return {pair: count for pair, count in found.items() if count}


def _without_a_switch(
    plant: Plant, fabrics: list[Fabric], switches: list[str]
) -> dict[tuple[int, int], set[str]]:
    """Nodes whose every cable to a network ends at one of a pair, by the indices of the pair."""
    index = {switch: i for i, switch in enumerate(switches)}
    alone: dict[int, set[str]] = defaultdict(set)
    both: dict[tuple[int, int], set[str]] = defaultdict(set)
    for fabric in fabrics:
        for end, cables in fabric.cables.items():
            homes = sorted({index.get(switch, -1) for _, switch in cables})
            if end not in plant.nodes or homes[0] < 0 or len(homes) > 2:
                continue
            if len(homes) == 1:
                alone[homes[0]].add(end)
            else:
                both[homes[0], homes[1]].add(end)
    pairs = {(min(i, j), max(i, j)) for i in alone for j in range(len(switches)) if i != j} | both.keys()
    nobody: set[str] = set()
    return {(i, j): alone.get(i, nobody) | alone.get(j, nobody) | both.get((i, j), nobody) for i, j in pairs}


def _deciding(plant: Plant, networks: list[str]) -> tuple[list[frozenset[str]], int]:
    """Who must not all be lost, and how many may be, for the part that carries on to be everybody else (F4)."""
    judges, most = [], len(plant.nodes)
    for network in networks:
        hosts = plant.reaches[network].hosts
        members = plant.judges(network, plant.reaches) & hosts
        most = min(most, max(0, len(hosts) - 2))
        if plant.plane_of[network].value in FOLLOWS:
            most = min(most, max(0, (len(members) - 1) // 2))
        elif members:
            judges.append(members)
    return judges, most


def _splitting(fabric: Fabric, switches: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs, by index, without which the switches of a network no longer hang together."""
    index = {switch: i for i, switch in enumerate(switches)}
    core = fabric.core
    for i, switch in enumerate(switches):
        if switch not in fabric.core_index:
            continue
        rest = core.copy()
        rest.remove_node(fabric.core_index[switch])
        if rustworkx.number_connected_components(rest) > 1:
            yield from ((min(i, j), max(i, j)) for j in range(len(switches)) if j != i)
            continue
        for other in rustworkx.articulation_points(rest):
            j = index.get(rest[other])
            if j is not None:
                yield min(i, j), max(i, j)
