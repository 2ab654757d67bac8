"""What every response carries, error pages included: an id, and the headers that keep browsers careful."""

from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers

from config.request_id import current_request_id

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestIdMiddleware:
    """Gives each request an id of our own making; a client cannot choose it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = current_request_id.set(uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = current_request_id.get()
        finally:
            current_request_id.reset(token)
        return response


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
    """Sends an htmx request whose session has ended to the whole log-in page, not a form into a table (R67)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not getattr(request, "htmx", False):
            return response
        patch_vary_headers(response, ["HX-Request"])
        if isinstance(response, HttpResponseRedirect) and not request.user.is_authenticated:
            return HttpResponse(status=204, headers={"HX-Redirect": response.url})
        return response
