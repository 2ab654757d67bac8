"""The floors of B8: views that ask the database and send what it says, without permission, filter or tag."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
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


COLUMNS = ("id", "team_id", "customer_id", *FIELDS[3:])
ROWS = f"SELECT {', '.join(COLUMNS)} FROM designer_design WHERE team_id = %s ORDER BY created_at DESC, id DESC LIMIT %s"  # noqa: S608
MEMBERS = ", ".join(f"'{name}', {column}" for name, column in zip(FIELDS, COLUMNS, strict=True))
WHOLE_PAGE = {
    "sqlite": f"SELECT json_object('results', json_group_array(json_object({MEMBERS}))) FROM ({ROWS})",  # noqa: S608
    "postgresql": f"SELECT json_build_object('results', json_agg(json_build_object({MEMBERS})))::text FROM ({ROWS}) AS page",  # noqa: S608
}


def designs_by_database(request: HttpRequest, team: UUID) -> HttpResponse:
    """The page as one value that the database makes: nothing is left to Python but to send it."""
    key = team.hex if connection.vendor == "sqlite" else team
    with connection.cursor() as cursor:
        cursor.execute(WHOLE_PAGE[connection.vendor], [key, int(request.GET["limit"])])
        (page,) = cursor.fetchone()
    return HttpResponse(page, content_type="application/json")


def cloud_offers(request: HttpRequest) -> JsonResponse:
    limit = int(request.GET["limit"])
    rows = CloudOffer.objects.filter(version__is_current=True).order_by("instance_type", "id")
    return JsonResponse({"results": list(rows.values(*OFFER_FIELDS)[:limit])})


def design(request: HttpRequest, pk: UUID) -> JsonResponse:
    return JsonResponse(Design.objects.values(*FIELDS, document=F("snapshot")).get(pk=pk))


urlpatterns = [
    path("cloud-offers/", cloud_offers),
    path("teams/<uuid:team>/designs/", designs),
    path("teams/<uuid:team>/designs-by-database/", designs_by_database),
    path("designs/<uuid:pk>/", design),
]
