"""The floors of B8: views that ask the database and send what it says, without permission, filter or tag."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.urls import path

from catalog.models import CloudOffer
from designer.models import Design

OFFER_FIELDS = (
    "version__book__provider",
    "region",
    "instance_type",
    "operating_system",
    "family",
    "category",
    "generation",
    "is_current",
    "kind",
    "vcpus",
    "memory_mib",
    "architecture",
    "is_burstable",
    "is_core_based",
    "gpus",
    "version",
    "prices",
)
FIELDS = ("id", "team", "customer", "name", "reference_design", "version", "created_at", "changed_at")


def designs(request: HttpRequest, team: UUID) -> JsonResponse:
    limit = int(request.GET["limit"])
    rows = Design.objects.filter(team=team).order_by("-created_at", "-id").values(*FIELDS)[:limit]
    return JsonResponse({"results": list(rows)})


def cloud_offers(request: HttpRequest) -> JsonResponse:
    limit = int(request.GET["limit"])
    rows = CloudOffer.objects.filter(version__is_current=True).order_by("instance_type", "id")
    return JsonResponse({"results": list(rows.values(*OFFER_FIELDS)[:limit])})


def design(request: HttpRequest, pk: UUID) -> JsonResponse:
    return JsonResponse(Design.objects.values(*FIELDS, document=F("snapshot")).get(pk=pk))


urlpatterns = [
    path("cloud-offers/", cloud_offers),
    path("teams/<uuid:team>/designs/", designs),
    path("designs/<uuid:pk>/", design),
]
