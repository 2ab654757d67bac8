"""Cloud prices in a browser: found by filters, sorted, one type opened, the price book behind it; with axe."""

import pytest
from playwright.sync_api import Page, expect

from catalog import prices
from tests.catalog.price_rows import an_instance_file, an_instance_line


@pytest.fixture
def books(person):
    prices.load_price_books()


def test_a_price_is_found_and_followed_to_its_book(visit: Page, books, assert_accessible):
    visit.get_by_text("Catalog", exact=True).click()
    visit.get_by_role("link", name="Cloud prices").click()
    expect(visit.get_by_role("heading", level=1, name="Cloud prices")).to_be_visible()
    assert_accessible(visit)

    visit.get_by_label("Instance type or family").fill("m7i")
    visit.get_by_label("Region").select_option("eu-central-1")
    visit.get_by_role("button", name="Filter").click()
    visit.get_by_role("link", name="On demand, USD/h").click()
    first = visit.locator("tbody th").first
    expect(first).to_have_text("m7i.large")

    first.get_by_role("link").click()
    expect(visit.get_by_role("heading", name="Prices for linux")).to_be_visible()
    expect(visit.get_by_role("row", name="3 years reserved_3y_no_upfront")).to_contain_text("derived")
    assert_accessible(visit)

    visit.get_by_role("link", name="AWS, version 1 of").click()
    expect(visit.get_by_role("row", name="Load balancer")).to_contain_text("missing")
    assert_accessible(visit)

    visit.goto("/catalog/price-books/")
    expect(visit.get_by_role("row", name="Google Cloud")).to_contain_text("4,599")
    assert_accessible(visit)


def test_an_old_version_leads_to_the_current_one(visit: Page, books, tmp_path, assert_accessible):
    newer = tmp_path / "newer.csv"
    line = an_instance_line(region="eu-central-1", usd_per_hour="0.25", as_of="2026-11-01")
    newer.write_text("".join(an_instance_file(line)))
    prices.import_price_files([newer])

    visit.goto("/catalog/price-books/aws/?version=1&region=eu-central-1")
    assert_accessible(visit)
    visit.get_by_role("link", name="Show the current one").click()
    expect(visit.get_by_text("AWS, version 2 of 2026-11-01")).to_be_visible()

    visit.goto("/catalog/prices/aws/eu-central-1/m7i.large/?version=1")
    assert_accessible(visit)
    visit.get_by_role("link", name="Show the current ones").click()
    expect(visit.get_by_role("row", name="On demand on_demand")).to_contain_text("0.25")


def test_the_pages_fit_a_narrow_screen(visit: Page, books):
    visit.set_viewport_size({"width": 400, "height": 800})

    for path in ("prices/", "prices/azure/westeurope/Standard_D4s_v5/", "price-books/", "price-books/gcp/"):
        visit.goto(f"/catalog/{path}")
        wider = visit.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider == 0, path
