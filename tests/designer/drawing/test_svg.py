"""The drawing: well-formed, complete, styled by class on screen and self-contained in print."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from designer.drawing.canvas import PAINTS, fitted, text_width
from designer.drawing.svg import draw
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


def test_print_carries_its_paint_and_the_screen_none():
    _, topology = laid_out(a_request())

    screen = draw(topology, LIBRARY.hardware_by_id)
    printed = draw(topology, LIBRARY.hardware_by_id, theme="print")

    assert "class=" not in printed
    assert "fill=" not in screen
    assert " style=" not in screen + printed


def test_each_paint_has_a_rule_on_screen():
    rules = set(re.findall(r"^\.drawing-([a-z-]+) ", CSS.read_text(), re.MULTILINE))

    assert rules == set(PAINTS)


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
