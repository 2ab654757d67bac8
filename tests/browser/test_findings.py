"""Findings in a browser: read, filtered, accepted with a reason, counted on the tab; every state with axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from catalog import services as catalog_services
from designer import services
from designer.models import Design


@pytest.fixture
def catalog(transactional_db):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    yield
    catalog_services.forget_library()


def test_a_finding_is_read_filtered_and_accepted(visit: Page, catalog, assert_accessible):
    architect = User.objects.get()
    team = architect.memberships.get().team
    customer = services.create_customer(team=team, user=architect, name="Kontor Nord")
    design = services.create_design(
        customer=customer, user=architect, name="Cloud", reference_design="rd-mid"
    )

    visit.goto(f"/designs/{design.pk}/")
    expect(visit.locator(".tabs").get_by_text("warnings")).to_be_visible()
    assert_accessible(visit)
    visit.get_by_role("link", name="Findings").click()
    expect(visit.get_by_text("a lost host cannot be rebuilt elsewhere")).to_be_visible()
    assert_accessible(visit)

    visit.get_by_label("Severity").select_option("info")
    expect(visit.get_by_text("a lost host cannot be rebuilt elsewhere")).to_be_hidden()
    visit.get_by_label("Severity").select_option("")

    row = visit.get_by_role("row").filter(has_text="V076")
    row.get_by_text("Accept", exact=True).click()
    row.get_by_label("Reason to accept V076").fill("A fourth node comes in spring")
    assert_accessible(visit)
    row.get_by_role("button", name="Accept it").click()
    expect(visit.get_by_text("“A fourth node comes in spring”")).to_be_visible()
    assert_accessible(visit)

    assert Design.objects.get().document["suppressions"][0]["rule"] == "V076"
    visit.get_by_role("row").filter(has_text="V086").get_by_role("link", name="sto01").click()
    expect(visit.locator("#element-sto01")).to_be_visible()
    expect(visit.locator(".tabs").get_by_text("warnings")).to_be_visible()
    visit.goto("about:blank")  # no request is under way when the database is emptied
