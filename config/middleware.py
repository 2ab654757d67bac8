"""What every response carries, error pages included: an id, and the headers that keep browsers careful."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers

from config.addresses import client_address
from config.api import invalid_address
from config.errors import DomainError
from config.request_id import current_request_id, current_source

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestIdMiddleware:
    """Gives each request an id of our own making; a client cannot choose it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid4().hex
        current_request_id.set(request_id)  # set anew by the next request of this thread, so never stale
        current_source.set(client_address(request))
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class PlainAddressMiddleware:
    """Refuses an address with a NUL in it: no name has one, and PostgreSQL would fail on it in a search (R48)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = [
            name for name, values in request.GET.lists() if any("\0" in text for text in (name, *values))
        ]
        if not named and "\0" not in request.path:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return invalid_address(named)
        raise BadRequest("The address holds the character U+0000.")


class RefusalMiddleware:
    """Shows what a page's service refused, in its words and with its status; the API has a handler of its own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError) or error.status >= 500:
            return None
        return render(request, "refused.html", {"refusal": error}, status=error.status)


class SecurityHeadersMiddleware:
    """Headers that neither Django nor django-csp sets, and no storing of what a signed-in person saw."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("X-Frame-Options", "DENY")
        response.setdefault("X-Content-Type-Options", "nosniff")
        response.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.setdefault("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY)
        if not request.path.startswith(settings.STATIC_URL) and "Cache-Control" not in response:
            # The API answers 304 to an ETag, so it may be kept if it asks each time; a page may not be kept.
            is_api = request.path.startswith("/api/")
            response["Cache-Control"] = "private, no-cache" if is_api else "private, no-store"
        return response


class HtmxLoginRedirectMiddleware:
    """Sends an htmx request without a session to the whole log-in page, not its form into a table (R67)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        htmx = getattr(request, "htmx", None)
        if not htmx:
            return response
        patch_vary_headers(response, ["HX-Request"])
        login = resolve_url(settings.LOGIN_URL)
        if isinstance(response, HttpResponseRedirect) and response.url.split("?")[0] == login:
            page = htmx.current_url_abs_path or "/"  # None for another host's page
            target = f"{login}?{urlencode({'next': page})}"
            return HttpResponse(status=204, headers={"HX-Redirect": target, "Vary": "HX-Request"})
        return response
