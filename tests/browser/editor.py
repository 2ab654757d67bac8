"""What tests of the editor share: where on the screen a thing is, keys, and waiting for the save."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page, expect

from designer.models import Design

WHERE = """id => {
  const { workspace } = document.querySelector("[data-topology-editor]").topologyEditor;
  const box = workspace.boxOf(id);
  const canvas = document.querySelector(".editor__canvas").getBoundingClientRect();
  const at = workspace.camera.toScreen(box.x + box.width / 2, box.y + box.height / 2);
  return { x: canvas.left + at.x, y: canvas.top + at.y, unit: 18 * workspace.camera.scale };
}"""


def opened(page: Page, design: Design) -> Page:
    page.goto(reverse("designer:design-editor", args=(design.pk,)))
    expect(page.locator(".editor__canvas")).to_be_visible()
    return page


def where(page: Page, element: str) -> dict[str, float]:
    return page.evaluate(WHERE, element)


def drag(page: Page, start: dict[str, float], to: tuple[float, float]) -> None:
    page.mouse.move(start["x"], start["y"])
    page.mouse.down()
    page.mouse.move((start["x"] + to[0]) / 2, (start["y"] + to[1]) / 2, steps=4)
    page.mouse.move(*to, steps=4)
    page.mouse.up()


def saved(page: Page) -> None:
    """Wait until the server has everything, and the page says so."""
    page.wait_for_function(
        "() => { const { save } = document.querySelector('[data-topology-editor]').topologyEditor;"
        " return !save.isDirty && save.state.kind === 'saved' }"
    )
    expect(page.locator("[data-save]")).to_have_attribute("data-save", "saved")


def stored(design: Design, collection: str, element: str):
    topology = Design.objects.get(pk=design.pk).document["topology"]
    return next((item for item in topology[collection] if item["id"] == element), None)


def press(page: Page, *keys: str) -> None:
    page.locator(".editor__canvas").focus()
    for key in keys:
        page.keyboard.press(key)
