"""What a design costs: compared in the background, read, an assumption changed and seen; every page with axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from catalog import prices as catalog_prices
from catalog import services as catalog_services
from costing.models import Comparison
from designer import services
from jobs import worker
from jobs.models import Job, State


@pytest.fixture
def design(person):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    catalog_prices.load_price_books()
    team = person.memberships.get().team
    customer = services.create_customer(team=team, user=person, name="Kontor Nord", country="DE")
    yield services.create_design(customer=customer, user=person, name="Cloud 2027", reference_design="rd-mid")
    catalog_services.forget_library()


def work(page: Page) -> str:
    """Do the job that waits while the page rests: a test's database has room for one writer."""
    address = page.url
    page.goto("about:blank")
    job = Job.objects.active().get()
    worker.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == State.DONE, job.error
    page.goto(address)
    return address


def test_a_design_is_compared_and_an_assumption_changes_the_answer(visit: Page, design, assert_accessible):
    visit.goto(f"/designs/{design.pk}/")
    visit.get_by_role("link", name="Cost", exact=True).click()
    expect(visit.get_by_role("heading", name="Not compared yet")).to_be_visible()
    assert_accessible(visit)

    visit.get_by_role("button", name="Compare", exact=True).click()
    expect(visit.get_by_text("Waiting for a worker")).to_be_visible()
    assert_accessible(visit)
    work(visit)

    first = Comparison.objects.get()
    expect(visit.get_by_text(first.result["headline"])).to_be_visible()
    for name in ("Private cloud", "AWS", "Azure", "Google Cloud"):
        expect(visit.get_by_role("heading", level=2, name=name).first).to_be_visible()
    assert_accessible(visit)

    chart = visit.locator("figure[data-chart]").first
    chart.hover()
    expect(chart).to_have_attribute("data-chart-state", "drawn")

    visit.get_by_role("region", name="Private cloud").get_by_role("button").first.click()
    expect(visit.get_by_text("sum of all posted lines").first).to_be_visible()
    visit.keyboard.press("Escape")

    visit.get_by_role("link", name="Clouds and assumptions").click()
    expect(visit.get_by_label("Platform team, private, at least")).to_have_value("4")
    assert_accessible(visit)
    visit.get_by_label("Platform team, private, at least").fill("1.5")
    visit.get_by_label("Azure").select_option("")
    visit.get_by_role("button", name="Save and compare").click()
    expect(visit.get_by_text("have changed since this comparison")).to_be_visible()
    work(visit)

    second = Comparison.objects.exclude(pk=first.pk).get()
    assert (
        second.result["tco"]["options"][0]["total_cents"] < first.result["tco"]["options"][0]["total_cents"]
    )
    expect(visit.get_by_text(second.result["headline"])).to_be_visible()
    expect(visit.get_by_role("link", name="Clouds and assumptions (1 changed)")).to_be_visible()
    expect(visit.get_by_role("heading", level=2, name="Azure")).to_have_count(0)
