"""The growth of designs over REST: what each month needs, and what to order when."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.engine.documents import json_schema, write
from config.api import etag_for
from config.openapi import document
from designer import growth_services
from designer.engine.growth import GrowthAnswer
from designer.models import Design
from designer.services import document_of


@extend_schema_field(document("GrowthAnswer", json_schema(GrowthAnswer)))
class GrowthAnswerField(serializers.JSONField):
    """Every month of the horizon, and the orders."""


class GrowthSerializer(serializers.Serializer[Any]):
    """How a design grows."""

    version = serializers.IntegerField(help_text="Of the working document that grows.")
    growth = GrowthAnswerField()


class GrowthView(APIView):
    """The growth of one design. It is changed by its parts: `workload` (growth) and `assumptions` (horizon, lead time)."""

    @extend_schema(
        responses={
            200: GrowthSerializer,
            404: OpenApiResponse(OpenApiTypes.OBJECT, "There is no such design, or you may not see it."),
        }
    )
    def get(self, request: Request, pk: Any) -> Response:
        """Demand and capacity of every month, and what to order when, as the design is now."""
        design = get_object_or_404(Design.objects.visible_to(request.user).select_related("team"), pk=pk)
        answer = {"version": design.version, "growth": write(growth_services.growth_of(document_of(design)))}
        return Response(answer, headers={"ETag": etag_for(design.version)})
