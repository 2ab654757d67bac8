"""What every page may name."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

NAVIGATION = (
    ("designer:design-list", "Designs"),
    ("designer:customer-list", "Customers"),
    ("catalog:entry-list", "Catalog"),
    ("costing:formula-list", "Formulas"),
    ("jobs:job-list", "Jobs"),
)
"""Pages of the navigation: name of the address, label. One that an installation lacks is left out."""


def product(request: HttpRequest) -> dict[str, Any]:
    return {"is_demo": settings.PROFILE == "demo", "site_url": settings.SITE_URL, "nav_items": NAVIGATION}
