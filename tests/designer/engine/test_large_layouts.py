"""Sized clouds of one rack to a thousand: possible drawings without an error, each switch with its uplinks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from catalog.engine.hardware import SwitchRole
from designer.engine.layout import lay_out
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import SizingRequest
from designer.engine.topology import check
from designer.engine.validation.profiles import Profile, Severity
from designer.engine.validation.rules import findings
from designer.engine.workload import FailureDomain
from tests.designer.engine.validation.build import LIBRARY, a_document, facts_of


def a_sized_document(reference, vms, *, cells=1, **policies):
    """A design that starts from a reference design, with other VMs, sized and laid out."""
    document = a_document(reference)
    profile = replace(document.workload.profiles[0], count=vms)
    document = replace(
        document,
        workload=replace(document.workload, profiles=(profile,)),
        policies=replace(document.policies, **policies),
        deployment=replace(document.deployment, nova_cells=cells),
    )
    request = SizingRequest(
        workload=document.workload, policies=document.policies, hardware=LIBRARY.selection_for(reference)
    )
    result = size(request)
    return replace(document, topology=lay_out(request, result, LIBRARY.services, LIBRARY.networks)), result


def errors(document):
    assert check(document.topology, LIBRARY.hardware_by_id, set(LIBRARY.services)) == []
    found = findings(facts_of(document), Profile.PRODUCTION)
    return [f"{f.rule}: {f.message}" for f in found if f.severity is Severity.ERROR]


def uplinks(topology, role, above):
    """Links of each switch of a role to those of another, management ports aside."""
    roles = {switch.id: switch.role for switch in topology.switches}
    found = {key: 0 for key, its in roles.items() if its is role}
    for link in topology.links:
        ends = roles.get(link.a.element), roles.get(link.b.element)
        if ends == (role, above) and not link.a.port.startswith("mgmt"):
            found[link.a.element] += 1
    return found


@pytest.mark.parametrize("racks", [1, 3, 10, 15, 16, 17, 30, 31, 32, 60, 63, 64, 100, 200])
@pytest.mark.parametrize(("reference", "vms_per_rack"), [("rd-mid", 200), ("rd-large-2000", 500)])
def test_a_cloud_of_any_number_of_racks_has_no_error(reference, vms_per_rack, racks):
    document, result = a_sized_document(reference, vms_per_rack * racks, racks=racks, cells=99)
    topology = document.topology

    assert errors(document) == []
    assert len(topology.racks) == racks
    assert set(uplinks(topology, SwitchRole.OUT_OF_BAND, SwitchRole.LEAF).values()) == {2}
    if racks == 1:
        return
    assert set(uplinks(topology, SwitchRole.LEAF, SwitchRole.SPINE).values()) == {
        result.network.uplinks_per_leaf
    }
    to_super_spines = uplinks(topology, SwitchRole.SPINE, SwitchRole.SUPER_SPINE)
    assert set(to_super_spines.values()) == {result.network.uplinks_per_spine}
    assert bool(result.counts.super_spines) == (len(result.network.pods) > 1)


@pytest.mark.parametrize(("vms", "nodes"), [(10_000, 200), (50_000, 1_000)])
def test_a_cloud_as_large_as_asked_for_has_no_error(vms, nodes):
    document, _ = a_sized_document("rd-large-2000", vms, cells=3)

    assert errors(document) == []
    assert len(document.topology.nodes) >= nodes


def test_a_thousand_racks_are_drawn_in_pods_that_reach_each_other():
    document, result = a_sized_document("rd-mid", 100_000, racks=1_000, cells=99)
    topology = document.topology
    role_of = {switch.id: switch.role for switch in topology.switches}
    tops: dict[str, set[str]] = {}
    for link in topology.links:
        if (role_of.get(link.a.element), role_of.get(link.b.element)) == (
            SwitchRole.SPINE,
            SwitchRole.SUPER_SPINE,
        ):
            tops.setdefault(link.a.element, set()).add(link.b.element)
    planes = Counter(frozenset(found) for found in tops.values())

    assert errors(document) == []
    assert len(tops) == result.counts.spines
    assert set(planes.values()) == {len(result.network.pods)}  # spine n of each pod is in plane n
    assert all(one.isdisjoint(other) for one, other in pairwise(planes))


def test_a_rack_of_single_ports_fills_no_leaf_twice():
    """N5: a leaf holds half of every bond, and all of a node with one port."""
    hardware = LIBRARY.selection_for("rd-mid")
    fast, *others = hardware.compute.ports
    single = replace(hardware.compute, ports=(replace(fast, count=1), *others))
    document = a_document("rd-mid")
    profile = replace(document.workload.profiles[0], count=2_000)
    request = SizingRequest(
        workload=replace(document.workload, profiles=(profile,)),
        policies=replace(document.policies, racks=1),
        hardware=replace(hardware, compute=single),
    )

    drawing = lay_out(request, size(request), LIBRARY.services, LIBRARY.networks)

    cabled = {link.a.element for link in drawing.links if link.a.port.startswith("fast-")}
    assert cabled == {node.id for node in drawing.nodes}


@pytest.mark.parametrize("vms", [800, 2_000, 4_000, 8_000])
def test_nodes_make_room_for_spines_instead_of_filling_the_site_with_racks(vms):
    document, result = a_sized_document("rd-edge", vms, cells=99)
    loads = result.facility.racks
    nodes = [load.compute for load in loads]

    assert errors(document) == []
    assert sum(nodes) == result.counts.compute == len(document.topology.nodes)
    assert all(load.max_watts <= load.feed_watts for load in loads)
    alone = result.counts.compute / max(nodes)  # racks that the nodes alone would fill
    assert result.counts.racks <= 1.3 * alone
    assert not [notice for notice in result.notices if "a spine of" in notice.message]


def test_where_racks_must_be_alike_those_that_spines_ask_for_are_spoken_of():
    _, result = a_sized_document("rd-edge", 4_000, storage_failure_domain=FailureDomain.RACK, cells=99)

    told = [notice for notice in result.notices if "a spine of" in notice.message]
    assert len(told) == 1
    assert told[0].message.startswith(
        f"{result.counts.racks} racks are planned where nodes and leaves alone would fill "
    )
    assert told[0].remedy.startswith("Choose a larger PDU")
