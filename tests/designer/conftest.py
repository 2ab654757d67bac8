"""A catalog, a team with an architect, and a design from the mid-size reference design."""

from __future__ import annotations

import pytest

from accounts.models import Role
from catalog import services as catalog_services
from designer import services
from tests.builders import a_team, a_user


@pytest.fixture
def catalog(db):
    catalog_services.forget_library()
    catalog_services.load_catalog()
    yield catalog_services.library()
    catalog_services.forget_library()


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
