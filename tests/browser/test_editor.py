"""The editor in Chromium: drawing by mouse and by keyboard, two people at once, a line that breaks, a tab that dies."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from designer import services
from designer.models import Design
from tests.browser.conftest import watched
from tests.browser.editor import drag, opened, press, saved, stored, where


def test_things_land_where_they_are_dropped_and_are_saved(visit: Page, design, assert_accessible):
    opened(visit, design)
    assert_accessible(visit)

    at = where(visit, "cmp01")
    drag(visit, at, (at["x"], at["y"] - 10 * at["unit"]))
    saved(visit)
    assert stored(design, "nodes", "cmp01")["unit"] == 13

    other = where(visit, "rack-2")
    drag(visit, where(visit, "cmp01"), (other["x"], other["y"]))
    saved(visit)
    assert stored(design, "nodes", "cmp01")["rack"] == "rack-2"

    visit.get_by_role("button", name=re.compile("^Undo: Move node cmp01")).click()
    saved(visit)
    assert (stored(design, "nodes", "cmp01")["rack"], stored(design, "nodes", "cmp01")["unit"]) == (
        "rack-1",
        13,
    )
    visit.reload()
    expect(visit.locator(".editor__canvas")).to_be_visible()
    assert stored(design, "nodes", "cmp01")["unit"] == 13


def test_a_node_from_the_palette_goes_into_a_rack_and_the_figures_follow(visit: Page, design):
    opened(visit, design)
    visit.get_by_role("tab", name="Figures").click()
    expect(visit.locator(".live__measures")).to_contain_text("Switch ports used")
    item = visit.get_by_role("button", name=re.compile("^Compute, 64 cores, 512 GiB")).first
    box = item.bounding_box()
    rack = where(visit, "rack-3")

    drag(visit, {"x": box["x"] + 20, "y": box["y"] + 10}, (rack["x"], rack["y"]))

    saved(visit)
    fresh = stored(design, "nodes", "cmp-1")
    assert (fresh["rack"], fresh["spec"]) == ("rack-3", "cmp-512")
    expect(visit.locator(".live__change").first).to_be_visible()
    expect(visit.get_by_role("tab", name=re.compile("Findings"))).to_be_visible()


def test_the_same_journey_by_keyboard_alone(visit: Page, design):
    opened(visit, design)
    press(visit, "/")
    visit.keyboard.type("cmp01")
    visit.keyboard.press("Enter")
    expect(visit.get_by_role("heading", name="Node cmp01")).to_be_visible()
    expect(visit.locator("#editor-selected")).to_contain_text("node cmp01, in rack-1, unit 3, compute")

    press(visit, "ArrowRight", "Control+z", "Control+Shift+Z")
    saved(visit)
    assert stored(design, "nodes", "cmp01")["rack"] == "rack-2"

    press(visit, "Delete")
    saved(visit)
    assert stored(design, "nodes", "cmp01") is None

    press(visit, "a")
    visit.keyboard.type("compute, 64 cores, 512")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Enter")
    expect(visit.locator(".editor__said")).to_contain_text("Added node cmp-1")
    press(visit, "l", "/")
    visit.keyboard.type("leaf-1a")
    visit.keyboard.press("Enter")
    press(visit, "l")
    expect(visit.locator(".editor__said")).to_contain_text("Linked cmp-1 and leaf-1a: fast-1 to down-")
    saved(visit)
    assert stored(design, "links", "cmp-1.fast-1")["gbps"] == 25

    press(visit, "?")
    expect(visit.get_by_role("dialog", name="Keys")).to_be_visible()


def test_the_outline_is_a_full_equal(visit: Page, design, assert_accessible):
    opened(visit, design)
    visit.get_by_role("radio", name="Outline").click()
    assert_accessible(visit)

    name = visit.get_by_label("Name of cmp01")
    name.fill("first")
    name.press("Enter")
    saved(visit)
    assert stored(design, "nodes", "cmp01")["name"] == "first"

    unit = visit.get_by_label("Unit of cmp01")
    unit.fill("1")
    unit.press("Enter")
    expect(visit.get_by_role("alert")).to_have_text("1 U are not free there.")
    assert stored(design, "nodes", "cmp01")["unit"] == 3

    visit.get_by_label("Select node sto01").check()
    visit.get_by_role("button", name="Remove 1 selected").click()
    saved(visit)
    assert stored(design, "nodes", "sto01") is None


def test_two_people_at_once_lose_nothing(visit: Page, design, context: BrowserContext, complaints):
    opened(visit, design)
    second = opened(watched(context.new_page(), complaints), design)
    # The first hears of nothing by itself, so that both change the same thing without knowing of each other.
    visit.route("**/change-sets/?since=*", lambda route: route.fulfill(status=304))

    for page, element, name in ((visit, "cmp01", "mine"), (second, "cmp02", "theirs")):
        page.get_by_role("radio", name="Outline").click()
        page.get_by_label(f"Name of {element}").fill(name)
        page.get_by_label(f"Name of {element}").press("Enter")
        saved(page)
    expect(second.get_by_label("Name of cmp01")).to_have_value("mine")
    assert stored(design, "nodes", "cmp01")["name"] == "mine"
    assert stored(design, "nodes", "cmp02")["name"] == "theirs"

    visit.get_by_label("Name of cmp02").fill("no, mine")
    visit.get_by_label("Name of cmp02").press("Enter")
    conflict = visit.get_by_role("alertdialog", name="Conflict: node cmp02")
    expect(conflict).to_contain_text("theirs now, no, mine was yours")
    conflict.get_by_role("button", name="Use mine").click()
    saved(visit)
    assert stored(design, "nodes", "cmp02")["name"] == "no, mine"
    complaints[:] = [one for one in complaints if "412" not in one]


def test_a_line_that_breaks_keeps_the_work_and_sends_it_later(
    visit: Page, design, context: BrowserContext, complaints
):
    opened(visit, design)
    context.set_offline(True)
    press(visit, "/")
    visit.keyboard.type("cmp01")
    visit.keyboard.press("Enter")
    press(visit, "ArrowRight")
    expect(visit.locator("[data-save]")).to_have_text("Not connected: 1 change kept here")

    context.set_offline(False)
    saved(visit)

    assert stored(design, "nodes", "cmp01")["rack"] == "rack-2"
    complaints[:] = [one for one in complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_tab_that_dies_leaves_its_work_to_the_next(
    visit: Page, design, context: BrowserContext, complaints
):
    opened(visit, design)
    context.route("**/change-sets/", lambda route: route.abort())
    press(visit, "/")
    visit.keyboard.type("cmp01")
    visit.keyboard.press("Enter")
    press(visit, "ArrowRight")
    expect(visit.locator("[data-save]")).to_contain_text("Not connected")
    visit.close()
    context.unroute("**/change-sets/")

    second = opened(watched(context.new_page(), complaints), design)
    expect(second.locator(".editor__notices")).to_contain_text("1 unsaved change")
    second.get_by_role("button", name="Apply them").click()
    saved(second)

    assert stored(design, "nodes", "cmp01")["rack"] == "rack-2"
    # The request of the tab that died may have arrived after all: then the next merges what it finds.
    complaints[:] = [one for one in complaints if "ERR_FAILED" not in one and "412" not in one]


def test_names_that_look_like_markup_are_words(visit: Page, design):
    services.change_part(
        design=design,
        part="topology",
        value=services.parse(
            services.Topology,
            design.document["topology"]
            | {
                "notes": [
                    {"id": "n", "text": "</script><script>alert(1)</script>", "position": {"x": 0, "y": -90}}
                ]
            },
        ),
        based_on=1,
        user=design.created_by,
    )
    visit.on("dialog", lambda dialog: pytest.fail("A note ran as a script."))
    opened(visit, design)
    visit.get_by_role("radio", name="Outline").click()
    visit.get_by_role("radio", name="Notes").click()

    expect(visit.get_by_label("Text of n")).to_have_value("</script><script>alert(1)</script>")


@pytest.mark.parametrize("width", [390, 1360])
def test_it_can_be_used_on_a_narrow_screen_and_in_forced_colours(
    visit: Page, design, width, assert_accessible
):
    visit.set_viewport_size({"width": width, "height": 900})
    visit.emulate_media(forced_colors="active")
    opened(visit, design)

    expect(visit.get_by_role("radio", name="Network")).to_be_visible()
    assert visit.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def test_pressing_an_element_in_failure_mode_tells_what_stops(visit: Page, design, assert_accessible):
    opened(visit, design)
    visit.get_by_role("tab", name="Failures").click()
    at = where(visit, "cmp01")
    visit.mouse.click(at["x"], at["y"])
    expect(visit.locator(".failing")).to_contain_text("When cmp01 fails, 52 VMs stop.")
    other = where(visit, "leaf-1a")
    visit.mouse.click(other["x"], other["y"])
    expect(visit.locator(".failing .chip")).to_have_count(2)
    assert_accessible(visit)

    visit.get_by_role("button", name="Repair cmp01").click()
    visit.get_by_role("tab", name="Inspector").click()
    assert (
        visit.evaluate(
            "document.querySelector('[data-topology-editor]').topologyEditor.workspace.failed.size"
        )
        == 0
    )
    assert Design.objects.get(pk=design.pk).version == 1


def test_a_finding_with_one_remedy_is_mended_by_its_button(visit: Page, design):
    topology = design.document["topology"]
    kept = [pdu for pdu in topology["pdus"] if (pdu["rack"], pdu["feed"]) != ("rack-1", "feed-b")]
    assert len(kept) < len(topology["pdus"])
    services.change_part(
        design=design, part="topology", value=topology | {"pdus": kept}, based_on=1, user=design.created_by
    )
    opened(visit, design)
    visit.get_by_role("tab", name=re.compile("Findings")).click()
    visit.get_by_role("button", name=re.compile("^Add 1 PDU on the second feed")).first.click()
    saved(visit)

    expect(visit.get_by_text("die with one feed")).to_have_count(0)
    mended = Design.objects.get(pk=design.pk).document["topology"]["pdus"]
    assert sorted(pdu["feed"] for pdu in mended if pdu["rack"] == "rack-1") == ["feed-a", "feed-b"]
