"""The drawing of many racks: pods as frames and racks as tiles, alike racks once, every switch and network still named."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree

import pytest

from designer.drawing.svg import draw
from tests.designer.drawing.test_svg import SVG
from tests.designer.engine.test_large_layouts import LIBRARY, a_sized_document


@lru_cache
def topology(racks):
    return a_sized_document("rd-mid", 200 * racks, racks=racks)[0].topology


def drawn(racks, **options):
    return ElementTree.fromstring(draw(topology(racks), LIBRARY.hardware_by_id, **options))


def size(root):
    return [float(part) for part in root.get("viewBox").split()[2:]]


@pytest.mark.parametrize("theme", ["screen", "print"])
@pytest.mark.parametrize("racks", [13, 30, 100])
def test_many_racks_stay_as_wide_as_a_page(racks, theme):
    root = drawn(racks, theme=theme)

    shown = {group.get("data-element") for group in root.iter(f"{SVG}g")}
    plan = topology(racks)
    assert {e.id for e in (*plan.switches, *plan.networks, *plan.external_routers)} <= shown
    assert size(root)[0] < 1_290  # what a page of 1,440 pixels shows
    assert size(root)[1] < 4_000


def test_a_pod_is_a_frame_with_its_spines_and_racks():
    words = "".join(drawn(100, view="networks").itertext())

    assert [name in words for name in ("Pod 1", "Pod 2", "Pod 3", "Pod 4")] == [True, True, True, False]
    assert "Each leaf has 1 × 100G to each spine of its pod; each spine has" in words


def test_racks_that_hold_the_same_are_drawn_once_and_counted():
    root = drawn(30)

    titles = [text for group in root.iter(f"{SVG}title") if (text := group.text or "").startswith("rack-")]
    like_it = [int(found[1]) for title in titles if (found := re.search(r"and (\d+) racks like it", title))]
    assert len([t for t in titles if "units used" in t]) + sum(like_it) == 30
    assert len(titles) < 10


def test_the_view_of_racks_and_the_one_to_choose_from_show_every_node():
    plan = topology(30)
    nodes = {node.id for node in plan.nodes}
    all_racks = {group.get("data-element") for group in drawn(30, view="racks").iter(f"{SVG}g")}
    links = {node: f"?failed={node}" for node in nodes}
    chosen = {group.get("data-element") for group in drawn(30, links=links).iter(f"{SVG}a")}

    assert nodes <= all_racks
    assert nodes <= chosen
