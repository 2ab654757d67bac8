"""What every page may name."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, Any]:
    return {"is_demo": settings.PROFILE == "demo", "site_url": settings.SITE_URL}
