"""From a workload: a customer, a design typed by hand, sized in the background, drawn; every page with axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from catalog import services as catalog_services
from designer import services
from designer.models import Design
from jobs import worker
from jobs.models import Job, State


@pytest.fixture
def catalog(transactional_db):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    yield
    catalog_services.forget_library()


def test_a_workload_becomes_a_drawn_cloud(visit: Page, catalog, assert_accessible):
    visit.goto("/")
    expect(visit.get_by_role("heading", name="No design yet")).to_be_visible()
    assert_accessible(visit)

    visit.get_by_role("link", name="New customer").click()
    expect(visit.get_by_role("heading", level=1, name="New customer")).to_be_visible()
    assert_accessible(visit)
    visit.get_by_label("Name").fill("Kontor Nord")
    visit.get_by_label("City").fill("Bremen")
    visit.get_by_role("button", name="Add customer").click()
    expect(visit.get_by_role("heading", level=1, name="Kontor Nord")).to_be_visible()

    visit.get_by_role("link", name="New design").click()
    expect(visit.get_by_role("heading", level=1, name="New design")).to_be_visible()
    assert_accessible(visit)
    visit.get_by_label("Name of the design").fill("Cloud 2027")
    visit.get_by_label("Name of profile 1").fill("Web")
    visit.get_by_label("vCPU of profile 1").fill("4")
    visit.get_by_label("RAM in GiB of profile 1").fill("8")
    visit.get_by_label("Disk in GB of profile 1").fill("60")
    visit.get_by_label("VMs of profile 1").fill("400")
    visit.get_by_role("button", name="Create and size").click()
    expect(visit.get_by_role("heading", level=1, name="Cloud 2027")).to_be_visible()
    expect(visit.get_by_text("Waiting for a worker")).to_be_visible()
    assert_accessible(visit)

    address = visit.url
    visit.goto("about:blank")  # a test's database has room for one writer, and the page asks each second
    job = Job.objects.get()
    worker.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == State.DONE, job.error

    visit.goto(address)
    visit.get_by_role("link", name="Capacity").click()
    expect(visit.get_by_role("heading", name="From raw to usable")).to_be_visible()
    compute = visit.get_by_role("row").filter(
        has=visit.get_by_role("rowheader", name="Compute nodes", exact=True)
    )
    expect(compute).to_contain_text("RAM")  # what binds
    assert_accessible(visit)
    visit.get_by_role("link", name="Drawing").click()
    expect(visit.locator("[data-element=rack-1]").first).to_be_visible()
    expect(visit.locator("[data-element=cmp01]").first).to_be_visible()
    assert_accessible(visit)
    visit.get_by_role("link", name="History").click()
    expect(visit.get_by_text("Laid out by the sizing.")).to_be_visible()
    assert_accessible(visit)
    visit.get_by_role("link", name="Workload").click()
    visit.get_by_label("VMs of profile 1").fill("450")
    visit.get_by_role("button", name="Save and size").click()
    expect(visit.get_by_text("Waiting for a worker")).to_be_visible()
    visit.goto("about:blank")
    assert Design.objects.get().document["workload"]["profiles"][0]["count"] == 450


def test_totals_alone_become_a_sized_cloud(visit: Page, person, catalog, assert_accessible):
    services.create_customer(
        team=person.memberships.get().team, user=person, name="Kontor Nord", country="DE"
    )
    visit.goto("/designs/new/")
    visit.get_by_label("Name of the design").fill("Cloud by totals")
    visit.get_by_label("By totals").check()
    visit.get_by_text("Totals instead").click()
    totals = visit.locator("details", has_text="Totals instead")
    for label, value in (("VMs", "500"), ("vCPU", "1280"), ("RAM", "4000"), ("Disk", "40000")):
        totals.get_by_label(label).fill(value)
    visit.get_by_role("button", name="Create and size").click()
    expect(visit.get_by_role("heading", level=1, name="Cloud by totals")).to_be_visible()

    address = visit.url
    visit.goto("about:blank")
    worker.run(str(Job.objects.get().pk))
    visit.goto(address)

    expect(visit.locator("[data-element=cmp01]").first).to_be_visible()
    profiles = Design.objects.get().document["workload"]["profiles"]
    assert sum(p["count"] for p in profiles) == 500
    assert sum(p["count"] * p["vcpus"] for p in profiles) == 1280
    assert_accessible(visit)
