"""The floors of B8: views that ask the database and send what it says, without permission, filter or tag."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import path

from designer.models import Design

FIELDS = ("id", "team", "customer", "name", "reference_design", "version", "created_at", "changed_at")


def designs(request: HttpRequest, team: UUID) -> JsonResponse:
    limit = int(request.GET["limit"])
    rows = Design.objects.filter(team=team).order_by("-created_at", "-id").values(*FIELDS)[:limit]
    return JsonResponse({"results": list(rows)})


def design(request: HttpRequest, pk: UUID) -> JsonResponse:
    return JsonResponse(Design.objects.values(*FIELDS, "document").get(pk=pk))


urlpatterns = [path("teams/<uuid:team>/designs/", designs), path("designs/<uuid:pk>/", design)]
