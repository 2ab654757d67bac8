"""Leading links in Chromium: a bend is made, dragged and removed; all links are led around boxes at once."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.editor import drag, opened, press, saved, stored

HALF_WAY = """id => {
  const { workspace } = document.querySelector("[data-topology-editor]").topologyEditor;
  const { points } = workspace.scene.lines.find(line => line.links.includes(id));
  const canvas = document.querySelector(".editor__canvas").getBoundingClientRect();
  const at = workspace.camera.toScreen((points[0] + points[2]) / 2, (points[1] + points[3]) / 2);
  return { x: canvas.left + at.x, y: canvas.top + at.y };
}"""
ON_SCREEN = """at => {
  const { workspace } = document.querySelector("[data-topology-editor]").topologyEditor;
  const canvas = document.querySelector(".editor__canvas").getBoundingClientRect();
  const there = workspace.camera.toScreen(at.x, at.y);
  return { x: canvas.left + there.x, y: canvas.top + there.y };
}"""
SELECT = """id => {
  const { workspace } = document.querySelector("[data-topology-editor]").topologyEditor;
  workspace.select([{ collection: "links", id }]);
  workspace.camera.zoom(2.5);
  workspace.camera.reveal(workspace.boxOf(id.split(".")[0]), 200);
  workspace.changed();
}"""


def test_a_line_is_bent_by_dragging_it_and_straightened_by_a_double_click(visit: Page, design):
    opened(visit, design)
    visit.get_by_role("radio", name="Network").click()
    visit.evaluate(SELECT, "leaf-1a.up-1")
    at = visit.evaluate(HALF_WAY, "leaf-1a.up-1")
    visit.keyboard.down("Alt")
    drag(visit, at, (at["x"] + 90, at["y"] + 12))
    visit.keyboard.up("Alt")
    saved(visit)
    (bend,) = stored(design, "links", "leaf-1a.up-1")["bends"]

    handle = visit.evaluate(ON_SCREEN, bend)
    drag(visit, handle, (handle["x"] - 60, handle["y"] + 20))
    saved(visit)
    (moved,) = stored(design, "links", "leaf-1a.up-1")["bends"]
    assert moved["x"] < bend["x"]
    assert moved["y"] > bend["y"]

    handle = visit.evaluate(ON_SCREEN, moved)
    visit.mouse.dblclick(handle["x"], handle["y"])
    saved(visit)
    assert stored(design, "links", "leaf-1a.up-1")["bends"] == []


def test_links_are_led_around_boxes_by_one_command_and_back_by_one_undo(visit: Page, design):
    opened(visit, design)
    press(visit, "n", "g")
    expect(visit.locator(".editor__said")).to_contain_text("Routed ")
    saved(visit)
    links = design.__class__.objects.get(pk=design.pk).document["topology"]["links"]
    led = [link for link in links if link["bends"]]
    assert len(led) > len(links) / 2

    press(visit, "Control+z")
    saved(visit)
    assert design.__class__.objects.get(pk=design.pk).document["topology"] == design.document["topology"]
