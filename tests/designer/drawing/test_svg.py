"""The drawing: well-formed, complete, styled by class on screen and self-contained in print."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from designer.drawing.canvas import MARKS, PAINTS, fitted, text_width
from designer.drawing.racks import UNIT
from designer.drawing.svg import draw
from designer.engine.layout import topology_of_reference
from designer.engine.topology import Node, Rack, Topology
from tests.designer.engine.test_layout import LIBRARY, a_request, laid_out

SVG = "{http://www.w3.org/2000/svg}"
CSS = Path(__file__).resolve().parents[3] / "static" / "css" / "drawing.css"


@pytest.mark.parametrize("theme", ["screen", "print"])
@pytest.mark.parametrize(("reference", "vms"), [("rd-mid", 522), ("rd-large-2000", 2074)])
def test_everything_drawn_is_named_and_shown(theme, reference, vms):
    _, topology = laid_out(a_request(vms, reference=reference))

    root = ElementTree.fromstring(draw(topology, LIBRARY.hardware_by_id, theme=theme))

    shown = {group.get("data-element") for group in root.iter(f"{SVG}g")}
    wanted = (
        *topology.racks,
        *topology.nodes,
        *topology.switches,
        *topology.pdus,
        *topology.networks,
        *topology.external_routers,
    )
    assert {element.id for element in wanted} <= shown
    assert all(group.find(f"{SVG}title") is not None for group in root.iter(f"{SVG}g"))
    assert root.find(f"{SVG}title").text.startswith("Topology of ")


@pytest.mark.parametrize("reference", list(LIBRARY.reference_designs))
def test_a_reference_design_is_drawn_without_shortening_a_word(reference):
    topology = topology_of_reference(LIBRARY.reference_designs[reference], LIBRARY)

    assert "…" not in draw(topology, LIBRARY.hardware_by_id)


@pytest.mark.parametrize("reference", list(LIBRARY.reference_designs))
def test_what_stands_in_a_rack_keeps_its_order_and_size_where_empty_units_are_folded(reference):
    topology = topology_of_reference(LIBRARY.reference_designs[reference], LIBRARY)

    root = ElementTree.fromstring(draw(topology, LIBRARY.hardware_by_id, view="racks"))

    boxes = {}
    for group in root.iter(f"{SVG}g"):
        box = group.find(f"{SVG}rect")
        boxes[group.get("data-element")] = float(box.get("y")), float(box.get("height"))
    for rack in topology.racks:
        frame_top, frame_height = boxes[rack.id]
        inside = [item for item in (*topology.nodes, *topology.switches) if item.rack == rack.id]
        inside.sort(key=lambda item: -item.unit)
        below = frame_top
        for item in inside:
            y, height = boxes[item.id]
            assert y >= below
            assert height == LIBRARY.hardware_by_id[item.spec].rack_units * UNIT - 2
            below = y + height
        assert below <= frame_top + frame_height
        assert frame_height < LIBRARY.hardware_by_id[rack.spec].rack_units * UNIT  # something was folded


def test_racks_that_share_no_empty_stretch_are_drawn_at_full_height():
    racks = (Rack(id="r1", name="Low", spec="rack-42u"), Rack(id="r2", name="High", spec="rack-42u"))
    nodes = tuple(
        Node(id=f"n{unit}", name=f"n{unit}", spec="cmp-512", roles=LIBRARY.node_specs["cmp-512"].roles, rack=rack, unit=unit)
        for rack, units in (("r1", range(1, 22)), ("r2", range(22, 43)))
        for unit in units
    )  # fmt: skip

    root = ElementTree.fromstring(
        draw(Topology(racks=racks, nodes=nodes), LIBRARY.hardware_by_id, view="racks")
    )

    frames = [
        group.find(f"{SVG}rect")
        for group in root.iter(f"{SVG}g")
        if group.get("data-element") in ("r1", "r2")
    ]
    assert {float(frame.get("height")) for frame in frames} == {42 * UNIT}
    assert "21 U free" in "".join(root.itertext())


def test_the_uplinks_of_out_of_band_switches_are_drawn_and_counted_are_those_of_the_leaves():
    topology = topology_of_reference(LIBRARY.reference_designs["rd-large-2000"], LIBRARY)

    root = ElementTree.fromstring(draw(topology, LIBRARY.hardware_by_id, view="networks"))

    uplinks = [path for path in root.iter(f"{SVG}path") if path.get("class") == "drawing-oob-uplink"]
    assert len(uplinks) == 2 * 6  # both leaves of six racks
    assert "2 × 100G from a leaf to a spine" in "".join(root.itertext())


def test_print_carries_its_paint_and_the_screen_none():
    _, topology = laid_out(a_request())

    screen = draw(topology, LIBRARY.hardware_by_id)
    printed = draw(topology, LIBRARY.hardware_by_id, theme="print")

    assert "class=" not in printed
    assert "fill=" not in screen
    assert " style=" not in screen + printed


def test_each_paint_has_a_rule_on_screen():
    rules = set(re.findall(r"^\.drawing-([a-z-]+) ", CSS.read_text(), re.MULTILINE))

    assert {rule for rule in rules if not rule.startswith("is-")} == set(PAINTS)
    assert {rule for rule in rules if rule.startswith("is-")} == {f"is-{mark}" for mark in MARKS}


def test_no_text_leaves_its_rack_or_the_sheet():
    _, topology = laid_out(a_request(2074, reference="rd-large-2000"))

    root = ElementTree.fromstring(draw(topology, LIBRARY.hardware_by_id, theme="print"))

    width = float(root.get("viewBox").split()[2])
    for text in root.iter(f"{SVG}text"):
        x, size, words = float(text.get("x")), float(text.get("font-size")), text.text or ""
        wide = text_width(words, size)
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "start")]
        assert left >= -1
        assert left + wide <= width + 1, words


def test_names_are_escaped_and_shortened():
    name = "<script>alert(1)</script> & a name far too long for the side of a rack"
    topology = Topology(
        racks=(Rack(id="rack-1", name="R&D <1>", spec="rack-42u"),),
        nodes=(
            Node(
                id="n",
                name=name,
                spec="cmp-512",
                roles=LIBRARY.node_specs["cmp-512"].roles,
                rack="rack-1",
                unit=1,
            ),
        ),
    )

    svg = draw(topology, LIBRARY.hardware_by_id)

    assert "<script" not in svg
    assert ElementTree.fromstring(svg) is not None
    assert fitted("word" * 50, 10, 60).endswith("…")


def test_an_empty_topology_is_an_empty_sheet():
    assert "An empty topology" in draw(Topology(), {})


def test_an_unknown_view_is_refused():
    with pytest.raises(ValueError, match="view"):
        draw(Topology(), {}, view="sideways")
