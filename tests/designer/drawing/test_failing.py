"""The drawing that things fail in: what it is told is written as text, whatever it is."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from designer.drawing.failing import Part, Row, draw_all, draw_parts
from designer.engine.layout import topology_of_reference
from tests.designer.engine.test_layout import LIBRARY

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"><script>alert(1)</script>'


def test_names_notes_and_addresses_are_text():
    rows = [Row(title=HOSTILE, parts=[Part(id=HOSTILE, name=HOSTILE, note=HOSTILE)])]

    drawn = draw_parts(rows, title=HOSTILE, width=400, marks={}, links={HOSTILE: f"/?x={HOSTILE}"})

    root = ElementTree.fromstring(drawn)
    assert not list(root.iter(f"{SVG}script"))
    assert [link.get("href") for link in root.iter(f"{SVG}a")] == [f"/?x={HOSTILE}"]


def test_racks_and_cables_have_a_place_to_press_and_no_link_holds_another():
    topology = topology_of_reference(LIBRARY.reference_designs["rd-mid"], LIBRARY)
    racks = tuple(replace(rack, name=HOSTILE) for rack in topology.racks)
    everything = ["rack-1", "ctl01", "pdu-1a", "leaf-1a--spine-1", "feed-a", "management"]

    drawn = draw_all(
        replace(topology, racks=racks), LIBRARY.hardware_by_id,
        site=[Row(title="Feeds", parts=[Part(id="feed-a", name="Feed A")])], services=[], title="x", marks={},
        links={key: f"/?{key}" for key in everything},
    )  # fmt: skip

    root = ElementTree.fromstring(drawn)
    links = list(root.iter(f"{SVG}a"))
    assert {link.get("data-element") for link in links} == set(everything)
    assert not any(list(inner.iter(f"{SVG}a"))[1:] for inner in links)
    assert all(link.find(f"{SVG}title") is not None for link in links)


def test_long_rows_are_broken_and_all_boxes_are_on_the_sheet():
    rows = [
        Row(title="Cables", parts=[Part(id=f"c{n}", name=f"down-{n} → node", note="25G") for n in range(60)])
    ]

    root = ElementTree.fromstring(draw_parts(rows, title="x", width=600, marks={}, links={}))

    width, height = float(root.get("width")), float(root.get("height"))
    boxes = [
        [float(rect.get(key)) for key in ("x", "y", "width", "height")] for rect in root.iter(f"{SVG}rect")
    ]
    assert len(boxes) == 60
    assert all(x + w <= width and y + h <= height for x, y, w, h in boxes)
