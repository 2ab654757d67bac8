"""A catalog, prices, a team with an architect, and a design from the mid-size reference design."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.models import Role
from catalog import prices as catalog_prices
from catalog import services as catalog_services
from costing import services as costing_services
from designer import services
from tests.builders import a_team, a_user


@pytest.fixture
def catalog(db):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    yield catalog_services.library()
    catalog_services.forget_library()


@pytest.fixture(scope="module")
def shipped_books(django_db_setup, django_db_blocker):
    """The shipped price books, stored once for all tests of a module."""
    with django_db_blocker.unblock(), transaction.atomic():
        catalog_prices.load_price_books()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def price_books(shipped_books, db):
    """The shipped price books of three clouds, and a database to use them in."""


@pytest.fixture
def comparison(design, price_books, architect):
    """The design of the mid-size reference design, compared with the three clouds nearest to Germany."""
    revision = services.freeze_revision(design=design, user=architect)
    return costing_services.compare_revision(revision, report=lambda *_: None)


@pytest.fixture
def architect(db):
    return a_user()


@pytest.fixture
def team(architect):
    return a_team(members=[architect], role=Role.ARCHITECT)


@pytest.fixture
def customer(team, architect):
    return services.create_customer(team=team, user=architect, name="Nordlicht", country="DE", city="Hamburg")


@pytest.fixture
def design(catalog, customer, architect):
    return services.create_design(
        customer=customer, user=architect, name="Private cloud", reference_design="rd-mid"
    )


@pytest.fixture
def signed_in(client, architect):
    client.force_login(architect)
    return client


@pytest.fixture
def unfit(comparison, design, architect):
    """The compared design without its third control node: an open error, V020."""
    topology = design.document["topology"]
    fewer = {
        **topology,
        "nodes": [node for node in topology["nodes"] if node["id"] != "ctl03"],
        "links": [
            link for link in topology["links"] if "ctl03" not in (link["a"]["element"], link["b"]["element"])
        ],
    }
    return services.change_part(
        design=design, part="topology", value=fewer, based_on=design.version, user=architect
    )
