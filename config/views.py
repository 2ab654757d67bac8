"""Home, health, the list of API addresses, and the error pages."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from config.api import plain_problem
from config.health import readiness
from config.request_id import current_request_id


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive. Asks nothing of anybody."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether requests should come here: 200 or 503. Only an administrator reads why."""
    checks = readiness()
    is_ready = all(passed for passed, _ in checks.values())
    body: dict[str, Any] = {"ready": is_ready}
    if getattr(request.user, "is_administrator", False):
        body["checks"] = {name: {"ready": passed, "detail": text} for name, (passed, text) in checks.items()}
    return JsonResponse(body, status=200 if is_ready else 503)


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every address of the API, readable without a script; `/api/v1/schema/` has the same for programs."""
    return render(request, "config/api_docs.html", {"groups": documented_groups(), "info": schema()["info"]})


@cache
def schema() -> dict[str, Any]:
    """The OpenAPI document. It depends on the code alone, so a process makes it once."""
    return dict(SchemaGenerator().get_schema(request=None, public=True))


@cache
def documented_groups() -> dict[str, list[dict[str, Any]]]:
    """The operations by their tag, in the order of their addresses."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            for tag in operation.get("tags", ["other"]):
                groups.setdefault(tag, []).append({"path": path, "method": method.upper(), **operation})
    return groups


def error_page(request: HttpRequest, status: HTTPStatus, detail: str = "") -> HttpResponse:
    if request.path.startswith("/api/"):
        return plain_problem(status.value, status.phrase.capitalize(), detail)
    context = {"request_id": current_request_id.get(), "status": status.value}
    return render(request, f"{status.value}.html", context, status=status.value)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = str(exception) if isinstance(exception, BadRequest) else ""
    return error_page(request, HTTPStatus.BAD_REQUEST, detail)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Static, so that nothing that failed once fails again: no database, no session, no context."""
    if request.path.startswith("/api/"):
        return plain_problem(500, "Internal server error")
    page = render(None, "500.html", {"request_id": current_request_id.get()}, status=500)
    return page


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN)
