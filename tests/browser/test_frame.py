"""The frame of every page: signing in, the list of jobs, the menu, light and dark."""

from playwright.sync_api import Page, expect

from jobs import leases, queue
from jobs.models import State
from tests.builders import PASSWORD


def test_a_person_signs_in(anonymous: Page, person, assert_accessible):
    anonymous.goto("/jobs/")
    expect(anonymous.get_by_role("heading", name="Log in")).to_be_visible()
    assert_accessible(anonymous)

    anonymous.get_by_label("E-mail").fill(person.email)
    anonymous.get_by_label("Password").fill("not the password")
    anonymous.get_by_role("button", name="Log in").click()
    expect(anonymous.get_by_role("alert")).to_contain_text("do not belong together")
    assert_accessible(anonymous)

    anonymous.get_by_label("Password").fill(PASSWORD)
    anonymous.get_by_role("button", name="Log in").click()
    expect(anonymous.get_by_role("heading", level=1, name="Jobs")).to_be_visible()


def test_jobs_are_listed_and_followed(visit: Page, person, assert_accessible):
    visit.goto("/jobs/")
    expect(visit.get_by_role("heading", name="No jobs yet")).to_be_visible()
    assert_accessible(visit)

    job = queue.enqueue("sample.echo", {}, user=person, team=person.memberships.get().team)
    held = leases.claim(job.pk)
    leases.renew(job.pk, held.lease_token, progress=0.42, message="Sizing")
    visit.goto("/jobs/")
    expect(visit.get_by_role("row", name="Echo")).to_contain_text("Running")
    assert_accessible(visit)

    visit.get_by_role("link", name="Echo").click()
    expect(visit.get_by_role("progressbar")).to_have_attribute("value", "42")
    assert_accessible(visit)
    leases.finish(job.pk, held.lease_token, State.DONE)
    expect(visit.locator("[data-job-state=done]")).to_be_visible()


def test_the_account_page_is_accessible(visit: Page, assert_accessible):
    visit.goto("/accounts/")
    visit.get_by_label("Name").fill("Nightly export")
    visit.get_by_role("button", name="Create token").click()
    expect(visit.get_by_role("alert")).to_contain_text("cannot be shown again")
    assert_accessible(visit)


def test_the_chosen_colours_are_remembered(visit: Page):
    visit.goto("/jobs/")
    visit.get_by_role("button", name="Dark colours").click()
    expect(visit.locator("html")).to_have_attribute("data-bs-theme", "dark")

    visit.reload()
    expect(visit.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(visit.get_by_role("button", name="Dark colours")).to_have_attribute("aria-pressed", "true")


def test_the_menu_opens_on_a_narrow_screen(visit: Page, assert_accessible):
    visit.set_viewport_size({"width": 390, "height": 800})
    visit.goto("/jobs/")
    expect(visit.get_by_role("link", name="Jobs", exact=True)).to_be_hidden()

    visit.get_by_role("button", name="Menu").click()
    expect(visit.get_by_role("link", name="Jobs", exact=True)).to_be_visible()
    assert visit.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(visit)


def test_a_page_that_does_not_exist_says_so(visit: Page, complaints, assert_accessible):
    visit.goto("/nowhere/")
    expect(visit.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    assert_accessible(visit)
    complaints[:] = [text for text in complaints if "404" not in text]
