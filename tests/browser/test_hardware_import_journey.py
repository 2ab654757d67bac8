"""Keep it true: a catalog manager imports a library, reviews it, applies it, looks at a model, and rolls back. With axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Role
from jobs import worker
from jobs.models import Job, State
from tests.builders import a_membership
from tests.catalog.device_library import FOLDERS, SWITCH, as_zip, generated


@pytest.fixture
def manager(visit, person, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    a_membership(user=person, role=Role.CATALOG_MANAGER)
    return visit


def upload(page: Page, name: str, files: dict[str, str]) -> str:
    """Upload a library and do what waits, with the page elsewhere: a test's database has room for one writer."""
    page.goto("/catalog/hardware/imports/")
    page.get_by_label("Archive or YAML file").set_input_files(
        {"name": name, "mimeType": "application/zip", "buffer": as_zip(files)}
    )
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    address = page.url
    page.goto("about:blank")
    job = Job.objects.get(kind="catalog.read_device_types", state=State.QUEUED)
    worker.run(str(job.pk))
    page.goto(address)
    return address


def test_a_library_is_imported_reviewed_applied_and_rolled_back(manager: Page, assert_accessible):
    manager.goto("/catalog/hardware/")
    expect(manager.get_by_role("heading", name="No hardware models yet")).to_be_visible()
    assert_accessible(manager)
    manager.get_by_role("main").get_by_role("link", name="Import").last.click()
    expect(manager.get_by_role("heading", name="Imports of hardware models")).to_be_visible()
    assert_accessible(manager)

    bad = {
        "lib/device-types/x/bad.yaml": "manufacturer: X\nmodel: 9300\nslug: y\nu_height: 1.3\nis_full_depth: true\n"
    }
    upload(manager, "library.zip", {**FOLDERS, **generated(3), **bad})
    expect(manager.get_by_text("Nothing of this is in force yet")).to_be_visible()
    assert_accessible(manager)
    manager.get_by_role("link", name="Rejected 1").click()
    expect(manager.get_by_text("is not text")).to_be_visible()
    assert_accessible(manager)
    manager.get_by_role("button", name="Apply").click()
    expect(manager.get_by_role("button", name="Roll back")).to_be_visible()

    manager.goto("/catalog/hardware/?q=sw-48")
    assert_accessible(manager)
    manager.get_by_role("link", name="SW-48").click()
    expect(manager.get_by_role("heading", name="SW-48")).to_be_visible()
    expect(manager.get_by_role("row", name="25gbase-x-sfp28")).to_be_visible()
    assert_accessible(manager)
    model = manager.url

    heavier = SWITCH.replace("weight: 10", "weight: 20")
    second = upload(manager, "second.zip", {"lib/device-types/Example Networks/SW-48.yaml": heavier})
    expect(manager.get_by_text("more than 30 %").first).to_be_visible()
    assert_accessible(manager)
    manager.get_by_role("button", name="Apply").click()
    expect(manager.get_by_role("button", name="Roll back")).to_be_visible()
    manager.goto(model)
    expect(manager.get_by_text("9.072", exact=True).first).to_be_visible()
    manager.goto(second)
    manager.get_by_role("button", name="Roll back").click()
    expect(manager.get_by_role("button", name="Apply again")).to_be_visible()
    manager.goto(model)
    expect(
        manager.get_by_text("4.54", exact=True).or_(manager.get_by_text("4.536", exact=True)).first
    ).to_be_visible()
    assert_accessible(manager)


def test_a_phone_shows_the_model_without_scrolling_sideways(manager: Page):
    upload(manager, "library.zip", FOLDERS)
    manager.get_by_role("button", name="Apply").click()
    expect(manager.get_by_role("button", name="Roll back")).to_be_visible()
    manager.set_viewport_size({"width": 390, "height": 844})
    for address in ("/catalog/hardware/", "/catalog/hardware/imports/"):
        manager.goto(address)
        assert manager.evaluate("document.documentElement.scrollWidth") <= 390
    manager.goto("/catalog/hardware/")
    manager.get_by_role("link", name="SW-48").click()
    expect(manager.get_by_role("heading", name="SW-48")).to_be_visible()
    assert manager.evaluate("document.documentElement.scrollWidth") <= 390
