"""The drawing as a file: a picture, draw.io, JSON; and a file as the drawing, checked by the server, with undo."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from playwright.sync_api import Page, expect

from designer.models import Design
from tests.browser.editor import opened, press, saved

BOXES = "document.querySelector('[data-topology-editor]').topologyEditor.workspace.scene.boxes"


def save_as(page: Page, kind: str, folder: Path) -> Path:
    page.locator("summary[aria-label=Files]").click()
    with page.expect_download() as waiting:
        page.get_by_text(kind, exact=True).click()
    page.locator("summary[aria-label=Files]").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_a_picture_has_the_whole_drawing(visit: Page, design, tmp_path):
    opened(visit, design)
    path = save_as(visit, "Save as PNG", tmp_path)

    data = path.read_bytes()
    assert (path.name, data[:8]) == ("Cloud 2027 racks.png", b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(data[at : at + 4]) for at in (16, 20))
    right, bottom = visit.evaluate(
        f"() => {{ const boxes = {BOXES}; return ['x', 'y'].map((side, i) => 2 * (80 + "
        "Math.max(...boxes.map(box => box[side] + (i ? box.height : box.width))) - Math.min(...boxes.map(box => box[side])))) }"
    )
    assert (abs(width - right) <= 1, abs(height - bottom) <= 1) == (True, True)


def test_the_file_for_draw_io_has_the_boxes_and_colours_of_the_screen(visit: Page, design, tmp_path):
    opened(visit, design)
    press(visit, "n", "g")
    path = save_as(visit, "Save for draw.io", tmp_path)

    cells = {cell.get("id"): cell for cell in ET.parse(path).getroot().iter("mxCell")}
    boxes = visit.evaluate(BOXES)
    for box in boxes:
        geometry = cells[f"box:{box['id']}"].find("mxGeometry")
        assert [round(float(geometry.get(side)), 1) for side in ("x", "y", "width", "height")] == [
            round(box[side], 1) for side in ("x", "y", "width", "height")
        ]
    assert "fillColor=#" in cells["box:leaf-1a"].get("style")
    lines = [cell for cell in cells.values() if cell.get("edge")]
    assert {line.get("source") for line in lines} <= set(cells)
    assert any(line.find("mxGeometry/Array") is not None for line in lines)


def test_a_document_is_taken_in_checked_and_undone(
    visit: Page, design, tmp_path, complaints, assert_accessible
):
    opened(visit, design)
    path = save_as(visit, "Save as JSON", tmp_path)
    before = json.loads(path.read_text())
    assert before == design.document["topology"]

    wrong = before | {"nodes": [{**before["nodes"][0], "rack": "rack-77"}, *before["nodes"][1:]]}
    (tmp_path / "wrong.json").write_text(json.dumps(wrong))
    visit.set_input_files("input[type=file]", tmp_path / "wrong.json")
    refused = visit.locator(".editor__refused")
    expect(refused).to_contain_text("topology.nodes[0].rack: rack-77")
    assert_accessible(visit)
    assert Design.objects.get(pk=design.pk).version == 1
    refused.get_by_role("button", name="Close").click()

    kept = {"racks": list(reversed(before["racks"])), "networks": before["networks"], "schema_version": 1}
    (tmp_path / "hall.json").write_text(json.dumps(kept))
    visit.set_input_files("input[type=file]", tmp_path / "hall.json")
    expect(visit.locator(".editor__said")).to_contain_text("elements of hall.json")
    saved(visit)
    now = Design.objects.get(pk=design.pk).document["topology"]
    assert (len(now["racks"]), now["nodes"], now["links"]) == (3, [], [])

    press(visit, "Control+z")
    saved(visit)
    assert Design.objects.get(pk=design.pk).document["topology"] == before
    complaints[:] = [one for one in complaints if "400" not in one]
