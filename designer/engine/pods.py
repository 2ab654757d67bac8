"""Pods of a drawn fabric: leaves with the spines that join them, read from the links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from catalog.engine.hardware import SwitchRole
from designer.engine.topology import Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """Ids of leaves, and of the spines that join them."""

    leaves: tuple[str, ...]
    spines: tuple[str, ...]


def pods_of(topology: Topology) -> tuple[Pod, ...]:
    """Return the pods: all leaves and spines as one, or, under super-spines, those that links among both join."""
    roles = {s.id: s.role for s in topology.switches if s.role in (SwitchRole.LEAF, SwitchRole.SPINE)}
    groups = [list(roles)]
    if any(switch.role is SwitchRole.SUPER_SPINE for switch in topology.switches):
        groups = joined(roles, topology)
    return tuple(
        Pod(
            leaves=tuple(key for key in group if roles[key] is SwitchRole.LEAF),
            spines=tuple(key for key in group if roles[key] is SwitchRole.SPINE),
        )
        for group in groups
    )


def groups_of_fabric(topology: Topology) -> int:
    """Return in how many groups, without a link between them, leaves, spines and super-spines fall; 1 without these."""
    if not any(switch.role is SwitchRole.SUPER_SPINE for switch in topology.switches):
        return 1
    fabric = {s.id for s in topology.switches if s.role is not SwitchRole.OUT_OF_BAND}
    return len(joined(dict.fromkeys(s.id for s in topology.switches if s.id in fabric), topology))


def joined(members: Collection[str], topology: Topology) -> list[list[str]]:
    """Return `members` in groups that links among them join, each in the order of `members`."""
    beside: Mapping[str, set[str]] = defaultdict(set)
    for link in topology.links:
        if link.a.element in members and link.b.element in members:
            beside[link.a.element].add(link.b.element)
            beside[link.b.element].add(link.a.element)
    first_of: dict[str, str] = {}
    for start in members:
        edge = [] if start in first_of else [start]
        while edge:
            key = edge.pop()
            if key not in first_of:
                first_of[key] = start
                edge += beside[key]
    groups: dict[str, list[str]] = defaultdict(list)
    for key in members:
        groups[first_of[key]].append(key)
    return list(groups.values())
