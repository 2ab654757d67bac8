"""Growth in a browser: read, its chart alive, changed; with axe, wide and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from catalog import services as catalog_services
from designer import services


@pytest.fixture
def catalog(transactional_db):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    yield
    catalog_services.forget_library()


def test_growth_is_read_and_changed(visit: Page, catalog, complaints, assert_accessible):
    architect = User.objects.get()
    team = architect.memberships.get().team
    customer = services.create_customer(team=team, user=architect, name="Kontor Nord")
    design = services.create_design(
        customer=customer, user=architect, name="Cloud", reference_design="rd-mid"
    )

    visit.goto(f"/designs/{design.pk}/")
    visit.get_by_role("link", name="Growth").click()
    expect(visit.get_by_role("heading", name="What to order, and when")).to_be_visible()
    chart = visit.locator("figure[data-chart]").first
    chart.hover()
    expect(chart).to_have_attribute("data-chart-state", "drawn")
    visit.get_by_text("All 60 months in numbers").click()
    assert_accessible(visit)

    visit.get_by_label("Horizon").fill("36")
    visit.get_by_label("Growth").fill("40")
    visit.get_by_role("button", name="Save").click()
    expect(visit.get_by_text("All 36 months in numbers")).to_be_visible()

    visit.set_viewport_size({"width": 390, "height": 800})
    assert visit.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.get_by_label("Horizon").fill("7")
    visit.get_by_role("button", name="Save").click()
    expect(visit.get_by_text("Nothing was saved.")).to_be_visible()
    assert_accessible(visit)
    complaints[:] = [text for text in complaints if "400" not in text]
