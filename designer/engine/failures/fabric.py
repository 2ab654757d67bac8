"""The graph of one network: who forwards, who wants to be reached, and which single losses split it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import rustworkx

from designer.engine.topology import MANAGEMENT_PORTS, Link


@dataclass(frozen=True, slots=True)
class Fabric:
    """The graph of one network: its vertices are ports' owners, a BMC is a vertex of its own."""

    graph: rustworkx.PyGraph[str, str]
    index: Mapping[str, int]
    """Vertex name -> index in the graph."""
    edges: Mapping[str, int]
    """Link id -> index of its edge."""
    cutting: frozenset[str]
    """Vertices whose loss splits the network (articulation points)."""
    bridges: frozenset[str]
    """Links whose loss splits it."""
    ends: Mapping[int, str]
    """Index -> name of the vertices that are no switches: what wants to be reached, not what forwards."""
    core: rustworkx.PyGraph[str, str]
    """The switches alone, with the links between them."""
    core_index: Mapping[str, int]
    core_edges: Mapping[str, int]
    """Link id -> index of its edge in `core`."""
    cables: Mapping[str, tuple[tuple[str, str], ...]]
    """End -> (link id, switch) of each of its cables."""
    ends_at: Mapping[str, frozenset[str]]
    """Switch -> ends with a cable to it."""
    is_simple: bool
    """No cable joins two ends: whoever has no live switch is alone."""


def bmc(device: str) -> str:
    """Return the vertex of the BMC or management port of a device."""
    return f"{device}|bmc"


def fabric_of(links: Sequence[Link], switches: Container[str]) -> Fabric:
    """Return the graph of `links`; whoever is in `switches` forwards."""
    graph: rustworkx.PyGraph[str, str] = rustworkx.PyGraph(multigraph=True)
    index: dict[str, int] = {}
    edge_of: dict[str, int] = {}
    pairs: dict[tuple[int, int], list[str]] = defaultdict(list)
    for link in links:
        ends = []
        for end in (link.a, link.b):
            vertex = bmc(end.element) if end.port.startswith(MANAGEMENT_PORTS) else end.element
            if vertex not in index:
                index[vertex] = graph.add_node(vertex)
            ends.append(index[vertex])
        edge_of[link.id] = graph.add_edge(ends[0], ends[1], link.id)
        pairs[min(ends), max(ends)].append(link.id)
    cutting = frozenset(graph[i] for i in rustworkx.articulation_points(graph))
    ends_of_bridges = [tuple(sorted(ends)) for ends in rustworkx.bridges(graph)]
    # Parallel cables back each other up: the library counts them as one.
    bridges = frozenset(pairs[e[0], e[1]][0] for e in ends_of_bridges if len(pairs[e[0], e[1]]) == 1)
    ends_only = {i: vertex for vertex, i in index.items() if vertex not in switches}
    core: rustworkx.PyGraph[str, str] = rustworkx.PyGraph(multigraph=True)
    core_index = {v: core.add_node(v) for v in index if v in switches}
    core_edges: dict[str, int] = {}
    cables: dict[str, list[tuple[str, str]]] = defaultdict(list)
    ends_at: dict[str, set[str]] = defaultdict(set)
    is_simple = True
    for link_id, edge in edge_of.items():
        a, b = (graph[i] for i in graph.get_edge_endpoints_by_index(edge))
        if a in core_index and b in core_index:
            core_edges[link_id] = core.add_edge(core_index[a], core_index[b], link_id)
        elif a in core_index or b in core_index:
            switch, end_name = (a, b) if a in core_index else (b, a)
            cables[end_name].append((link_id, switch))
            ends_at[switch].add(end_name)
        else:
            is_simple = False
    return Fabric(
        graph=graph,
        index=index,
        edges=edge_of,
        cutting=cutting,
        bridges=bridges,
        ends=ends_only,
        core=core,
        core_index=core_index,
        core_edges=core_edges,
        cables={key: tuple(found) for key, found in cables.items()},
        ends_at={key: frozenset(found) for key, found in ends_at.items()},
        is_simple=is_simple,
    )
