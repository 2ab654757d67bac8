"""Comparisons over REST: asked for as a job, read whole, with the ledger."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from catalog.engine.documents import json_schema
from config.api import KnownFieldsMixin
from config.openapi import document
from config.paging import KeysetPagination
from costing import services
from costing.engine.comparison import Comparison as Compared
from costing.engine.model import TcoRequest
from costing.models import Comparison
from designer.api.serializers import VisibleTo
from designer.models import Design
from jobs.api import JobSerializer

RESULT_SCHEMA = json_schema(Compared)
del RESULT_SCHEMA["properties"]["request"]  # stands beside the result
RESULT_SCHEMA["required"].remove("request")


@extend_schema_field(document("TcoRequest", json_schema(TcoRequest)))
class TcoRequestField(serializers.JSONField):
    """The priced question: a document of POST /calculations/tco/."""


@extend_schema_field(document("ComparisonResult", RESULT_SCHEMA))
class ComparisonResultField(serializers.JSONField):
    """Ledgers, outputs, matches, assumptions, and a figure for each amount."""


class ComparisonListSerializer(serializers.ModelSerializer[Comparison]):
    """One comparison at a glance."""

    design = serializers.UUIDField(source="revision.design_id", read_only=True)
    headline = serializers.CharField(source="result.headline", read_only=True)
    price_books = serializers.JSONField(read_only=True)

    class Meta:
        model = Comparison
        fields = (
            "id",
            "design",
            "revision",
            "engine_version",
            "priced_on",
            "price_books",
            "headline",
            "created_at",
        )
        read_only_fields = fields  # fmt: skip


class ComparisonSerializer(ComparisonListSerializer):
    """A comparison with its priced question and its whole answer."""

    request = TcoRequestField(read_only=True)
    result = ComparisonResultField(read_only=True)

    class Meta(ComparisonListSerializer.Meta):
        fields = (*ComparisonListSerializer.Meta.fields, "request", "result")  # type: ignore[assignment]  # longer
        read_only_fields = fields  # type: ignore[assignment]  # likewise


class NewComparisonSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    design = VisibleTo(queryset=Design.objects.all())


class LedgerLineSerializer(serializers.Serializer[Any]):
    """One posted element of one option: cents by month index, 0 is the signature."""

    option = serializers.CharField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the domain calls it so
    category = serializers.CharField()
    formula = serializers.CharField()
    is_dated = serializers.BooleanField()
    cents = serializers.ListField(child=serializers.IntegerField())


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class ComparisonViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Comparison]
):
    """What designs cost next to public clouds. A comparison never changes."""

    queryset = Comparison.objects.all()
    serializer_class = ComparisonListSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Comparison]:
        return Comparison.objects.visible_to(self.request.user).select_related("revision")

    @extend_schema(responses=ComparisonSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One comparison: ledgers, outputs, matches, assumptions, and a figure for each amount."""
        return Response(ComparisonSerializer(self.get_object()).data)

    @extend_schema(request=NewComparisonSerializer, responses={202: JobSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Freeze a design and have it compared at the prices of today: 202 with the job."""
        asked = NewComparisonSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        design = get_object_or_404(
            Design.objects.visible_to(request.user), pk=asked.validated_data["design"].pk
        )
        job = services.request_comparison(design=design, user=cast(User, request.user))
        return Response(
            JobSerializer(job).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"/api/v1/jobs/{job.pk}/"},
        )

    @extend_schema(responses=LedgerLineSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def ledger(self, request: Request, pk: str) -> Response:
        """Every posted line of every option."""
        lines = [
            {"option": option["id"], **line}
            for option in self.get_object().result["tco"]["options"]
            for line in option["lines"]
        ]
        return Response(LedgerLineSerializer(lines, many=True).data)
