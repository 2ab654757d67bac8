"""The hardware of a design by hand: existing servers, another device class, a fixed count, and its way back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from catalog import services as catalog_services
from designer import services
from designer.models import Customer
from jobs import worker
from jobs.models import Job, State


@pytest.fixture
def design(transactional_db, person):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    team = person.teams.get()
    customer = Customer.objects.create(team=team, name="Kontor Nord", country="DE")
    yield services.create_design(customer=customer, user=person, name="Cloud 2027", reference_design="rd-mid")
    catalog_services.forget_library()


def sized(page: Page, address: str) -> None:
    page.goto("about:blank")  # a test's database has room for one writer, and the page asks each second
    job = Job.objects.order_by("-created_at").first()
    worker.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == State.DONE, job.error
    page.goto(address)


def test_mixed_hardware_is_planned_and_a_fixed_count_removed(visit: Page, design, assert_accessible):
    visit.goto(f"/designs/{design.pk}/hardware/")
    expect(visit.get_by_role("heading", name="Cloud 2027")).to_be_visible()
    visit.get_by_role("button", name="Add a row").click()
    expect(visit.get_by_label("Model of row 2")).to_be_visible()
    visit.get_by_label("Model of row 1").select_option("cmp-1024")
    visit.get_by_label("Servers of row 1").fill("3")
    visit.get_by_label("Model of row 2").select_option("sto-nvme12")
    visit.get_by_label("Role of row 2").select_option("storage")
    visit.get_by_label("Servers of row 2").fill("2")
    visit.get_by_label("Beside it, 1").select_option("sto-hdd24")
    visit.get_by_label("Compute nodes", exact=True).fill("6")
    assert_accessible(visit)
    visit.get_by_role("button", name="Save and size").click()
    expect(visit.get_by_text("Waiting for a worker")).to_be_visible()

    address = f"/designs/{design.pk}/sizing/"
    sized(visit, address)
    expect(visit.get_by_role("heading", name="What would change the answer")).to_be_visible()
    expect(visit.get_by_role("heading", name="From raw to usable: HDD")).to_be_visible()
    row = visit.locator("#by-hand tbody tr").first
    expect(row).to_contain_text("6")
    assert_accessible(visit)

    visit.get_by_role("button", name="Let the rules count: Compute nodes").click()
    expect(visit.get_by_text("Waiting for a worker")).to_be_visible()
    sized(visit, address)
    expect(visit.get_by_role("button", name="Let the rules count: Compute nodes")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1360])
def test_the_pages_fit_a_phone(visit: Page, design, assert_accessible, width):
    visit.set_viewport_size({"width": width, "height": 900})

    visit.goto(f"/designs/{design.pk}/hardware/")

    assert visit.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
