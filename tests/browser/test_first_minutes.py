"""The first minutes: log in, see the sample customer's cloud, what it costs, and the finished proposal."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.services import SAMPLE_PASSWORD
from catalog import prices as catalog_prices
from catalog import services as catalog_services
from costing.models import Comparison, Proposal
from costing.proposals.services import pdf_of
from designer.sample import CUSTOMER, DESIGN


@pytest.fixture
def sample(transactional_db, settings, tmp_path):
    settings.PROFILE = "demo"
    settings.MEDIA_ROOT = tmp_path
    catalog_services.forget_library()
    catalog_services.load_catalog()
    catalog_prices.load_price_books()
    call_command("load_sample")
    yield
    catalog_services.forget_library()


def test_a_sales_engineer_finds_a_finished_quote(anonymous: Page, sample, assert_accessible):
    page = anonymous
    page.goto("/")
    page.fill("[name=username]", "sales@example.com")
    page.fill("[name=password]", SAMPLE_PASSWORD)
    page.click("main button[type=submit]")
    expect(page.get_by_text(CUSTOMER).first).to_be_visible()
    assert_accessible(page)

    page.get_by_role("link", name=DESIGN).first.click()
    expect(page.locator("[data-element=cmp01]").first).to_be_visible()
    assert_accessible(page)

    page.get_by_role("link", name="Capacity").click()
    expect(page.get_by_role("heading", name="From raw to usable")).to_be_visible()

    page.get_by_role("link", name="Cost", exact=True).click()
    expect(page.get_by_text(Comparison.objects.get().result["headline"])).to_be_visible()

    page.get_by_role("navigation", name="Parts of the design").get_by_role("link", name="Proposal").click()
    proposal = Proposal.objects.get()
    expect(page.get_by_text(proposal.reference).first).to_be_visible()
    assert_accessible(page)
    for _again in range(2):
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download").first.click()
        assert waiting.value.path().read_bytes() == pdf_of(proposal)
