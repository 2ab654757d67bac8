"""How long a session lasts: ended after a time without use, and in any case after the absolute time (R64)."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from config.middleware import GetResponse

SIGNED_IN_AT = "signed_in_at"
RENEW_AFTER_SECONDS = 300
"""A session in use is written at most this often: a write for every page would queue for the one writer."""


class SessionAgeMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = time.time()
            if now - request.session.setdefault(SIGNED_IN_AT, now) > settings.SESSION_ABSOLUTE_SECONDS:
                logout(request)
            elif now - request.session.get("seen_at", 0) > RENEW_AFTER_SECONDS:
                request.session["seen_at"] = now
        return self.get_response(request)
