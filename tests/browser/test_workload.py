"""A workload in a browser: a profile with pinned vCPUs and huge pages, typed and kept; with axe."""

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


def test_a_profile_is_pinned(visit: Page, catalog, assert_accessible):
    architect = User.objects.get()
    team = architect.memberships.get().team
    customer = services.create_customer(team=team, user=architect, name="Kontor Nord")
    design = services.create_design(
        customer=customer, user=architect, name="Cloud", reference_design="rd-mid"
    )

    visit.goto(f"/designs/{design.pk}/workload/")
    visit.get_by_label("Placement of profile 1").click()
    visit.get_by_label("Profile 1 has pinned vCPUs").check()
    visit.get_by_label("Huge pages of profile 1").select_option("1GiB")
    visit.get_by_label("Anti-affinity group size of profile 1").fill("3")
    assert_accessible(visit)
    visit.get_by_role("button", name="Save and size").click()
    visit.goto(f"/designs/{design.pk}/workload/")

    expect(visit.get_by_label("Profile 1 has pinned vCPUs")).to_be_checked()
    expect(visit.get_by_label("Huge pages of profile 1")).to_have_value("1GiB")
    design.refresh_from_db()
    profile = services.document_of(design).workload.profiles[0]
    assert (profile.has_pinned_cpus, profile.page_gib, profile.anti_affinity_group_size) == (True, 1, 3)
