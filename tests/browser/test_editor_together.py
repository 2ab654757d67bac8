"""Several people in one drawing, and states of it: presence, edits taken in, revisions compared, restored, forked."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Membership, Role
from designer.models import Design, Presence
from designer.presence import PRESENT_FOR
from tests.browser.conftest import watched
from tests.browser.editor import opened, press, saved, stored
from tests.builders import PASSWORD, a_user


@pytest.fixture
def colleague(browser: Browser, live_server, visit: Page, design, complaints):
    """The page of somebody else of the team, in a browser of their own."""
    user = a_user("bea@example.com", name="Bea Builder")
    Membership.objects.create(team=design.team, user=user, role=Role.ARCHITECT)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1360, "height": 900})
    page = watched(context.new_page(), complaints)
    page.goto("/accounts/login/")
    page.fill("[name=username]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector("header.topbar")
    yield page
    context.close()


def rename(page: Page, element: str, name: str) -> None:
    page.get_by_role("radio", name="Outline").click()
    page.get_by_label(f"Name of {element}").fill(name)
    page.get_by_label(f"Name of {element}").press("Enter")


def test_others_are_named_and_what_they_save_arrives_by_itself(visit: Page, colleague: Page, design):
    opened(visit, design)
    opened(colleague, design)
    expect(colleague.get_by_role("status", name="Also here")).to_contain_text("Ada Architect")
    expect(visit.get_by_role("status", name="Also here")).to_contain_text("Bea Builder", timeout=20_000)

    rename(colleague, "cmp01", "hers")
    saved(colleague)
    visit.get_by_role("radio", name="Outline").click()

    expect(visit.get_by_label("Name of cmp01")).to_have_value("hers", timeout=8_000)
    expect(visit.locator(".editor__said")).to_contain_text("by bea@example.com")
    saved(visit)
    colleague.goto("/")
    Presence.objects.filter(user__email="bea@example.com").update(seen_at=timezone.now() - PRESENT_FOR * 1.1)
    visit.evaluate("document.querySelector('[data-topology-editor]').topologyEditor.together.beat()")
    expect(visit.get_by_role("status", name="Also here")).to_be_empty()


def test_a_revision_is_frozen_compared_restored_and_forked(visit: Page, design, assert_accessible):
    opened(visit, design)
    visit.get_by_role("tab", name="Revisions").click()
    visit.get_by_label("Name of the revision").fill("As offered")
    visit.get_by_role("button", name="Freeze now").click()
    expect(visit.get_by_text("1, As offered", exact=True)).to_be_visible()

    press(visit, "/")
    visit.keyboard.type("cmp01")
    visit.keyboard.press("Enter")
    press(visit, "Delete", "/")
    visit.keyboard.type("cmp02")
    visit.keyboard.press("Enter")
    press(visit, "ArrowRight")
    saved(visit)
    visit.get_by_role("button", name="Compare").click()
    changes = visit.get_by_role("region", name="Since 1, As offered")
    expect(changes.get_by_role("row", name=re.compile("cmp01 node removed"))).to_be_visible()
    expect(
        changes.get_by_role("row", name=re.compile("cmp02 node changed rack: rack-1 → rack-2"))
    ).to_be_visible()
    marks = visit.evaluate(
        "() => { const { comparison } = document.querySelector('[data-topology-editor]').topologyEditor.workspace;"
        " return [comparison.marks.get('cmp02'), comparison.gone.map(box => box.id)] }"
    )
    assert marks == ["changed", ["cmp01"]]
    assert_accessible(visit)

    visit.get_by_role("button", name="Restore").click()
    expect(visit.locator(".editor__said")).to_contain_text("Restored: 1, As offered")
    expect(changes.get_by_role("status")).to_have_text("Nothing differs.")
    assert stored(design, "nodes", "cmp01")["rack"] == "rack-1"
    expect(visit.get_by_text("revision 2", exact=True)).to_be_visible()

    visit.get_by_role("button", name="Fork …").last.click()
    visit.get_by_label("Name of the new design").fill("Plan B")
    visit.get_by_role("button", name="Make a design").click()
    expect(visit.get_by_role("heading", name="Plan B")).to_be_visible()
    assert Design.objects.get(name="Plan B").document == Design.objects.get(pk=design.pk).document


def test_what_is_copied_in_one_design_is_pasted_into_another(
    visit: Page, design, context: BrowserContext, complaints, live_server
):
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
    other = Design.objects.create(
        team=design.team,
        customer=design.customer,
        name="Empty hall",
        snapshot=design.document | {"topology": {"schema_version": 1}},
        created_by=design.created_by,
    )
    opened(visit, design)
    press(visit, "/")
    visit.keyboard.type("rack-1")
    visit.keyboard.press("Enter")
    press(visit, "Control+c")
    expect(visit.locator(".editor__said")).to_contain_text("1 copied")

    second = opened(watched(context.new_page(), complaints), other)
    press(second, "Control+v")
    saved(second)

    pasted = Design.objects.get(pk=other.pk).document["topology"]
    original = [node for node in design.document["topology"]["nodes"] if node["rack"] == "rack-1"]
    assert len(pasted["racks"]) == 1
    assert [node["unit"] for node in pasted["nodes"]] == [node["unit"] for node in original]
    assert pasted["links"]
