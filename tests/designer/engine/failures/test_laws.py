"""Laws of failures: more of them never helps, order and names do not matter, and a second library sees the same graph."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument
from designer.engine.failures.model import FailureSet, State
from designer.engine.failures.rank import rank, singles
from designer.engine.failures.simulate import Outcome, simulate
from designer.engine.topology import NetworkPlane, SwitchRole, Topology
from tests.designer.engine.failures.builders import (
    MID,
    a_plant,
    a_rack,
    a_topology,
    fail,
    without_second_links,
)

PLANS = {
    "three racks": MID,
    "two racks": (a_rack(control=2, compute=5, storage=2, spines=1), a_rack(compute=5, spines=1)),
    "one leaf a rack": (a_rack(leaves=1, spines=1), a_rack(leaves=1, spines=1), a_rack(leaves=1)),
    "six storage hosts": (a_rack(storage=2, spines=1), a_rack(storage=2, spines=1), a_rack(storage=2)),
}


@cache
def plant(name):
    topology = a_topology(PLANS[name])
    return a_plant(topology=without_second_links(topology) if name == "one leaf a rack" else topology)


@cache
def names(name):
    return tuple(singles(plant(name)))


@st.composite
def failures(draw):
    name = draw(st.sampled_from(sorted(PLANS)))
    few = draw(st.lists(st.sampled_from(names(name)), max_size=5))
    more = draw(st.lists(st.sampled_from(names(name)), min_size=1, max_size=4))
    return name, few, few + more


@settings(max_examples=150, deadline=None)
@given(failures())
def test_failing_more_never_improves_anything(case):
    name, few, more = case

    less, worse = (Outcome(plant(name), FailureSet.of(found)) for found in (few, more))

    for plane in ("control", "storage", "north_south"):
        assert getattr(worse, plane).state.rank >= getattr(less, plane).state.rank, plane
    for service in less.services.own:
        assert worse.services.full(service)[0].rank >= less.services.full(service)[0].rank, service
        assert worse.services.own[service].alive <= less.services.own[service].alive, service
    assert worse.event.dead.devices.keys() >= less.event.dead.devices.keys()
    for links in (*plant(name).wiring.bonds.values(), *plant(name).wiring.uplinks.values()):
        left = [plant(name).wiring.left(links, outcome.event.dead) for outcome in (less, worse)]
        assert left[1] <= left[0]
    assert worse.compute.capacity <= less.compute.capacity
    assert worse.compute.out_of_service >= less.compute.out_of_service
    assert worse.compute.running <= less.compute.running
    if worse.services.monitors() is not State.DOWN:
        for before, after in zip(less.pools, worse.pools, strict=True):
            assert after.clean <= before.clean
            assert after.inactive + after.lost >= before.inactive + before.lost


@settings(max_examples=60, deadline=None)
@given(failures(), st.randoms())
def test_order_does_not_matter_and_vms_add_up(case, random):
    name, _, more = case
    shuffled = random.sample(more, len(more))

    one, two = (simulate(plant(name), FailureSet.of(found)) for found in (more, shuffled))

    assert one == two
    compute = one.compute
    assert compute.stopped + compute.hung + compute.running == compute.vms


@pytest.mark.parametrize("name", sorted(PLANS))
def test_when_nothing_fails_everything_is_up(name):
    report = simulate(plant(name), FailureSet())

    assert {plane.state for plane in report.planes} == {State.UP}
    assert {service.state for service in report.services} == {State.UP}
    assert {network.state for network in report.networks} == {State.UP}
    assert (report.dead, report.bandwidth, report.next_failure) == ((), (), ())
    assert report.compute.running == report.compute.vms


def test_renaming_devices_and_listing_them_backwards_changes_no_result():
    topology = a_topology()

    def new(key):
        return key if key.startswith("feed-") else f"x-{key[::-1]}"

    def moved(link):
        a, b = (replace(end, element=new(end.element)) for end in (link.a, link.b))
        return replace(link, id=new(link.id), a=a, b=b, bond=new(link.bond) if link.bond else "")

    def renamed(elements):
        return tuple(replace(e, id=new(e.id), name=new(e.id)) for e in reversed(elements))

    other = Topology(
        racks=topology.racks,
        nodes=renamed(topology.nodes),
        switches=renamed(topology.switches),
        pdus=topology.pdus,
        external_routers=renamed(topology.external_routers),
        networks=topology.networks,
        links=tuple(moved(link) for link in reversed(topology.links)),
        pools=topology.pools,
    )
    one, two = a_plant(topology=topology), a_plant(topology=other)
    for failed in ("ctl01", "sto02", "cmp05", "leaf-1a"):
        a, b = fail(one, f"device:{failed}"), fail(two, f"device:{new(failed)}")

        assert [p.state for p in a.planes] == [p.state for p in b.planes]
        assert (a.compute, a.pools) == (b.compute, b.pools)


def test_control_does_not_depend_on_storage_nor_running_vms_on_control():
    report = fail(plant("three racks"), *(f"device:sto0{n}" for n in (1, 2, 3)))
    other = fail(plant("three racks"), *(f"device:ctl0{n}" for n in (1, 2, 3)))

    assert report.plane("control").state is not State.DOWN
    assert (other.compute.stopped, other.compute.hung) == (0, 0)
    assert other.plane("storage").state is State.UP


def test_what_is_not_in_the_drawing_cannot_fail():
    with pytest.raises(InvalidDocument) as refused:
        fail(plant("three racks"), "device:ctl99", "drive:sto01.osd-13", "drive:cmp01.osd-1", "feed:feed-c")

    fields = [(problem.field, problem.value) for problem in refused.value.problems]
    assert fields == [
        ("failed.devices", "ctl99"), ("failed.drives", "cmp01.osd-1"), ("failed.drives", "sto01.osd-13"),
        ("failed.feeds", "feed-c"),
    ]  # fmt: skip


# networkx as a second opinion -----------------------------------------------------------------------------------
@st.composite
def cabled(draw):
    """The three racks with random cables missing, and a random failure of devices."""
    topology = a_topology()
    kept = draw(st.lists(st.booleans(), min_size=len(topology.links), max_size=len(topology.links)))
    # Most cables stay: a graph of crumbs has nothing to find.
    rare = draw(st.lists(st.integers(0, len(topology.links) - 1), max_size=25))
    links = tuple(link for i, link in enumerate(topology.links) if i not in rare or kept[i])
    devices = [d.id for d in (*topology.nodes, *topology.switches, *topology.external_routers)]
    failed = draw(st.lists(st.sampled_from(devices), max_size=4, unique=True))
    return replace(topology, links=links), failed


def second_graph(topology, network):
    """The graph of a network, built from its definition by another library."""
    graph = networkx.MultiGraph()
    switches = {switch.id for switch in topology.switches}
    for link in topology.links:
        trunk = not link.networks and {link.a.element, link.b.element} <= switches
        if trunk or network in link.networks:
            ends = [
                f"{end.element}|bmc" if end.port.startswith(("bmc", "mgmt")) else end.element
                for end in (link.a, link.b)
            ]
            graph.add_edge(*ends, key=link.id)
    return graph


@settings(max_examples=60, deadline=None)
@given(cabled())
def test_networkx_finds_the_same_parts_of_every_network(case):
    topology, failed = case
    happened = Outcome(a_plant(topology=topology), FailureSet(devices=tuple(failed))).event

    switches = {switch.id for switch in topology.switches}
    for network in topology.networks:
        graph = second_graph(topology, network.id)
        graph.remove_nodes_from([*failed, *(f"{key}|bmc" for key in failed)])
        expected = {frozenset(part - switches) for part in networkx.connected_components(graph)} - {
            frozenset()
        }
        assert set(happened.reaches[network.id].groups) == expected


@settings(max_examples=40, deadline=None)
@given(cabled())
def test_networkx_finds_the_same_devices_and_cables_that_split_a_network(case):
    topology, _ = case
    fabrics = a_plant(topology=topology).fabrics

    for network in topology.networks:
        graph = second_graph(topology, network.id)
        simple = networkx.Graph(graph)
        assert fabrics[network.id].cutting == set(networkx.articulation_points(simple))
        alone = {
            next(iter(graph[a][b])) for a, b in networkx.bridges(simple) if graph.number_of_edges(a, b) == 1
        }
        assert fabrics[network.id].bridges == alone


@settings(max_examples=40, deadline=None)
@given(cabled())
def test_networkx_finds_the_same_nodes_cut_off_by_each_single_device(case):
    topology, _ = case
    plant = a_plant(topology=topology)

    switches = {switch.id for switch in topology.switches}
    for network in topology.networks:
        if plant.reaches[network.id].parts != 1:
            continue
        graph = second_graph(topology, network.id)
        expected = {}
        for device in graph.nodes:
            left = graph.copy()
            left.remove_node(device)
            parts = [part - switches for part in networkx.connected_components(left) if part - switches]
            if len(parts) > 1:
                expected[device] = {frozenset(part) for part in parts}
        found = plant.cut_off_by_each(network.id)
        assert found.keys() == expected.keys()
        for device, cut_off in found.items():
            carrying = [part for part in expected[device] if not part & cut_off]
            assert len(carrying) == 1
            assert frozenset().union(*expected[device]) - carrying[0] == cut_off


def test_a_leaf_without_uplinks_hangs_on_the_other_leaf_of_its_rack():
    topology = a_topology()
    switches = {switch.id for switch in topology.switches}
    links = tuple(
        link
        for link in topology.links
        if not (
            "leaf-3b" in (link.a.element, link.b.element) and {link.a.element, link.b.element} <= switches
        )
    )
    plant = a_plant(topology=replace(topology, links=links))
    network = next(n.id for n in topology.networks if n.plane is NetworkPlane.STORAGE_PUBLIC)

    assert plant.reaches[network].parts == 1
    in_rack_3 = {node.id for node in topology.nodes if node.rack == "rack-3"} & plant.reaches[network].hosts
    assert plant.cut_off_by_each(network)["leaf-3a"] == in_rack_3


def test_pairs_of_switches_that_cut_the_storage_network_are_those_networkx_finds_by_brute_force():
    topology = a_topology()
    ranking = rank(a_plant(topology=topology), with_pairs=True)
    network = next(n.id for n in topology.networks if n.plane is NetworkPlane.STORAGE_PUBLIC)
    graph = second_graph(topology, network)
    monitors = [node.id for node in topology.nodes if "ceph-mon" in node.services]
    switches = sorted(s.id for s in topology.switches if s.role is not SwitchRole.OUT_OF_BAND)

    expected = set()
    for i, a in enumerate(switches):
        for b in switches[i + 1 :]:
            left = graph.copy()
            left.remove_nodes_from((a, b))
            most = max(len(part & set(monitors)) for part in networkx.connected_components(left))
            if most < 2:
                expected.add((a, b))

    ids = {tuple(sorted(e.partition(":")[2] for e in cut.elements)) for cut in ranking.cut_sets if cut.event == "storage"}  # fmt: skip
    assert {pair for pair in ids if set(pair) <= set(switches)} == expected == {("spine-1", "spine-2")}
