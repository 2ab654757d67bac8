"""What several tests of the catalog stand on."""

from __future__ import annotations

import pytest
from django.db import transaction

from catalog import prices


@pytest.fixture(scope="module")
def shipped_books(django_db_setup, django_db_blocker):
    """The shipped price books, stored once for all tests of a module."""
    with django_db_blocker.unblock(), transaction.atomic():
        prices.load_price_books()
        yield
        transaction.set_rollback(True)
