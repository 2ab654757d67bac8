"""From an export of RVTools to a sized cloud: upload, losses, switches, use; every page with axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from catalog import services as catalog_services
from designer import services
from designer.models import Design
from jobs import worker
from jobs.models import Job, State
from tests.designer.imports.files import an_estate, csv_bytes, workbook


@pytest.fixture
def catalog(transactional_db):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    yield
    catalog_services.forget_library()


@pytest.fixture
def design(catalog, visit, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = User.objects.get()
    customer = services.create_customer(team=user.memberships.get().team, user=user, name="Kontor Nord")
    return services.create_design(customer=customer, user=user, name="Cloud 2027", reference_design="rd-mid")


def work(page: Page, kind: str) -> None:
    """Do what waits, with the page elsewhere: a test's database has room for one writer."""
    page.goto("about:blank")
    job = Job.objects.get(kind=kind, state=State.QUEUED)
    worker.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == State.DONE, job.error


def test_an_export_becomes_the_workload(visit: Page, design, assert_accessible):
    visit.goto(f"/designs/{design.pk}/workload/")
    expect(visit.get_by_role("heading", name="From a file")).to_be_visible()
    assert_accessible(visit)
    upload = {
        "name": "export.xlsx",
        "mimeType": "application/zip",
        "buffer": workbook({"vInfo": an_estate()}),
    }
    visit.get_by_label("Files of one inventory").set_input_files(upload)
    visit.get_by_role("button", name="Read the files").click()
    expect(visit.get_by_role("heading", name="export.xlsx")).to_be_visible()
    address = visit.url
    work(visit, "designer.read_inventory")

    visit.goto(address)
    expect(visit.get_by_role("heading", name="What counts and what is lost")).to_be_visible()
    expect(visit.get_by_text("Templates: copied from, never run")).to_be_visible()
    assert_accessible(visit)
    visit.get_by_label("Powered off (1)").check()
    visit.get_by_role("button", name="Count again").click()
    expect(visit.get_by_role("row", name="VMs 7")).to_be_visible()
    visit.get_by_role("button", name="Use this workload").click()
    expect(visit.get_by_text("Waiting for a worker")).to_be_visible()
    work(visit, "designer.size_revision")
    changed = Design.objects.get()
    assert services.document_of(changed).workload.vms == 7

    visit.goto(f"/designs/{design.pk}/workload/")
    expect(visit.get_by_role("link", name="export.xlsx")).to_be_visible()
    visit.get_by_role("link", name="Capacity").click()
    compute = visit.get_by_role("row").filter(
        has=visit.get_by_role("rowheader", name="Compute nodes", exact=True)
    )
    expect(compute).to_contain_text("RAM")  # what binds
    assert_accessible(visit)
    visit.get_by_role("link", name="Drawing").click()
    expect(visit.locator("[data-element=rack-1]").first).to_be_visible()
    expect(visit.locator("[data-element=cmp01]").first).to_be_visible()


def test_a_table_asks_for_its_columns_and_a_broken_file_says_why(visit: Page, design, assert_accessible):
    visit.goto(f"/designs/{design.pk}/workload/")
    table = {
        "name": "mine.csv",
        "mimeType": "text/csv",
        "buffer": csv_bytes([("Maschine", "Kerne", "Speicher"), ("a", 2, 4)]),
    }
    visit.get_by_label("Files of one inventory").set_input_files(table)
    visit.get_by_role("button", name="Read the files").click()
    expect(visit.get_by_role("heading", name="mine.csv")).to_be_visible()
    address = visit.url
    work(visit, "designer.read_inventory")
    visit.goto(address)
    expect(visit.get_by_role("heading", name="Columns")).to_be_visible()
    assert_accessible(visit)
    visit.get_by_label("vCPUs needed").select_option("Kerne")
    visit.get_by_label("RAM needed").select_option("Speicher")
    visit.get_by_label("Unit of RAM").select_option("GiB")
    visit.get_by_role("button", name="Read the table").click()
    expect(visit.get_by_text("being read").first).to_be_visible()
    work(visit, "designer.read_inventory")
    visit.goto(address)
    expect(visit.get_by_role("row", name="2 vCPU, 4 GiB 1 2 4")).to_be_visible()

    visit.goto(f"/designs/{design.pk}/workload/")
    broken = {"name": "broken.xlsx", "mimeType": "application/zip", "buffer": b"PK\x03\x04 nonsense"}
    visit.get_by_label("Files of one inventory").set_input_files(broken)
    visit.get_by_role("button", name="Read the files").click()
    expect(visit.get_by_role("heading", name="broken.xlsx")).to_be_visible()
    address = visit.url
    work(visit, "designer.read_inventory")
    visit.goto(address)
    expect(visit.get_by_text("The files were not read.")).to_be_visible()
    assert_accessible(visit)
