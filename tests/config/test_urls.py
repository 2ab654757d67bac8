"""An app whose addresses cannot load stops the start: nothing is left out in silence."""

import pytest
from django.urls import include, resolve


@pytest.mark.parametrize(
    ("path", "app"),
    [
        ("/accounts/", "accounts"),
        ("/api/v1/teams/", "accounts"),
        ("/jobs/", "jobs"),
        ("/api/v1/jobs/", "jobs"),
        ("/catalog/", "catalog"),
        ("/", "designer"),
        ("/api/v1/designs/", "designer"),
        ("/costing/formulas/", "costing"),
        ("/api/v1/formulas/", "costing"),
    ],
)
def test_every_app_has_its_addresses(path, app):
    assert resolve(path).func.__module__.partition(".")[0] == app


def test_addresses_that_cannot_load_are_an_error():
    with pytest.raises(ImportError):
        include("tests.config.no_such_module")
