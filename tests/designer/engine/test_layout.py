"""The drawing of a sized cloud: possible, complete, spread over failure domains, and the same each time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.hardware import NodeRole, PortGroup, SwitchRole
from catalog.library import load_library
from designer.engine.layout import lay_out, topology_of_reference
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import SizingRequest
from designer.engine.topology import check
from designer.engine.workload import Policies, PoolPlan, VmProfile, Workload

LIBRARY = load_library()


def a_request(vms=522, vcpus=4, ram_gib=8, disk_gb=60, reference="rd-mid", **policies):
    profile = VmProfile(
        id="vm", name="VM", count=vms, vcpus=vcpus, ram_gib=Decimal(ram_gib), disk_gb=Decimal(disk_gb)
    )
    return SizingRequest(
        workload=Workload(profiles=(profile,)),
        policies=Policies(**policies),
        hardware=LIBRARY.selection_for(reference),
    )


def laid_out(request):
    result = size(request)
    return result, lay_out(request, result, LIBRARY.services, LIBRARY.networks)


def test_the_mid_size_cloud_is_drawn_as_the_reference_architecture_has_it():
    _, drawing = laid_out(a_request())

    racks = {
        rack.id: Counter(node.id[:3] for node in drawing.nodes if node.rack == rack.id)
        for rack in drawing.racks
    }
    # domain/reference_designs.yaml, rd-mid, topology.racks
    assert racks == {
        "rack-1": {"ctl": 1, "cmp": 4, "sto": 1},
        "rack-2": {"ctl": 1, "cmp": 3, "sto": 1},
        "rack-3": {"ctl": 1, "cmp": 3, "sto": 1},
    }
    assert {s.id for s in drawing.switches} >= {
        "leaf-1a",
        "leaf-1b",
        "leaf-3b",
        "spine-1",
        "spine-2",
        "oob-1",
        "oob-3",
    }
    assert {s.id: s.rack for s in drawing.switches if s.role is SwitchRole.SPINE} == {
        "spine-1": "rack-1",
        "spine-2": "rack-2",
    }
    monitors = [node.id for node in drawing.nodes if "ceph-mon" in node.services]
    assert monitors == ["sto01", "sto02", "sto03"]


def test_pools_are_drawn_with_their_coding_chunks():
    pools = (
        PoolPlan(name="data", share_of_raw=Decimal("0.9"), k=4, m=2),
        PoolPlan(name="index", share_of_raw=Decimal("0.1"), replicas=3),
    )

    _, drawing = laid_out(a_request(pools=pools))

    assert [(p.id, p.size, p.coding_chunks, p.readable_from) for p in drawing.pools] == [
        ("data", 6, 2, 4), ("index", 3, 0, 1),
    ]  # fmt: skip


def test_a_pool_needs_a_data_chunk():
    _, drawing = laid_out(a_request())
    pools = (replace(drawing.pools[0], coding_chunks=3),)

    problems = check(replace(drawing, pools=pools), LIBRARY.hardware_by_id)

    assert [(p.field, p.value) for p in problems] == [("pools[0].coding_chunks", 3)]


@pytest.mark.parametrize("reference", list(LIBRARY.reference_designs))
def test_every_reference_design_is_a_possible_drawing(reference):
    definition = LIBRARY.reference_designs[reference]

    drawing = topology_of_reference(definition, LIBRARY)

    assert check(drawing, LIBRARY.hardware_by_id, set(LIBRARY.services)) == []
    assert Counter(node.spec for node in drawing.nodes) == {
        node.spec: node.count for node in definition.nodes
    }


@settings(max_examples=40, deadline=None)
@given(
    vms=st.integers(1, 4000),
    vcpus=st.integers(1, 16),
    ram_gib=st.integers(1, 64),
    disk_gb=st.integers(0, 500),
    reference=st.sampled_from(["rd-mid", "rd-large-2000"]),
)
def test_any_sized_cloud_is_possible_and_spread(vms, vcpus, ram_gib, disk_gb, reference):
    request = a_request(vms, vcpus, ram_gib, disk_gb, reference)
    result, drawing = laid_out(request)

    assert check(drawing, LIBRARY.hardware_by_id, set(LIBRARY.services)) == []
    counts = Counter(node.id[:3] for node in drawing.nodes)
    assert (counts["ctl"], counts["cmp"], counts["sto"]) == (
        result.counts.control,
        result.counts.compute,
        result.counts.storage,
    )
    for role in ("keystone", "ceph-mon"):
        racks = [node.rack for node in drawing.nodes if role in node.services]
        assert len(set(racks)) == min(len(racks), len(drawing.racks))
    cabled = Counter(link.a.element for link in drawing.links if link.a.port.startswith("fast"))
    assert set(cabled) == {node.id for node in drawing.nodes}
    assert lay_out(request, result, LIBRARY.services, LIBRARY.networks) == drawing


# domain/reference_designs.yaml, `leaf_up_gbps` of a rack: what its leaves carry to spines, or to routers without them.
@pytest.mark.parametrize(
    ("reference", "gbps"),
    [
        ("rd-starter-hci3", 400),
        ("rd-mid", 400),
        ("rd-large-2000", 800),
        ("rd-capacity-object", 400),
        ("rd-gpu-ai", 800),
        ("rd-memory", 400),
        ("rd-edge", 400),
        ("rd-3az", 600),
        ("rd-baremetal", 800),
    ],
)
def test_the_leaves_of_a_rack_carry_as_much_as_the_reference_design_says(reference, gbps):
    drawing = topology_of_reference(LIBRARY.reference_designs[reference], LIBRARY)
    upstream = {s.id for s in drawing.switches if s.role is SwitchRole.SPINE}
    upstream |= {router.id for router in drawing.external_routers}

    carried = Counter()
    for link in drawing.links:
        if link.a.port.startswith("up-") and link.b.element in upstream:
            carried[next(s.rack for s in drawing.switches if s.id == link.a.element)] += link.gbps

    assert carried == dict.fromkeys((rack.id for rack in drawing.racks), gbps)


def test_the_sized_fabric_has_the_uplinks_that_the_sizing_counts():
    result, drawing = laid_out(a_request(2074, reference="rd-large-2000"))

    to_spines = Counter(link.a.element for link in drawing.links if link.b.element.startswith("spine"))

    assert result.network.uplinks_per_leaf > 2  # more than one link to each spine
    assert set(to_spines.values()) == {result.network.uplinks_per_leaf}


def out_of_band_uplinks(drawing):
    """Out-of-band switch -> the leaves that it is linked to."""
    switches = {s.id for s in drawing.switches if s.role is SwitchRole.OUT_OF_BAND}
    found = {switch: [] for switch in switches}
    for link in drawing.links:
        if link.a.element in switches:
            found[link.a.element].append(link)
    return found


@pytest.mark.parametrize("reference", list(LIBRARY.reference_designs))
def test_an_out_of_band_switch_has_a_link_to_each_leaf_of_a_pair_that_carries_nothing_else(reference):
    drawing = topology_of_reference(LIBRARY.reference_designs[reference], LIBRARY)
    racks = {switch.id: switch.rack for switch in drawing.switches}

    for switch, links in out_of_band_uplinks(drawing).items():
        assert {racks[link.b.element] for link in links} == {racks[switch]}
        assert len({link.b.element for link in links}) == 2
        assert {(link.gbps, link.networks) for link in links} == {(100, ("oob",))}


@pytest.mark.parametrize(
    ("oob_ports", "leaf_ports", "uplinks"), [(4, 3, 2), (1, 3, 1), (0, 3, 0), (4, 2, 0), (4, 1, 0)]
)
def test_where_ports_run_out_the_out_of_band_switch_gives_way_and_nothing_dangles(
    oob_ports, leaf_ports, uplinks
):
    request = a_request()
    oob = with_up_ports(request.hardware.oob, oob_ports)
    leaf = with_up_ports(request.hardware.leaf, leaf_ports)
    request = replace(request, hardware=replace(request.hardware, oob=oob, leaf=leaf))

    _, drawing = laid_out(request)

    hardware = {**LIBRARY.hardware_by_id, oob.id: oob, leaf.id: leaf}
    assert check(drawing, hardware, set(LIBRARY.services)) == []
    assert {len(links) for links in out_of_band_uplinks(drawing).values()} == {uplinks}


def with_up_ports(switch, count):
    others = tuple(group for group in switch.ports if group.name != "up")
    up = PortGroup(name="up", count=count, gbps=Decimal(100))
    return replace(switch, ports=(*others, up) if count else others)


def test_a_storage_node_keeps_its_cluster_network_on_a_bond_of_its_own():
    _, drawing = laid_out(a_request())

    by_bond = {
        link.bond: set(link.networks) for link in drawing.links if link.a.element == "sto01" and link.bond
    }

    assert by_bond["sto01-bond1"] == {"storage_cluster"}
    assert "storage_public" in by_bond["sto01-bond0"]


def test_a_node_loses_no_network_when_one_leaf_is_gone():
    _, drawing = laid_out(a_request())

    for node in drawing.nodes:
        links = [link for link in drawing.links if link.a.element == node.id and link.bond]
        for bond in {link.bond for link in links}:
            assert len({link.b.element for link in links if link.bond == bond}) == 2


def test_control_services_stand_on_control_nodes_only():
    _, drawing = laid_out(a_request())

    where = {node.roles for node in drawing.nodes if "mariadb" in node.services}

    assert where == {(NodeRole.CONTROL,)}
