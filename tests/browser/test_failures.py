"""Failures in Chromium: press an element in the drawing, read what stops, step on; list, keyboard, axe."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Membership
from catalog import services as catalog_services
from designer import failure_services, services
from jobs import worker
from jobs.models import Job, State


@pytest.fixture
def catalog(transactional_db):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    yield
    catalog_services.forget_library()


@pytest.fixture
def design(visit: Page, catalog):
    """A drawn design of the team that the visitor belongs to, with its failures ranked."""
    membership = Membership.objects.select_related("team", "user").get()
    customer = services.create_customer(team=membership.team, user=membership.user, name="Kontor Nord")
    design = services.create_design(
        customer=customer, user=membership.user, name="Cloud 2027", reference_design="rd-mid"
    )
    revision = services.freeze_revision(design=design, user=membership.user)
    failure_services.rank_revision(revision, with_pairs=True, report=lambda *_: None)
    return design


def test_pressing_elements_tells_what_stops(visit: Page, design, assert_accessible):
    told = visit.get_by_role("status").first
    visit.goto(reverse("designer:design-detail", args=(design.pk,)))
    visit.get_by_role("navigation", name="Parts of the design").get_by_role("link", name="Failures").click()
    expect(told).to_have_text("Nothing has failed: everything is up.")
    expect(visit.get_by_role("heading", name="Smallest sets that stop something")).to_be_visible()
    assert_accessible(visit)

    visit.locator('a[data-element="cmp01"]').first.click()
    expect(told).to_have_text("When cmp01 fails, 52 VMs stop.")
    expect(visit.locator('.drawing-is-dead[data-element="cmp01"]').first).to_be_visible()
    assert_accessible(visit)

    expect(visit.get_by_text("After 0 s: 52 VMs out of service", exact=False)).to_be_visible()
    visit.get_by_role("link", name="Step on").click()
    expect(visit.get_by_text("After 60 s: 52 VMs out of service", exact=False)).to_be_visible()

    visit.get_by_role("link", name="Repair cmp01").click()
    expect(told).to_have_text("Nothing has failed: everything is up.")


def test_the_list_lets_things_fail_without_leaving_the_page(visit: Page, design, assert_accessible):
    visit.goto(reverse("designer:design-failures", args=(design.pk,)))

    visit.get_by_label("What fails").select_option("network:storage_public")
    visit.get_by_role("button", name="Let it fail").click()
    expect(visit.get_by_role("status").first).to_contain_text("522 VMs hang")
    expect(visit).to_have_url(re.compile("failed=network%3Astorage_public"))
    assert_accessible(visit)

    visit.get_by_label("Or by id").fill("drive:sto01.osd-99")
    visit.get_by_role("button", name="Let it fail").click()
    expect(visit.get_by_role("alert")).to_contain_text("is not in this drawing")
    expect(visit.get_by_label("Or by id")).to_have_value("drive:sto01.osd-99")
    assert_accessible(visit)


def test_a_dead_drive_is_rebuilt_and_the_page_says_how_long_it_takes(visit: Page, design):
    """X1 of the domain notes: 3.17 TB in about 22 minutes after 600 s."""
    visit.goto(reverse("designer:design-failures", args=(design.pk,)) + "?failed=drive:sto01.osd-3")

    ceph = visit.get_by_role("heading", name="Ceph", exact=True)
    table = visit.locator("section").filter(has=ceph).get_by_role("table")
    expect(table.get_by_role("columnheader").nth(7)).to_have_text("Rebuilt after, h")
    expect(table.get_by_role("row").nth(1).get_by_role("cell").nth(6)).to_have_text("0.37")


def test_all_failures_are_tried_in_the_background_and_ranked(visit: Page, catalog, assert_accessible):
    membership = Membership.objects.select_related("team", "user").get()
    customer = services.create_customer(team=membership.team, user=membership.user, name="Kontor Nord")
    design = services.create_design(
        customer=customer, user=membership.user, name="Cloud 2027", reference_design="rd-mid"
    )
    address = reverse("designer:design-failures", args=(design.pk,))
    visit.goto(address)
    visit.get_by_label("Pairs too").check()
    visit.get_by_role("button", name="Try all failures").click()
    expect(visit.get_by_text("Waiting for a worker")).to_be_visible()
    visit.goto("about:blank")  # a test's database has room for one writer
    job = Job.objects.get(state=State.QUEUED)
    worker.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == State.DONE, job.error

    visit.goto(address)
    expect(visit.get_by_role("heading", name="Every single failure, the worst first")).to_be_visible()
    worst = visit.get_by_role("row").filter(has_text="522 VMs hang").first
    expect(worst).to_be_visible()
    expect(visit.get_by_role("heading", name="Smallest sets that stop something")).to_be_visible()
    assert_accessible(visit)


def test_an_element_of_the_drawing_is_chosen_by_keyboard(visit: Page, design):
    visit.goto(reverse("designer:design-failures", args=(design.pk,)))

    visit.locator('a[data-element="spine-1"]').first.focus()
    visit.keyboard.press("Enter")

    told = visit.get_by_role("status").first
    expect(told).to_have_text("When spine-1 fails, everything goes on, with less in reserve.")
    expect(visit.locator("#failure-told")).to_have_text(
        "When spine-1 fails, everything goes on, with less in reserve."
    )
    expect(visit.locator('a[data-element="spine-1"]').first).to_be_focused()


@pytest.mark.parametrize(
    ("element", "sentence"),
    [
        pytest.param("rack-2", "When rack 2 fails, 157 VMs stop, 116 of them find no room elsewhere.", id="rack"),
        pytest.param("feed-a", "When site feed a fails, everything goes on", id="feed"),
        pytest.param("pdu-1b", "When PDU pdu-1b fails, everything goes on", id="PDU"),
        pytest.param("storage_public", "When VLAN storage_public fails, 522 VMs hang", id="network"),
        pytest.param("service-mariadb", "When service mariadb fails, control plane is down.", id="service"),
        pytest.param("leaf-1a--spine-1", "When link leaf-1a.up-1 fails, everything goes on", id="cable"),
        pytest.param("leaf-1a--rack-1-control", "When link ctl01.fast-1 fails, everything goes on", id="cables of nodes"),
        pytest.param("rack-3-compute", "When cmp08, cmp09 and cmp10 fail, 157 VMs stop", id="nodes of a rack"),
        pytest.param("ext-2", "When External router 2 fails, everything goes on", id="router"),
    ],
)  # fmt: skip
def test_every_kind_of_element_is_chosen_on_the_drawing_by_keyboard(visit: Page, design, element, sentence):
    visit.goto(reverse("designer:design-failures", args=(design.pk,)))

    visit.locator(f'a[data-element="{element}"]').first.focus()
    visit.keyboard.press("Enter")

    expect(visit.get_by_role("status").first).to_contain_text(sentence)


def test_presses_add_up_in_place_and_the_drawing_stays_where_it_is(visit: Page, design, assert_accessible):
    visit.goto(reverse("designer:design-failures", args=(design.pk,)))
    visit.evaluate("window.isStillHere = true")
    sheet = visit.locator("[data-cloud]")
    sheet.evaluate("sheet => sheet.scrollTo(30, 0)")

    visit.locator('a[data-element="ctl01"]').first.click()
    expect(visit.get_by_role("status").first).to_contain_text("ctl01")
    visit.locator('a[data-element="ctl02"]').first.click()

    expect(visit.get_by_role("status").first).to_have_text(
        "When ctl01 and ctl02 fail, control plane is down."
    )
    expect(visit).to_have_url(re.compile("failed=device%3Actl01&failed=device%3Actl02"))
    assert visit.evaluate("window.isStillHere")
    assert sheet.evaluate("sheet => sheet.scrollLeft") == 30
    assert_accessible(visit)
    visit.get_by_role("link", name="Repair everything").click()
    expect(visit.get_by_role("status").first).to_have_text("Nothing has failed: everything is up.")


def test_a_device_shows_its_parts_and_each_of_them_can_fail(visit: Page, design, assert_accessible):
    visit.goto(reverse("designer:design-failures", args=(design.pk,)))
    told = visit.get_by_role("status").first

    parts = visit.get_by_role("link", name="A press shows its parts")
    parts.click()
    expect(parts).to_have_attribute("aria-current", "true")
    visit.locator('[data-cloud] a[data-element="sto01"]').first.click()
    expect(visit.get_by_role("heading", name="Parts of sto01")).to_be_visible()
    assert_accessible(visit)

    visit.locator('[data-parts] a[data-element="drive-sto01.osd-3"]').click()
    expect(told).to_have_text("When drive sto01.osd-3 fails, everything goes on, with less in reserve.")
    visit.locator('[data-parts] a[data-element="link-sto01.fast-3"]').focus()
    visit.keyboard.press("Enter")
    expect(told).to_contain_text("link sto01.fast-3 and drive sto01.osd-3")
    visit.locator('[data-parts] a[data-element="sto01"]').click()
    expect(told).to_contain_text("sto01")
    expect(visit.locator('[data-parts] .drawing-is-dead[data-element="drive-sto01.osd-12"]')).to_be_visible()
