"""What a production installation must not start with (security R62)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

PUBLISHED = (
    "django-insecure",
    "only-the-tests",
    "changeme",
    "change-me",
    "secret",
    "example",
    "stackwright",
    "your-",
)
PUBLISHED_PASSWORDS = ("postgres", "password", "stackwright", "changeme", "secret", "guest", "admin")
MINIMUM_KEY_LENGTH = 50


@register("stackwright")
def safe_for_production(**kwargs: Any) -> list[CheckMessage]:
    """Errors for each setting that is fit for a demo only. In other profiles nothing is asked."""
    if settings.PROFILE != "production":
        return []
    return [
        Error(message, hint=hint, id=f"stackwright.E{number:03}")
        for number, (is_wrong, message, hint) in enumerate(findings(), start=1)
        if is_wrong
    ]


def findings() -> list[tuple[bool, str, str]]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    database_password = settings.DATABASES["default"].get("PASSWORD", "")
    return [
        (
            any(len(key) < MINIMUM_KEY_LENGTH or len(set(key)) < 10 for key in keys),
            f"SECRET_KEY has fewer than {MINIMUM_KEY_LENGTH} random characters.",
            'Make one: python -c "import secrets; print(secrets.token_urlsafe(50))"',
        ),
        (
            any(key.casefold().startswith(PUBLISHED) for key in keys),
            "SECRET_KEY is an example that was published.",
            'Make one: python -c "import secrets; print(secrets.token_urlsafe(50))"',
        ),
        (bool(settings.DEBUG), "DEBUG is on: errors would show settings and source.", "Unset DEBUG."),
        (
            not settings.ALLOWED_HOSTS or any(host.startswith("*") for host in settings.ALLOWED_HOSTS),
            "ALLOWED_HOSTS is open or empty.",
            "Name the hosts: ALLOWED_HOSTS=stackwright.example.com",
        ),
        (
            not settings.SITE_URL.startswith("https://"),
            f"SITE_URL {settings.SITE_URL!r} is not an https address.",
            "SITE_URL=https://stackwright.example.com",
        ),
        (
            not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE),
            "Cookies would travel without TLS.",
            "Leave SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE on.",
        ),
        (
            database_password.casefold() in PUBLISHED_PASSWORDS,
            "The database's password is one that everybody knows.",
            "Set another in DATABASE_URL.",
        ),
        (
            settings.JOB_QUEUE == "celery" and "guest:guest@" in settings.CELERY_BROKER_URL,
            "The broker's log-in is RabbitMQ's published one.",
            "Set CELERY_BROKER_URL with a log-in of its own.",
        ),
    ]
