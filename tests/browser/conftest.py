"""Chromium against a live server. Leaving the machine, or an error in the console, fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import Membership, Role
from catalog import services as catalog_services
from designer import services
from tests.builders import PASSWORD, a_team, a_user

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
FOLDER = Path(__file__).parent
SETTLE = """() => Promise.all(document.getAnimations().filter(a => a instanceof CSSTransition)
  .map(a => a.finished.catch(() => null)))"""
"""Colours that are still changing would be measured half way."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> str:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.fail("Chromium is missing: `make test` installs it, or set CHROMIUM to its path.")
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    # Playwright's loop runs in this thread; Django takes that for async code and refuses the ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints() -> list[str]:
    """What went wrong in the browser so far; a test that expects an entry removes it."""
    return []


@pytest.fixture
def context(browser: Browser, live_server, complaints: list[str]) -> Iterator[BrowserContext]:
    """A fresh browser profile that may only talk to the live server."""
    here = urlsplit(live_server.url).netloc
    made = browser.new_context(
        base_url=live_server.url, viewport={"width": 1360, "height": 900}, color_scheme="light"
    )
    made.set_default_timeout(15_000)

    def only_here(route):
        if urlsplit(route.request.url).netloc == here:
            route.continue_()
        else:
            complaints.append(f"left the machine: {route.request.url}")
            route.abort()

    made.route("**/*", only_here)
    yield made
    made.close()
    assert complaints == []


def watched(page: Page, complaints: list[str]) -> Page:
    page.on("console", lambda m: complaints.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    return page


@pytest.fixture
def anonymous(context: BrowserContext, complaints: list[str]) -> Page:
    """A page of somebody who is not signed in."""
    return watched(context.new_page(), complaints)


@pytest.fixture
def person(transactional_db):
    """An architect, with a team."""
    user = a_user("architect@example.com", name="Ada Architect")
    a_team("Team Orange", members=[user], role=Role.ARCHITECT)
    return user


@pytest.fixture
def visit(anonymous: Page, person) -> Page:
    """A page signed in as `person`."""
    anonymous.goto("/accounts/login/")
    anonymous.fill("[name=username]", person.email)
    anonymous.fill("[name=password]", PASSWORD)
    anonymous.click("main button[type=submit]")
    anonymous.wait_for_selector("header.topbar")
    return anonymous


@pytest.fixture
def catalog(transactional_db):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    yield
    catalog_services.forget_library()


@pytest.fixture
def design(visit: Page, catalog):
    """A drawn design of the team that the visitor belongs to."""
    membership = Membership.objects.select_related("team", "user").get()
    customer = services.create_customer(team=membership.team, user=membership.user, name="Kontor Nord")
    return services.create_design(
        customer=customer, user=membership.user, name="Cloud 2027", reference_design="rd-mid"
    )


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page], None]:
    """Fails with axe's own words when the page breaks a rule, in light or in dark colours."""
    axe = Axe()

    def check(page: Page) -> None:
        before = page.evaluate("document.documentElement.dataset.bsTheme")
        for theme in ("light", "dark"):
            page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
            page.evaluate(SETTLE)
            results = axe.run(page)
            found = [
                f"{violation['id']} ({theme}): {violation['help']}: {node['html'][:160]} {node.get('failureSummary', '')}"
                for violation in results.response["violations"]
                for node in violation["nodes"]
            ]
            assert not found, f"{page.url}\n" + "\n".join(found[:20])
        page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", before)

    return check
