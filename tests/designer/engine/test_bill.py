"""The bill of materials against the drawing it is counted from."""

from dataclasses import replace

import pytest

from catalog.engine.documents import InvalidDocument
from catalog.library import load_library
from designer.engine.bill import PieceKind, bill_of_materials
from designer.engine.layout import topology_of_reference


@pytest.fixture(scope="module")
def library():
    return load_library()


def counted(library, design):
    topology = topology_of_reference(library.reference_designs[design], library)
    lines = bill_of_materials(topology, library.hardware_by_id, library.parts)
    return topology, {line.id: line.count for line in lines}, lines


def test_the_mid_size_design_is_counted_whole(library):
    _, counts, _ = counted(library, "rd-mid")

    pieces = ("ctl-s", "cmp-512", "sto-nvme12", "leaf-48x25-8x100", "spine-32x100", "oob-48x1", "rack-42u")
    assert {piece: counts[piece] for piece in pieces} == {
        "ctl-s": 3, "cmp-512": 10, "sto-nvme12": 3, "leaf-48x25-8x100": 6, "spine-32x100": 2, "oob-48x1": 3, "rack-42u": 3,
    }  # fmt: skip
    assert counts["dac-10g"] == 6  # two ports of each control node
    assert counts["dac-25g"] == 32  # two of each compute node, four of each storage node
    assert counts["cat6a"] == 24  # a BMC of 16 nodes, a management port of six leaves and two spines
    # In the rack: both uplinks of three out-of-band switches, and four leaves beside a spine. The others are optical.
    assert counts["dac-100g"] == 3 * 2 + 4
    assert counts["aoc-100g"] == 6 * 2 - 4


@pytest.mark.parametrize("design", load_library().reference_designs)
def test_every_link_has_its_cable_and_every_piece_a_price(library, design):
    topology, _, lines = counted(library, design)

    cables = ("cat6a", "dac-10g", "dac-25g", "dac-100g", "dac-400g", "aoc-100g", "fibre-5m")
    assert sum(line.count for line in lines if line.id in cables) == len(topology.links)
    assert sum(line.count for line in lines if line.kind is PieceKind.NODE) == len(topology.nodes)
    assert all(line.price is not None and line.price.source for line in lines)


def test_a_model_that_the_catalog_lacks_is_named(library):
    topology, _, _ = counted(library, "rd-mid")
    strange = replace(topology.nodes[0], spec="no-such-server")

    with pytest.raises(InvalidDocument) as refusal:
        bill_of_materials(replace(topology, nodes=(strange,)), library.hardware_by_id, library.parts)

    assert refusal.value.problems[0].value == "no-such-server"
