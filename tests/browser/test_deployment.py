"""The deployment's choices in a browser: what is open, answered and saved, what a rule then says; with axe."""

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


def test_questions_are_answered_and_rules_speak(visit: Page, catalog, assert_accessible):
    architect = User.objects.get()
    team = architect.memberships.get().team
    customer = services.create_customer(team=team, user=architect, name="Kontor Nord")
    design = services.create_design(
        customer=customer, user=architect, name="Cloud", reference_design="rd-mid"
    )

    visit.goto(f"/designs/{design.pk}/")
    visit.get_by_role("link", name="Deployment").click()
    expect(visit.get_by_text("9 questions without an answer.")).to_be_visible()
    assert_accessible(visit)

    visit.get_by_label("Internal VIP").fill("10.20.0.250")
    visit.get_by_label("Virtual router id of keepalived").fill("51")
    visit.get_by_label("Fabric of the switches").select_option("mlag")
    visit.get_by_label("LVM").check()
    visit.get_by_label("Cooling of a rack").fill("12000")
    visit.get_by_role("button", name="Save").click()

    expect(visit.get_by_text("5 questions without an answer.")).to_be_visible()
    expect(visit.get_by_text("The internal VIP 10.20.0.250 is outside")).to_be_visible()
    expect(visit.get_by_label("LVM")).to_be_checked()
    visit.set_viewport_size({"width": 390, "height": 800})
    assert visit.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(visit)
