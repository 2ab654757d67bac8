"""The drawing of a sized cloud: possible, complete, spread over failure domains, and the same each time."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.hardware import NodeRole, SwitchRole
from catalog.library import load_library
from designer.engine.layout import lay_out, topology_of_reference
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import SizingRequest
from designer.engine.topology import check
from designer.engine.workload import Policies, VmProfile, Workload

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
